"""A wrong rule, parameter or overlay never starts: each is refused in words that name it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from doudi.rules import (
    FactRefused,
    NoLawInForce,
    Overlay,
    OverlayRefused,
    ParameterValue,
    PlaceRefused,
    RuleRefused,
    determine,
)
from doudi.rules.book import Rulebook, rulebook
from doudi.rules.dialect import Programme, Reason, 义务人, 人, 合计, 户, 规则
from doudi.rules.schema import inputs
from doudi.rules.tables import read_tables

from .families import CLEAR_DAY, QINGSHUI, family, person

# The rules below are wrong on purpose; they have no types, as no rule has.
# mypy: allow-untyped-defs, allow-untyped-calls


def book_of(*rules: Any) -> Rulebook:
    return Rulebook(rules, (), inputs(), rulebook().tables)


def without_citation() -> None:
    @规则(户)
    def 甲(住房套数):
        """含义。"""
        return 住房套数 > 0


def with_fraction() -> None:
    @规则(户, 依据="某办法")
    def 甲(金融资产):
        """含义。"""
        return 金融资产 * 0.5 > 1


def with_true_division() -> None:
    @规则(户, 依据="某办法")
    def 甲(金融资产):
        """含义。"""
        return 金融资产 / 2 > 1


def with_division_by_a_name() -> None:
    @规则(户, 依据="某办法")
    def 甲(金融资产, 住房套数):
        """含义。"""
        return 金融资产 // 住房套数 > 1


def with_clock() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        """含义。"""
        return 住房套数 > datetime.now().year  # noqa: DTZ005


def with_chance() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        """含义。"""
        return 住房套数 > random.randint(0, 1)


def with_a_name_from_outside() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        """含义。"""
        return 住房套数 > CLEAR_DAY


def with_a_loop() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        """含义。"""
        for 数 in (1, 2):
            return 住房套数 > 数
        return False


def without_meaning() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        return 住房套数 > 1


def with_a_way_out_without_value() -> None:
    @规则(户, 依据="某办法")
    def 甲(住房套数):
        """含义。"""
        if 住房套数 > 1:
            return True


def with_aggregation_in_an_obligor_rule() -> None:
    @规则(义务人, 依据="某办法")
    def 甲(工资性收入):
        """含义。"""
        return 合计(工资性收入) > 0


def with_an_answer_from_no_list() -> None:
    @规则(人, 依据="某办法", 单位="类")
    def 甲(工资性收入):
        """含义。"""
        return 1 if 工资性收入 > 0 else 0


def with_unknown_unit() -> None:
    @规则(户, 依据="某办法", 单位="块")
    def 甲(住房套数):
        """含义。"""
        return 住房套数


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (without_citation, "没有写依据"),
        (with_fraction, "不得使用小数"),
        (with_true_division, "不得使用除号"),
        (with_division_by_a_name, "除数必须是正整数常数"),
        (with_clock, "不得读取时钟"),
        (with_chance, "不得使用随机数"),
        (with_a_name_from_outside, "没有把它列为输入"),
        (with_a_loop, "规则里不允许"),
        (without_meaning, "没有写含义"),
        (with_a_way_out_without_value, "不是每条路都有返回值"),
        (with_aggregation_in_an_obligor_rule, "是义务人的规则"),
        (with_an_answer_from_no_list, "没有它的选项"),
        (with_unknown_unit, "不在单位表里"),
    ],
)
def test_a_rule_outside_the_dialect_is_refused(make: Callable[[], None], says: str) -> None:
    with pytest.raises(RuleRefused, match=says):
        make()


def test_an_unknown_input_name_is_refused() -> None:
    @规则(户, 依据="某办法")
    def 甲(没有这个):
        """含义。"""
        return 没有这个 > 0

    with pytest.raises(RuleRefused, match="没有这个名称"):
        book_of(甲)


def test_an_input_that_exists_only_later_is_refused_for_the_earlier_time() -> None:
    @规则(户, 依据="某办法", 自="2022-01-01")
    def 乙(住房套数):
        """含义。"""
        return 住房套数 > 0

    @规则(户, 依据="某办法", 自="2021-01-01")
    def 甲(乙):
        """含义。"""
        return not 乙

    with pytest.raises(RuleRefused, match="2021-01-01"):
        book_of(甲, 乙)


def test_a_circle_is_refused_and_shown() -> None:
    @规则(户, 依据="某办法")
    def 甲(乙):
        """含义。"""
        return not 乙

    @规则(户, 依据="某办法")
    def 乙(甲):
        """含义。"""
        return not 甲

    with pytest.raises(RuleRefused, match="甲 → 乙 → 甲"):
        book_of(甲, 乙)


def test_a_persons_value_in_a_household_rule_must_be_aggregated() -> None:
    @规则(户, 依据="某办法")
    def 甲(工资性收入):
        """含义。"""
        return 工资性收入 > 0

    with pytest.raises(RuleRefused, match="直接用了人的“工资性收入”"):
        book_of(甲)


def test_a_persons_rule_cannot_sum_over_persons() -> None:
    @规则(人, 依据="某办法", 单位="分/核算期")
    def 甲(工资性收入):
        """含义。"""
        return 合计(工资性收入)

    with pytest.raises(RuleRefused, match="对人的“工资性收入”"):
        book_of(甲)


def test_an_obligors_value_in_a_persons_rule_must_be_aggregated() -> None:
    @规则(人, 依据="某办法")
    def 甲(义务人年收入):
        """含义。"""
        return 义务人年收入 > 60

    with pytest.raises(RuleRefused, match="直接用了义务人的“义务人年收入”"):
        book_of(甲)


def test_a_household_rule_cannot_reach_an_obligor() -> None:
    @规则(户, 依据="某办法", 单位="岁")
    def 甲(义务人年收入):
        """含义。"""
        return 合计(义务人年收入)

    with pytest.raises(RuleRefused, match="够不到义务人的“义务人年收入”"):
        book_of(甲)


def test_a_reason_that_speaks_of_an_unknown_name_is_refused() -> None:
    @规则(户, 依据="某办法", 单位="结论")
    def 甲(住房套数):
        """含义。"""
        return 0 if 住房套数 > 0 else 2

    programme = Programme("甲", "甲", None, 户, (Reason("甲", {0: "有 {没有这个}"}),))
    with pytest.raises(RuleRefused, match="没有这个"):
        Rulebook((甲,), (programme,), inputs(), rulebook().tables)


def test_a_household_value_cannot_be_summed() -> None:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(金融资产):
        """含义。"""
        return 合计(金融资产)

    with pytest.raises(RuleRefused, match="对户的“金融资产”"):
        book_of(甲)


def test_two_versions_in_force_at_once_are_refused() -> None:
    @规则(户, 依据="某办法", 名="甲")
    def 甲一(住房套数):
        """含义。"""
        return 住房套数 > 0

    @规则(户, 依据="某办法", 名="甲", 自="2022-01-01")
    def 甲二(住房套数):
        """含义。"""
        return 住房套数 > 1

    with pytest.raises(RuleRefused, match="重叠"):
        book_of(甲一, 甲二)


def test_a_name_used_for_an_input_and_a_rule_is_refused() -> None:
    @规则(户, 依据="某办法")
    def 住房套数(金融资产):
        """含义。"""
        return 金融资产 > 0

    with pytest.raises(RuleRefused, match="用了两次"):
        book_of(住房套数)


HEAD = "甲:\n  单位: 分\n  依据: 某办法\n  说明: 说明\n  范围: [0, 100]\n  历史:\n"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('{地区: "620000", 自: 2021-01-01, 值: 0.5, 文件: 某, 标记: 已核}', "是小数"),
        ('{地区: "620000", 自: 2021-01-01, 值: 50, 文件: 某, 标记: 已核}', "加引号的元"),
        ('{地区: "620000", 自: 2021-01-01, 值: "1.01", 文件: 某, 标记: 已核}', "不在范围"),
        ('{地区: "620000", 自: 2021-01-01, 值: "0.50", 标记: 已核}', "没有写文件"),
        ('{地区: "620000", 自: 2021-01-01, 值: "0.50", 文件: 某}', "标记"),
        ('{地区: "620000", 值: "0.50", 文件: 某, 标记: 已核}', "没有写“自”"),
        ('{地区: "62", 自: 2021-01-01, 值: "0.50", 文件: 某, 标记: 已核}', "不是区划代码"),
        (
            '{地区: "620000", 自: 2021-01-01, 值: "0.50", 文件: 某, 标记: 已核, 价: 1}',
            "不认识的栏目",
        ),
        ("{地区: '620000', 自: 2021-01-01, 值: '0.50', 值: '0.60'}", "写了两次"),
    ],
)
def test_a_parameter_without_source_or_with_a_doubtful_value_is_refused(
    tmp_path: Path, row: str, says: str
) -> None:
    (tmp_path / "a.yaml").write_text(f"{HEAD}    - {row}\n", encoding="utf-8")
    with pytest.raises(RuleRefused, match=says):
        read_tables(tmp_path)


def test_a_local_value_for_an_unknown_parameter_is_refused() -> None:
    wrong = ParameterValue("低保标准点", QINGSHUI, date(2021, 1, 1), "1.00", "某", "已核")
    with pytest.raises(OverlayRefused, match="没有这个参数"):
        determine(family(), CLEAR_DAY, QINGSHUI, overlay=Overlay((wrong,)))


@pytest.mark.parametrize(
    ("household", "says"),
    [
        (family(金融资物=0), "是不是“金融资产”"),
        (family(工资性收入=0), "这是人的资料"),
        (family(住房套数=-1), "不在 0 到 99 之间"),
        (family(城乡="镇"), "看不懂“镇”"),
        (family(person(工资为净额=2)), "只能填是或否"),
        (family(person(), person()), "出现了两次"),
    ],
)
def test_a_fact_that_cannot_be_used_is_refused_in_words(household: Any, says: str) -> None:
    with pytest.raises(FactRefused, match=says):
        determine(household, CLEAR_DAY, QINGSHUI)


def test_a_day_before_the_first_law_is_refused() -> None:
    with pytest.raises(NoLawInForce, match="2010-01-01"):
        determine(family(), date(2010, 1, 1), QINGSHUI)


def test_a_place_that_is_no_division_code_is_refused() -> None:
    with pytest.raises(PlaceRefused, match="清水"):
        determine(family(), CLEAR_DAY, "清水")
