"""What is said of the chosen households: the desk's own functions, one household after another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from doudi.rules.batch.registry import Faults
from doudi.watch import kinds
from doudi.watch.indicators import INDICATORS, Fired
from doudi.watch.merging import Cause, Change, OpenAlert, changes
from doudi.watch.screening.asking import CODES, Pairs
from doudi.watch.screening.layout import (
    AMOUNT,
    BEFORE,
    BIRTH,
    CODE,
    DETAIL,
    FACTS,
    HOUSEHOLD,
    KEY,
    KIND,
    PERSON,
    PLACE,
    SINCE,
    SOURCE,
    URBAN,
)  # fmt: skip
from doudi.watch.screening.reading import GONE, KNOWN, NUMBER, ROW, Stretch, Truths
from doudi.watch.screening.rounds import Round, number_of
from doudi.watch.views import Day, FactView, HouseholdView, PersonView


class Known(NamedTuple):
    """A fact with the months in which it became known and was corrected or taken back."""

    known: int
    gone: int
    fact: FactView


@dataclass(slots=True)
class Memory:
    """What fired already, and the alerts that are open: nobody closes any between the rounds."""

    causes: set[Cause] = field(default_factory=set)
    alerts: dict[Any, dict[str, OpenAlert]] = field(default_factory=dict)

    def keep(self, household: Any, change: Change, on: date) -> None:
        """Remember what was raised or grew."""
        open_ones = self.alerts.setdefault(household, {})
        alert = open_ones.get(change.direction)
        if alert is None:
            alert = OpenAlert(1, change.direction, [], change.colour, on)
            open_ones[change.direction] = alert
        alert.kinds, alert.colour = list(change.kinds), change.colour
        for found in change.hits:
            alert.hits.append(found.counted)
            self.causes.add((found.person.id, found.indicator, found.hit.cause))


class Families:
    """The chosen households of a stretch, as an indicator sees them in one round or another."""

    def __init__(self, stretch: Stretch, chosen: Truths, faults: Faults) -> None:
        self.stretch, self.faults = stretch, faults
        sizes = np.diff(stretch.starts)
        self.known: dict[int, list[Known]] = {}
        columns = (
            ROW, KNOWN, GONE, "id", KIND, KEY, AMOUNT, CODE, DETAIL, SINCE, BEFORE, SOURCE,
        )  # fmt: skip
        meant = np.repeat(chosen, sizes)
        facts = stretch.facts_of(meant) if stretch.facts else None
        for row in facts.select(columns).iter_rows() if facts is not None else ():
            person, known, gone, number, kind, key, amount, code, told, since, before, source = row
            detail = None if told is None else self._detail(told, kind)
            fact = FactView(
                number, kind, key, amount, code, detail, since, before, False, source
            )  # fmt: skip
            self.known.setdefault(person, []).append(Known(known, gone, fact))
        people = stretch.people.filter(pl.Series(meant)).select(ROW, PERSON, NUMBER, BIRTH)
        households = stretch.households.filter(pl.Series(chosen))
        told = households.select(HOUSEHOLD, PLACE, URBAN).iter_rows()
        self.people = {row: (person, number, birth) for row, person, number, birth in people.rows()}
        self.households = dict(zip(np.flatnonzero(chosen).tolist(), told, strict=True))
        # The 人号 behind the number by which the functions call a person.
        self.persons = {number: person for person, number, _ in self.people.values()}

    def _detail(self, told: str, kind: str) -> dict[str, Any] | None:
        try:
            detail = json.loads(told)
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            self.faults.add(FACTS, DETAIL, 1, f"{kind} 的“{told[:40]}”不是 JSON 对象")
            return None
        return detail

    def asked(self, pairs: Pairs) -> Iterator[tuple[int, list[tuple[int, str]]]]:
        """Household after household with the numbers of its people and what may fire for them."""
        owners = np.searchsorted(self.stretch.starts, pairs.row, "right") - 1
        each = zip(owners.tolist(), pairs.row.tolist(), pairs.indicator.tolist(), strict=True)
        for at, together in groupby(each, key=lambda pair: pair[0]):
            yield at, [(self.people[row][1], CODES[code]) for _, row, code in together]

    def view(self, at: int, turn: Round, on: date, here: Truths, present: Truths) -> HouseholdView:
        """One household, tagged, with what was known in the round."""
        first, before = int(self.stretch.starts[at]), int(self.stretch.starts[at + 1])
        members = tuple(
            PersonView(
                self.people[row][1], "", "", self.people[row][2], "", bool(present[row]),
                self._facts(row, turn),
            )
            for row in range(first, before)
            if here[row]
        )  # fmt: skip
        number, place, urban = self.households[at]
        view = HouseholdView(number, place.ljust(12, "0"), urban, None, members)
        kinds.tag(view, on)
        return view

    def _facts(self, row: int, turn: Round) -> dict[str, list[FactView]]:
        seen, period = number_of(turn.seen), number_of(turn.period)
        by_kind: dict[str, list[FactView]] = {}
        for known, gone, fact in self.known.get(row, ()):
            if known <= seen < gone:
                shown = fact._replace(fresh=True) if known >= period else fact
                by_kind.setdefault(fact.kind, []).append(shown)
        return by_kind


def fired(view: HouseholdView, asked: Iterable[tuple[int, str]], day: Day) -> Iterator[Fired]:
    """What fires of that which may, by number of the person and code, as ``evaluate`` orders it."""
    people = {person.id: person for person in view.members}
    for number, code in asked:
        for hit in INDICATORS[code].fires(people[number], view, day):
            yield people[number], INDICATORS[code], hit


def judge(
    view: HouseholdView, asked: Iterable[tuple[int, str]], day: Day, memory: Memory
) -> list[Change]:
    """The alerts that a scan of this day would raise or let grow in a household."""
    open_ones = memory.alerts.get(view.id, {})
    found = changes(view, day, memory.causes, open_ones, fired(view, asked, day))
    for change in found:
        memory.keep(view.id, change, day.on)
    return found
