"""A household in, every programme for every member out; what excludes what never meets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.rules import HouseholdFacts, ObligorFacts, PersonFacts, assess, replay
from doudi.rules.book import rulebook

from .families import CLEAR_DAY, QINGSHUI, family, households, person

ABLE: dict[str, Any] = dict.fromkeys(
    ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内行走", "自主洗澡"), True
)
AFTER = date(2023, 11, 1)
quick = settings(max_examples=40, deadline=None, derandomize=True)


def uncle(**values: Any) -> PersonFacts:
    """An old man without anybody, who lives with the family of a neighbour."""
    alone = {"与申请人关系": "其他", "有法定义务": False, "法定义务人情况": "没有"}
    return person("叔", 出生日期="1950-01-01", **{**alone, **ABLE, **values})


def test_a_destitute_member_is_taken_out_and_the_family_is_asked_again_without_him() -> None:
    household = family(
        person(), person("乙", 与申请人关系="配偶"), uncle(有法定义务=True, 共同居住月数=24),
        城乡="农村", 评定类别="一类",
    )  # fmt: skip
    # Living with able members who owe him support he is a member; when they do not, he is not.
    assert assess(household, CLEAR_DAY, QINGSHUI).destitute == ()
    answer = assess(family(*household.members[:2], uncle(), 城乡="农村", 评定类别="一类"),
                    CLEAR_DAY, QINGSHUI)  # fmt: skip
    assert answer.destitute == ("叔",)
    paid = {(each.programme, each.holder): each.monthly.yuan() for each in answer.awards}
    assert paid == {("低保", ""): "798.00", ("特困", "叔"): "658.00"}
    assert answer.monthly().yuan() == "1456.00"
    assert replay(answer.determination.to_text()).same


def test_a_lone_old_person_is_destitute_and_no_longer_a_household_on_the_minimum() -> None:
    answer = assess(family(uncle(与申请人关系="本人"), 城乡="农村"), CLEAR_DAY, QINGSHUI)
    assert [(each.programme, each.holder) for each in answer.awards] == [("特困", "叔")]
    low = answer.determination.outcome("低保")
    assert low is not None
    assert low.result == "不符合"


def test_a_destitute_person_with_a_severe_disability_is_told_why_there_are_no_allowances() -> None:
    answer = assess(
        family(uncle(与申请人关系="本人", 残疾类别="视力", 残疾等级="一级", 长期照护月数=12),
               城乡="农村"),
        CLEAR_DAY, QINGSHUI,
    )  # fmt: skip
    told = {(each.programme, each.holder, each.by) for each in answer.exclusions}
    assert ("困难残疾人生活补贴", "叔", "特困") in told
    assert ("重度残疾人护理补贴", "叔", "特困") in told
    assert [each.programme for each in answer.awards] == ["特困"]


def test_an_orphan_chooses_and_only_one_of_the_two_is_paid() -> None:
    dead = {"义务人关系": "父母", "义务人情形": "死亡", "义务人出生日期": "1980-01-01"}
    parents = tuple(ObligorFacts(who, ("孩",), dead) for who in ("父", "母"))
    paid = []
    for choice in (True, False):
        child = person("孩", 出生日期="2011-03-01", 法定义务人情况="已逐人填写",
                       选择儿童福利保障=choice, **ABLE)  # fmt: skip
        household = HouseholdFacts(family(城乡="农村", 评定类别="一类").values, (child,), parents)
        answer = assess(household, CLEAR_DAY, QINGSHUI)
        paid.append([each.programme for each in answer.awards if each.holder == "孩"])
        said = {(each.programme, each.by) for each in answer.exclusions if each.holder == "孩"}
        assert (("特困", "儿童福利") if choice else ("孤儿", "特困")) in said
    assert paid == [["孤儿"], ["特困"]]


def test_referrals_stand_apart_from_what_the_bureau_decides() -> None:
    student = person("丙", 与申请人关系="子女", 出生日期="2010-03-01", 在读学段="义务教育")
    household = family(person(无业=True, 自付医疗费="100.00"), student, 住房困难=True)
    answer = assess(household, CLEAR_DAY, QINGSHUI)
    found = {(each.help, each.to, each.holder) for each in answer.referrals}
    assert found == {
        ("医疗救助", "医保部门", "甲"),
        ("就业救助", "人力资源社会保障部门", "甲"),
        ("教育救助", "教育部门", "丙"),
        ("城镇住房救助", "住房城乡建设部门", ""),
    }
    assert not any(each.programme.startswith("转介") for each in answer.awards)
    assert json.loads(json.dumps(answer.as_json(), ensure_ascii=False))["referrals"]


def test_every_programme_answers_for_every_member_it_is_about() -> None:
    answer = assess(family(person(), person("乙", 与申请人关系="配偶")), AFTER, QINGSHUI)
    own = [*answer.awards, *answer.reviews, *answer.blocked, *answer.refused]
    asked = {(each.programme, each.holder) for each in own}
    for programme in rulebook().programmes:
        if not programme.to:
            holders = {holder for code, holder in asked if code == programme.code}
            assert holders == ({"甲", "乙"} if programme.holder.value == "人" else {""})


@st.composite
def complete(draw: st.DrawFn) -> HouseholdFacts:
    """Any household that also answers what the further programmes ask."""
    base = draw(households())
    members = []
    for member in base.members:
        more: dict[str, Any] = {
            "法定义务人情况": draw(st.sampled_from(["没有", "已逐人填写"])),
            "已享受特困供养": draw(st.sampled_from([False, False, False, True])),
            "长期照护月数": draw(st.sampled_from([0, 5, 6, 12])),
            "优抚对象": draw(st.booleans()),
            "一次性申请": draw(st.integers(0, 1)),
            "连续无收入月数": draw(st.integers(0, 6)),
            "失业保险覆盖": draw(st.booleans()),
            **{name: draw(st.booleans()) for name in ABLE},
        }
        members.append(PersonFacts(member.reference, {**member.values, **more}))
    values = {**base.values, "机动车最高价值": draw(st.sampled_from([0, 20_000_000]))}
    return replace(base, values=values, members=tuple(members))


@quick
@given(complete(), st.sampled_from([CLEAR_DAY, date(2022, 9, 1), AFTER]))
def test_what_excludes_each_other_is_never_paid_together(
    household: HouseholdFacts, on: date
) -> None:
    answer = assess(household, on, "620102")
    by_holder: dict[str, set[str]] = {}
    for outcome in answer.awards:
        by_holder.setdefault(outcome.holder, set()).add(outcome.programme)
    for holder, paid in by_holder.items():
        assert len(paid & {"低保", "低保边缘", "刚性支出困难"}) <= 1
        if "特困" in paid:
            assert not paid & {"单人户", "困难残疾人生活补贴", "重度残疾人护理补贴", "孤儿"}
            counted = [
                step.value
                for step in answer.determination.trace
                if step.name == "共同生活" and step.holder == holder
            ]
            assert counted == [False]


@quick
@given(complete(), st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing_in_any_programme(
    household: HouseholdFacts, chance: Any
) -> None:
    members = list(household.members)
    chance.shuffle(members)
    turned = replace(household, members=tuple(members))
    one, other = (assess(each, AFTER, "620102") for each in (household, turned))
    assert one.as_json() == other.as_json()
    assert one.determination.to_text() == other.determination.to_text()


@quick
@given(complete())
def test_every_stored_answer_over_all_programmes_is_computed_again_alike(
    household: HouseholdFacts,
) -> None:
    answer = assess(household, AFTER, "620102")
    again = replay(json.loads(answer.determination.to_text()))
    assert (again.same, again.same_rules, again.differences) == (True, True, ())


@quick
@given(complete())
def test_every_answer_gives_reasons_and_no_amount_is_negative_or_without_a_finding(
    household: HouseholdFacts,
) -> None:
    for outcome in assess(household, AFTER, "620102").determination.outcomes:
        assert outcome.reasons
        assert "（未知）" not in "".join(outcome.reasons)
        assert outcome.monthly >= 0
        assert outcome.monthly == 0 or outcome.result == "符合"
