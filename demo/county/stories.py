"""Who is really in trouble, who only looks like it, and who is paid but should not be.

Each story claims one household of its own,
so that one just answer is known for each. `expect` says it:
approve, refuse_income, refuse_property, subsidy (no means test), review (payment to be questioned),
keep (looks bad, is excused).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from demo.county import lives, month, welfare
from demo.county.model import (
    DIBAO,
    EDGE,
    LIVING_SUBSIDY,
    NURSING_SUBSIDY,
    TEKUN,
    HouseholdSeed,
    Monitored,
    PersonSeed,
    Story,
)

if TYPE_CHECKING:
    from demo.county.county import County

MEDICAL, DISABLED, PENSION, JOBLESS = "医保住院", "残联残疾证", "人社养老金", "人社失业"
DEATH, VEHICLE, CREMATION, STUDENT = "公安死亡", "公安机动车", "殡仪馆火化", "教育新录取"
MONITORED, ENTERPRISE, AID_AT_SCHOOL = "乡村振兴监测", "市场监管人员", "教育资助"
RELIEF, SINGLE = "临时救助", "单人户低保"


class Teller:
    """Finds a household that fits a story, makes it true, and writes it down."""

    def __init__(self, county: County, rng: random.Random) -> None:
        self.county = county
        self.rng = rng
        self.pools: dict[str, list[HouseholdSeed]] = {}
        for household in county.households:
            if household.registered_elsewhere:
                continue
            pool = household.group
            if pool == "普通" and household.local_id in county.monitored:
                pool = "监测"
            self.pools.setdefault(pool, []).append(household)
        for pool in self.pools.values():
            rng.shuffle(pool)

    def each(
        self, base: int, pools: Iterable[str], fits: Callable[[HouseholdSeed], bool]
    ) -> Iterable[HouseholdSeed]:
        """Households nobody has told of yet; `base` many at scale 1, two at least."""
        told = self.county.events.told
        left = max(2, round(base * self.county.scale))
        for pool in pools:
            for household in self.pools.get(pool, ()):
                if left == 0:
                    return
                if household.local_id not in told and fits(household):
                    told.add(household.local_id)
                    left -= 1
                    yield household

    def note(
        self, kind: str, household: HouseholdSeed, person: PersonSeed, answer: tuple[str, str, str],
        why: str, *files: str,
    ) -> None:  # fmt: skip
        """Write the truth: `answer` is direction, expectation and programme."""
        county = self.county
        direction, expect, programme = answer
        detail = {
            "per_head_fen": county.per_head_fen(household),
            "standard_fen": household.standard_fen,
            "size": household.size,
            "clean": county.is_clean(household),
        }
        county.truth.append(
            Story(
                len(county.truth) + 1, kind, household.local_id, person.local_id, direction, expect,
                programme, why, files, detail,
            )
        )  # fmt: skip

    def is_plain(self, household: HouseholdSeed) -> bool:
        """Only members the law counts, and no pension that a story could not take away."""
        members = self.county.members(household)
        return self.county.is_close(household) and not any(
            self.county.income(person).pension_employee for person in members
        )

    def impoverish(self, household: HouseholdSeed) -> None:
        """Make 低保 really due: clean property, income well below the standard."""
        welfare.make_clean(self.county, household)
        welfare.set_per_head(self.county, self.rng, household, self.rng.uniform(0.25, 0.7))
        assert self.county.per_head_fen(household, gross=True) < household.standard_fen

    def enrich(self, household: HouseholdSeed, spent_fen: int = 0) -> None:
        """Keep income above every line, a year's spending of that size deducted."""
        per_head_month = spent_fen / 12 / household.size / household.standard_fen
        share = self.rng.uniform(1.8, 2.4) + per_head_month
        welfare.lift(self.county, self.rng, household, share)

    def grown(self, household: HouseholdSeed) -> PersonSeed:
        """The head, or another grown member."""
        grown = [p for p in self.county.members(household) if p.age >= 16]
        return self.rng.choice(grown) if grown else self.county.person(household.head)


def tell(county: County, rng: random.Random) -> None:
    """All stories of the month."""
    teller = Teller(county, rng)
    for story in (
        _students, _pensions, _main_earner_dies, _jobless, _large_self_pay,
        _large_self_pay_of_known,
        _large_self_pay_refused, _severe_disability, _severe_disability_of_known, _newly_monitored,
        _deaths_of_recipients, _vehicles, _enterprises,
    ):  # fmt: skip
        story(teller)


