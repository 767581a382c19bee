"""The columns of each stage of a program: what they read, and in which order they can be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from doudi.rules.batch.program import Program, Stage
from doudi.rules.batch.sql_cells import cells_of, never_below_zero
from doudi.rules.batch.sql_terms import Cell, Gathered, Known
from doudi.rules.batch.sql_words import Words
from doudi.rules.dialect import Level


@dataclass(slots=True)
class Layer:
    """Columns that can be made at the same time: of rules, and slots looked up in figures."""

    cells: list[Cell] = field(default_factory=list)
    looked_up: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Planned:
    """A stage with its layers, and what it needs from before."""

    level: Level
    layers: list[Layer]
    reads: set[int]
    gathered: list[Gathered]


def planned(
    program: Program,
    stage: Stage,
    given: Known,
) -> Planned:
    """A stage laid out in layers."""
    plan = Planned(stage.level, [], set(), [])
    depths: dict[int | str, int] = {}

    def place(found: int | str, needed: set[int | str]) -> Layer:
        depth = max([depths[each] for each in needed if each in depths], default=0) + 1
        depths[found] = depth
        while len(plan.layers) < depth:
            plan.layers.append(Layer())
        return plan.layers[depth - 1]

    for slot in stage.slots:
        if slot in program.keyed:
            keys = program.keyed[slot]
            place(slot, set(keys)).looked_up.append(slot)
            plan.reads |= set(keys)
            continue
        node = program.nodes[slot]
        *inner, last = cells_of(
            node.name, program.bodies[slot], given, truth=program.is_truth(slot)
        )  # fmt: skip
        for cell in inner:
            place(cell.name, {*cell.slots, *cell.hidden}).cells.append(cell)
        place(slot, {*last.slots, *last.hidden}).cells.append(last)
        for cell in (*inner, last):
            plan.reads |= cell.slots
            plan.gathered += [each for each in cell.gathered if each not in plan.gathered]
    plan.reads -= set(stage.slots)
    plan.reads.discard(-1 if program.day is None else program.day)
    return plan


def known_of(
    program: Program, words: Words, column: Callable[[int], str], always: frozenset[str]
) -> Known:
    """What can be said of the slots of a program; `above` is found rule by rule."""
    above: set[int] = set()
    given = Known(words, column, program.is_truth, above.__contains__, always)
    for slot in (*program.facts, *program.fixed, *program.keyed):
        node = program.nodes[slot]
        holder = node.input or node.parameter
        assert holder is not None
        if holder.low >= 0:
            above.add(slot)
    for stage in program.stages:
        for slot in stage.slots:
            if slot in program.bodies and never_below_zero(program.bodies[slot], given):
                above.add(slot)
    return given
