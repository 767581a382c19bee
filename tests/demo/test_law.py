"""What the stories expect is what the law says: each told household is put before the rules."""

from collections.abc import Iterable
from datetime import date

import pytest

from demo.county import County, HouseholdSeed, PersonSeed, generate
from demo.county.model import DIBAO, EDGE, KNOWN_ON, TEKUN
from doudi.rules import HouseholdFacts, PersonFacts, determine_many

DECIDED_ON = date(2022, 6, 15)
RELATIONS = {
    "户主": "本人", "配偶": "配偶", "子": "子女", "女": "子女", "父亲": "父母", "母亲": "父母",
    "孙子": "孙子女", "孙女": "孙子女",
}  # fmt: skip


@pytest.fixture(scope="module")
def county() -> County:
    return generate(scale=0.05)


def person_facts(county: County, person: PersonSeed, self_pay: int) -> PersonFacts:
    income = county.income(person)
    pensions = income.pension_base + income.pension_account + income.pension_employee
    disability = county.events.disabilities.get(person.local_id)
    disability = disability or county.disabilities.get(person.local_id)
    values: dict[str, int | bool | str | None] = {
        "与申请人关系": RELATIONS.get(person.relation, "其他"),
        "出生日期": person.birth.isoformat(),
        "人员状态": "死亡" if person.local_id in county.events.deaths else "正常",
        "在读层次": "本科及以下" if person.work == "在校" else "不在读",
        "工资性收入": income.wage * 12,
        "工资为净额": True,
        "经营净收入": income.business * 12,
        "财产净收入": income.rent * 12,
        "转移性收入": (income.transfer + pensions) * 12,
        "基础养老金": income.pension_base * 12,
        "自付医疗费": self_pay,
    }
    if disability is not None:
        values |= {"残疾类别": disability.type, "残疾等级": disability.level}
    return PersonFacts(str(person.local_id), values)


def results(
    county: County, households: Iterable[HouseholdSeed], on: date, *, with_bills: bool
) -> list[dict[str, str]]:
    bills: dict[int, int] = {}
    for stay in county.events.stays if with_bills else ():
        bills[stay.person_local_id] = bills.get(stay.person_local_id, 0) + stay.self_pay
    asked = []
    for household in households:
        members = county.members(household)
        vehicles = [v for m in household.members if (v := county.vehicles.get(m))]
        companies = [e for m in household.members if (e := county.enterprises.get(m))]
        values: dict[str, int | bool | str | None] = {
            "城乡": "城市" if household.urban else "农村",
            "评定类别": "二类",
            "金融资产": county.savings_fen(household),
            "住房套数": 1 + (household.local_id in county.second_houses),
            "机动车数": len(vehicles),
            "机动车豁免数": sum(not vehicle.is_car for vehicle in vehicles),
            "经营企业数": sum(company.type != "个体工商户" for company in companies),
            "非居住房产数": 0,
        }
        people = (person_facts(county, p, bills.get(p.local_id, 0)) for p in members)
        asked.append(HouseholdFacts(values, tuple(people)))
    found = determine_many(asked, on, "620521")
    return [
        {
            outcome.programme: outcome.result
            for outcome in sorted(each.outcomes, key=lambda outcome: outcome.result == "符合")
        }
        for each in found
    ]


def test_the_law_approves_whom_the_stories_want_approved_and_refuses_the_others(
    county: County,
) -> None:
    stories = [s for s in county.truth if s.direction != "out" and s.programme != "临时救助"]
    households = [county.household(story.household_id) for story in stories]
    answers = results(county, households, DECIDED_ON, with_bills=True)
    for story, answer in zip(stories, answers, strict=True):
        if story.expect == "approve" and story.programme == DIBAO:
            assert answer["低保"] == "符合", story
        elif story.expect == "approve":
            assert story.programme == "单人户低保"
            assert (answer["低保"], answer["单人户"]) == ("不符合", "符合"), story
        elif story.expect in ("refuse_income", "refuse_property"):
            assert (answer["低保"], answer["低保边缘"]) == ("不符合", "不符合"), story
    assert {story.expect for story in stories} >= {"approve", "refuse_income", "refuse_property"}


def test_those_who_receive_on_day_one_are_entitled_to_what_they_receive(county: County) -> None:
    quiet = [h for h in county.households if h.local_id not in county.events.told]
    for group, programme in ((DIBAO, "低保"), (TEKUN, "低保"), (EDGE, "低保边缘")):
        chosen = [household for household in quiet if household.group == group]
        assert chosen
        for household, answer in zip(
            chosen, results(county, chosen, KNOWN_ON, with_bills=False), strict=True
        ):
            assert answer[programme] == "符合", household


def test_the_law_finds_nobody_overlooked_before_the_month_begins(county: County) -> None:
    quiet = [
        household
        for household in county.households[:1200]
        if household.group == "普通" and household.local_id not in county.events.told
    ]
    for household, answer in zip(
        quiet, results(county, quiet, KNOWN_ON, with_bills=False), strict=True
    ):
        assert answer["低保"] == "不符合", household
