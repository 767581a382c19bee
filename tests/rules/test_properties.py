"""What must hold for every family: more income never more money, order changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.rules import Determination, HouseholdFacts, PersonFacts, determine, replay

from .families import CLEAR_DAY, QINGSHUI, households

INCOMES = ["工资性收入", "经营净收入", "财产净收入", "转移性收入", "其他应计收入", "赡养抚养扶养费"]
quick = settings(max_examples=150, deadline=None, derandomize=True)


def asked(household: HouseholdFacts) -> Determination:
    return determine(household, CLEAR_DAY, QINGSHUI, programmes=("低保", "低保边缘", "单人户"))


def paid(household: HouseholdFacts, programme: str = "低保") -> int:
    outcome = asked(household).outcome(programme)
    assert outcome is not None
    return int(outcome.monthly)


def with_more(household: HouseholdFacts, who: int, kind: str, more: int) -> HouseholdFacts:
    members = list(household.members)
    person = members[who % len(members)]
    before = person.values.get(kind, 0)
    assert isinstance(before, int)
    members[who % len(members)] = PersonFacts(
        person.reference, {**person.values, kind: before + more}
    )
    return replace(household, members=tuple(members))


@quick
@given(households(), st.integers(0, 4), st.sampled_from(INCOMES), st.integers(1, 2_000_000))
def test_more_income_never_means_more_money(
    household: HouseholdFacts, who: int, kind: str, more: int
) -> None:
    assert paid(with_more(household, who, kind, more)) <= paid(household)


@quick
@given(households(), st.randoms(use_true_random=False))
def test_the_order_of_members_and_of_values_does_not_matter(
    household: HouseholdFacts, chance: st.DataObject
) -> None:
    members = list(household.members)
    chance.shuffle(members)  # type: ignore[attr-defined]
    turned = HouseholdFacts(
        dict(reversed(household.values.items())),
        tuple(PersonFacts(one.reference, dict(reversed(one.values.items()))) for one in members),
    )
    assert asked(turned).to_text() == asked(household).to_text()


@quick
@given(households())
def test_a_stored_answer_computed_again_is_the_same(household: HouseholdFacts) -> None:
    answer = asked(household)
    stored = json.loads(answer.to_text())
    again = replay(stored)
    assert (again.same, again.same_rules, again.differences) == (True, True, ())
    assert Determination.from_json(stored).to_text() == answer.to_text()


@quick
@given(households())
def test_a_family_is_never_both_low_income_and_edge(household: HouseholdFacts) -> None:
    results = [asked(household).outcome(code) for code in ("低保", "低保边缘")]
    assert [outcome and outcome.result for outcome in results] != ["符合", "符合"]


@quick
@given(households(), st.data())
def test_an_unknown_fact_never_turns_a_no_into_a_yes(
    household: HouseholdFacts, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(household.values)))
    known = asked(household).outcome("低保")
    unknown = asked(replace(household, values={**household.values, name: None})).outcome("低保")
    assert known is not None
    assert unknown is not None
    assert unknown.result in (known.result, "缺资料")


def test_a_tampered_answer_is_found_out_and_named() -> None:
    household = HouseholdFacts({"城乡": "城市"}, ())
    stored = asked(household).as_json()
    stored["trace"][0]["shown"] = "别的"
    stored["outcomes"][0]["result"] = "符合"
    again = replay(stored)
    assert not again.same
    assert any(line.startswith("低保 ：原 符合") for line in again.differences)
