"""No rule overflows or divides by zero or below: proved of the release, refused where planted."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.rules import FactRefused, HouseholdFacts, ObligorFacts, PersonFacts, RuleRefused
from doudi.rules.book import Rulebook, rulebook
from doudi.rules.checks import check_ranges
from doudi.rules.checks.intervals import Range
from doudi.rules.dialect import (
    Carry,
    不符合,
    义务人,
    人,
    人数,
    任一,
    取整,
    合计,
    四舍五入到分,
    均分,
    户,
    最重,
    比例,
    符合,
    规则,
)  # fmt: skip
from doudi.rules.evaluate import compute
from doudi.rules.facts import check_names
from doudi.rules.missing import Missing
from doudi.rules.schema import MOST_MEMBERS, MOST_OBLIGORS, inputs

from .test_inline import DAYS, with_obligors_and_gaps

# The rules below are wrong on purpose or made to be proved; they have no types, as no rule has.
# mypy: allow-untyped-defs, allow-untyped-calls


def book_of(*rules: Any, **others: Any) -> Rulebook:
    return Rulebook(rules, (), others.pop("schema", inputs()), rulebook().tables, **others)


@functools.cache
def proved() -> dict[str, Range]:
    return check_ranges(rulebook())


def range_of(rule: Any) -> tuple[int, int]:
    found = check_ranges(book_of(rule))[rule.name]
    return found.low, found.high


# ---- The release ----


def test_every_rule_in_force_on_every_change_day_is_proved() -> None:
    ranges = proved()
    assert {rule.name for rule in rulebook().rules} <= set(ranges)
    assert all(-(2**63) <= each.low <= each.high < 2**63 for each in ranges.values())
    assert (ranges["家庭人口"].low, ranges["家庭人口"].high) == (0, MOST_MEMBERS)
    assert (ranges["年龄"].low, ranges["低保金"].low, ranges["人均收入"].low) == (0, 0, 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(with_obligors_and_gaps(), st.sampled_from(DAYS))
def test_whatever_a_family_gives_lies_within_what_was_proved(
    household: HouseholdFacts, on: date
) -> None:
    book = rulebook()
    plan, ranges = book.plan(on), proved()
    computed = compute(plan, household, on, "620102", book.tables)
    for slot, node in enumerate(plan.nodes):
        values = computed.values[slot]
        for value in values if isinstance(values, list) else [values]:
            if type(value) is not Missing:
                assert ranges[node.name].low <= value <= ranges[node.name].high, node.name


# ---- Planted faults, each refused in words that name it ----


def a_divisor_that_may_be_zero() -> Any:
    @规则(户, 依据="某办法", 单位="分/人月")
    def 甲(渐退前保障金, 住房套数):
        """含义。"""
        return 均分(渐退前保障金, 住房套数)

    return 甲


def a_divisor_that_may_be_negative() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 住房豁免数):
        """含义。"""
        return 四舍五入到分(渐退前保障金, 住房套数 - 住房豁免数)

    return 甲


def a_divisor_tested_on_the_other_way() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数):
        """含义。"""
        return 0 if 住房套数 > 0 else 均分(渐退前保障金, 住房套数)

    return 甲


def a_divisor_tested_by_only_one_part_of_an_or() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 受灾):
        """含义。"""
        if 受灾 or 住房套数 > 0:
            return 均分(渐退前保障金, 住房套数)
        return 0

    return 甲


def a_product_that_overflows() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(金融资产, 大额支出):
        """含义。"""
        return 金融资产 * 大额支出

    return 甲


def a_share_that_overflows_before_it_is_divided() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(金融资产, 边缘倍数):
        """含义。"""
        return 比例(金融资产 * 100000, 边缘倍数)

    return 甲


def a_sum_over_persons_that_overflows() -> Any:
    @规则(人, 依据="某办法", 单位="分/核算期")
    def 乙(工资性收入):
        """含义。"""
        return 工资性收入 * 1000000

    @规则(户, 依据="某办法", 单位="分/核算期")
    def 甲(乙):
        """含义。"""
        return 合计(乙)

    return 乙, 甲


def a_dividend_that_may_be_negative() -> Any:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(金融资产, 金融资产豁免额):
        """含义。"""
        return 均分(金融资产 - 金融资产豁免额, 2)

    return 甲


def a_share_of_what_may_be_negative() -> Any:
    @规则(人, 依据="某办法", 单位="分/核算期")
    def 甲(经营净收入, 就业成本比例):
        """含义。"""
        return 比例(经营净收入, 就业成本比例)

    return 甲


def a_rounding_of_what_may_be_negative() -> Any:
    @规则(人, 依据="某办法", 单位="分/核算期")
    def 甲(经营净收入, 低保金取整):
        """含义。"""
        return 取整(经营净收入, 低保金取整)

    return 甲


def a_remainder_of_what_may_be_negative() -> Any:
    @规则(人, 依据="某办法", 单位="分/核算期")
    def 甲(经营净收入):
        """含义。"""
        return 经营净收入 % 100

    return 甲


def a_finding_that_is_none() -> Any:
    @规则(户, 依据="某办法", 单位="结论")
    def 甲(住房套数):
        """含义。"""
        return 住房套数

    return 甲


def an_answer_that_is_not_on_its_list() -> Any:
    @规则(户, 依据="某办法", 单位="类", 名="自理能力")
    def 甲(住房套数):
        """含义。"""
        return 1 if 住房套数 > 1 else 3

    return 甲


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_divisor_that_may_be_zero, r"除数“住房套数”可能是 0（范围 0…99）"),
        (a_divisor_that_may_be_negative, r"除数“住房套数 - 住房豁免数”可能是 0 或负数"),
        (a_divisor_tested_on_the_other_way, r"除数“住房套数”可能是 0（范围 0…0）"),
        (a_divisor_tested_by_only_one_part_of_an_or, r"除数“住房套数”可能是 0（范围 0…99）"),
        (a_product_that_overflows, r"“金融资产 \* 大额支出”可能超出 64 位整数"),
        (a_share_that_overflows_before_it_is_divided, r"“\(金融资产 \* 100000\) \* 边缘倍数”可能"),
        (a_sum_over_persons_that_overflows, r"“合计\(乙\)”可能超出 64 位整数.*按最多 100 人计"),
        (a_dividend_that_may_be_negative, r"被除数“金融资产 - 金融资产豁免额”可能是负数"),
        (a_share_of_what_may_be_negative, r"被除数“经营净收入 \* 就业成本比例”可能是负数"),
        (a_rounding_of_what_may_be_negative, r"被除数“经营净收入”可能是负数"),
        (a_remainder_of_what_may_be_negative, r"“经营净收入 % 100”的被除数“经营净收入”"),
        (a_finding_that_is_none, r"可能在结论的选项之外（范围 0…99，选项 0…2）"),
        (an_answer_that_is_not_on_its_list, r"可能在类的选项之外（范围 1…3，选项 0…2）"),
    ],
)
def test_a_rule_whose_numbers_are_not_sound_is_refused(make: Callable[[], Any], says: str) -> None:
    made = make()
    book = book_of(*made) if isinstance(made, tuple) else book_of(made)
    with pytest.raises(RuleRefused, match=says):
        check_ranges(book)


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("人均收入", "家庭人口 == 0"),
        ("家庭人均年收入", "家庭人口 == 0"),
        ("每人基本份额", "家庭人口 > 0"),
    ],
)
def test_a_rule_of_the_law_is_refused_once_its_guard_is_gone(name: str, guard: str) -> None:
    always = {"家庭人口 == 0": False, "家庭人口 > 0": True}

    class Without(ast.NodeTransformer):
        def visit_Compare(self, node: ast.Compare) -> ast.expr:
            return ast.Constant(always[guard]) if ast.unparse(node) == guard else node

    book = rulebook()
    rules = [
        replace(rule, tree=Without().visit(ast.parse(ast.unparse(rule.tree)).body[0]))
        if rule.name == name
        else rule
        for rule in book.rules
    ]
    with pytest.raises(RuleRefused, match=f"规则“{name}”.*“家庭人口.*可能是 0"):
        check_ranges(Rulebook(rules, book.programmes, book.schema, book.tables))


def test_a_default_outside_its_own_range_is_refused() -> None:
    schema = {**inputs(), "住房豁免数": replace(inputs()["住房豁免数"], default=100)}
    with pytest.raises(RuleRefused, match="“住房豁免数”的缺省 100 不在它的范围 0…99 里"):
        check_ranges(book_of(schema=schema))


def test_a_month_may_not_hand_on_what_the_fact_cannot_hold() -> None:
    @规则(户, 依据="某办法", 单位="月")
    def 甲(渐退第几个月):
        """含义。"""
        return 渐退第几个月 + 1

    with pytest.raises(RuleRefused, match=r"“渐退第几个月”结转自“甲”.*范围 1…121.*0…120"):
        check_ranges(book_of(甲, carries=(Carry("渐退第几个月", "甲"),)))


# ---- What a test says holds on the way taken ----


def guarded_by_an_early_return() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数):
        """含义。"""
        if 住房套数 == 0:
            return 0
        return 均分(渐退前保障金, 住房套数)

    return 甲


def guarded_by_a_conjunction() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 受灾):
        """含义。"""
        return 均分(渐退前保障金, 住房套数) if 受灾 and 住房套数 >= 1 else 0

    return 甲


def guarded_by_a_denied_disjunction() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 受灾):
        """含义。"""
        if 受灾 or not 住房套数 > 0:
            return 0
        return 均分(渐退前保障金, 住房套数)

    return 甲


def guarded_by_membership() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数):
        """含义。"""
        return 均分(渐退前保障金, 住房套数) if 住房套数 in (1, 2) else 0

    return 甲


def guarded_by_not_being_a_member() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数):
        """含义。"""
        return 均分(渐退前保障金, 住房套数) if 住房套数 not in (0, 1) else 0

    return 甲


def guarded_by_either_of_two() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 住房豁免数):
        """含义。"""
        if 住房套数 == 1 or 住房套数 > 住房豁免数:
            return 均分(渐退前保障金, 住房套数)
        return 0

    return 甲


def guarded_against_another_name() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 住房豁免数):
        """含义。"""
        return 均分(渐退前保障金, 住房套数) if 住房豁免数 < 住房套数 else 0

    return 甲


def guarded_as_an_expression() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 住房豁免数):
        """含义。"""
        if 住房套数 - 住房豁免数 > 0:
            return 均分(渐退前保障金, 住房套数 - 住房豁免数)
        return 0

    return 甲


def held_up_by_a_maximum() -> Any:
    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 住房套数, 住房豁免数):
        """含义。"""
        套数 = max(住房套数 - 住房豁免数, 1)
        return 均分(渐退前保障金, 套数)

    return 甲


@pytest.mark.parametrize(
    "make",
    [
        guarded_by_an_early_return,
        guarded_by_a_conjunction,
        guarded_by_a_denied_disjunction,
        guarded_by_membership,
        guarded_by_either_of_two,
        guarded_against_another_name,
        guarded_as_an_expression,
        held_up_by_a_maximum,
    ],
)
def test_a_divisor_need_only_be_above_zero_where_it_divides(make: Callable[[], Any]) -> None:
    assert range_of(make()) == (0, 100_000_000)


def test_what_is_left_out_at_the_ends_of_a_range_makes_it_narrower() -> None:
    assert range_of(guarded_by_not_being_a_member()) == (0, 50_000_000)


def test_the_named_roundings_have_exact_ranges() -> None:
    @规则(户, 依据="某办法", 单位="分")
    def 甲(住房套数, 低保金取整):
        """含义。"""
        return 取整(住房套数 * 10 + 1, 低保金取整)

    @规则(户, 依据="某办法", 单位="分")
    def 乙(住房套数):
        """含义。"""
        return 四舍五入到分(住房套数, 2) + 住房套数 % 7

    assert range_of(甲) == (0, 1000)
    assert range_of(乙) == (0, 56)


def test_gatherings_count_as_many_persons_and_obligors_as_a_file_may_hold() -> None:
    @规则(户, 依据="某办法", 单位="分/核算期", 名="甲")
    def 总额(经营净收入):
        """含义。"""
        return 合计(经营净收入)

    @规则(人, 依据="某办法", 单位="人", 名="甲")
    def 义务人数(义务人共同生活):
        """含义。"""
        return 人数(义务人共同生活) + (1 if 任一(义务人共同生活) else 0)

    @规则(户, 依据="某办法", 单位="月", 名="甲")
    def 最长(脱离家庭月数):
        """含义。"""
        return 最重(脱离家庭月数)

    most = 100_000_000_000 * MOST_MEMBERS
    assert range_of(总额) == (-most, most)
    assert range_of(义务人数) == (0, MOST_OBLIGORS + 1)
    assert range_of(最长) == (0, 1200)


def test_what_a_later_version_widens_is_proved_from_its_day_on() -> None:
    @规则(户, 依据="某办法", 单位="套", 名="乙", 至="2022-01-01")
    def 乙一(住房套数):
        """含义。"""
        return 住房套数 + 1

    @规则(户, 依据="某办法", 单位="套", 名="乙", 自="2022-01-01")
    def 乙二(住房套数):
        """含义。"""
        return 住房套数

    @规则(户, 依据="某办法", 单位="分/月")
    def 甲(渐退前保障金, 乙):
        """含义。"""
        return 均分(渐退前保障金, 乙)

    with pytest.raises(RuleRefused, match="除数“乙”可能是 0"):
        check_ranges(book_of(甲, 乙一, 乙二))


def test_a_finding_chosen_by_a_test_keeps_its_range() -> None:
    @规则(义务人, 依据="某办法", 单位="结论")
    def 甲(义务人财产, 义务人家庭人数):
        """含义。"""
        return 不符合 if 义务人家庭人数 > 3 else 义务人财产 if 义务人财产 != 符合 else 1

    assert range_of(甲) == (1, 2)


# ---- The bounds the proof rests on are kept at the door ----


def test_a_household_of_more_persons_than_were_proved_is_refused() -> None:
    members = tuple(PersonFacts(f"成员{number}") for number in range(MOST_MEMBERS + 1))
    check_names(HouseholdFacts({}, members[1:]))
    with pytest.raises(FactRefused, match="一户最多填 100 人，填了 101 人"):
        check_names(HouseholdFacts({}, members))


def test_more_obligors_of_one_member_than_were_proved_are_refused() -> None:
    members = (PersonFacts("甲"), PersonFacts("乙"))

    def obligors(count: int, of: str) -> tuple[ObligorFacts, ...]:
        return tuple(ObligorFacts(f"{of}的义务人{each}", (of,)) for each in range(count))

    many = obligors(MOST_OBLIGORS, "甲")
    check_names(HouseholdFacts({}, members, (*many, *obligors(MOST_OBLIGORS, "乙"))))
    one_more = ObligorFacts("又一人", ("甲",))
    with pytest.raises(FactRefused, match="成员“甲”最多填 50 人，填了 51 人"):
        check_names(HouseholdFacts({}, members, (*many, one_more)))
