"""The means of a household: facts in the words of the rules; what nobody said stays unknown."""

from datetime import date

import pytest

from doudi.base.access import scope
from doudi.kernel import clock
from doudi.people import facts, registry
from doudi.people.facts import FactValue
from doudi.people.means import accounting_months, household_means, means_of, means_snapshot
from doudi.people.relations import relation_to_applicant
from doudi.rules import HouseholdFacts, determine
from tests.arrange import COUNTY
from tests.people.people import a_household, a_person, clerk

pytestmark = pytest.mark.django_db
JAN, ON = date(2022, 1, 1), date(2022, 6, 15)


def say(person_id: int, *values: FactValue, source: str = "visit:1") -> None:
    facts.record(person_id, values, source, by=clerk())


def value(kind: str, key: str = "", amount: int | None = None, code: str = "", **more) -> FactValue:
    return FactValue(kind, key, amount, code, **{"valid_since": JAN, **more})


REVIEWED = (value("income.reviewed"), value("property.reviewed"))


def means(home: int, **asked) -> HouseholdFacts:
    with scope(COUNTY):
        return household_means(home, ON, **asked)


def test_what_no_source_says_is_unknown_and_never_nil():
    seen = means(a_household().pk)
    person = seen.members[0].values
    for name in ("工资性收入", "经营净收入", "财产净收入", "转移性收入", "工资为净额"):
        assert person[name] is None
    for name in ("金融资产", "住房套数", "机动车数", "经营企业数", "非居住房产数", "评定类别"):
        assert seen.values[name] is None


def test_a_full_review_makes_what_it_does_not_mention_nil():
    person = a_person()
    home = a_household(person).pk
    say(person.pk, *REVIEWED, value("income.wage", "务工", 50000, detail={"net": True}))
    seen = means(home)
    told = seen.members[0].values
    assert (told["工资性收入"], told["工资为净额"]) == (50000 * 12, True)
    assert told["经营净收入"] == told["转移性收入"] == 0
    assert seen.values["机动车数"] == seen.values["金融资产"] == 0
    result = determine(seen, ON, "620521", programmes=("低保",)).outcome("低保")
    assert [want.name for want in result.missing] == ["评定类别"] or result.result == "不符合"


def test_property_is_unknown_until_every_member_was_reviewed():
    head, wife = a_person(), a_person("李梅", 2)
    home = a_household(head, wife, relations=("配偶",)).pk
    say(head.pk, *REVIEWED)
    assert means(home).values["机动车数"] is None
    say(wife.pk, *REVIEWED)
    assert means(home).values["机动车数"] == 0


def test_a_wage_that_ended_is_nil_and_one_that_was_never_told_is_unknown():
    head, wife = a_person(), a_person("李梅", 2)
    home = a_household(head, wife, relations=("配偶",)).pk
    say(head.pk, value("income.wage", "", 300000, valid_before=date(2022, 5, 1)))
    values = [member.values["工资性收入"] for member in means(home).members]
    assert values == [0, None]
    say(wife.pk, value("unemployment", "登记", code="登记失业"))
    assert [m.values["工资性收入"] for m in means(home).members] == [0, 0]
    assert means(home).members[1].values["无业"] is True


def test_wages_whose_costs_are_unclear_leave_the_net_unknown():
    person = a_person()
    home = a_household(person).pk
    say(
        person.pk,
        value("income.wage", "甲", 1, detail={"net": True}),
        value("income.wage", "乙", 1),
    )
    assert means(home).members[0].values["工资为净额"] is None


def test_a_pension_told_by_its_payer_replaces_the_declared_one_and_exemptions_are_named():
    person = a_person()
    home = a_household(person).pk
    say(
        person.pk,
        value("income.transfer", "赡养费", 20000),
        value("income.transfer", "基础养老金", 11000, "X03"),
    )
    assert means(home).members[0].values["转移性收入"] == 31000 * 12
    say(person.pk, value("pension", "基础", 12000, "X03"), source="delivery:1:1")
    told = means(home).members[0].values
    assert (told["转移性收入"], told["基础养老金"]) == (32000 * 12, 12000 * 12)


