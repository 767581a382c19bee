"""The rules over arrays: a few thousand households in one step, with nothing but NumPy.

Rules are evaluated stage by stage (`bodies`) on columns of numbers (`masks`). What is the same for
every holder of a stretch, such as a figure of its only place, stays a plain number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

from doudi.rules.batch.bodies import Reading
from doudi.rules.batch.frame import Column, Figure, Figures, Form, Frame, Truths, default_of
from doudi.rules.batch.ir import Aggregation, Value
from doudi.rules.batch.masks import (
    Array,
    Gathered,
    Groups,
    Held,
    Mask,
    Number,
    Path,
    both,
    number,
    opposite,
    simple,
    truth,
)
from doudi.rules.batch.program import Program
from doudi.rules.dialect import Level

# So many households at a time: their columns stay in the processor's cache, and the hundreds of
# small steps in Python weigh little against the arithmetic.
_HOUSEHOLDS = 16384


def make(program: Program) -> Form:
    """A form that needs no compiler and no database; it computes only what is wanted."""
    plans: dict[tuple[int, ...], frozenset[int]] = {}

    def compute(frame: Frame, figures: Figures, wanted: Sequence[int]) -> Mapping[int, Column]:
        asked = tuple(dict.fromkeys(wanted))
        if asked not in plans:
            plans[asked] = needed(program, asked)
        answers = {slot: _Answer(_holders(frame, program.level(slot))) for slot in asked}
        for first in range(0, frame.households, _HOUSEHOLDS):
            last = min(first + _HOUSEHOLDS, frame.households)
            stretch = _Stretch(program, frame, figures, first, last)
            stretch.run(plans[asked])
            for slot, answer in answers.items():
                answer.put(stretch.held[slot], *stretch.bounds[program.level(slot)])
        return {slot: Column(answer.values, answer.known) for slot, answer in answers.items()}

    return compute


def needed(program: Program, wanted: Sequence[int]) -> frozenset[int]:
    """The wanted slots and all that they are made of."""
    todo, found = list(wanted), set[int]()
    while todo:
        slot = todo.pop()
        if slot not in found:
            found.add(slot)
            todo += program.keyed.get(slot, ())
            todo += _slots_in(program.bodies.get(slot))
    return frozenset(found)


def _slots_in(part: object) -> Iterator[int]:
    if isinstance(part, Value | Aggregation):
        yield part.slot
    elif isinstance(part, tuple):
        for each in part:
            yield from _slots_in(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _slots_in(getattr(part, field.name))


def _holders(frame: Frame, level: Level) -> int:
    if level is Level.HOUSEHOLD:
        return frame.households
    return int((frame.persons if level is Level.PERSON else frame.obligors)[-1])


class _Answer:
    """A wanted column, filled stretch by stretch."""

    def __init__(self, holders: int) -> None:
        self.values = np.zeros(holders, np.int64)
        self.known: Truths | None = None

    def put(self, held: Held, first: int, last: int) -> None:
        self.values[first:last] = held.values
        if held.known is not True:
            if self.known is None:
                self.known = np.ones(len(self.values), np.bool_)
            self.known[first:last] = held.known


class _Stretch:
    """Some households with their persons and obligors, and what is computed of them so far."""

    def __init__(
        self, program: Program, frame: Frame, figures: Figures, first: int, last: int
    ) -> None:
        self.program, self.frame, self.figures = program, frame, figures
        people = int(frame.persons[first]), int(frame.persons[last])
        obligors = int(frame.obligors[first]), int(frame.obligors[last])
        self.bounds = {
            Level.HOUSEHOLD: (first, last),
            Level.PERSON: people,
            Level.OBLIGOR: obligors,
        }
        persons = frame.persons[first : last + 1] - people[0]
        below = frame.obligors[first : last + 1] - obligors[0]
        each = np.arange(last - first)
        self._household = {
            Level.PERSON: np.repeat(each, np.diff(persons)),
            Level.OBLIGOR: np.repeat(each, np.diff(below)),
        }
        owed = frame.owed[people[0] : people[1] + 1]
        self._groups = {
            Level.HOUSEHOLD: Groups(persons),
            Level.PERSON: Groups(owed - owed[0], frame.owing[owed[0] : owed[-1]] - obligors[0]),
        }
        self._place = frame.places[first:last].astype(np.int64)
        self._places = np.unique(self._place)
        self.held: dict[int, Held] = {}
        self._spread: dict[tuple[int, Level], Held] = {}

    def run(self, needed: frozenset[int]) -> None:
        """Fill in everything needed, stage by stage."""
        program = self.program
        if program.day is not None:
            self.held[program.day] = Held(self.figures.day)
        for slot in program.fixed:
            if slot in needed:
                self.held[slot] = self._figure(self.figures.by_slot[slot], 0, Level.HOUSEHOLD)
        computed = [slot for stage in program.stages for slot in stage.slots]
        for slot in (*program.facts, *computed):
            if slot in needed:
                first, last = self.bounds[program.level(slot)]
                self.held[slot] = self._computed(slot) if first < last else Held(0)

    def at(self, slot: int, level: Level) -> Held:
        """What a slot is for the holders of a level: their own, or that of their household."""
        held = self.held[slot]
        if self.program.level(slot) is level:
            return held
        if isinstance(held.values, int) and isinstance(held.known, bool):
            return held
        spread = self._spread.get((slot, level))
        if spread is None:
            whose = self._household[level]
            values = held.values if isinstance(held.values, int) else held.values.take(whose)
            known = held.known if isinstance(held.known, bool) else held.known.take(whose)
            spread = self._spread[slot, level] = Held(values, known)
        return spread

    def gathered(self, slot: int, level: Level) -> Gathered:
        """What a slot is for those below the holders of a level."""
        groups, (values, mask) = self._groups[level], self.held[slot]
        first, last = self.bounds[self.program.level(slot)]
        if isinstance(values, int):
            values = np.full(last - first, values)
        known: Array | None = None
        if mask is not True:
            known = np.zeros(last - first, np.bool_) if mask is False else mask
        if groups.order is not None:
            values = values.take(groups.order)
            known = None if known is None else known.take(groups.order)
        return Gathered(groups, values, known)

    def _computed(self, slot: int) -> Held:
        if slot in self.program.bodies:
            return self._rule(slot)
        return self._keyed(slot) if slot in self.program.keyed else self._fact(slot)

    def _fact(self, slot: int) -> Held:
        column = self.frame.columns.get(slot)
        if column is None:
            default = default_of(self.program, slot)
            return Held(0, False) if default is None else Held(default)
        first, last = self.bounds[self.program.level(slot)]
        values: Array = column.values[first:last]
        kind = np.bool_ if self.program.is_truth(slot) else np.int64
        known: Mask = True if column.known is None else simple(column.known[first:last])
        return Held(values.astype(kind, copy=False), known)

    def _rule(self, slot: int) -> Held:
        reading = Reading(self, self.program.level(slot))
        values, known = reading.statement(self.program.bodies[slot], Path(), {})
        known = simple(both(known, opposite(reading.unknown)))
        if self.program.is_truth(slot):
            return Held(truth(values), known)
        return Held(number(values), known)

    def _keyed(self, slot: int) -> Held:
        """A figure by the values of other names; a key that no figure can have is unknown."""
        figure, level = self.figures.by_slot[slot], self.program.level(slot)
        index: Number = 0
        known: Mask = True
        keys = zip(self.program.keyed[slot], figure.lows, figure.sizes, strict=True)
        for key, low, size in keys:
            values, key_known = self.at(key, level)
            offset = number(values) - low
            inside = simple((offset >= 0) & (offset < size))
            known = both(known, both(key_known, inside))
            if inside is not True:
                offset = 0 if isinstance(inside, bool) else np.where(inside, offset, 0)
            index = index * size + offset
        found = self._figure(figure, index, level)
        return Held(found.values, simple(both(known, found.known)))

    def _figure(self, figure: Figure, index: Number, level: Level) -> Held:
        """A figure at the index, by the place of each holder; one number where they agree."""
        if isinstance(index, int):
            values = figure.values[self._places, index]
            known = figure.known[self._places, index]
            if not known.any():
                return Held(0, False)
            if known.all() and (values == values[0]).all():
                return Held(int(values[0]))
        place: Number = int(self._places[0])
        if len(self._places) > 1:
            place = self._place
            if level is not Level.HOUSEHOLD:
                place = place.take(self._household[level])
        at = place * figure.values.shape[1] + index
        values = figure.values.ravel().take(at)
        return Held(values, simple(figure.known.ravel().take(at)))
