"""What the county knows on day one, as dated facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from demo.county.model import MONTH_SINCE, AwardSeed, FactSeed, HouseholdSeed, PersonSeed

if TYPE_CHECKING:
    from demo.county.county import County

# The last yearly review of incomes; wages and harvests of 2021 are known since then.
_REVIEWED = date(2022, 1, 1)
_TERM = date(2022, 3, 1)
_HOUSE_BUILT = date(2010, 1, 1)


def facts(county: County) -> Iterator[FactSeed]:
    """All facts, household by household and person by person, in the order of local ids."""
    awards: dict[int, list[AwardSeed]] = {}
    for award in county.awards:
        awards.setdefault(award.holder, []).append(award)
    for household in county.households:
        reviewed = household.group != "普通" or household.local_id in county.monitored
        for person in county.members(household):
            yield from _incomes(county, person)
            if reviewed:
                yield from _reviewed(county, household, person)
            yield from _health(county, person)
            yield from _belongings(county, person)
            yield from _standing(county, household, person)
            for award in awards.get(person.local_id, ()):
                yield _benefit(award)


def _reviewed(county: County, household: HouseholdSeed, person: PersonSeed) -> Iterator[FactSeed]:
    """Only registered households were gone through as a whole; others wait for a visit."""
    me = person.local_id
    yield FactSeed(me, "income.reviewed", "", None, None, None, _REVIEWED, None)
    yield FactSeed(me, "property.reviewed", "", None, None, None, _REVIEWED, None)
    if me == household.head:
        savings = county.savings_fen(household)
        yield FactSeed(me, "asset.financial", "存款", savings, None, None, _REVIEWED, None)


def _incomes(county: County, person: PersonSeed) -> Iterator[FactSeed]:
    income = county.income(person)
    me = person.local_id
    # The basic pension is not income under the law (X03); said here, decided by the rules.
    for kind, fen, source, exempt in (
        ("income.wage", income.wage, person.work, None),
        ("income.business", income.business, person.work, None),
        ("income.property", income.rent, "土地流转", None),
        ("income.transfer", income.transfer, "赡养费", None),
        ("income.transfer", income.pension_employee, "职工养老金", None),
        ("income.transfer", income.pension_base, "基础养老金", "X03"),
        ("income.transfer", income.pension_account, "个人账户养老金", None),
    ):
        if fen:
            detail = {"net": True} if kind == "income.wage" else None
            yield FactSeed(me, kind, source, fen, exempt, detail, _REVIEWED, None)
    ended = county.events.ended_wages.get(me)
    if ended:
        yield FactSeed(
            me, "income.wage", "务工", ended, None, {"net": True}, _REVIEWED, MONTH_SINCE
        )


def _health(county: County, person: PersonSeed) -> Iterator[FactSeed]:
    me = person.local_id
    disability = county.disabilities.get(me)
    if disability is not None:
        detail = {"type": disability.type, "level": disability.level}
        yield FactSeed(
            me, "disability", "证", None, f"{disability.type}{disability.level}",
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
        detail = {"type": enterprise.type, "status": "存续", "share": enterprise.share}
        yield FactSeed(
            me,
            "enterprise",
            enterprise.uscc,
            None,
            enterprise.role,
            detail,
            enterprise.founded,
            None,
        )


def _standing(county: County, household: HouseholdSeed, person: PersonSeed) -> Iterator[FactSeed]:
    me = person.local_id
    school = county.schools.get(me)
    if school is not None:
        detail = {"school": school.name, "grade": school.grade, "number": school.number}
        yield FactSeed(me, "schooling", "2021-2022", None, school.stage, detail, _TERM, None)
    registered = county.unemployed.get(me)
    if registered is not None:
        yield FactSeed(me, "unemployment", "登记", None, "登记失业", None, registered, None)
    if me != household.head:
        return
    kind = "商品房" if household.urban else "宅基地住房"
    yield FactSeed(me, "house", "1", None, kind, {"place": household.place}, _HOUSE_BUILT, None)
    if household.local_id in county.second_houses:
        detail = {"place": "620521100001"}
        yield FactSeed(me, "house", "2", None, "商品房", detail, date(2018, 6, 1), None)
    monitored = county.monitored.get(household.local_id)
    if monitored is not None:
        detail = {"risk": monitored.risk, "members": household.size}
        yield FactSeed(
            me, "fp", "户", None, monitored.kind, detail,
            monitored.since, None,
        )  # fmt: skip


def _benefit(award: AwardSeed) -> FactSeed:
    """A benefit stands on its holder with the amount of the whole household."""
    detail = {"award": award.local_id, "members": list(award.members)}
    return FactSeed(
        award.holder, "benefit", award.programme, award.amount_fen, award.tier or None, detail,
        award.since, None,
    )  # fmt: skip
