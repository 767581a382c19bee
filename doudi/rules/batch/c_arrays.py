"""Arrays as the machine code wants them: checked, side by side, cut into stretches."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from doudi.rules.batch.c_layout import TYPES, Kernel
from doudi.rules.batch.frame import AnyNumbers, Column, Figures, Frame, Numbers, default_of
from doudi.rules.batch.program import Program
from doudi.rules.dialect import Level

Flags = npt.NDArray[np.uint8]
AnyArray = npt.NDArray[np.generic]
_PEOPLE_A_STRETCH = 40_000  # worth waking a thread for, and few enough to share the work out


def checked(program: Program, frame: Frame, slots: frozenset[int]) -> Frame:
    """The frame with plain arrays of the right kinds; a frame that does not fit is an assertion."""
    persons, obligors, owed, owing = (
        np.ascontiguousarray(each, np.int64)
        for each in (frame.persons, frame.obligors, frame.owed, frame.owing)
    )
    places = np.ascontiguousarray(frame.places, np.int32)
    assert len(places) == frame.households, "one place for each household"
    for starts, count in ((persons, frame.households), (obligors, frame.households)):
        _check_starts(starts, count)
    _check_starts(owed, int(persons[-1]))
    assert owed[-1] == len(owing), "`owed` ends where `owing` ends"
    plain = Frame(frame.households, persons, obligors, owed, owing, places, {})
    columns = {}
    for slot, column in frame.columns.items():
        if slot in slots:
            many = size(plain, program.level(slot))
            columns[slot] = _checked_column(column, many, program.nodes[slot].name)
    return Frame(frame.households, persons, obligors, owed, owing, places, columns)


def _check_starts(starts: Numbers, count: int) -> None:
    assert len(starts) == count + 1, "one start more than there are holders"
    assert starts[0] == 0, "the first stretch starts at 0"
    assert bool((starts[1:] >= starts[:-1]).all()), "stretches follow each other"


def _checked_column(column: Column, many: int, name: str) -> Column:
    values = column.values
    assert values.dtype.isnative, f"{name}: the bytes of {values.dtype} are turned round"
    assert values.dtype.name in TYPES, f"{name}: {values.dtype} is no whole number"
    assert len(values) == many, f"{name}: {len(values)} values for {many} holders"
    known = column.known
    assert known is None or len(known) == many, f"{name}: flags do not fit"
    if known is not None:
        known = None if bool(known.all()) else np.ascontiguousarray(known, np.bool_)
    return Column(np.ascontiguousarray(values), known)


def size(frame: Frame, level: Level) -> int:
    """How many holders of a level the frame has."""
    if level is Level.HOUSEHOLD:
        return frame.households
    return int((frame.persons if level is Level.PERSON else frame.obligors)[-1])


def stretches(frame: Frame, threads: int) -> list[tuple[int, int]]:
    """Households from, before: about equal numbers of people, several for each thread."""
    households, people = frame.households, size(frame, Level.PERSON)
    if not households:
        return []
    many = max(1, min(people // _PEOPLE_A_STRETCH, threads * 16)) if threads > 1 else 1
    cuts = np.searchsorted(frame.persons, np.linspace(0, people, many + 1)[1:-1])
    ends = sorted({0, households, *(min(int(cut), households) for cut in cuts)})
    return list(pairwise(ends))


def room(frame: Frame, first: int, before: int) -> int:
    """The people, or obligors, of the largest household of a stretch."""
    return max(
        int(np.diff(starts[first : before + 1]).max()) for starts in (frame.persons, frame.obligors)
    )


def rows_of_figures(
    kernel: Kernel, figures: Figures, places: int
) -> tuple[Numbers, Flags, Numbers]:
    """All figures of a place in one row, their flags, and where each keyed parameter stands."""
    parts, flags, layout = [], [], []
    at = 0
    for slot in (*kernel.fixed, *kernel.keyed):
        figure = figures.by_slot[slot]
        parts.append(figure.values)
        flags.append(figure.known)
        if slot in kernel.keyed:
            layout.append(at)
            for low, many in zip(figure.lows, figure.sizes, strict=True):
                layout += [low, many]
        at += figure.values.shape[1]
    if not parts:
        empty = np.zeros((places, 1), np.int64)
        return empty, empty.astype(np.uint8), np.zeros(1, np.int64)
    rows = np.ascontiguousarray(np.concatenate(parts, axis=1), np.int64)
    sure = np.ascontiguousarray(np.concatenate(flags, axis=1)).view(np.uint8)
    return rows, sure, np.array(layout or [0], np.int64)


def masks(kernel: Kernel, program: Program, frame: Frame) -> list[AnyArray]:
    """Flags of the facts that the text takes for possibly unknown; known where none are given."""
    everyone: dict[int, AnyArray] = {}
    found: list[AnyArray] = []
    for slot in kernel.masks:
        known = frame.columns[slot].known
        if known is None:
            many = size(frame, program.level(slot))
            found.append(everyone.setdefault(many, np.ones(many, np.uint8)))
        else:
            found.append(known)
    return found


def outputs(kernel: Kernel, program: Program, frame: Frame) -> tuple[list[Numbers], list[Flags]]:
    """Room for what is computed, and for its flags where it can be unknown."""
    sizes = [size(frame, program.level(slot)) for slot, _ in kernel.outputs]
    values = [np.empty(many, np.int64) for many in sizes]
    flags = [
        np.empty(many if may else 0, np.uint8)
        for many, (_, may) in zip(sizes, kernel.outputs, strict=True)
    ]
    return values, flags


def pointer(array: AnyArray) -> ctypes.c_void_p:
    """Where an array stands."""
    return ctypes.c_void_p(array.ctypes.data)


def pointers(arrays: Sequence[AnyArray]) -> ctypes.Array[ctypes.c_void_p]:
    """Where several arrays stand; they must be kept as long as this is used."""
    return (ctypes.c_void_p * max(len(arrays), 1))(*(array.ctypes.data for array in arrays))


def standard_type(program: Program, slot: int) -> str:
    """The narrowest type for the range of a fact: what shipped libraries are made for."""
    fact = program.nodes[slot].input
    assert fact is not None
    if fact.unit == "是否":
        return "bool"
    for name in ("int8", "int16", "int32"):
        limits = np.iinfo(name)
        if limits.min <= fact.low and fact.high <= limits.max:
            return name
    return "int64"


def in_types(program: Program, frame: Frame, kinds: Mapping[int, str]) -> Frame | None:
    """The frame with a column of the given type for each fact; None if a number does not fit."""
    columns: dict[int, Column] = {}
    for slot, kind in kinds.items():
        column = frame.columns.get(slot)
        if column is None:
            column = _default_column(program, slot, size(frame, program.level(slot)), kind)
        elif column.values.dtype.name != kind:
            values: AnyNumbers = column.values.astype(kind)
            same = values == column.values
            if column.known is not None:
                same |= ~column.known
            if not bool(same.all()):
                return None
            column = Column(values, column.known)
        columns[slot] = column
    return replace(frame, columns=columns)


def _default_column(program: Program, slot: int, many: int, kind: str) -> Column:
    default = default_of(program, slot)
    if default is None:
        return Column(np.zeros(many, kind), np.zeros(many, np.bool_))
    return Column(np.full(many, default, kind))
