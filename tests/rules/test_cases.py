"""The cases a clerk writes: each says what the law gives a family, to the fen."""

from __future__ import annotations

from typing import Any

import pytest

from doudi.rules import Determination, determine, replay
from doudi.rules.show import yuan

from .families import family_of, overlay_of, read_cases

CASES = read_cases()


def observed(answer: Determination, about: str, expected: Any) -> Any:
    """What the answer says about one expectation, in the words of the case."""
    programme, _, holder = about.partition(" ")
    outcome = answer.outcome(programme, holder)
    if outcome is not None:
        paid = [outcome.result, outcome.monthly.yuan()]
        return paid if isinstance(expected, list) else outcome.result
    if about == "缺":
        wants = {want.name for each in answer.outcomes for want in each.missing}
        return [name for name in expected if name in wants]
    step = next(step for step in answer.trace if step.name == about)
    assert step.value is not None
    if step.unit == "结论":
        return step.shown
    return yuan(step.value) if isinstance(expected, str) else step.value


@pytest.mark.parametrize(
    ("usual", "case"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_law_gives_what_the_case_says(usual: dict[str, Any], case: dict[str, Any]) -> None:
    overlay = overlay_of(case)
    answer = determine(family_of(usual, case), case["日期"], case["地区"], overlay=overlay)
    expected = case["期望"]
    assert {about: observed(answer, about, expected[about]) for about in expected} == expected
    assert replay(answer.to_text(), overlay=overlay).same
