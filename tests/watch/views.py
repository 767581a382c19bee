"""Households for the pure tests: the same dictionaries of facts, no database."""

from datetime import date
from itertools import count

from doudi.watch import kinds
from doudi.watch.parameters import told_on
from doudi.watch.views import Day, FactView, HouseholdView, PersonView
from tests.watch.village import TODAY, Somebody

_number = count(1)
DAY = Day(TODAY, told_on(TODAY), {False: 43900, True: 67300})


def _view(told: dict, *, fresh: bool) -> FactView:
    return FactView(
        next(_number), told["kind"], told.get("key", ""), told.get("amount_fen"),
        told.get("code", ""), told.get("detail"), told["valid_since"], told.get("valid_before"),
        fresh, "delivery:1:1" if fresh else "registry",
    )  # fmt: skip


def household(*members: Somebody, urban: bool = False, on: date = TODAY) -> HouseholdView:
    """A tagged household; its members are numbered from 1."""
    people = []
    for number, one in enumerate(members, start=1):
        facts: dict[str, list[FactView]] = {}
        for told, fresh in [*((f, False) for f in one.known), *((f, True) for f in one.news)]:
            facts.setdefault(told["kind"], []).append(_view(told, fresh=fresh))
        people.append(PersonView(number, one.name, "男", one.birth, one.relation, True, facts))
    view = HouseholdView(1, "620521100201", urban, 1, tuple(people))
    kinds.tag(view, on)
    return view
