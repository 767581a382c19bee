"""What the county knows on day one, as dated facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from demo.county.model import MONTH_SINCE, FactSeed, HouseholdSeed, PersonSeed

if TYPE_CHECKING:
    from demo.county.county import County

# The last yearly review of incomes; wages and harvests of 2021 are known since then.
_REVIEWED = date(2022, 1, 1)
_TERM = date(2022, 3, 1)
_HOUSE_BUILT = date(2010, 1, 1)


def facts(county: County) -> Iterator[FactSeed]:
    """All facts, household by household and person by person, in the order of local ids."""
    awards: dict[int, list[int]] = {}
    for index, award in enumerate(county.awards):
        for member in award.members:
            awards.setdefault(member, []).append(index)
    for household in county.households:
        for person in county.members(household):
            yield from _incomes(county, person)
            yield from _health(county, person)
            yield from _belongings(county, person)
            yield from _standing(county, household, person)
            for index in awards.get(person.local_id, ()):
                yield _benefit(county, person, index)


def _incomes(county: County, person: PersonSeed) -> Iterator[FactSeed]:
    income = county.income(person)
    me = person.local_id
    for kind, fen, source in (
        ("income.wage", income.wage, person.work),
        ("income.business", income.business, person.work),
        ("income.property", income.rent, "土地流转"),
        ("income.transfer", income.transfer, "赡养费"),
    ):
        if fen:
            yield FactSeed(me, kind, source, fen, None, {"source": source}, _REVIEWED, None)
    if income.pension_employee:
        detail = {"source": "职工养老金"}
        yield FactSeed(
            me,
            "income.transfer",
            "职工养老金",
            income.pension_employee,
            None,
            detail,
            _REVIEWED,
            None,
        )
    if income.pension_base:
        # Not income under the law (X03); said here, decided by the rules.
        detail = {"source": "城乡居民基础养老金", "exempt": "X03"}
        yield FactSeed(
            me, "income.transfer", "基础养老金", income.pension_base, "X03", detail, _REVIEWED, None
        )
    ended = county.events.ended_wages.get(me)
    if ended:
        yield FactSeed(
            me, "income.wage", "务工", ended, None, {"source": "务工"}, _REVIEWED, MONTH_SINCE
        )


def _health(county: County, person: PersonSeed) -> Iterator[FactSeed]:
    me = person.local_id
    disability = county.disabilities.get(me)
    if disability is not None:
        detail = {"type": disability.type, "level": disability.level, "number": disability.number}
        yield FactSeed(
            me, "disability", disability.number, None, f"{disability.type}{disability.level}",
            detail,
            disability.issued, None,
        )  # fmt: skip
    for kind, known in (("illness.chronic", county.chronic), ("illness.major", county.major)):
        illness = known.get(me)
        if illness is not None:
            code, name, since = illness
            yield FactSeed(me, kind, code, None, code, {"name": name}, since, None)


def _belongings(county: County, person: PersonSeed) -> Iterator[FactSeed]:
    me = person.local_id
    vehicle = county.vehicles.get(me)
    if vehicle is not None:
        detail = {"type": vehicle.type, "brand": vehicle.brand, "car": vehicle.is_car}
        yield FactSeed(
            me,
            "vehicle",
            vehicle.plate,
            vehicle.value_fen,
            vehicle.type,
            detail,
            vehicle.registered,
            None,
        )
    enterprise = county.enterprises.get(me)
    if enterprise is not None:
        detail = {"name": enterprise.name, "role": enterprise.role, "share": enterprise.share}
        yield FactSeed(
            me,
            "enterprise",
            enterprise.uscc,
            None,
            enterprise.type,
            detail,
            enterprise.founded,
            None,
        )


def _standing(county: County, household: HouseholdSeed, person: PersonSeed) -> Iterator[FactSeed]:
    me = person.local_id
    school = county.schools.get(me)
    if school is not None:
        detail = {"school": school.name, "grade": school.grade, "number": school.number}
        yield FactSeed(me, "schooling", "2022春", None, school.stage, detail, _TERM, None)
    registered = county.unemployed.get(me)
    if registered is not None:
        yield FactSeed(
            me, "unemployment", f"{registered:%Y%m%d}", None, None, None, registered, None
        )
    if me != household.head:
        return
    kind = "商品房" if household.urban else "宅基地住房"
    yield FactSeed(me, "house", "1", None, kind, {"place": household.place}, _HOUSE_BUILT, None)
    if household.local_id in county.second_houses:
        detail = {"place": "620521100001"}
        yield FactSeed(me, "house", "2", None, "商品房", detail, date(2018, 6, 1), None)
    monitored = county.monitored.get(household.local_id)
    if monitored is not None:
        detail = {"risk": monitored.risk, "household": household.local_id}
        yield FactSeed(
            me, f"fp.{monitored.kind}", f"{household.local_id}", None, monitored.kind, detail,
            monitored.since, None,
        )  # fmt: skip


def _benefit(county: County, person: PersonSeed, index: int) -> FactSeed:
    award = county.awards[index]
    # Each member's share; the first carries the remainder, so the shares add up to the award.
    share, remainder = divmod(award.amount_fen, len(award.members))
    if person.local_id == award.members[0]:
        share += remainder
    detail = {
        "award": award.local_id,
        "holder": award.holder,
        "household": award.household_id,
        "household_amount_fen": award.amount_fen,
        "members": len(award.members),
    }
    return FactSeed(
        person.local_id, f"benefit.{award.programme}", str(award.local_id), share,
        award.tier or None,
        detail, award.since, None,
    )  # fmt: skip
