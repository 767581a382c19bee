"""What binds the programmes together: the real price series, keyed figures, obligors, limits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from doudi.rules import (
    Determination,
    FactRefused,
    ObligorFacts,
    Overlay,
    OverlayRefused,
    ParameterValue,
    determine,
)
from doudi.rules.book import rulebook
from doudi.rules.classes import CLASSES
from doudi.rules.facts import HouseholdFacts

from .families import CLEAR_DAY, QINGSHUI, family, person

LANZHOU = "620102"


def months(first: str, last: str) -> list[str]:
    """Every month from the first to the last, both included, as "2019-04"."""
    (year, month), end = map(int, first.split("-")), last
    found = [first]
    while found[-1] != end:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append(f"{year}-{month:02d}")
    return found


STARTED = [*months("2019-04", "2020-09"), *months("2022-07", "2022-10"), "2023-01"]
ALL = months("2019-01", "2023-02")


def price_of(month: str, **values: object) -> Determination:
    household = family(person(**values), 城乡="农村", 已认定类别="低保")
    return determine(household, date.fromisoformat(f"{month}-15"), QINGSHUI)


@pytest.mark.parametrize("month", ALL)
def test_the_price_allowance_starts_and_stops_in_the_months_of_the_real_indices(month: str) -> None:
    answer = price_of(month)
    step = next(step for step in answer.trace if step.name == "价格联动启动")
    assert bool(step.value) is (month in STARTED)
    outcome = answer.outcome("价格临时补贴", "甲")
    assert outcome is not None
    assert outcome.result == ("符合" if month in STARTED else "不符合")
    assert outcome.per == "次"


@pytest.mark.parametrize("month", STARTED)
def test_both_conditions_start_only_from_october_2019_to_march_2020(month: str) -> None:
    trace = price_of(month).trace
    both = [step.value for step in trace if step.name in ("居民消费价格启动", "食品价格启动")]
    assert all(both) is (month in months("2019-10", "2020-03"))


def test_lowering_the_consumer_price_threshold_in_2022_started_no_further_month() -> None:
    for month in months("2022-08", "2023-02"):
        trace = {step.name: step.value for step in price_of(month).trace}
        assert trace["居民消费价格启动线"] == 300
        assert not trace["居民消费价格启动"]


@pytest.mark.parametrize(
    ("month", "times"), [("2020-02", 1), ("2020-03", 2), ("2020-06", 2), ("2020-07", 1)]
)
def test_the_allowance_was_doubled_from_march_to_june_2020(month: str, times: int) -> None:
    trace = {step.name: step.value for step in price_of(month).trace}
    standard, rise = trace["低保标准"], trace["价格补贴涨幅"]
    assert standard is not None
    assert rise is not None
    assert trace["价格临时补贴金"] == (standard * rise // 10000 + 50) // 100 * 100 * times


def test_basic_living_of_the_destitute_is_at_least_thirteen_tenths_of_the_standard() -> None:
    table = rulebook().tables
    for value in table.all_values():
        if value.name != "特困基本生活标准":
            continue
        town = int(dict(value.keys)["特困待遇城乡"] == "农村")
        standard = table.find("低保标准", (town,), value.place, value.since)
        if isinstance(standard, ParameterValue):
            # The province rounds down month by month: one yuan a month is let pass.
            assert value.number // 12 + 100 >= standard.number * 13 // 10


def test_every_closed_list_of_answers_belongs_to_a_rule() -> None:
    assert set(CLASSES) == {rule.name for rule in rulebook().rules if rule.unit == "类"}


def test_a_figure_keyed_by_a_persons_value_is_looked_up_for_each_person() -> None:
    able = dict.fromkeys(
        ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内行走", "自主洗澡"), True
    )
    old = person("甲", 出生日期="1950-01-01", 法定义务人情况="没有", **able)
    frail = person("乙", 与申请人关系="配偶", 出生日期="1950-01-01", **{**able, "室内行走": False})
    answer = determine(family(old, frail, 城乡="农村"), CLEAR_DAY, QINGSHUI)
    care = {step.holder: step for step in answer.trace if step.name == "特困照料护理标准"}
    assert {who: step.value for who, step in care.items()} == {"甲": 168_000, "乙": 336_000}
    assert {step.document for step in care.values()} == {"甘肃省特困人员救助供养标准"}


def test_a_fixed_key_reads_the_same_rows_and_their_overlay() -> None:
    household = family(城乡="农村", 临时救助类型="急难型", 急难程度="较重", 需救助人数=1,
                       困难持续月数=1)  # fmt: skip
    shipped = determine(household, CLEAR_DAY, QINGSHUI).outcome("临时救助")
    raised = Overlay(
        (
            ParameterValue(
                "低保标准", QINGSHUI, date(2021, 7, 1), "700.00", "县民政局文件", "已核",
                keys=(("城乡", "城市"),),
            ),
        )
    )  # fmt: skip
    local = determine(household, CLEAR_DAY, QINGSHUI, overlay=raised).outcome("临时救助")
    assert shipped is not None
    assert local is not None
    assert [shipped.monthly.yuan(), local.monthly.yuan()] == ["623.00", "700.00"]
    wrong = ParameterValue("城市低保标准", QINGSHUI, date(2021, 7, 1), "1.00", "某", "已核")
    with pytest.raises(OverlayRefused, match="取自“低保标准”"):
        determine(household, CLEAR_DAY, QINGSHUI, overlay=Overlay((wrong,)))


def test_obligors_survive_storing_and_their_order_does_not_matter() -> None:
    obligors = (
        ObligorFacts("子", ("甲",), {"义务人关系": "子女", "义务人身份": "低保对象"}),
        ObligorFacts("女", ("甲",), {"义务人关系": "子女", "义务人情形": "死亡"}),
    )
    there = HouseholdFacts(family().values, (person(),), obligors)
    back = HouseholdFacts(family().values, (person(),), obligors[::-1])
    texts = [determine(each, CLEAR_DAY, QINGSHUI).to_text() for each in (there, back)]
    assert texts[0] == texts[1]
    stored = Determination.from_json(texts[0])
    assert [obligor.reference for obligor in stored.facts.obligors] == ["女", "子"]


@pytest.mark.parametrize(
    ("obligor", "says"),
    [
        (ObligorFacts("子", ("丁",), {}), "没有成员“丁”"),
        (ObligorFacts("子", (), {}), "没有成员"),
        (ObligorFacts("甲", ("甲",), {}), "出现了两次"),
        (ObligorFacts("子", ("甲",), {"出生日期": "1980-01-01"}), "不能填在义务人上"),
    ],
)
def test_an_obligor_that_cannot_be_placed_is_refused_in_words(
    obligor: ObligorFacts, says: str
) -> None:
    household = HouseholdFacts(family().values, (person(),), (obligor,))
    with pytest.raises(FactRefused, match=says):
        determine(household, CLEAR_DAY, QINGSHUI)


def test_a_share_may_be_written_with_a_percent_sign() -> None:
    from doudi.rules.dialect import 户
    from doudi.rules.schema import Input

    share = Input("甲", 户, "万分比", "", -5000, 10000, {}, None, "")
    assert [share.read(text) for text in ("3.5%", "-0.30%", "8%")] == [350, -30, 800]


def test_around_every_change_of_law_only_local_figures_may_be_missing() -> None:
    from .test_dates_and_sources import LOCAL, SERIES, change_days

    able = dict.fromkeys(
        ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内行走", "自主洗澡"), True
    )
    told: dict[str, Any] = {"法定义务人情况": "已逐人填写", "长期照护月数": 12, **able}
    members = (
        person("甲", 残疾类别="肢体", 残疾等级="二级", 无业=True, **told),
        person("老", 与申请人关系="父母", 出生日期="1940-01-01", **told),
        person("孩", 与申请人关系="其他", 出生日期="2012-01-01", 在读学段="义务教育", **told),
    )
    daughter = {
        "义务人关系": "子女", "义务人出生日期": "1965-01-01", "义务人家庭月人均收入": "900.00",
        "义务人家庭人数": 3, "义务人年收入": "9000.00", "义务人财产": "符合",
    }  # fmt: skip
    gone = {"义务人关系": "父母", "义务人情形": "失联", "情形月数": 9, "失联已查证": True,
            "义务人出生日期": "1985-01-01", "义务人年收入": 0, "义务人财产": "符合"}  # fmt: skip
    obligors = (
        ObligorFacts("女", ("老",), daughter),
        ObligorFacts("父", ("孩",), gone),
        ObligorFacts("母", ("孩",), {**gone, "义务人情形": "重病"}),
    )
    for town in ("城市", "农村"):
        values = family(
            城乡=town, 评定类别="二类", 受灾=True, 人均纯收入="3000.00", 刚性支出过大=True,
            临时救助类型="支出型", 需救助人数=3, 困难持续月数=2,
        ).values  # fmt: skip
        household = HouseholdFacts(values, members, obligors)
        for day in change_days():
            answer = determine(household, day, QINGSHUI)
            wanting = {want for each in answer.outcomes for want in each.missing}
            assert {want.text for want in wanting if want.kind == "资料"} == set(), day
            # A view stands for the standard that it reads.
            assert {want.name for want in wanting} <= LOCAL | SERIES | {"城市低保标准"}, day
            assert len(answer.outcomes) >= 3
