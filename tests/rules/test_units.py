"""Units are proved: a wrong one anywhere in the law is refused, and so is every planted mixture."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from doudi.rules import RuleRefused
from doudi.rules.book import Rulebook, rulebook
from doudi.rules.checks import check_units
from doudi.rules.checks.quantities import declared
from doudi.rules.dialect import (
    MONEY_UNITS,
    Level,
    不符合,
    义务人,
    人,
    人数,
    任一,
    分档,
    取整,
    合计,
    四舍五入到元,
    均分,
    户,
    最重,
    每年月数,
    比例,
    百分之百,
    符合,
    规则,
)  # fmt: skip
from doudi.rules.schema import inputs
from doudi.rules.tables import ParameterTable

# The rules below are wrong on purpose or made to be proved; they have no types, as no rule has.
# mypy: allow-untyped-defs, allow-untyped-calls


def book_of(*rules: Any) -> Rulebook:
    return Rulebook(rules, (), inputs(), rulebook().tables)


# ---- The release ----


def test_every_rule_of_the_release_gives_the_unit_it_declares() -> None:
    assert check_units(rulebook()) == len(rulebook().rules) > 200


def amounts() -> list[str]:
    return sorted({rule.name for rule in rulebook().rules if rule.unit in MONEY_UNITS})


def other_unit(unit: str, level: Level) -> str:
    """The next money unit that means something else at this level."""
    ordered = sorted(MONEY_UNITS)
    turned = [*ordered[ordered.index(unit) :], *ordered]
    return next(each for each in turned if declared(each, level, {}) != declared(unit, level, {}))


@pytest.mark.parametrize("name", amounts())
def test_an_amount_of_the_law_declared_in_another_unit_is_refused(name: str) -> None:
    book = rulebook()
    wrong = copy.copy(book)
    wrong.rules = tuple(
        replace(rule, unit=other_unit(rule.unit, rule.level)) if rule.name == name else rule
        for rule in book.rules
    )
    with pytest.raises(RuleRefused, match=name):
        check_units(wrong)


@pytest.mark.parametrize(
    ("name", "unit", "where"),
    [
        ("低保标准", "分/月", "推算赡养费"),
        ("收入核算月数", "月", "应计赡养费"),
        ("边缘倍数", "倍", "边缘收入线"),
        ("低保金融资产月数", "人", "低保金融资产限额"),
        ("刚性支出比例线", "月", "刚性支出超比例"),
        ("老年人增发年龄", "月", "增发比例"),
        ("特困基本生活标准", "分/人月", "特困供养金"),
        ("上年人均可支配收入", "分/人月", "义务人低收入结论"),
    ],
)
def test_a_figure_declared_in_another_unit_is_refused_where_it_is_used(
    name: str, unit: str, where: str
) -> None:
    book = rulebook()
    figures = dict(book.tables.parameters)
    for each, parameter in figures.items():
        if name in (each, parameter.view_of):
            figures[each] = replace(parameter, unit=unit)
    wrong = copy.copy(book)
    wrong.tables = ParameterTable(figures)
    with pytest.raises(RuleRefused, match=f"规则“{where}”"):
        check_units(wrong)


# ---- Planted mixtures, each refused in words ----


def a_year_added_to_a_month() -> Any:
    @规则(义务人, 依据="某办法", 单位="分/年")
    def 甲(义务人年收入, 判决协议月额):
        """含义。"""
        return 义务人年收入 + 判决协议月额

    return 甲


def a_person_added_to_a_household() -> Any:
    @规则(人, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 其他生活津贴):
        """含义。"""
        return 渐退前保障金 + 其他生活津贴

    return 甲


def a_household_compared_with_a_person() -> Any:
    @规则(户, 依据="某办法")
    def 甲(渐退前保障金, 低保标准):
        """含义。"""
        return 渐退前保障金 < 低保标准

    return 甲


def a_standard_that_nobody_multiplied_by_persons() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(低保标准):
        """含义。"""
        return 低保标准

    return 甲


def a_window_taken_for_a_year() -> Any:
    @规则(户, 依据="某办法")
    def 甲(基本生活支出, 人均纯收入, 家庭成员数):
        """含义。"""
        return 基本生活支出 < 人均纯收入 * 家庭成员数

    @规则(户, 依据="某办法", 单位="人")
    def 家庭成员数(无业):
        """含义。"""
        return 人数(无业)

    return 甲, 家庭成员数


def a_rate_that_was_never_divided() -> Any:
    @规则(户, 依据="某办法", 单位="分/人月")
    def 甲(低保标准, 边缘倍数):
        """含义。"""
        return 低保标准 * 边缘倍数

    return 甲


def a_share_by_something_that_is_no_rate() -> Any:
    @规则(户, 依据="某办法", 单位="分/人月")
    def 甲(低保标准, 收入核算月数):
        """含义。"""
        return 比例(低保标准, 收入核算月数)

    return 甲


def a_figure_of_the_law_in_the_code() -> Any:
    @规则(户, 依据="某办法")
    def 甲(金融资产):
        """含义。"""
        return 金融资产 > 3000000

    return 甲


def a_bare_number_for_an_amount() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(受灾):
        """含义。"""
        return 50000 if 受灾 else 0

    return 甲


def cars_added_to_houses() -> Any:
    @规则(户, 依据="某办法", 单位="套")
    def 甲(住房套数, 机动车数):
        """含义。"""
        return max(住房套数, 机动车数)

    return 甲


def months_compared_with_years() -> Any:
    @规则(人, 依据="某办法")
    def 甲(脱离家庭月数, 老年人增发年龄):
        """含义。"""
        return 脱离家庭月数 >= 老年人增发年龄

    return 甲


def days_reckoned_with() -> Any:
    @规则(人, 依据="某办法", 单位="日期")
    def 甲(出生日期):
        """含义。"""
        return 出生日期 + 180000

    return 甲


def a_finding_compared_with_a_manner() -> Any:
    @规则(义务人, 依据="某办法")
    def 甲(义务人财产):
        """含义。"""
        return 义务人财产 == 分档

    return 甲


def an_option_that_is_not_on_the_list() -> Any:
    @规则(户, 依据="某办法")
    def 甲(城乡):
        """含义。"""
        return 城乡 in (1, 2)

    return 甲


def two_different_lists() -> Any:
    @规则(户, 依据="某办法")
    def 甲(城乡, 临时救助类型):
        """含义。"""
        return 城乡 == 临时救助类型

    return 甲


def an_option_reckoned_with() -> Any:
    @规则(户, 依据="某办法", 单位="项")
    def 甲(城乡):
        """含义。"""
        return 城乡 * 2

    return 甲


def a_number_taken_for_a_yes() -> Any:
    @规则(户, 依据="某办法")
    def 甲(住房套数, 受灾):
        """含义。"""
        return 住房套数 or 受灾

    return 甲


def a_yes_for_an_amount() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(受灾):
        """含义。"""
        return 受灾

    return 甲


def a_count_of_amounts() -> Any:
    @规则(户, 依据="某办法", 单位="人")
    def 甲(工资性收入):
        """含义。"""
        return 人数(工资性收入)

    return 甲


def a_sum_of_findings() -> Any:
    @规则(人, 依据="某办法", 单位="结论")
    def 甲(义务人财产):
        """含义。"""
        return 合计(义务人财产)

    return 甲


def a_rounding_to_yuan_of_persons() -> Any:
    @规则(户, 依据="某办法", 单位="人")
    def 甲(需救助人数):
        """含义。"""
        return 四舍五入到元(需救助人数)

    return 甲


def a_rounding_in_no_manner() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(金融资产, 住房套数):
        """含义。"""
        return 取整(金融资产, 住房套数)

    return 甲


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            a_year_added_to_a_month,
            r"“义务人年收入”是 分/人年，“判决协议月额”是 分/人月，不能加在一起",
        ),
        (
            a_person_added_to_a_household,
            r"“渐退前保障金”是 分/户月，“其他生活津贴”是 分/人月，不能加在一起",
        ),
        (a_household_compared_with_a_person, r"是 分/户月，“低保标准”是 分/人月，不能比较"),
        (
            a_standard_that_nobody_multiplied_by_persons,
            r"户的规则写的单位是 分/月（即 分/户月），“低保标准”算出来是 分/人月",
        ),
        (a_window_taken_for_a_year, r"是 分/户核算期，“人均纯收入 \* 家庭成员数”是 分/户年"),
        (a_rate_that_was_never_divided, r"“低保标准 \* 边缘倍数”算出来是 分·万分比/人月"),
        (a_share_by_something_that_is_no_rate, r"应是 万分比，却是 月/核算期"),
        (a_figure_of_the_law_in_the_code, r"“3000000”是 没有单位的数 3000000，不能比较"),
        (a_bare_number_for_an_amount, r"“50000 if 受灾 else 0”算出来是 没有单位的数"),
        (cars_added_to_houses, r"“住房套数”是 套，“机动车数”是 辆，不能取最大或最小"),
        (months_compared_with_years, r"“脱离家庭月数”是 月，“老年人增发年龄”是 岁，不能比较"),
        (days_reckoned_with, r"“出生日期 \+ 180000”拿日期来计算"),
        (a_finding_compared_with_a_manner, r"“义务人财产”是 结论，“分档”是 选项"),
        (an_option_that_is_not_on_the_list, r"“城乡”是 选项（城市、农村），“2”.*没有这个选项"),
        (two_different_lists, r"选项（城市、农村），.*选项（没有申请、急难型、支出型），不能比较"),
        (an_option_reckoned_with, r"“城乡 \* 2”拿选项来计算"),
        (a_number_taken_for_a_yes, r"“住房套数”是 套，不能当作是否，请写出比较"),
        (a_yes_for_an_amount, r"“受灾”算出来是 是否"),
        (a_count_of_amounts, r"要的是是否，“工资性收入”是 分/人核算期"),
        (a_sum_of_findings, r"要的是有单位的量，“义务人财产”是 结论"),
        (a_rounding_to_yuan_of_persons, r"只能对金额取整，却是 人/户"),
        (a_rounding_in_no_manner, r"取整办法应是 方式"),
    ],
)
def test_a_rule_that_mixes_units_is_refused(make: Callable[[], Any], says: str) -> None:
    made = make()
    book = book_of(*made) if isinstance(made, tuple) else book_of(made)
    with pytest.raises(RuleRefused, match=says):
        check_units(book)


def test_two_versions_of_a_name_have_one_unit() -> None:
    @规则(户, 依据="某办法", 单位="套", 名="甲", 至="2022-01-01")
    def 甲一(住房套数):
        """含义。"""
        return 住房套数

    @规则(户, 依据="某办法", 单位="辆", 名="甲", 自="2022-01-01")
    def 甲二(机动车数):
        """含义。"""
        return 机动车数

    with pytest.raises(RuleRefused, match="“甲”的前后版本不一致：户的 套，户的 辆"):
        check_units(book_of(甲一, 甲二))


# ---- What the algebra knows ----


def test_amounts_of_persons_sum_and_share_out_and_turn_into_other_times() -> None:
    @规则(户, 依据="某办法", 单位="人")
    def 人口(无业):
        """含义。"""
        return 人数(无业)

    @规则(人, 依据="某办法", 单位="分/核算期")
    def 收入(工资性收入, 经营净收入):
        """含义。"""
        return 工资性收入 + max(经营净收入, 0)

    @规则(户, 依据="某办法", 单位="分/人月")
    def 人均(收入, 人口, 收入核算月数):
        """含义。"""
        return 均分(合计(收入), 人口 * 收入核算月数) if 人口 > 0 else 0

    @规则(户, 依据="某办法", 单位="分/人年")
    def 年人均(人均):
        """含义。"""
        return 人均 * 每年月数

    @规则(户, 依据="某办法", 单位="分")
    def 几个月(低保标准, 人口, 低保金融资产月数):
        """含义。"""
        return 低保标准 * 人口 * 低保金融资产月数

    @规则(户, 依据="某办法")
    def 超过(几个月, 金融资产, 刚性支出比例线):
        """含义。"""
        return 金融资产 * 百分之百 > 几个月 * 刚性支出比例线

    assert check_units(book_of(人口, 收入, 人均, 年人均, 几个月, 超过)) == 6


def test_days_make_years_and_months_and_findings_stay_findings() -> None:
    @规则(人, 依据="某办法", 单位="岁")
    def 周岁(核算日, 出生日期):
        """含义。"""
        return max(核算日 - 出生日期, 0) // 10000

    @规则(人, 依据="某办法", 单位="月")
    def 第几月(核算日):
        """含义。"""
        return 核算日 // 10000 * 每年月数 + 核算日 // 100 % 100

    @规则(人, 依据="某办法", 单位="结论")
    def 结果(周岁, 义务人财产, 义务人共同生活):
        """含义。"""
        if 周岁 >= 60 and 任一(义务人共同生活):
            return max(最重(义务人财产), 符合)
        return 不符合

    assert check_units(book_of(周岁, 第几月, 结果)) == 3


# ---- The one way to say what the units cannot show ----


def with_reading(读作: dict[str, tuple[str, str]] | None) -> Rulebook:
    @规则(人, 依据="某办法", 单位="分/月", 读作=读作)
    def 甲(其他生活津贴, 低保最低发放额):
        """含义。"""
        return max(其他生活津贴, 低保最低发放额)

    return book_of(甲)


def test_a_rule_may_read_an_input_in_another_unit_if_it_says_why() -> None:
    with pytest.raises(RuleRefused, match="不能取最大或最小"):
        check_units(with_reading(None))
    assert check_units(with_reading({"低保最低发放额": ("分/人月", "一户只有一人")})) == 1


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        ({"低保最低发放额": ("分/人月", "")}, "写明单位表里的单位和理由"),
        ({"低保最低发放额": ("分/每人", "理由")}, "写明单位表里的单位和理由"),
        ({"低保标准": ("分/人月", "理由")}, "要是它的一个输入"),
        ({"其他生活津贴": ("分/人月", "理由")}, "它本来就是这个单位，请删去"),
    ],
)
def test_a_reading_without_reason_or_need_is_refused(
    reading: dict[str, tuple[str, str]], says: str
) -> None:
    with pytest.raises(RuleRefused, match=says):
        check_units(with_reading(reading))


def test_the_law_needs_four_readings() -> None:
    told = {(rule.name, each.name) for rule in rulebook().rules for each in rule.readings}
    assert told == {
        ("单人户保障金", "低保最低发放额"),
        ("乡镇审批限额", "乡镇审批倍数"),
        ("县级审批限额", "县级审批倍数"),
        ("医疗救助测算额", "自付医疗费"),
    }
