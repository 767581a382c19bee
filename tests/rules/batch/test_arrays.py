"""The array form against a small law made of corners: what is carried, used, empty, negative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from doudi.rules.batch import arrays
from doudi.rules.batch.frame import Column, Frame
from doudi.rules.dialect import Level

from .comparing import Columns, differences, every_slot, frame_of
from .corners import Law, every_household, the_law


@pytest.fixture(scope="module")
def law() -> Law:
    return the_law()


def asked(law: Law, frame: Frame) -> Columns:
    """Every name of the law by the array form."""
    return arrays.make(law.program)(frame, law.figures, every_slot(law.program))


def test_every_corner_is_as_the_scalar_engine_has_it(law: Law) -> None:
    households = every_household()
    theirs = law.scalar(households)
    ours = asked(law, frame_of(law.program, households))
    assert differences(law.program, ours, theirs) == []
    for slot in law.program.bodies:  # every corner is met with and without an answer
        known = theirs[slot].known
        assert known is not None
        assert known.any()
        assert not known.all(), law.program.nodes[slot].name


def test_each_corner_alone_is_the_same(law: Law) -> None:
    """One household at a time nearly everything is the same for everyone: plain numbers."""
    for household in every_household()[::7]:
        ours = asked(law, frame_of(law.program, [household]))
        assert differences(law.program, ours, law.scalar([household])) == [], household


def test_the_answer_does_not_depend_on_how_many_are_computed_at_a_time(
    law: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = frame_of(law.program, every_household())
    whole = asked(law, frame)
    for at_once in (1000, 13):
        monkeypatch.setattr(arrays, "_HOUSEHOLDS", at_once)
        assert differences(law.program, asked(law, frame), whole) == []


def test_nobody_at_all_is_an_empty_answer(law: Law) -> None:
    answers = asked(law, frame_of(law.program, []))
    assert {len(column.values) for column in answers.values()} == {0}


def test_a_fact_without_a_column_is_its_default_or_unknown_for_everyone(law: Law) -> None:
    bare = [replace(each, values={}) for each in every_household()[:40]]
    frame = frame_of(law.program, bare)
    personal = {
        slot: column
        for slot, column in frame.columns.items()
        if law.program.level(slot) is not Level.HOUSEHOLD
    }
    ours = asked(law, replace(frame, columns=personal))
    assert differences(law.program, ours, law.scalar(bare)) == []


def test_only_what_is_wanted_is_computed(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    program, read = law.program, list[int]()
    fact = arrays._Stretch._fact

    def noted(self: arrays._Stretch, slot: int) -> object:
        read.append(slot)
        return fact(self, slot)

    monkeypatch.setattr(arrays._Stretch, "_fact", noted)
    frame = frame_of(program, every_household()[:40])
    answers = arrays.make(program)(frame, law.figures, (program.slots["总"],))
    assert set(answers) == {program.slots["总"]}
    assert {program.nodes[slot].name for slot in read} == {"甲", "丙"}


@pytest.mark.parametrize("rubbish", [0, -1, 2**62, -(2**63)])
def test_what_stands_where_nothing_is_known_does_no_harm(law: Law, rubbish: int) -> None:
    """Zero parts, keys beyond the table, the largest number: none is used, none is warned of."""
    frame = frame_of(law.program, every_household())
    dirty = {slot: _with_rubbish(column, rubbish) for slot, column in frame.columns.items()}
    ours = asked(law, replace(frame, columns=dirty))
    assert differences(law.program, ours, asked(law, frame)) == []


def _with_rubbish(column: Column, rubbish: int) -> Column:
    assert column.known is not None
    return Column(np.where(column.known, column.values, rubbish), column.known)


def test_columns_of_any_whole_type_are_computed_in_64_bits(law: Law) -> None:
    frame = frame_of(law.program, every_household())
    narrow = {
        slot: Column(column.values.astype(np.int16), column.known)
        for slot, column in frame.columns.items()
    }
    answers = asked(law, replace(frame, columns=narrow))
    assert differences(law.program, answers, asked(law, frame)) == []
    assert {column.values.dtype for column in answers.values()} == {np.dtype(np.int64)}
