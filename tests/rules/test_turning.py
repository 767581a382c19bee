"""The nearest change that turns a refusal: exact to the fen, and it does turn it."""

from __future__ import annotations

from doudi.rules import HouseholdFacts, PersonFacts, determine
from doudi.rules.turning import turning_points

from .families import CLEAR_DAY, QINGSHUI, family, person


def changed(household: HouseholdFacts, name: str, holder: str, value: int) -> HouseholdFacts:
    if not holder:
        return HouseholdFacts({**household.values, name: value}, household.members)
    members = tuple(
        PersonFacts(m.reference, {**m.values, name: value}) if m.reference == holder else m
        for m in household.members
    )
    return HouseholdFacts(household.values, members)


def test_an_income_at_the_standard_must_fall_by_one_fen_or_costs_rise_by_one() -> None:
    household = family(person(转移性收入="7476.00"))
    turns = turning_points(household, CLEAR_DAY, QINGSHUI, "低保")
    assert {(turn.name, turn.holder, turn.then - turn.now) for turn in turns} >= {
        ("转移性收入", "甲", -1),
        ("自付医疗费", "甲", 1),
    }
    assert "成员 甲 的转移性收入由 7476.00 元 降到 7475.99 元，就符合" in {t.text for t in turns}


def test_every_change_told_turns_the_answer_and_one_step_less_does_not() -> None:
    household = family(
        person(工资性收入="30000.00", 工资为净额=False), person("乙", 与申请人关系="配偶"),
        金融资产="1000.00",
    )  # fmt: skip
    turns = turning_points(household, CLEAR_DAY, QINGSHUI, "低保", most=9)
    assert turns
    for turn in turns:
        back = 1 if turn.then < turn.now else -1
        results = []
        for value in (turn.then, turn.then + back):
            answer = determine(
                changed(household, turn.name, turn.holder, value), CLEAR_DAY, QINGSHUI
            )
            outcome = answer.outcome("低保")
            assert outcome is not None
            results.append(outcome.result == "符合")
        assert results == [True, False], turn


def test_a_vehicle_that_stands_in_the_way_is_named() -> None:
    turns = turning_points(family(机动车数=1), CLEAR_DAY, QINGSHUI, "低保")
    assert [(turn.name, turn.then) for turn in turns] == [("机动车数", 0), ("机动车豁免数", 1)]


def test_nothing_is_told_where_it_is_granted_or_where_no_amount_would_help() -> None:
    assert turning_points(family(), CLEAR_DAY, QINGSHUI, "低保") == ()
    young = family(person(出生日期="1990-01-01"))
    assert turning_points(young, CLEAR_DAY, QINGSHUI, "特困", "甲") == ()
