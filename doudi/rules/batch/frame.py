"""Households side by side: columns of facts, tables of figures, and what a form gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from doudi.rules.batch.program import Program
from doudi.rules.missing import Missing
from doudi.rules.tables import Parameter, ParameterTable, ParameterValue

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
AnyNumbers = npt.NDArray[np.integer | np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """One value for each holder; `known` False where it is unknown, None where all are known.

    A fact's values may be of any integer type or bool, as the file has them; a computed column is
    int64. What stands where `known` is False means nothing.
    """

    values: AnyNumbers
    known: Truths | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of households with all their persons and obligors, in household order.

    `persons[h]:persons[h+1]` are the persons of household h, `obligors` likewise; both have one
    entry more than there are households. `owed[p]:owed[p+1]` is the stretch of `owing` that names
    the obligors (by position in the frame) of person p. `places[h]` is a row of `Figures`.
    `columns` holds the facts of the registry by slot; a fact without a column takes its default for
    everyone, or is unknown for everyone.
    """

    households: int
    persons: Numbers
    obligors: Numbers
    owed: Numbers
    owing: Numbers
    places: npt.NDArray[np.int32]
    columns: Mapping[int, Column]


@dataclass(frozen=True, slots=True)
class Figure:
    """One parameter for all places of a registry on one day.

    `values[place, index]`: for a keyed parameter the index is that of the keys, each counted from
    its `low` and below its `size`, the last running fastest; a key outside is unknown. `known` says
    where there is a figure in force.
    """

    values: Numbers
    known: Truths
    lows: tuple[int, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Every parameter of a program, by slot, and the day asked about as yyyymmdd."""

    day: int
    by_slot: Mapping[int, Figure]


class Form(Protocol):
    """A way to compute a whole frame."""

    def __call__(
        self, frame: Frame, figures: Figures, wanted: Sequence[int]
    ) -> Mapping[int, Column]:
        """The columns at the wanted slots, int64, with what is unknown."""


def figures_of(
    program: Program, tables: ParameterTable, places: Sequence[str], on: date
) -> Figures:
    """Look every parameter up once for each place and key; raises `PlaceRefused`."""
    found: dict[int, Figure] = {}
    for slot in program.fixed:
        found[slot] = _figure(program, slot, (), tables, places, on)
    for slot, keys in program.keyed.items():
        found[slot] = _figure(program, slot, keys, tables, places, on)
    return Figures(on.year * 10000 + on.month * 100 + on.day, found)


def _figure(
    program: Program,
    slot: int,
    keys: tuple[int, ...],
    tables: ParameterTable,
    places: Sequence[str],
    on: date,
) -> Figure:
    node = program.nodes[slot]
    bounds = [
        _bounds(program, key, tables.parameters[node.name], at) for at, key in enumerate(keys)
    ]
    lows = tuple(low for low, _ in bounds)
    sizes = tuple(size for _, size in bounds)
    combinations = list(np.ndindex(*sizes))
    values = np.zeros((len(places), len(combinations)), np.int64)
    known = np.zeros((len(places), len(combinations)), np.bool_)
    for row, place in enumerate(places):
        for at, offsets in enumerate(combinations):
            exact = tuple(low + offset for low, offset in zip(lows, offsets, strict=True))
            value = tables.find(node.name, exact, place, on)
            if isinstance(value, ParameterValue):
                values[row, at], known[row, at] = value.number, True
            else:
                assert isinstance(value, Missing)
    return Figure(values, known, lows, sizes)


def _bounds(program: Program, key: int, parameter: Parameter, at: int) -> tuple[int, int]:
    """The numbers a key may take, as low and how many."""
    options = program.nodes[key].options
    numbers = list(options.values())
    assert numbers or not parameter.view_of, "a view's rows stand in another parameter"
    if not numbers:  # a key without words, such as a grade: as far as the rows of the parameter go
        numbers = [row[at] for row in parameter.values] or [0]
    return min(numbers), max(numbers) - min(numbers) + 1


def default_of(program: Program, slot: int) -> int | None:
    """What a fact is for everyone when the registry has no column for it; None: unknown."""
    fact = program.nodes[slot].input
    assert fact is not None
    return None if fact.default is None else int(fact.default)
