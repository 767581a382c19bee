"""如果…: a computed value is set, all that follows follows, and nobody takes it for a decision."""

from __future__ import annotations

from datetime import date

import pytest

from doudi.rules import (
    Determination,
    FactRefused,
    HouseholdFacts,
    ObligorFacts,
    OnlySupposed,
    assess,
    determine,
    replay,
)
from doudi.rules.book import rulebook

from .families import CLEAR_DAY, QINGSHUI, family, person

COUPLE = family(person(), person("乙", 与申请人关系="配偶", 转移性收入="24000", 残疾等级="二级"))
SON = ObligorFacts(
    "子",
    ("甲",),
    {
        "义务人关系": "子女", "义务人出生日期": "1978-01-01", "义务人家庭月人均收入": "1500.00",
        "义务人家庭人数": 4, "义务人财产": "符合", "义务人年收入": "30000.00",
    },
)  # fmt: skip
OLD = HouseholdFacts(
    family().values, (person(出生日期="1950-01-01", 法定义务人情况="已逐人填写"),), (SON,)
)


def supposed(household: HouseholdFacts, **values: object) -> Determination:
    told = {(name, ""): value for name, value in values.items()}
    return determine(household, CLEAR_DAY, QINGSHUI, supposing=told)  # type: ignore[arg-type]


def test_everything_below_a_supposed_value_follows_it() -> None:
    answer = supposed(COUPLE, 人均收入="500.00")
    outcome = answer.outcome("低保")
    assert outcome is not None
    assert (outcome.result, int(outcome.monthly)) == ("符合", 2 * (62300 - 50000))
    assert outcome.reasons[0].startswith("月人均收入 500.00 元")
    edge = answer.outcome("低保边缘")
    assert edge is not None
    assert edge.result == "不符合"


def test_the_trace_marks_it_and_what_it_would_be_worked_out_from_is_not_told() -> None:
    answer = supposed(COUPLE, 人均收入="500.00")
    step = next(step for step in answer.trace if step.name == "人均收入")
    assert (step.kind, step.value, step.inputs) == ("假设", 50000, ())
    lines = answer.why("低保")
    told = next(line for line in lines if line.text.startswith("人均收入 ="))
    assert "假设的值，不是算出来的" in told.text
    assert not any("家庭总收入" in line.text for line in lines)


def test_what_is_unknown_above_a_supposed_value_does_not_matter() -> None:
    unknown = family(person(转移性收入=None))
    outcome = supposed(unknown, 人均收入="500.00").outcome("低保")
    assert outcome is not None
    assert outcome.result == "符合"


def test_one_person_may_be_supposed_while_the_others_are_worked_out() -> None:
    both = family(person(转移性收入="3600"), person("乙", 与申请人关系="配偶", 转移性收入="24000"))
    answer = determine(both, CLEAR_DAY, QINGSHUI, supposing={("本人收入", "乙"): "1200.00"})
    kinds = {step.holder: step.kind for step in answer.trace if step.name == "本人收入"}
    assert kinds == {"甲": "规则", "乙": "假设"}
    outcome = answer.outcome("低保")
    assert outcome is not None
    assert int(outcome.monthly) == 2 * 62300 - 30000 - 10000


def test_of_an_obligor_too() -> None:
    plain = determine(OLD, CLEAR_DAY, QINGSHUI)
    relieved = determine(OLD, CLEAR_DAY, QINGSHUI, supposing={("义务人无履行能力", "子"): "符合"})
    results = [answer.outcome("特困", "甲") for answer in (plain, relieved)]
    assert [outcome.result for outcome in results if outcome] == ["不符合", "缺资料"]


NAMES = [
    "家庭人口", "家庭总收入", "人均收入", "低保户", "边缘户", "低保金", "低保财产结论", "渐退阶段",
    "收入低于低保标准", "临时救助审批级", "共同生活", "年龄", "本人收入", "困难层次", "重残结论",
    "按特困供养", "增发比例", "义务人无履行能力",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("household", [COUPLE, OLD], ids=["couple", "old"])
def test_supposing_what_is_so_anyway_changes_nothing(name: str, household: HouseholdFacts) -> None:
    plain = determine(household, CLEAR_DAY, QINGSHUI)
    holders = {step.holder: step.value for step in plain.trace if step.name == name}
    told = {(name, holder): value for holder, value in holders.items() if value is not None}
    answer = determine(household, CLEAR_DAY, QINGSHUI, supposing=told)
    assert answer.outcomes == plain.outcomes
    assert answer.hypothetical is bool(told)


def test_a_supposition_leaves_no_trace_in_the_next_plain_answer() -> None:
    before = determine(COUPLE, CLEAR_DAY, QINGSHUI).to_text()
    supposed(COUPLE, 人均收入="1.00")
    assert determine(COUPLE, CLEAR_DAY, QINGSHUI).to_text() == before


def test_it_can_neither_be_stored_nor_read_back_nor_replayed() -> None:
    answer = supposed(COUPLE, 人均收入="500.00")
    assert answer.hypothetical
    for store in (answer.as_json, answer.to_text):
        with pytest.raises(OnlySupposed, match="人均收入"):
            store()
    shown = answer.as_shown_json()
    assert shown["hypothetical"]
    with pytest.raises(OnlySupposed):
        Determination.from_json(shown)
    with pytest.raises(OnlySupposed):
        replay(shown)
    plain = determine(COUPLE, CLEAR_DAY, QINGSHUI)
    assert plain.as_shown_json() == plain.as_json()


def test_a_whole_assessment_says_that_it_is_hypothetical() -> None:
    whole = assess(COUPLE, CLEAR_DAY, QINGSHUI, supposing={("人均收入", ""): "500.00"})
    assert whole.as_json()["hypothetical"]
    assert "hypothetical" not in assess(COUPLE, CLEAR_DAY, QINGSHUI).as_json()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({("没有这个", ""): 1}, "没有这个名称的规则"),
        ({("转移性收入", "甲"): 1}, "没有这个名称的规则"),
        ({("低保标准", ""): 1}, "没有这个名称的规则"),
        ({("刚性支出困难家庭", ""): 0}, "没有这个名称的规则"),
        ({("本人收入", ""): 1}, "每个人的值"),
        ({("人均收入", "甲"): 1}, "全家的值"),
        ({("人均收入", ""): None}, "不能是未知"),
        ({("低保户", ""): "也许"}, "看不懂“也许”"),
    ],
)
def test_what_cannot_be_supposed_is_told(told: dict[tuple[str, str], object], says: str) -> None:
    with pytest.raises(FactRefused, match=says):
        determine(COUPLE, CLEAR_DAY, QINGSHUI, supposing=told)  # type: ignore[arg-type]


def test_plans_with_suppositions_do_not_pile_up() -> None:
    book = rulebook()
    names = [rule.name for rule in book.rules if rule.in_force(date(2021, 8, 1))]
    for name in names[:40]:
        book.supposing(CLEAR_DAY, ("低保",), frozenset({name}))
    assert len(book._supposing) <= 16
