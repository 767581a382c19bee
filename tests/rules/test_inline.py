"""The compiled plan says what the rules say when each is simply called; nothing is mixed up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.rules import HouseholdFacts, ObligorFacts, determine
from doudi.rules.book import Plan, Reach, rulebook
from doudi.rules.dialect import Level
from doudi.rules.evaluate import Computed, compute
from doudi.rules.missing import Missing, MissingUsed

from .families import CLEAR_DAY, QINGSHUI, family, person
from .test_one_pass import complete

DAYS = [date(2016, 9, 1), date(2020, 4, 1), CLEAR_DAY, date(2022, 9, 1), date(2025, 6, 1)]


def plainly(plan: Plan, computed: Computed, slot: int, at: int, below: list[list[int]]) -> Any:
    """A rule of the plan called for one holder with the values that were computed before it."""
    rule = plan.nodes[slot].rule
    assert rule is not None
    arguments = []
    for other, reach in plan.where[slot]:
        value = computed.values[other]
        if reach is Reach.GATHERED:
            own = below[at] if rule.level is Level.PERSON else range(len(computed.persons))
            value = tuple(value[each] for each in own)
        elif reach is Reach.SAME and rule.level is not Level.HOUSEHOLD:
            value = value[at]
        arguments.append(value)
    try:
        answer = rule.function(*arguments)
    except MissingUsed:
        return "缺"
    if type(answer) is Missing:
        return "缺"
    return bool(answer) if rule.unit == "是否" else answer


def differences(household: HouseholdFacts, on: date) -> list[str]:
    plan = rulebook().plan(on)
    computed = compute(plan, household, on, "620102", rulebook().tables)
    order = sorted(household.obligors, key=lambda obligor: obligor.reference)
    below = [[n for n, each in enumerate(order) if who in each.of] for who in computed.persons]
    found = []
    for slot, node in enumerate(plan.nodes):
        if node.rule is None:
            continue
        holders = computed.holders(node.level)
        values = computed.values[slot]
        for at, holder in enumerate(holders):
            value = values if node.level is Level.HOUSEHOLD else values[at]
            value = "缺" if type(value) is Missing else value
            expected = plainly(plan, computed, slot, at, below)
            if (value, type(value)) != (expected, type(expected)):
                found.append(f"{node.name} {holder}: {value} != {expected}")
    return found


@st.composite
def with_obligors_and_gaps(draw: st.DrawFn) -> HouseholdFacts:
    """Any household with obligors, and here and there a fact unknown."""
    base = draw(complete())
    names = [member.reference for member in base.members]
    obligors = tuple(
        ObligorFacts(
            f"义{number}",
            tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))),
            {
                "义务人关系": draw(st.integers(1, 6)),
                "义务人情形": draw(st.integers(0, 11)),
                "情形月数": draw(st.integers(4, 8)),
                "义务人残疾等级": draw(st.integers(0, 4)),
                "义务人残疾类别": draw(st.integers(0, 7)),
                "义务人家庭月人均收入": draw(st.sampled_from([None, 0, 100_000, 300_000])),
                "义务人家庭人数": draw(st.integers(1, 5)),
                "义务人出生日期": draw(st.integers(1940, 2000)) * 10000 + 515,
            },
        )
        for number in range(draw(st.integers(0, 3)))
    )
    unknown = draw(st.sampled_from([None, "金融资产", "住房套数", "城乡"]))
    values = {**base.values, **({unknown: None} if unknown else {})}
    return HouseholdFacts(values, base.members, obligors)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(with_obligors_and_gaps(), st.sampled_from(DAYS))
def test_the_compiled_plan_gives_what_each_rule_gives_when_called(
    household: HouseholdFacts, on: date
) -> None:
    assert differences(household, on) == []


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_families_whose_members_have_the_same_names_are_never_mixed_up(on: date) -> None:
    families = [
        family(person("甲", 转移性收入=f"{income}.00"), person("乙", 与申请人关系="配偶"))
        for income in (0, 7000, 90000)
    ]
    families.append(family(person("甲", 转移性收入=None), person("乙")))
    plan = rulebook().plan(on)
    fresh = []
    for each in families:
        plan.works.clear()
        fresh.append(determine(each, on, QINGSHUI).to_text())
    again = [determine(each, on, QINGSHUI).to_text() for each in (*families, *families[::-1])]
    assert again == [*fresh, *fresh[::-1]]