def test_property_is_counted_by_what_it_is():
    person = a_person()
    home = a_household(person).pk
    say(
        person.pk,
        value("vehicle", "a", 8000000, "小型轿车"),
        value("vehicle", "b", 200000, "普通二轮摩托车"),
        value("house", "1", code="宅基地住房"),
        value("house", "2", code="商铺"),
        value(
            "enterprise", "91", code="法定代表人", detail={"type": "有限责任公司", "status": "吊销"}
        ),
        value("enterprise", "92", code="经营者", detail={"type": "个体工商户"}),
        value("asset.financial", "存款", 500000),
        value("benefit", "低保", 32300, "二类"),
    )
    told = means(home).values
    assert {name: told[name] for name in told if name != "城乡"} == {
        "评定类别": "二类", "金融资产": 500000, "住房套数": 1, "非居住房产数": 1, "机动车数": 2,
        "机动车豁免数": 1, "经营企业数": 1, "企业待核数": 1,
    }  # fmt: skip


def test_persons_carry_disability_illness_school_and_bills_of_the_window():
    person = a_person()
    home = a_household(person).pk
    say(
        person.pk,
        value("disability", "证", code="42"),
        value("illness.major", "C50", code="C50"),
        value("schooling", "2021-2022", code="硕士研究生"),
        value("medical.self_pay", "old", 999, valid_since=date(2021, 6, 15)),
        value("medical.self_pay", "a", 100, valid_since=date(2021, 6, 16)),
        value("medical.self_pay", "b", 20, valid_since=ON),
        value("medical.self_pay", "later", 7, valid_since=date(2022, 6, 16)),
    )
    told = means(home).members[0].values
    assert (told["残疾类别"], told["残疾等级"], told["重特大疾病"]) == (4, 2, True)
    assert (told["在读层次"], told["自付医疗费"]) == ("研究生", 120)


def test_the_means_of_a_past_day_of_knowledge_are_what_was_known_then():
    person = a_person()
    home = a_household(person).pk
    with clock.business_at(date(2022, 4, 30)) as april:
        say(person.pk, value("income.wage", "", 100))
    with clock.business_at(date(2022, 6, 10)):
        say(person.pk, value("income.wage", "", 200), source="visit:2")
    assert means(home, as_known=april).members[0].values["工资性收入"] == 1200
    assert means(home).members[0].values["工资性收入"] == 2400


def test_many_households_take_three_queries_and_a_snapshot_reads_back(django_assert_num_queries):
    homes = [a_household(a_person(serial=k)).pk for k in range(1, 4)]
    with scope(COUNTY), django_assert_num_queries(3):
        assert set(means_of(homes, ON)) == set(homes)
    with scope(COUNTY):
        stored = means_snapshot(homes[0], ON)
        assert HouseholdFacts.from_json(stored) == household_means(homes[0], ON)


def test_who_died_is_no_longer_a_member_and_who_applies_is_the_measure_of_relations():
    head, wife = a_person(), a_person("李梅", 2)
    child = a_person("张小", 4, birth=date(2012, 1, 1))
    home = a_household(head, wife, child, relations=("配偶", "女")).pk
    with clock.business_at(ON):
        registry.record_death(head.pk, date(2022, 6, 1), "visit:9", by=clerk())
    seen = means(home, applicant_id=wife.pk)
    assert [m.values["与申请人关系"] for m in seen.members] == ["本人", "子女"]


@pytest.mark.parametrize(
    ("relation", "applicant", "expected"),
    [
        ("户主", "户主", "本人"), ("儿媳", "户主", "其他"), ("外孙女", "户主", "孙子女"),
        ("户主", "妻", "配偶"), ("长子", "配偶", "子女"), ("父亲", "配偶", "其他"),
        ("户主", "子", "父母"), ("女", "子", "兄弟姐妹"), ("母亲", "子", "祖父母"),
        ("户主", "父亲", "子女"), ("妻", "母亲", "其他"), ("户主", "女婿", "其他"),
    ],
)  # fmt: skip
def test_relations_to_the_head_are_turned_to_the_applicant(relation, applicant, expected):
    assert relation_to_applicant(relation, applicant) == expected


def test_the_accounting_window_is_a_dated_parameter():
    assert accounting_months("620521100201", ON) == 12
