"""Moving facts until the quantities a rule compares meet: the distance is solved for.

The rule's comparison is made a rule of its own that answers how far apart the two sides are. One
fact is raised a little, the distance is looked at again, and from the two the fact's value is
found at which both sides are equal, then one less or more.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from doudi.rules.batch import arrays
from doudi.rules.batch.findings import take
from doudi.rules.batch.frame import Column, Form, Frame, Numbers
from doudi.rules.batch.ir import Statement
from doudi.rules.batch.program import Program
from doudi.rules.dialect import MONEY_UNITS, Level

from .households import Households
from .walking import compared_in, with_body

_STEP = {True: 1_200_000, False: 24}  # of money; of months, counts and ages


@dataclass(frozen=True, slots=True)
class Probe:
    """A comparison of a rule as a form that answers the distance, and what may move it."""

    slot: int
    level: Level
    form: Form
    needs: tuple[int, ...]
    facts: tuple[int, ...]


class Probes:
    """Every comparison of a program; made ready when first used, for there are hundreds."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.found = [
            (slot, distance)
            for slot, body in program.bodies.items()
            for distance in compared_in(body)
        ]
        self._ready: dict[int, Probe] = {}

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, at: int) -> Probe:
        if at not in self._ready:
            self._ready[at] = self._probe(*self.found[at])
        return self._ready[at]

    def _probe(self, slot: int, distance: Statement) -> Probe:
        program = with_body(self.program, slot, distance, "项")
        needed = arrays.needed(program, (slot,))
        needs = tuple(each for each in program.facts if each in needed)
        facts = tuple(each for each in needs if _moves(program, each))
        return Probe(slot, program.level(slot), arrays.make(program), needs, facts)


_KEPT: weakref.WeakKeyDictionary[Program, Probes] = weakref.WeakKeyDictionary()


def probes_of(program: Program) -> Probes:
    """The comparisons of a program; kept with it."""
    if program not in _KEPT:
        _KEPT[program] = Probes(program)
    return _KEPT[program]


def _moves(program: Program, slot: int) -> bool:
    fact = program.nodes[slot].input
    return fact is not None and not fact.options and fact.unit not in ("是否", "日期")


def apart(drawn: Households, probe: Probe, frame: Frame | None = None) -> Column:
    """How far apart the two sides are, for everyone."""
    return probe.form(frame or drawn.frame(), drawn.figures, (probe.slot,))[probe.slot]


def nudge(drawn: Households, times: int) -> None:
    """Move one fact in a few households to a threshold, and in the next few to another."""
    probes, chance = probes_of(drawn.program), drawn.chance
    if not len(probes) or not times:
        return
    order = chance.permutation(len(drawn))
    for houses in np.array_split(order, times):
        for _ in range(4):
            probe = probes[int(chance.integers(len(probes)))]
            if probe.facts and _nudge(drawn, probe, int(chance.choice(probe.facts)), houses):
                break


def _nudge(drawn: Households, probe: Probe, slot: int, chosen: Numbers) -> bool:
    """Whether the fact moved the distance for anybody."""
    fact, chance = drawn.program.nodes[slot].input, drawn.chance
    assert fact is not None
    houses = np.sort(chosen)
    for level in (fact.level, probe.level):
        houses = houses[_counts(drawn, level)[houses] > 0]
    if not len(houses):
        return False
    frame = take(drawn.program, drawn.plain(probe.needs), houses)
    whose = chance.integers(0, _counts(drawn, fact.level)[houses])
    mine = _starts(frame, fact.level) + whose
    theirs = mine
    if probe.level is not fact.level:
        theirs = _starts(frame, probe.level)
        theirs = theirs + chance.integers(0, _counts(drawn, probe.level)[houses])
    values = frame.columns[slot].values
    for last in (False, True):  # the first step is near, the second exact
        wanted, one, can = _solved(drawn, probe, frame, slot, mine, theirs)
        if last:
            size = np.where(chance.random(len(mine)) < 0.5, 1, one)
            wanted += chance.integers(-1, 2, len(mine)) * size
        values[mine[can]] = np.clip(values[mine] + wanted, fact.low, fact.high)[can]
    everyone = houses if fact.level is Level.HOUSEHOLD else drawn.starts(fact.level)[houses] + whose
    drawn.told[slot].give(everyone[can], values[mine[can]])
    return bool(can.any())


def _solved(
    drawn: Households, probe: Probe, frame: Frame, slot: int, mine: Numbers, theirs: Numbers
) -> tuple[Numbers, Numbers, Any]:
    """By how much the fact of each must change until both sides meet, by how much for one unit
    of the distance, and for whom it can."""
    fact = drawn.program.nodes[slot].input
    assert fact is not None
    step = _STEP[fact.unit in MONEY_UNITS]
    column = frame.columns[slot]
    raised = column.values.copy()
    raised[mine] += step
    columns = {**frame.columns, slot: Column(raised, column.known)}
    before = apart(drawn, probe, frame)
    after = apart(drawn, probe, replace(frame, columns=columns))
    moved = after.values[theirs] - before.values[theirs]
    can = (moved != 0) & _known(before)[theirs] & _known(after)[theirs]
    moved = np.where(can, moved, 1)
    one = np.maximum(np.abs(_divided(np.full(len(moved), step), moved)), 1)
    return -_divided(before.values[theirs] * step, moved), one, can


def _counts(drawn: Households, level: Level) -> Numbers:
    if level is Level.HOUSEHOLD:
        return np.ones(len(drawn), np.int64)
    return np.diff(drawn.starts(level))


def _starts(frame: Frame, level: Level) -> Numbers:
    if level is Level.HOUSEHOLD:
        return np.arange(frame.households)
    return (frame.persons if level is Level.PERSON else frame.obligors)[:-1]


def _divided(number: Numbers, by: Numbers) -> Numbers:
    found: Numbers = np.rint(number / by).astype(np.int64)
    return found


def _known(column: Column) -> Any:
    return np.ones(len(column.values), np.bool_) if column.known is None else column.known
