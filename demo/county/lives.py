"""What people do, earn, own and suffer from before anything happens."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo.county import numbers
from demo.county.model import (
    KNOWN_ON,
    Disability,
    Enterprise,
    HouseholdSeed,
    Incomes,
    PersonSeed,
    School,
    Vehicle,
)

if TYPE_CHECKING:
    from demo.county.county import County

# Gansu's basic pension of 2022 in fen a month; the personal account adds a little to it.
BASIC_PENSION_FEN = 11300
CHRONIC = (
    ("I10", "高血压Ⅲ级"), ("E11", "2型糖尿病"), ("J44", "慢性阻塞性肺疾病"), ("I25", "冠心病"),
    ("M06", "类风湿关节炎"), ("K74", "肝硬化"), ("G40", "癫痫"), ("I69", "脑血管病后遗症"),
)  # fmt: skip
MAJOR = (
    ("C34", "肺恶性肿瘤"), ("C16", "胃恶性肿瘤"), ("C50", "乳腺恶性肿瘤"), ("N18.6", "终末期肾病"),
    ("C91", "白血病"), ("I21", "急性心肌梗死"), ("I63", "脑梗死"), ("C22", "肝恶性肿瘤"),
)  # fmt: skip
_BRANDS = {
    "小型轿车": ("大众", "吉利", "长安", "比亚迪"), "小型普通客车": ("五菱", "哈弗", "东风"),
    "轻型普通货车": ("福田", "江淮"), "普通二轮摩托车": ("钱江", "豪爵", "宗申"),
    "三轮汽车": ("时风", "五征"),
}  # fmt: skip
_DISABILITY_TYPES = (4, 4, 4, 4, 4, 2, 2, 1, 1, 5, 6, 3, 7)
_DISABILITY_LEVELS = (1, 2, 2, 2, 3, 3, 3, 4, 4, 4)


def days_back(rng: random.Random, least: int, most: int) -> date:
    """A day between `least` and `most` days before the registry closed."""
    return KNOWN_ON - timedelta(days=rng.randint(least, most))


def live(county: County, rng: random.Random) -> None:
    """Give everybody school, work, incomes, health and belongings."""
    for household in county.households:
        members = county.members(household)
        for person in members:
            county.incomes.append(Incomes())
            _fall_ill(county, rng, person)
            _learn_or_work(county, rng, person)
        _leave_children_behind(rng, members)
        _own(county, rng, household, members)


def _fall_ill(county: County, rng: random.Random, person: PersonSeed) -> None:
    age = person.age
    if rng.random() < (0.012 if age < 15 else 0.042 if age < 60 else 0.12):
        county.disabilities[person.local_id] = new_disability(
            rng, person, days_back(rng, 200, 4000), severe=None
        )
    if age >= 40 and rng.random() < (0.10 if age < 60 else 0.28):
        county.chronic[person.local_id] = (*rng.choice(CHRONIC), days_back(rng, 100, 3000))
    if rng.random() < (0.002 if age < 45 else 0.009):
        county.major[person.local_id] = (*rng.choice(MAJOR), days_back(rng, 100, 1200))


def new_disability(
    rng: random.Random, person: PersonSeed, issued: date, *, severe: bool | None
) -> Disability:
    """A certificate; `severe` forces level 1–2 (True) or 3–4 of a bodily kind (False)."""
    kind = rng.choice(_DISABILITY_TYPES)
    level = rng.choice(_DISABILITY_LEVELS)
    if severe is not None:
        # Level 3 of 智力 and 精神 counts as severe for some programmes, so the mild are bodily.
        kind = rng.choice((1, 4, 4, 5, 6)) if severe else rng.choice((2, 4))
        level = rng.choice((1, 2) if severe else (3, 4))
    return Disability(kind, level, numbers.disability_number(person.id_number, kind, level), issued)


def _learn_or_work(county: County, rng: random.Random, person: PersonSeed) -> None:
    age = person.age
    income = county.income(person)
    disability = county.disabilities.get(person.local_id)
    person.labour = "未成年" if age < 16 else "老年" if age >= 60 else "有"
    if disability is not None and 16 <= age < 60:
        person.labour = "完全丧失" if disability.level <= 2 else "部分丧失"
    stage = _stage(rng, age)
    if stage:
        person.work, person.education = "在校", stage
        county.schools[person.local_id] = _school(county, rng, person, stage)
        return
    if age < 16:
        person.work = "学龄前" if age < 6 else "无业"
        return
    person.education = _education(rng, age)
    if age >= 60:
        _grow_old(rng, person, income)
    elif person.labour == "完全丧失":
        person.work = "无业"
    else:
        _work(county, rng, person, income)


def _stage(rng: random.Random, age: int) -> str:
    draw = rng.random()
    if age < 3 or age > 21:
        return ""
    if age < 6:
        return "学前" if draw < 0.7 else ""
    if age < 12:
        return "小学"
    if age < 15:
        return "初中"
    if age < 18:
        return "普通高中" if draw < 0.6 else "中等职业学校" if draw < 0.92 else ""
    return "大学专科" if draw < 0.22 else "大学本科" if draw < 0.42 else ""


def _school(county: County, rng: random.Random, person: PersonSeed, stage: str) -> School:
    town = county.places.towns.get(person.residence_place[:9], "清水县")
    name = {
        "学前": f"{town}中心幼儿园", "小学": f"{town}中心小学", "初中": f"{town}初级中学",
        "普通高中": rng.choice(("清水县第一中学", "清水县第六中学")),
        "中等职业学校": "清水县职业中等专业学校",
        "大学专科": rng.choice(("甘肃林业职业技术学院", "兰州石化职业技术大学")),
        "大学本科": rng.choice(("天水师范学院", "西北师范大学", "甘肃农业大学")),
    }[stage]  # fmt: skip
    first_age = {"学前": 3, "小学": 6, "初中": 12, "普通高中": 15, "中等职业学校": 15}.get(
        stage, 18
    )
    grade = f"{'一二三四五六'[min(5, max(0, person.age - first_age))]}年级"
    return School(stage, name, grade, f"G{person.id_number}")


def _education(rng: random.Random, age: int) -> str:
    if age >= 60:
        return rng.choice(("文盲", "小学", "小学", "初中"))
    return rng.choice(("小学", "初中", "初中", "初中", "高中", "大专"))


def _grow_old(rng: random.Random, person: PersonSeed, income: Incomes) -> None:
    if person.age <= 85 and rng.random() < (0.22 if person.urban else 0.025):
        person.work = "退休"
        income.pension_employee = rng.randint(2100, 5200) * 100
        return
    person.work = "务农" if person.age < 72 else "养老"
    income.pension_base = BASIC_PENSION_FEN
    income.pension_account = rng.randint(0, 3600)
    if person.age < 72:
        income.business = rng.randint(120, 480) * 100


def _work(county: County, rng: random.Random, person: PersonSeed, income: Incomes) -> None:
    draw = rng.random()
    away = 0.46 if person.sex == "男" else 0.27
    if person.urban:
        away *= 0.5
    if person.age > 52:
        away *= 0.4
    if draw < away:
        person.work = "外出务工"
        person.residence_place = rng.choice(county.places.away)[0]
        income.wage = rng.randint(2800, 6200) * 100
    elif draw < away + (0.45 if person.urban else 0.16):
        person.work = "本地务工"
        income.wage = rng.randint(1700, 4200) * 100
    elif rng.random() < 0.08:
        _open_shop(county, rng, person, income)
    elif not person.urban or rng.random() < 0.3:
        person.work = "务农"
        income.business = rng.randint(350, 1300) * 100
    else:
        person.work = "无业"


def _open_shop(county: County, rng: random.Random, person: PersonSeed, income: Incomes) -> None:
    person.work = "个体经营"
    income.business = rng.randint(1500, 6000) * 100
    county.enterprises[person.local_id] = new_enterprise(
        county, rng, person, days_back(rng, 90, 4000), company=rng.random() < 0.2
    )


def new_enterprise(
    county: County, rng: random.Random, person: PersonSeed, founded: date, *, company: bool
) -> Enterprise:
    """A role in a new market entity; a company, or a stall run by the person alone."""
    trade = rng.choice(("百货", "餐饮", "农资", "建材", "运输", "花椒", "苹果", "养殖"))
    if company:
        return Enterprise(
            numbers.credit_code("91", county.next_serial()),
            f"清水县{person.name[:1]}氏{trade}有限公司",
            "有限责任公司", rng.choice(("法定代表人", "股东", "执行董事")), rng.choice((30, 51, 60,
            100)), founded,
        )  # fmt: skip
    return Enterprise(
        numbers.credit_code("92", county.next_serial()), f"清水县{person.name}{trade}店",
        "个体工商户",
        "经营者", 100, founded,
    )  # fmt: skip


def _leave_children_behind(rng: random.Random, members: list[PersonSeed]) -> None:
    """Both parents of a small child are rarely away unless grandparents are there."""
    elders = any(person.age >= 56 for person in members)
    children = any(person.age < 12 for person in members)
    if elders or not children:
        return
    for person in members:
        if person.sex == "女" and person.work == "外出务工" and rng.random() < 0.8:
            person.work, person.residence_place = "本地务工", members[-1].residence_place


def new_vehicle(county: County, rng: random.Random, kind: str, registered: date) -> Vehicle:
    """A vehicle with a plate nobody else has."""
    value = {"普通二轮摩托车": 5000, "三轮汽车": 14000}.get(kind, 0) or rng.randint(45, 140) * 1000
    return Vehicle(kind, next(county.plates), rng.choice(_BRANDS[kind]), registered, value * 100)


def _own(
    county: County, rng: random.Random, household: HouseholdSeed, members: list[PersonSeed]
) -> None:
    drivers = [person for person in members if 20 <= person.age < 66]
    draw = rng.random()
    if drivers and draw < 0.62:
        kind = "普通二轮摩托车" if draw < 0.24 else "三轮汽车" if draw < 0.36 else "小型轿车"
        if draw >= 0.54:
            kind = "小型普通客车" if draw < 0.59 else "轻型普通货车"
        county.vehicles[drivers[0].local_id] = new_vehicle(
            county, rng, kind, days_back(rng, 31, 3600)
        )
    if rng.random() < (0.10 if household.urban else 0.05):
        county.second_houses.add(household.local_id)
    if rng.random() < 0.3:
        county.income(members[0]).rent = rng.randint(10, 120) * 100