def _large_self_pay(teller: Teller) -> None:
    rng = teller.rng
    for household in teller.each(300, ("普通",), teller.is_plain):
        teller.impoverish(household)
        patient = teller.grown(household)
        month.add_stay(teller.county, rng, patient, rng.randint(10500, 38000) * 100, grave=True)
        teller.note("大病自付应纳低保", household, patient, ("in", "approve", DIBAO),
                    "单次住院自付超过10000元，人均收入低于低保标准，财产符合规定",
                    MEDICAL)  # fmt: skip
    for household in teller.each(150, ("监测",), teller.is_plain):
        teller.impoverish(household)
        patient = teller.grown(household)
        month.add_stay(teller.county, rng, patient, rng.randint(6300, 16000) * 100, grave=True)
        teller.note("监测户大病自付应纳低保", household, patient, ("in", "approve", DIBAO),
                    "防返贫监测户单次住院自付超过6000元，人均收入低于低保标准",
                    MEDICAL)  # fmt: skip


def _large_self_pay_of_known(teller: Teller) -> None:
    rng = teller.rng
    for household in teller.each(150, (EDGE,), lambda _: True):
        patient = teller.grown(household)
        # Enough that income, the year's illness deducted, falls below the standard.
        above = (
            teller.county.per_head_fen(household, gross=True) - household.standard_fen * 85 // 100
        )
        self_pay = max(rng.randint(6300, 12000) * 100, above * household.size * 12)
        month.add_stay(teller.county, rng, patient, self_pay, grave=True)
        teller.note("边缘户大病自付", household, patient, ("in", "approve", DIBAO),
                    "低保边缘家庭单次住院自付超过6000元，扣除后人均收入低于低保标准",
                    MEDICAL)  # fmt: skip
    for household in teller.each(200, (DIBAO,), lambda _: True):
        patient = teller.grown(household)
        month.add_stay(teller.county, rng, patient, rng.randint(6300, 15000) * 100, grave=True)
        teller.note("低保户大病自付", household, patient, ("in", "approve", RELIEF),
                    "在保家庭单次住院自付超过6000元", MEDICAL)  # fmt: skip


def _large_self_pay_refused(teller: Teller) -> None:
    rng = teller.rng
    for household in teller.each(300, ("普通",), teller.is_plain):
        self_pay = rng.randint(10500, 26000) * 100
        teller.enrich(household, self_pay)
        patient = teller.grown(household)
        month.add_stay(teller.county, rng, patient, self_pay, grave=True)
        teller.note("大病自付收入超标", household, patient, ("none", "refuse_income", DIBAO),
                    "自付超过10000元，但扣除后人均收入仍高于低保边缘线", MEDICAL)  # fmt: skip
    for household in teller.each(100, ("普通",), teller.is_plain):
        teller.impoverish(household)
        driver = teller.county.person(household.head)
        teller.county.vehicles[driver.local_id] = lives.new_vehicle(
            teller.county, rng, "小型轿车", lives.days_back(rng, 40, 900)
        )
        month.add_stay(teller.county, rng, driver, rng.randint(10500, 20000) * 100, grave=True)
        teller.note("大病自付名下有车", household, driver, ("none", "refuse_property", DIBAO),
                    "人均收入低于低保标准，但名下有非豁免机动车", MEDICAL)  # fmt: skip


def _certify(teller: Teller, household: HouseholdSeed) -> PersonSeed:
    """A new severe certificate for a member who had none."""
    county = teller.county
    # Who earns least; whoever earns the household's living would lose it and change the story.
    person = min(
        (p for p in county.members(household) if p.local_id not in county.disabilities),
        key=lambda each: (county.income(each).counted, each.local_id),
    )
    county.events.disabilities[person.local_id] = lives.new_disability(
        teller.rng, person, month.day_in_month(teller.rng), severe=True
    )
    return person


