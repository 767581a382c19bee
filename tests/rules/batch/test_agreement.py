"""Every form says what the scalar engine says, of every name; a planted bug is always seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doudi.rules.batch import arrays, bodies, masks
from doudi.rules.batch.bodies import Reading
from doudi.rules.batch.frame import Frame
from doudi.rules.batch.ir import Comparison, Constant
from doudi.rules.batch.masks import Gathered, Groups, Held, Mask
from doudi.rules.batch.masks import Path as Way
from doudi.rules.batch.program import Program
from doudi.rules.book import rulebook

from .comparing import Columns, differences, every_slot, forms_of, frame_of, scalar
from .corners import every_household, the_law
from .households import Households, batches, on_one_day
from .nudging import apart, probes_of
from .walking import changed, parts_of, with_body

pytestmark = pytest.mark.promise("C9")

CODES = [programme.code for programme in rulebook().programmes]
ON = date(2021, 8, 1)


@dataclass(frozen=True)
class Laid:
    """Households with what the scalar engine says of them."""

    drawn: Households
    frame: Frame
    expected: Columns

    def differences(self) -> list[str]:
        """What the array form, as it now is, says otherwise."""
        program = self.drawn.program
        answers = arrays.make(program)(self.frame, self.drawn.figures, every_slot(program))
        return differences(program, answers, self.expected)


def laid(several: Iterator[Households]) -> list[Laid]:
    return [Laid(each, each.frame(), scalar(each, len(each))) for each in several]


@pytest.fixture(scope="module")
def everything() -> list[Laid]:
    """All programmes on many days: those of changes, and any."""
    return laid(batches(None, 1200, seed=9, size=100, nudges=8))


def test_arrays_say_of_every_name_what_the_scalar_engine_says(everything: list[Laid]) -> None:
    assert [found for each in everything for found in each.differences()] == []


def test_machine_code_says_of_every_name_what_arrays_and_the_scalar_engine_say(
    tmp_path: Path,
) -> None:
    drawn = on_one_day(None, ON, 3000, seed=1, nudges=60)
    program, slots, frame = drawn.program, every_slot(drawn.program), drawn.frame()
    forms = forms_of(program, tmp_path)
    answers = [form(frame, drawn.figures, slots) for form in forms.values()]
    for answer in answers:  # without a compiler only arrays are there
        assert differences(program, answer, answers[0]) == []
        assert differences(program, answer, scalar(drawn, 200)) == []


# ---- The households reach what they should ----


def test_the_households_meet_nearly_every_distance_a_rule_compares() -> None:
    drawn = on_one_day(("低保", "低保边缘", "单人户"), ON, 3000, seed=2, nudges=200)
    frame, met, probes = drawn.frame(), 0, probes_of(drawn.program)
    movable = [probes[at] for at in range(len(probes)) if probes[at].facts]
    for probe in movable:
        column = apart(drawn, probe, frame)
        values = column.values if column.known is None else column.values[column.known]
        met += bool((values == 0).any())
    assert len(movable) > 40
    assert met / len(movable) > 0.95


def test_the_households_are_empty_large_unknown_and_of_every_answer(everything: list[Laid]) -> None:
    sizes = {int(size) for each in everything for size in np.diff(each.drawn.persons)}
    assert {0, 1, 2, 3, 4, 5, 6, 7} <= sizes
    owing = {int(size) for each in everything for size in np.diff(each.drawn.obligors)}
    assert owing == {0, 1, 2, 3, 4}
    found = {code: set[int | str]() for code in CODES}
    for each in everything:
        for finding in each.drawn.program.findings:
            column = each.expected[finding.result]
            assert column.known is not None
            found[finding.programme.code] |= set(column.values[column.known].tolist())
            if not column.known.all():
                found[finding.programme.code].add("缺")
    assert [code for code, answers in found.items() if not {2, "缺"} <= answers] == []
    assert sum(0 in answers for answers in found.values()) >= 24


def test_the_same_seed_draws_the_same_households() -> None:
    first, again = (list(batches(("低保",), 60, seed=4, size=30)) for _ in range(2))
    told = [[each.facts(at) for at in range(30)] for each in first]
    assert told == [[each.facts(at) for at in range(30)] for each in again]
    assert [each.on for each in first] == [each.on for each in again]


# ---- Planted bugs ----


def _truncating(number: Any, by: int) -> Any:
    return np.sign(number) * (abs(number) // by)


def _kleene(
    self: Reading, parts: Sequence[Any], path: Way, local: bodies.Locals, *, every: bool
) -> Held:
    """One known no settles `and`, whatever is unknown before it: not what the law's text says."""
    answer: Mask = every
    sure: Mask = False
    complete: Mask = True
    for part in parts:
        values, known = self.expression(part, path, local)
        truth = masks.truth(values)
        settles = masks.opposite(truth) if every else truth
        sure = masks.either(sure, masks.both(known, settles))
        complete = masks.both(complete, known)
        answer = masks.both(answer, truth) if every else masks.either(answer, truth)
    answer = masks.either(answer, sure) if not every else masks.both(answer, masks.opposite(sure))
    return Held(answer, masks.simple(masks.either(sure, complete)))


