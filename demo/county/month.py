"""What happens in May 2022: the events that the department files report."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo.county.lives import CHRONIC, MAJOR, new_disability, new_enterprise, new_vehicle
from demo.county.model import (
    EDGE,
    MONTH_SINCE,
    Disability,
    Enterprise,
    Monitored,
    PersonSeed,
    Vehicle,
)

if TYPE_CHECKING:
    from demo.county.county import County

_HOSPITALS = (
    ("清水县人民医院", "二级甲等"), ("清水县中医医院", "二级甲等"), ("清水县妇幼保健院",
    "二级乙等"),
    ("天水市第一人民医院", "三级甲等"), ("天水市中西医结合医院", "三级甲等"), ("兰州大学第一医院",
    "三级甲等"),
)  # fmt: skip
_ACUTE = (
    ("J18", "肺炎"),
    ("K35", "急性阑尾炎"),
    ("S82", "小腿骨折"),
    ("K80", "胆石症"),
    ("M51", "腰椎间盘突出"),
)


@dataclass(slots=True, frozen=True)
class Inpatient:
    """One settled hospital stay; amounts in fen, `self_pay` after all three insurances."""

    person_local_id: int
    number: str
    hospital: str
    grade: str
    admitted: date
    discharged: date
    disease: tuple[str, str]
    total: int
    basic: int
    serious: int
    aid: int

    @property
    def self_pay(self) -> int:
        """What the family paid."""
        return self.total - self.basic - self.serious - self.aid


@dataclass(slots=True, frozen=True)
class Death:
    """Who died when; a cremation may be known before the police know of the death."""

    died: date
    cause: str
    deregistered: date | None
    cremated: date | None


@dataclass(slots=True)
class Events:
    """The month, by person unless said otherwise."""

    stays: list[Inpatient] = field(default_factory=list)
    disabilities: dict[int, Disability] = field(default_factory=dict)
    deaths: dict[int, Death] = field(default_factory=dict)
    vehicles: dict[int, Vehicle] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    unemployed: dict[int, date] = field(default_factory=dict)
    students: dict[int, tuple[str, str]] = field(default_factory=dict)  # college, subject
    monitored: dict[int, Monitored] = field(default_factory=dict)  # by household
    pensions: dict[int, int] = field(default_factory=dict)  # new employee pensions, fen a month
    ended_wages: dict[int, int] = field(default_factory=dict)  # jobs that ended with April
    told: set[int] = field(default_factory=set)  # households a story is told about


def day_in_month(rng: random.Random, last: int = 31) -> date:
    """A day of May 2022."""
    return MONTH_SINCE.replace(day=rng.randint(1, last))


def add_stay(
    county: County, rng: random.Random, person: PersonSeed, self_pay: int, *, grave: bool
) -> Inpatient:
    """Settle a hospital stay with that self-pay; the other amounts are built around it."""
    helped = county.household_of(person).group != "普通"
    hospital, grade = rng.choice(_HOSPITALS[3:] if grave else _HOSPITALS)
    share = rng.uniform(0.25, 0.45)
    total = int(self_pay / share) // 100 * 100 + rng.randint(0, 99)
    covered = total - self_pay
    serious = covered * rng.randint(10, 30) // 100 if total > 1_500_000 else 0
    aid = (covered - serious) * rng.randint(10, 25) // 100 if helped else 0
    discharged = day_in_month(rng, 28)
    known = county.major.get(person.local_id) or county.chronic.get(person.local_id)
    disease = known[:2] if known else rng.choice(MAJOR if grave else _ACUTE + CHRONIC)
    stay = Inpatient(
        person.local_id, f"620521{discharged:%Y%m%d}{len(county.events.stays) + 1:06d}", hospital,
        grade,
        discharged - timedelta(days=rng.randint(3, 26)), discharged, disease,
        total, covered - serious - aid, serious, aid,
    )  # fmt: skip
    county.events.stays.append(stay)
    return stay


def new_death(rng: random.Random, *, police: bool, cremated: bool) -> Death:
    """A death of the month as the police, the crematorium or both know it."""
    died = day_in_month(rng, 22)
    return Death(
        died,
        rng.choice(("疾病", "疾病", "疾病", "年老", "意外")),
        died + timedelta(days=rng.randint(2, 9)) if police else None,
        died + timedelta(days=rng.randint(1, 3)) if cremated else None,
    )


def pass_month(county: County, rng: random.Random) -> None:
    """The ordinary events: nobody of a told household, nothing that ought to raise an alarm."""
    holders = {member for each in county.awards for member in each.members}
    for household in county.households:
        if household.local_id in county.events.told:
            continue
        earners = sum(county.income(p).wage > 0 for p in county.members(household))
        for person in county.members(household):
            _ordinary_health(county, rng, person, person.local_id in holders)
            if person.local_id not in holders and household.local_id not in county.monitored:
                _ordinary_events(county, rng, person, earners)


def _ordinary_health(county: County, rng: random.Random, person: PersonSeed, helped: bool) -> None:
    ill = person.local_id in county.chronic or person.local_id in county.major
    if rng.random() < (0.05 if ill else 0.008):
        highest = 4200 if helped or person.household_id in county.monitored else 5600
        if county.household_of(person).group == EDGE:
            highest = 1000  # more would take them below the standard, and nobody would tell
        add_stay(county, rng, person, int(rng.triangular(300, highest, 900)) * 100, grave=False)
    if not helped and rng.random() < 0.00025 and person.local_id not in county.disabilities:
        county.events.disabilities[person.local_id] = new_disability(
            rng, person, day_in_month(rng), severe=False
        )


def _ordinary_events(county: County, rng: random.Random, person: PersonSeed, earners: int) -> None:
    events, age, local_id = county.events, person.age, person.local_id
    draw = rng.random()
    if age >= 66 and draw < 0.0018 + 0.0004 * (age - 66):
        events.deaths[local_id] = new_death(rng, police=True, cremated=rng.random() < 0.3)
    elif 20 <= age < 60 and person.work != "在校":
        if draw < 0.0035 and local_id not in county.vehicles:
            kind = rng.choice(("普通二轮摩托车", "三轮汽车", "小型轿车", "小型轿车"))
            events.vehicles[local_id] = new_vehicle(county, rng, kind, day_in_month(rng))
        elif draw < 0.0055 and local_id not in county.enterprises:
            events.enterprises[local_id] = new_enterprise(
                county, rng, person, day_in_month(rng), company=rng.random() < 0.2
            )
        elif person.work == "无业" and person.labour == "有" and earners:
            if draw < 0.10:
                events.unemployed[local_id] = day_in_month(rng)
            elif draw < 0.5:
                county.unemployed[local_id] = MONTH_SINCE - timedelta(days=rng.randint(5, 360))
    elif age in (17, 18, 19) and local_id in county.schools and draw < 0.12:
        add_student(county, rng, person)


def add_student(county: County, rng: random.Random, person: PersonSeed) -> None:
    """Admit somebody to a vocational college, as every spring before the great examination."""
    county.events.students[person.local_id] = (
        rng.choice(
            (
                "甘肃林业职业技术学院",
                "甘肃工业职业技术学院",
                "兰州资源环境职业技术大学",
                "天水师范学院",
            )
        ),
        rng.choice(
            ("护理", "学前教育", "机电一体化技术", "园林技术", "计算机应用技术", "畜牧兽医")
        ),
    )
