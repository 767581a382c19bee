"""One example of every action of people: prepare a world, then answer a call that performs it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from doudi.base.access import Actor
from doudi.kernel import clock
from doudi.people import accounts, consents, facts, loading, merging, registry, visibility, visits
from doudi.people.facts import FactValue
from doudi.people.models import Household, Person
from tests.arrange import COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, actor
from tests.people.people import SINCE, a_household, clerk, id_number

Call = Callable[[], object]
CARD = "6228480402564890018"
_numbers: Iterator[int] = itertools.count(1)


def _person_facts() -> registry.PersonFacts:
    """Somebody whom no other example has registered."""
    number = next(_numbers)
    birth = date(1950, 1, 1) + timedelta(days=number)
    return registry.PersonFacts(
        name="曾建国", id_number=id_number(number % 999 + 1, birth), registered_place=VILLAGE,
        residence_place=VILLAGE, urban=False, address="一组", phone="13800000001",
    )  # fmt: skip


def _person() -> Person:
    return registry.register_person(_person_facts(), by=Actor.system())


def _family() -> tuple[Household, Person, Person]:
    head, child = _person(), _person()
    return a_household(head, child), head, child


def _enter() -> Call:
    person = _person().pk
    accounts.enter_account(person, "农信社", CARD, "曾建国", by=actor("township_clerk", TOWNSHIP))
    return lambda: accounts.enter_account(person, "农业银行", CARD, "曾建国", by=clerk())


def _confirm() -> Call:
    account = accounts.enter_account(_person().pk, "农信社", CARD, "曾建国", by=clerk()).pk
    return lambda: accounts.confirm_account(account, by=actor("finance_approver"))


def _show() -> Call:
    person = _person().pk
    return lambda: visibility.places_for_case(person, OTHER_COUNTY, "cases.case:1", by=clerk())


def _move() -> Call:
    person = _person().pk
    return lambda: visibility.move_person(
        person, residence_place="620522100201", address="二组", by=clerk()
    )


def _visit() -> Call:
    home = _family()[0].pk
    told = visits.VisitFacts(
        purpose="定期探访", manner="入户",
        visited_at=datetime(2022, 6, 1, 9, tzinfo=clock.SHANGHAI), visitors=("王强",),
        findings="安好",
        facts=(FactValue("house", "1", code="宅基地住房", valid_since=date(2010, 1, 1)),),
    )  # fmt: skip
    return lambda: visits.record_visit(home, told, by=clerk())


def _consent() -> Call:
    person = _person().pk
    return lambda: consents.record_consent(person, ("车辆",), date(2022, 6, 1), by=clerk())


def _revoke() -> Call:
    consent = consents.record_consent(_person().pk, ("车辆",), date(2022, 6, 1), by=clerk()).pk
    return lambda: consents.revoke_consent(consent, date(2022, 6, 5), by=clerk())


def _register() -> Call:
    told = _person_facts()
    return lambda: registry.register_person(told, by=clerk())


def _open() -> Call:
    members = (registry.MemberFacts(_person().pk, "户主"), registry.MemberFacts(_person().pk, "子"))
    told = registry.HouseholdFacts(place=VILLAGE, urban=False, since=SINCE)
    return lambda: registry.open_household(told, members, by=clerk())


def _join() -> Call:
    home, member = _family()[0].pk, registry.MemberFacts(_person().pk, "女")
    return lambda: registry.join(home, member, date(2022, 1, 1), by=clerk())


def _leave() -> Call:
    home, _, child = _family()
    return lambda: registry.leave(home.pk, child.pk, date(2022, 1, 1), by=clerk())


def _death() -> Call:
    child = _family()[2].pk
    return lambda: registry.record_death(child, date(2022, 5, 1), "visit:1", by=clerk())


def _fact() -> Call:
    person = _person().pk
    wage = FactValue("income.wage", "务工", 300_000, detail={"net": True}, valid_since=SINCE)
    facts.record(person, (wage,), "visit:1", by=clerk())
    more = FactValue("income.wage", "务工", 320_000, detail={"net": True}, valid_since=SINCE)
    return lambda: facts.record(person, (more,), "visit:2", by=clerk())


def _chunk() -> loading._Chunk:
    """A part of a registry: one household, two people, their facts and account."""
    number = next(_numbers)
    head, child = _person_facts(), _person_facts()
    rows = [
        loading.PersonRow(
            at, number, relation, told.name, told.id_number, "男", date(1950, 1, 1), VILLAGE,
            OTHER_COUNTY, False,
        )
        for at, relation, told in ((1, "户主", head), (2, "子", child))
    ]  # fmt: skip
    part = loading._Part(
        [loading.HouseholdRow(number, f"EX{number:04d}", VILLAGE, False, "", 1, SINCE)],
        rows,
        [(1, FactValue("house", "1", code="宅基地住房", valid_since=SINCE))],
        [loading.AccountRow(1, "农信社", CARD, head.name)],
    )
    known = datetime(2022, 4, 30, 18, tzinfo=clock.SHANGHAI)
    return loading._Chunk(f"名册{number}", 1, part, known)


def _load() -> Call:
    chunk = _chunk()
    return lambda: loading._load_chunk(chunk, by=Actor.system(COUNTY))


def _load_done() -> Call:
    chunk = _chunk()
    loading._load_chunk(chunk, by=Actor.system(COUNTY))
    return lambda: loading._finish(chunk.name, by=Actor.system(COUNTY))


def _merge() -> Call:
    kept, alone = _family()[2], _person()
    a_household(alone)
    return lambda: merging.merge_people(kept.pk, alone.pk, "同一人", by=actor("county_reviewer"))


def _unmerge() -> Call:
    made = _merge()().pk  # type: ignore[attr-defined]
    return lambda: merging.unmerge_people(made, "查证是两个人", by=actor("county_reviewer"))


EXAMPLES: dict[str, Callable[[], Call]] = {
    "account.enter": _enter,
    "account.confirm": _confirm,
    "person.show_for_case": _show,
    "person.move": _move,
    "visit.record": _visit,
    "consent.record": _consent,
    "consent.revoke": _revoke,
    "person.register": _register,
    "household.open": _open,
    "household.join": _join,
    "household.leave": _leave,
    "person.record_death": _death,
    "fact.record": _fact,
    "person.merge": _merge,
    "person.unmerge": _unmerge,
    "people.load": _load,
    "people.load_done": _load_done,
}