def _severe_disability(teller: Teller) -> None:
    def fits(household: HouseholdSeed) -> bool:
        return not any(member in teller.county.disabilities for member in household.members)

    for household in teller.each(200, ("普通",), lambda h: fits(h) and teller.is_plain(h)):
        teller.impoverish(household)
        teller.note("新办重残应纳低保", household, _certify(teller, household), ("in", "approve",
        DIBAO),
                    "新办一级或二级残疾证，人均收入低于低保标准，财产符合规定",
                    DISABLED)  # fmt: skip
    for household in teller.each(150, ("普通",), lambda h: fits(h) and teller.is_plain(h)):
        teller.enrich(household)
        teller.note("新办重残收入超标", household, _certify(teller, household),
                    ("in", "subsidy", NURSING_SUBSIDY),
                    "收入高于标准，不能纳入低保；护理补贴不看收入", DISABLED)  # fmt: skip


def _severe_disability_of_known(teller: Teller) -> None:
    def fits(household: HouseholdSeed) -> bool:
        return not any(member in teller.county.disabilities for member in household.members)

    def somebody_earns_little(household: HouseholdSeed) -> bool:
        incomes = [teller.county.income(p) for p in teller.county.members(household)]
        return min(income.counted for income in incomes) < household.standard_fen // 2

    for household in teller.each(100, (EDGE,), lambda h: fits(h) and somebody_earns_little(h)):
        teller.note("边缘户新办重残", household, _certify(teller, household), ("in", "approve",
        SINGLE),
                    "低保边缘家庭中的一级或二级残疾人，可以参照单人户申请", DISABLED)  # fmt: skip
    for household in teller.each(150, (DIBAO,), fits):
        teller.note("低保户新办重残", household, _certify(teller, household),
                    ("in", "subsidy", f"{LIVING_SUBSIDY}+{NURSING_SUBSIDY}"),
                    "低保家庭中的重度残疾人，应享受两项补贴", DISABLED)  # fmt: skip


def _newly_monitored(teller: Teller) -> None:
    rng, monitored = teller.rng, teller.county.events.monitored

    def fits(household: HouseholdSeed) -> bool:
        return not household.urban

    def notice(household: HouseholdSeed) -> None:
        kind = "脱贫不稳定户" if household.once_poor else "边缘易致贫户"
        monitored[household.local_id] = Monitored(
            kind, rng.choice(("因病", "因残", "务工不稳", "缺劳动力")), month.day_in_month(rng, 25)
        )

    for household in teller.each(120, ("普通",), lambda h: fits(h) and teller.is_plain(h)):
        teller.impoverish(household)
        notice(household)
        teller.note("新识别防返贫应纳低保", household, teller.county.person(household.head),
                    ("in", "approve", DIBAO), "新识别监测户，未享受任何救助，人均收入低于低保标准",
                    MONITORED)  # fmt: skip
    for household in teller.each(80, ("普通",), lambda h: fits(h) and teller.is_plain(h)):
        teller.enrich(household)
        notice(household)
        teller.note("新识别防返贫收入超标", household, teller.county.person(household.head),
                    ("none", "refuse_income", DIBAO), "新识别监测户，人均收入高于低保边缘线",
                    MONITORED)  # fmt: skip


def _jobless(teller: Teller) -> None:
    county, rng = teller.county, teller.rng

    def fits(household: HouseholdSeed) -> bool:
        able = [p for p in county.members(household) if p.labour == "有" and p.work != "在校"]
        return (
            1 <= len(able) <= 2
            and able[0].local_id == household.head
            and teller.is_plain(household)
        )

    for household in teller.each(150, ("普通",), fits):
        teller.impoverish(household)
        worker = county.person(household.head)
        for person in county.members(household):
            # Nobody else has a job either; what they have comes from the fields.
            income = county.income(person)
            income.business, income.wage = income.business + income.wage, 0
            person.work = "务农" if person.work == "本地务工" else person.work
        # The job ended with April: yesterday's wage is known, and known to have ended.
        county.events.ended_wages[worker.local_id] = rng.randint(2600, 4200) * 100
        worker.work = "无业"
        county.events.unemployed[worker.local_id] = month.day_in_month(rng)
        teller.note("主要劳动力失业", household, worker, ("in", "approve", DIBAO),
                    "唯一务工收入4月底中断，新登记失业，人均收入低于低保标准", JOBLESS)  # fmt: skip


def _main_earner_dies(teller: Teller) -> None:
    county, rng = teller.county, teller.rng

    def fits(household: HouseholdSeed) -> bool:
        return household.kind == "核心" and household.size >= 3 and teller.is_plain(household)

    for household in teller.each(60, ("普通",), fits):
        welfare.make_clean(county, household)
        earner = county.person(household.head)
        earner.work = "本地务工"
        county.income(earner).wage = max(380000, 100000 * household.size)
        county.events.deaths[earner.local_id] = month.new_death(rng, police=True, cremated=False)
        teller.note("主要劳动力死亡", household, earner, ("in", "approve", DIBAO),
                    "唯一收入来源死亡，其余成员没有收入，财产符合规定", DEATH)  # fmt: skip


