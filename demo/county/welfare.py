"""Who already receives what on day one, and incomes that agree with it."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

from demo.county.lives import days_back
from demo.county.model import (
    DIBAO,
    EDGE,
    LIVING_SUBSIDY,
    NURSING_SUBSIDY,
    TEKUN,
    TIER_FEN,
    AwardSeed,
    HouseholdSeed,
    Monitored,
    PersonSeed,
)

if TYPE_CHECKING:
    from demo.county.county import County

# How likely a composition is to receive 低保, against the whole county.
_NEED = {
    "独居老人": 1.6, "老年夫妻": 1.0, "夫妻": 0.5, "核心": 0.6, "三代": 0.7, "与父母": 0.8,
    "隔代": 3.0, "单亲": 3.0, "单身": 2.0,
}  # fmt: skip
# 特困, Gansu and Lanzhou 2022: basic living a month and the three degrees of care, in fen.
_TEKUN_BASIC_FEN = {False: 57100, True: 118900}
_CARE_FEN = {"全自理": 15000, "半护理": 30100, "全护理": 45100}
_RISKS = ("因病", "因残", "因学", "务工不稳", "缺劳动力", "因自然灾害")


def support(county: County, rng: random.Random) -> None:
    """Choose recipients, set incomes to match, write the awards, and lift everybody else."""
    for household in county.households:
        household.group = _choose_group(county, rng, household)
        if household.group == TEKUN:
            _support_tekun(county, rng, household)
        elif household.group == DIBAO:
            _support_dibao(county, rng, household)
        elif household.group == EDGE:
            make_clean(county, household)
            set_per_head(county, rng, household, rng.uniform(1.15, 1.4), exempt_too=False)
            award(county, EDGE, household.head, tuple(household.members), "", 0, since(rng))
        else:
            lift(county, rng, household, rng.uniform(1.75, 2.3))
        _monitor(county, rng, household)
        _support_disabled(county, rng, household)


def since(rng: random.Random) -> date:
    """The first day of a month before the registry closed."""
    return days_back(rng, 60, 1500).replace(day=1)


def award(
    county: County,
    programme: str,
    holder: int,
    members: tuple[int, ...],
    tier: str,
    fen: int,
    start: date,
) -> None:
    """Write one award; its local id runs on."""
    county.awards.append(
        AwardSeed(
            len(county.awards) + 1, programme, holder, county.person(holder).household_id, members,
            tier,
            fen, start,
        )
    )  # fmt: skip


def _choose_group(county: County, rng: random.Random, household: HouseholdSeed) -> str:
    members = county.members(household)
    if household.registered_elsewhere or any(county.income(p).pension_employee for p in members):
        return "普通"
    draw = rng.random()
    head = members[0]
    alone = household.size == 1 and head.age >= 60 and head.marital == "未婚"
    if alone and draw < 0.55:
        return TEKUN
    if not county.is_close(household):
        return "普通"  # grown children earn; the law would count them apart
    need = _NEED[household.kind] * (0.05 if household.urban else 0.15)
    if any(member in county.disabilities or member in county.major for member in household.members):
        need *= 2.2
    if draw < need:
        return DIBAO
    return EDGE if draw < need + 0.025 else "普通"


def make_clean(county: County, household: HouseholdSeed) -> None:
    """Take away everything that speaks against 低保; people live and work at home."""
    county.second_houses.discard(household.local_id)
    for person in county.members(household):
        vehicle = county.vehicles.get(person.local_id)
        if vehicle is not None and vehicle.is_car:
            del county.vehicles[person.local_id]
        county.enterprises.pop(person.local_id, None)
        income = county.income(person)
        income.wage = income.business = income.rent = income.transfer = 0
        if person.work in ("外出务工", "个体经营", "本地务工"):
            person.work = "无业" if person.urban else "务农"
        if person.residence_place[:6] != household.place[:6]:
            person.residence_place = household.place


def set_per_head(
    county: County,
    rng: random.Random,
    household: HouseholdSeed,
    share: float,
    *,
    exempt_too: bool = True,
) -> None:
    """Make income per head about `share` of the standard; exempt pensions count if asked."""
    members = county.members(household)
    wanted = int(household.standard_fen * share) * household.size
    incomes = [county.income(person) for person in members]
    rest = wanted - sum(each.gross if exempt_too else each.counted for each in incomes)
    # Whole yuan: nobody's books know less, and half of a remainder would hide the total.
    rest -= rest % 100
    if rest <= 0:
        return
    workers = [p for p in members if p.labour in ("有", "部分丧失") and p.work != "在校"]
    if not workers:
        county.income(members[0]).transfer += rest
        return
    worker = rng.choice(workers)
    income = county.income(worker)
    if worker.work == "无业" or worker.urban or rng.random() < 0.3:
        worker.work = "本地务工"
        income.wage += rest
    else:
        worker.work = "务农"
        income.business += rest


def lift(county: County, rng: random.Random, household: HouseholdSeed, share: float) -> None:
    """Nobody outside the registers is poor unless a story says so: raise income to the share.

    Both readings of the law are met: all members together, and without grown children.
    """
    members = county.members(household)
    _lift(county, rng, [person for person in members if person.is_close], household, share)
    _lift(county, rng, members, household, share)


def _lift(
    county: County,
    rng: random.Random,
    members: list[PersonSeed],
    household: HouseholdSeed,
    share: float,
) -> None:
    # Ten percent of wages may be deducted, so the floor is meant before that deduction.
    floor = int(household.standard_fen * share) * 10 // 9
    missing = floor * len(members) - sum(county.income(person).counted for person in members)
    if missing <= 0:
        return
    missing += -missing % 100
    workers = [p for p in members if p.labour == "有" and p.work not in ("在校", "外出务工")]
    if not workers:
        county.income(members[0]).transfer += missing  # what sons and daughters send
        return
    worker = rng.choice(workers)
    if worker.work in ("无业", "本地务工"):
        worker.work = "本地务工"
        county.income(worker).wage += missing
    else:
        county.income(worker).business += missing


def _support_dibao(county: County, rng: random.Random, household: HouseholdSeed) -> None:
    make_clean(county, household)
    tier = rng.choices(("一类", "二类", "三类", "四类"), weights=(12, 30, 38, 20))[0]
    share = {
        "一类": rng.uniform(0.0, 0.3), "二类": rng.uniform(0.15, 0.5), "三类": rng.uniform(0.5,
        0.8),
        "四类": rng.uniform(0.75, 0.92),
    }[tier]  # fmt: skip
    set_per_head(county, rng, household, share)
    fen = TIER_FEN[tier] * household.size
    if household.urban:
        tier = "差额"
        gap = (household.standard_fen - county.per_head_fen(household)) * household.size
        fen = (gap + 50) // 100 * 100
    award(county, DIBAO, household.head, tuple(household.members), tier, fen, since(rng))


def _support_tekun(county: County, rng: random.Random, household: HouseholdSeed) -> None:
    make_clean(county, household)
    head = county.person(household.head)
    care = "全自理" if head.age < 75 else rng.choice(tuple(_CARE_FEN))
    fen = _TEKUN_BASIC_FEN[household.urban] + _CARE_FEN[care]
    award(county, TEKUN, head.local_id, (head.local_id,), care, fen, since(rng))


def _monitor(county: County, rng: random.Random, household: HouseholdSeed) -> None:
    if household.urban or household.group == TEKUN or household.registered_elsewhere:
        return
    chance = {DIBAO: 0.10, EDGE: 0.22}.get(household.group, 0.012)
    if rng.random() < chance:
        kind = (
            "脱贫不稳定户"
            if household.once_poor
            else rng.choice(("边缘易致贫户", "突发严重困难户"))
        )
        county.monitored[household.local_id] = Monitored(kind, rng.choice(_RISKS), since(rng))


def _support_disabled(county: County, rng: random.Random, household: HouseholdSeed) -> None:
    if household.group == TEKUN:
        return
    for local_id in household.members:
        disability = county.disabilities.get(local_id)
        if disability is not None:
            give_disability_subsidies(county, rng, county.person(local_id), disability.level)


def give_disability_subsidies(
    county: County, rng: random.Random, person: PersonSeed, level: int
) -> None:
    """The two subsidies somebody with a certificate of that level receives, 100 yuan each."""
    mine = (person.local_id,)
    if level <= 2:
        award(county, NURSING_SUBSIDY, person.local_id, mine, str(level), 10000, since(rng))
    if county.household_of(person).group == DIBAO:
        award(county, LIVING_SUBSIDY, person.local_id, mine, str(level), 10000, since(rng))
