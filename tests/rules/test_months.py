"""Month by month: state is carried, a correction changes what it should and nothing before it."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.kernel.dates import Month
from doudi.rules import (
    Change,
    FactRefused,
    History,
    HouseholdFacts,
    MonthsRefused,
    NoLawInForce,
    ObligorFacts,
    Overlay,
    ParameterValue,
    PersonFacts,
    RuleRefused,
    assess,
    inputs,
    month_by_month,
    reassess,
)
from doudi.rules.book import Rulebook, rulebook
from doudi.rules.dialect import Carry, 人, 户, 规则
from doudi.rules.months import MonthFound

from .families import QINGSHUI, family, households, person

# mypy: allow-untyped-defs, allow-untyped-calls

WORK = Change(
    date(2022, 2, 1),
    values={"因就业超标": True},
    members={"甲": {"工资性收入": "9600", "工资为净额": True}},
)
SIX = ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内行走", "自主洗澡")
URGENT = {"临时救助类型": "支出型", "需救助人数": 2, "困难持续月数": 4, "有特殊理由": True}


def walked(history: History, since: str, before: str) -> tuple[MonthFound, ...]:
    return month_by_month(history, Month.parse(since), Month.parse(before), QINGSHUI)


def paid(months: tuple[MonthFound, ...], programme: str, holder: str = "") -> list[int]:
    found = [each.assessment.determination.outcome(programme, holder) for each in months]
    return [int(outcome.monthly) if outcome else 0 for outcome in found]


# What is carried.


def test_taper_is_three_full_months_three_half_ones_and_then_nothing() -> None:
    months = walked(History(family(), (WORK,)), "2022-01", "2022-10")
    assert paid(months, "低保") == [67300, 0, 0, 0, 0, 0, 0, 0, 0]
    assert paid(months, "低保渐退") == [0, 67300, 67300, 67300, 33700, 33700, 33700, 0, 0]


def test_who_is_back_below_the_standard_starts_the_taper_anew() -> None:
    back = Change(date(2022, 4, 1), date(2022, 5, 1), members={"甲": {"工资性收入": 0}})
    months = walked(History(family(), (WORK, back)), "2022-01", "2022-12")
    assert paid(months, "低保")[3] == 67300
    assert paid(months, "低保渐退")[4:] == [67300, 67300, 67300, 33700, 33700, 33700, 0]


def test_the_taper_pays_what_the_last_month_of_assistance_paid() -> None:
    other = person("乙", 与申请人关系="配偶", 转移性收入="1200")
    both = {"甲": {"工资性收入": "20000", "工资为净额": True}}
    history = History(
        family(person(), other), (Change(date(2022, 2, 1), None, {"因就业超标": True}, both),)
    )
    months = walked(history, "2022-01", "2022-06")
    assert paid(months, "低保")[0] == 2 * 67300 - 10000
    assert paid(months, "低保渐退")[1:] == [124600, 124600, 124600, 62300]


def test_who_was_never_on_assistance_has_no_taper() -> None:
    rich = family(person(工资性收入="9600", 工资为净额=True), 因就业超标=True)
    months = walked(History(rich), "2022-01", "2022-08")
    assert paid(months, "低保渐退") == [0] * 7


def test_relief_for_one_hardship_ends_with_the_sixth_month_over_several_applications() -> None:
    asks = [
        Change(date(2022, month, 1), date(2022, month + 1, 1), values=URGENT) for month in (1, 3, 5)
    ]
    months = walked(History(family(), tuple(asks)), "2022-01", "2022-07")
    assert paid(months, "临时救助") == [4 * 2 * 67300, 0, 2 * 2 * 67300, 0, 0, 0]
    assert [each.carried.get(("", "同一困难已救助月数"), 0) for each in months] == [
        0,
        4,
        4,
        6,
        6,
        6,
    ]


def test_the_same_cause_is_relieved_once_a_year_and_again_in_the_next() -> None:
    plain = {**URGENT, "有特殊理由": False, "困难持续月数": 1}
    asks = [Change(date(2021, 11, 1), date(2021, 12, 1), values=plain)]
    asks += [Change(date(2021, 12, 1), date(2022, 1, 1), values=plain)]
    asks += [Change(date(2022, 1, 1), date(2022, 2, 1), values=plain)]
    months = walked(History(family(), tuple(asks)), "2021-11", "2022-03")
    assert [amount > 0 for amount in paid(months, "临时救助")] == [True, False, True, False]


def test_an_application_is_settled_once_and_not_paid_again_every_month() -> None:
    months = walked(History(family(**URGENT)), "2022-01", "2022-04")
    assert paid(months, "临时救助") == [4 * 2 * 67300, 0, 0]


def test_a_payment_made_once_to_a_person_is_made_once() -> None:
    asked = person(
        一次性申请="未参保失业人员", 连续无收入月数=2, 失业保险覆盖=False, 转移性收入="9600"
    )  # fmt: skip
    months = walked(History(family(asked)), "2022-01", "2022-05")
    # Refused in January for want of a third month: the application is settled by that.
    assert paid(months, "一次性临时救助金", "甲") == [0, 0, 0, 0]
    later = Change(date(2022, 2, 1), members={"甲": {"一次性申请": "未参保失业人员"}})
    months = walked(History(family(asked), (later,)), "2022-01", "2022-05")
    assert paid(months, "一次性临时救助金", "甲") == [0, 67300, 0, 0]


def test_a_missing_parent_is_missing_longer_every_month_but_a_sentence_stays_as_it_is() -> None:
    child = person("孩", 与申请人关系="子女", 出生日期="2015-05-05", 养育方式="社会散居")
    lost = {"义务人关系": "父母", "义务人情形": "失联", "情形月数": 4, "失联已查证": True}
    jail = {"义务人关系": "父母", "义务人情形": "服刑在押", "情形月数": 6}
    household = HouseholdFacts(
        family().values,
        (person(出生日期="1950-01-01"), child),
        (ObligorFacts("父", ("孩",), lost), ObligorFacts("母", ("孩",), jail)),
    )
    months = walked(History(household), "2021-01", "2021-05")
    found = [each.assessment.determination.outcome("事实无人抚养儿童", "孩") for each in months]
    assert [outcome.result for outcome in found if outcome] == ["不符合", "不符合", "符合", "符合"]
    assert [each.carried.get(("母", "情形月数")) for each in months] == [None, 6, 6, 6]


def test_a_destitute_child_still_at_school_goes_on_after_eighteen_because_he_was_one_before() -> (
    None
):
    pupil = person(
        出生日期="2003-10-15", 在读学段="普通高中", 在读层次="本科及以下", 法定义务人情况="没有",
        **dict.fromkeys(SIX, True),
    )  # fmt: skip
    was = family(
        PersonFacts(pupil.reference, {**pupil.values, "残疾类别": "智力", "残疾等级": "二级"})
    )
    healed = Change(date(2021, 9, 1), members={"甲": {"残疾等级": "无"}})
    months = walked(History(was, (healed,)), "2021-08", "2021-12")
    results = [each.assessment.determination.outcome("特困", "甲") for each in months]
    assert [outcome.result for outcome in results if outcome] == ["符合"] * 4
    alone = assess(History(was, (healed,)).at(date(2021, 11, 1)), date(2021, 11, 1), QINGSHUI)
    outcome = alone.determination.outcome("特困", "甲")
    assert outcome is not None
    assert outcome.result == "不符合"


def test_what_cannot_be_decided_hands_on_the_unknown_and_never_a_zero() -> None:
    unsure = Change(date(2022, 2, 1), date(2022, 3, 1), members={"甲": {"转移性收入": None}})
    work = Change(date(2022, 3, 1), None, WORK.values, WORK.members)
    months = walked(History(family(), (unsure, work)), "2022-01", "2022-05")
    taper = [each.assessment.determination.outcome("低保渐退") for each in months]
    assert [outcome.result for outcome in taper if outcome] == [
        "不符合",
        "缺资料",
        "缺资料",
        "缺资料",
    ]
    assert months[2].carried["", "渐退第几个月"] is None


def test_each_month_is_asked_on_its_first_day_under_the_figures_of_that_day() -> None:
    months = walked(History(family()), "2021-11", "2022-02")
    assert paid(months, "低保") == [62300, 62300, 67300]
    assert [str(each.assessment.determination.on) for each in months] == [
        "2021-11-01", "2021-12-01", "2022-01-01",
    ]  # fmt: skip
    middle = Change(date(2022, 1, 15), members={"甲": {"转移性收入": "1200"}})
    months = walked(History(family(), (middle,)), "2022-01", "2022-03")
    assert paid(months, "低保") == [67300, 57300]


def test_a_figure_of_the_county_speaks_from_its_day_on() -> None:
    row = ParameterValue(
        "低保标准", QINGSHUI, date(2022, 3, 1), "700.00", "县文件", "已核", keys=(("城乡", "城市"),)
    )
    months = month_by_month(
        History(family()), Month(2022, 2), Month(2022, 4), QINGSHUI, overlay=Overlay((row,))
    )
    assert paid(months, "低保") == [67300, 70000]


def test_every_fact_that_counts_earlier_months_or_grants_is_carried_or_said_why_not() -> None:
    told_anew = {
        "困难持续月数": "belongs to one application and looks ahead",
        "连续拒绝工作次数": "counted by who offers the work",
        "已领低保金": "only asked where one programme alone is worked out",
        "已认定类别": "only asked where one programme alone is worked out",
        "本次认定特困": "worked out anew in every month by `assess`",
        "已得医疗救助": "granted by another department",
        "已获救助捐助": "granted by others",
    }
    counts = {
        fact.name
        for fact in inputs().values()
        if fact.unit in ("月", "次") or fact.name.startswith(("已", "本次", "渐退"))
    }
    carried = {carry.fact for carry in rulebook().carries}
    assert counts - carried == set(told_anew)


# What a correction changes.


def test_a_correction_gives_lines_sums_and_the_reasons_of_its_first_month() -> None:
    told = reassess(
        History(family()),
        History(family()).corrected(WORK),
        Month(2022, 1),
        Month(2022, 9),
        QINGSHUI,
    )
    taper = [line.difference for line in told.lines if line.programme == "低保渐退"]
    assert taper == [0, 67300, 67300, 67300, 33700, 33700, 33700, 0]
    # Three half months, one whole, and the price subsidy of July; in August edge families have it.
    assert (told.owed, told.to_recover) == (0, 3 * 33600 + 67300 + 4200)
    assert told.net == told.total_after - told.total_before == -told.to_recover
    assert told.first is not None
    assert str(told.first.month) == "2022-02"
    assert ("甲", "工资性收入") in {(fact.holder, fact.name) for fact in told.first.facts}
    reasons = {each.programme: each for each in told.first.reasons}
    assert reasons["低保"].before[0].endswith("低于当地低保标准 673.00 元/人·月")
    assert "不低于" in reasons["低保"].after[0]


def test_a_month_that_cannot_be_decided_is_in_no_sum_and_is_named() -> None:
    unsure = Change(date(2022, 2, 1), date(2022, 3, 1), members={"甲": {"转移性收入": None}})
    before = History(family())
    told = reassess(before, before.corrected(unsure), Month(2022, 1), Month(2022, 4), QINGSHUI)
    lines = {(str(line.month), line.programme): line for line in told.undecided}
    assert lines["2022-02", "低保"].difference is None
    assert lines["2022-02", "低保"].after is None
    assert (told.owed, told.to_recover, told.net) == (0, 0, 0)


def test_someone_may_join_or_leave_and_his_months_are_his_own() -> None:
    child = person("孩", 与申请人关系="子女", 出生日期="2022-01-20")
    born = Change(date(2022, 2, 1), joined=(child,))
    before = History(family())
    told = reassess(before, before.corrected(born), Month(2022, 1), Month(2022, 4), QINGSHUI)
    assert [line.difference for line in told.lines if line.programme == "低保"] == [0, 67300, 67300]
    gone = Change(date(2022, 3, 1), left=("孩",))
    again = reassess(before, before.corrected(born, gone), Month(2022, 1), Month(2022, 4), QINGSHUI)
    assert [line.difference for line in again.lines if line.programme == "低保"] == [0, 67300, 0]


def test_who_is_not_there_cannot_be_corrected() -> None:
    with pytest.raises(FactRefused, match="这户没有这位成员"):
        walked(
            History(family(), (Change(date(2022, 1, 1), members={"丙": {}}),)), "2022-01", "2022-02"
        )
    with pytest.raises(FactRefused, match="这户没有这位义务人"):
        walked(
            History(family(), (Change(date(2022, 1, 1), obligors={"丙": {}}),)),
            "2022-01",
            "2022-02",
        )


def test_months_that_are_none_or_too_many_or_before_the_law_are_refused() -> None:
    for since, before, why in (("2022-02", "2022-02", "晚于"), ("1950-01", "2022-01", "最多")):
        with pytest.raises(MonthsRefused, match=why):
            walked(History(family()), since, before)
    with pytest.raises(NoLawInForce):
        walked(History(family()), "2010-01", "2010-02")


# Properties.

many = 200 if os.environ.get("DOUDI_FULL") == "1" else 15
quick = settings(max_examples=many, deadline=None, derandomize=True)


@st.composite
def changes(draw: st.DrawFn, household: HouseholdFacts) -> Change:
    """Some fact of the household or of a person is another for a while or for good."""
    since = Month(2022, draw(st.integers(1, 6))).first_day
    before = draw(st.sampled_from([None, date(2022, 7, 1)]))
    who = draw(st.sampled_from(household.members)).reference
    income = draw(st.sampled_from([0, 120_000, 747_600, 960_000, 3_000_000]))
    return Change(
        since,
        before,
        {"因就业超标": draw(st.booleans()), "机动车数": draw(st.sampled_from([0, 0, 1]))},
        {who: {"工资性收入": income, "工资为净额": True}},
    )


def test_a_grant_that_was_not_decided_was_not_made_and_blocks_nothing_later() -> None:
    # Nobody asked about his obligors: 特困 cannot be decided, 低保 can, in every month.
    old = History(family(person(出生日期="1950-01-01")))
    months = walked(old, "2022-01", "2022-04")
    results = [each.assessment.determination.outcome("特困", "甲") for each in months]
    assert [outcome.result for outcome in results if outcome] == ["缺资料"] * 3
    assert paid(months, "低保") == [67300] * 3


@pytest.mark.promise("C8")
@quick
@given(households(), st.data(), st.integers(1, 5))
def test_an_extra_months_history_never_changes_a_past_month(
    household: HouseholdFacts, data: st.DataObject, more: int
) -> None:
    known = History(household, (data.draw(changes(household)),))
    later = Change(date(2022, 6, 1), None, {"因就业超标": True}, {"P0": {"工资性收入": 960_000}})
    short = month_by_month(known, Month(2022, 1), Month(2022, 6), QINGSHUI)
    longer = month_by_month(known.corrected(later), Month(2022, 1), Month(2022, 6) + more, QINGSHUI)
    assert [each.as_json() for each in longer[:5]] == [each.as_json() for each in short]


@quick
@given(households(), st.data())
def test_correcting_there_and_back_gives_nothing(
    household: HouseholdFacts, data: st.DataObject
) -> None:
    before = History(household)
    there = data.draw(changes(household))
    after = before.corrected(there)
    base = {each.reference: each.values for each in household.members}
    back = Change(
        there.since,
        there.before,
        {name: household.values.get(name, inputs()[name].default) for name in there.values},
        {
            who: {name: base[who].get(name, inputs()[name].default) for name in values}
            for who, values in there.members.items()
        },
    )
    since, until = Month(2022, 1), Month(2022, 9)
    one_way = reassess(before, after, since, until, QINGSHUI)
    other_way = reassess(after, before, since, until, QINGSHUI)
    assert (one_way.owed, one_way.to_recover) == (other_way.to_recover, other_way.owed)
    home = reassess(before, after.corrected(back), since, until, QINGSHUI)
    assert (home.differences, home.net, home.first) == ((), 0, None)


@quick
@given(households(), st.data())
def test_the_sum_of_differences_is_the_difference_of_sums(
    household: HouseholdFacts, data: st.DataObject
) -> None:
    before = History(household)
    after = before.corrected(data.draw(changes(household)), data.draw(changes(household)))
    told = reassess(before, after, Month(2022, 1), Month(2022, 9), QINGSHUI)
    each = [line.difference for line in told.lines if line.difference is not None]
    assert sum(each) == told.total_after - told.total_before == told.owed - told.to_recover


# What is refused when the book is made.


@规则(户, 依据="某办法", 单位="月")
def 下月甲(住房套数):
    """含义。"""
    return 住房套数


@规则(人, 依据="某办法", 单位="月")
def 下月乙(脱离家庭月数):
    """含义。"""
    return 脱离家庭月数 + 1


@pytest.mark.parametrize(
    ("carry", "says"),
    [
        (Carry("没有这个", "下月甲"), "“没有这个”不是资料"),
        (Carry("渐退第几个月", "没有这条"), "没有这条规则"),
        (Carry("渐退第几个月", "下月乙"), "层级不同：户 和 人"),
        (Carry("渐退前保障金", "下月甲"), "单位不同：分/月 和 月"),
    ],
)
def test_a_carry_that_does_not_fit_never_starts(carry: Carry, says: str) -> None:
    with pytest.raises(RuleRefused, match=says):
        Rulebook((下月甲, 下月乙), (), inputs(), rulebook().tables, (carry,))


def test_a_fact_is_carried_from_one_place_only() -> None:
    twice = (Carry("渐退第几个月", "下月甲"), Carry("渐退第几个月", "下月甲"))
    with pytest.raises(RuleRefused, match="结转了两次"):
        Rulebook((下月甲,), (), inputs(), rulebook().tables, twice)