def _students(teller: Teller) -> None:
    county, rng = teller.county, teller.rng

    def leaver(household: HouseholdSeed) -> PersonSeed | None:
        for person in county.members(household):
            school = county.schools.get(person.local_id)
            if school and 16 <= person.age <= 19 and not school.stage.startswith("大学"):
                return person
        return None

    for household in teller.each(200, (DIBAO, EDGE, "监测"), lambda h: leaver(h) is not None):
        student = leaver(household)
        assert student is not None
        month.add_student(county, rng, student)
        teller.note("困难家庭新大学生", household, student, ("in", "approve", RELIEF),
                    "低保、边缘或监测家庭子女新录取大学，应落实教育救助和临时救助",
                    STUDENT)  # fmt: skip


def _deaths_of_recipients(teller: Teller) -> None:
    county, rng = teller.county, teller.rng
    for kind, base, police, cremated in (
        ("在保人员死亡", 170, True, False),
        ("在保人员死亡并火化", 80, True, True),
        ("火化未注销户口", 80, False, True),
    ):
        for household in teller.each(
            base, (DIBAO,) if base > 100 else (TEKUN, DIBAO), lambda _: True
        ):
            oldest = min(county.members(household), key=lambda person: person.birth)
            county.events.deaths[oldest.local_id] = month.new_death(
                rng, police=police, cremated=cremated
            )
            files = (DEATH,) * police + (CREMATION,) * cremated
            teller.note(kind, household, oldest, ("out", "review", household.group),
                        "领取人已死亡，本人份额自次月起不应再发", *files)  # fmt: skip


def _driver(county: County, household: HouseholdSeed) -> PersonSeed | None:
    for person in county.members(household):
        if 20 <= person.age < 66 and person.local_id not in county.vehicles:
            return person
    return None


def _vehicles(teller: Teller) -> None:
    county, rng = teller.county, teller.rng
    for kind, base, types, answer, why in (
        ("在保家庭新增机动车", 120, ("小型轿车", "小型普通客车"), ("out", "review", DIBAO),
         "在保家庭新登记非豁免机动车"),
        ("在保家庭新增豁免车辆", 60, ("普通二轮摩托车", "三轮汽车"), ("none", "keep", DIBAO),
         "摩托车、三轮汽车属于豁免，不影响保障"),
    ):  # fmt: skip
        for household in teller.each(base, (DIBAO,), lambda h: _driver(county, h) is not None):
            driver = _driver(county, household)
            assert driver is not None
            county.events.vehicles[driver.local_id] = lives.new_vehicle(
                county, rng, rng.choice(types), month.day_in_month(rng)
            )
            teller.note(kind, household, driver, answer, why, VEHICLE)


def _enterprises(teller: Teller) -> None:
    county, rng = teller.county, teller.rng

    def owner(household: HouseholdSeed) -> PersonSeed | None:
        return next((p for p in county.members(household) if 20 <= p.age < 66), None)

    for household in teller.each(60, (DIBAO,), lambda h: owner(h) is not None):
        person = owner(household)
        assert person is not None
        county.events.enterprises[person.local_id] = lives.new_enterprise(
            county, rng, person, month.day_in_month(rng), company=True
        )
        teller.note("在保家庭新办企业", household, person, ("out", "review", DIBAO),
                    "在保家庭成员新任正常经营企业的法定代表人、股东或高管", ENTERPRISE)  # fmt: skip


def _pensions(teller: Teller) -> None:
    county, rng = teller.county, teller.rng

    def retiree(household: HouseholdSeed) -> PersonSeed | None:
        return next((p for p in county.members(household) if 60 <= p.age <= 70), None)

    for household in teller.each(60, (DIBAO,), lambda h: retiree(h) is not None):
        person = retiree(household)
        assert person is not None
        county.events.pensions[person.local_id] = rng.randint(2100, 3600) * 100
        teller.note("在保人员新领职工养老金", household, person, ("out", "review", DIBAO),
                    "月养老金不低于低保标准，应重新核算收入", PENSION)  # fmt: skip
