"""What the scalar engine says of drawn households, laid beside what a form says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from doudi.rules import HouseholdFacts
from doudi.rules.batch import arrays, machine
from doudi.rules.batch.frame import Column, Form, Frame
from doudi.rules.batch.program import Program
from doudi.rules.book import Plan, rulebook
from doudi.rules.dialect import Level
from doudi.rules.evaluate import compute
from doudi.rules.missing import Missing
from doudi.rules.tables import ParameterTable

from .households import Households

Columns = Mapping[int, Column]


def forms_of(program: Program, cache: Path | None) -> dict[str, Form]:
    """Arrays; and machine code, where there is a compiler, if there is a folder to keep it in."""
    found: dict[str, Form] = {"arrays": arrays.make(program)}
    if cache is not None and machine.available():
        found["machine"] = machine.make(program, cache=cache)
    return found


def every_slot(program: Program) -> tuple[int, ...]:
    """All names of a program, intermediate ones included."""
    return tuple(sorted(program.slots.values()))


def scalar(drawn: Households, count: int) -> Columns:
    """What `compute` says of the first households, every name of every holder."""
    plan = rulebook().plan(drawn.on, drawn.codes)
    asked = ((drawn.facts(at), drawn.place(at)) for at in range(count))
    return scalar_of(plan, drawn.program, asked, drawn.on, drawn.tables)


def scalar_of(
    plan: Plan,
    program: Program,
    asked: Iterable[tuple[HouseholdFacts, str]],
    on: date,
    tables: ParameterTable,
) -> Columns:
    """The same for any households at their places."""
    slots = every_slot(program)
    single = [slot for slot in slots if program.level(slot) is Level.HOUSEHOLD]
    several = [slot for slot in slots if program.level(slot) is not Level.HOUSEHOLD]
    told: dict[int, list[Any]] = {slot: [] for slot in slots}
    for facts, place in asked:
        values = compute(plan, facts, on, place, tables).values
        for slot in single:
            told[slot].append(values[slot])
        for slot in several:
            told[slot] += values[slot]
    return {slot: _column(values) for slot, values in told.items()}


def frame_of(program: Program, households: Sequence[HouseholdFacts]) -> Frame:
    """Households given one by one, all of the first place, as columns."""
    members = [one for household in households for one in household.members]
    obligors = [one for household in households for one in household.obligors]
    persons = np.cumsum([0, *(len(household.members) for household in households)])
    below = np.cumsum([0, *(len(household.obligors) for household in households)])
    links = [
        [int(below[at]) + n for n, one in enumerate(household.obligors) if who.reference in one.of]
        for at, household in enumerate(households)
        for who in household.members
    ]
    told = {Level.HOUSEHOLD: households, Level.PERSON: members, Level.OBLIGOR: obligors}
    columns = {}
    for slot in program.facts:
        node = program.nodes[slot]
        assert node.input is not None
        given = [each.values.get(node.name, node.input.default) for each in told[node.level]]
        known = np.array([value is not None for value in given], np.bool_)
        columns[slot] = Column(np.array([int(value or 0) for value in given], np.int64), known)
    return Frame(
        len(households),
        persons,
        below,
        np.cumsum([0, *map(len, links)]),
        np.array([each for link in links for each in link], np.int64),
        np.zeros(len(households), np.int32),
        columns,
    )


def _column(values: list[Any]) -> Column:
    known = np.array([type(value) is not Missing for value in values], np.bool_)
    numbers = [0 if type(value) is Missing else int(value) for value in values]
    return Column(np.array(numbers, np.int64), known)


def differences(
    program: Program, ours: Columns, theirs: Columns, slots: Sequence[int] | None = None
) -> list[str]:
    """Each name that differs anywhere, with the first holder of whom it does."""
    found = []
    for slot in slots or every_slot(program):
        mine, other = ours[slot], theirs[slot]
        count = min(len(mine.values), len(other.values))
        known, other_known = _known(mine)[:count], _known(other)[:count]
        same = mine.values[:count] == other.values[:count]
        wrong = np.flatnonzero((known != other_known) | (known & ~same))
        if len(wrong):
            at = wrong[0]
            says = [
                int(column.values[at]) if _known(column)[at] else "缺" for column in (mine, other)
            ]
            name = program.nodes[slot].name
            found.append(f"{name}: {says[0]} != {says[1]} at {at} ({len(wrong)} of {count})")
    return found


def _known(column: Column) -> Any:
    return np.ones(len(column.values), np.bool_) if column.known is None else column.known