_aggregation = Reading.aggregation


def _forgetful(self: Reading, name: str, gathered: Gathered, path: Way) -> Held:
    """合计 and 人数 of those who are known."""
    if name in ("合计", "人数") and gathered.known is not None:
        values = np.where(gathered.known, gathered.values, 0)
        gathered = gathered._replace(values=values, known=None)
    return _aggregation(self, name, gathered, path)


def _trapped(self: Groups, fold: np.ufunc, values: Any, nothing: int) -> Any:
    """`reduceat` with empty stretches left in: the next holder's value instead of nothing."""
    bounds = np.cumsum(self.counts) - self.counts
    if not len(values):
        return np.full(len(bounds), nothing, values.dtype)
    return fold.reduceat(values, np.minimum(bounds, len(values) - 1))


_rounding = Reading._rounding


def _floating(
    self: Reading, name: str, arguments: Sequence[Any], path: Way, local: bodies.Locals
) -> Held:
    """Shares by short floats, as rule engines of other countries have them."""
    held = _rounding(self, name, arguments, path, local)
    if name != "比例" or isinstance(held.values, int):
        return held
    return Held(held.values.astype(np.float32).astype(np.int64), held.known)


def _eager(self: Reading, amount: Any, manner: Any, path: Way, local: bodies.Locals) -> Held:
    """取整 uses its amount even where nothing is rounded."""
    self.used(amount, path, local)
    return _in_manner(self, amount, manner, path, local)


_in_manner = Reading._in_manner


def _blind(self: Reading, known: Mask, path: Way) -> None:
    """Whoever is not on the path is asked as well."""
    self.unknown = masks.either(self.unknown, masks.opposite(known))


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "division that truncates": lambda patch: patch.setitem(bodies._OPERATORS, "//", _truncating),
    "float money": lambda patch: patch.setattr(Reading, "_rounding", _floating),
    "取整 always uses its amount": lambda patch: patch.setattr(Reading, "_in_manner", _eager),
    "`and` as Kleene has it": lambda patch: patch.setattr(Reading, "junction", _kleene),
    "合计 leaves out the unknown": lambda patch: patch.setattr(Reading, "aggregation", _forgetful),
    "empty households take the next value": lambda patch: patch.setattr(Groups, "folded", _trapped),
    "branches not taken are asked": lambda patch: patch.setattr(Reading, "_use", _blind),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(
    bug: str, everything: list[Laid], monkeypatch: pytest.MonkeyPatch
) -> None:
    law, households = the_law(), every_household()
    corners, expected = frame_of(law.program, households), law.scalar(households)
    PLANTED[bug](monkeypatch)
    answers = arrays.make(law.program)(corners, law.figures, every_slot(law.program))
    found = differences(law.program, answers, expected)
    assert found or any(each.differences() for each in everything)


STRICT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def _off_by_one(drawn: Households, seen: list[str]) -> list[str]:
    """Comparisons of which no household notices that they are off by one."""
    program, frame = drawn.program, drawn.frame()
    unseen = []
    for slot, body in program.bodies.items():
        right = arrays.make(program)(frame, drawn.figures, (slot,))
        for part in parts_of(body):
            if not isinstance(part, Comparison) or part.operator not in STRICT:
                continue
            wrong = changed(body, part, replace(part, operator=STRICT[part.operator]))
            mutant = with_body(program, slot, wrong)
            found = _differs(mutant, frame, drawn, slot, right)
            side = part.right.value if isinstance(part.right, Constant) else "…"
            name = f"{program.nodes[slot].name} {part.operator} {side}"
            (seen if found else unseen).append(name)
    return unseen


def _differs(mutant: Program, frame: Frame, drawn: Households, slot: int, right: Columns) -> bool:
    try:
        answers = arrays.make(mutant)(frame, drawn.figures, (slot,))
    except AssertionError:  # somebody was divided by nothing
        return True
    return bool(differences(mutant, answers, right, (slot,)))


def test_every_comparison_off_by_one_is_seen_by_some_household() -> None:
    seen: list[str] = []
    codes = ("低保", "低保边缘", "单人户")
    unseen = [
        set(_off_by_one(on_one_day(codes, ON, 3000, seed=seed, nudges=200), seen))
        for seed in (3, 4)
    ]
    assert set.intersection(*unseen) == set()
    assert len(set(seen)) >= 20
