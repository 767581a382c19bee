"""Where everything stands in the C text of a program: columns, figures, scratch, outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from doudi.rules.batch import ir
from doudi.rules.batch.c_text import Source, names_of, number
from doudi.rules.batch.frame import default_of
from doudi.rules.batch.program import Program, Stage
from doudi.rules.dialect import Level

TYPES: Mapping[str, str] = {
    "bool": "U", "int8": "signed char", "uint8": "U", "int16": "short", "uint16": "unsigned short",
    "int32": "int", "uint32": "unsigned", "int64": "I", "uint64": "N",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What the text depends on: type of each fact's column, what may be unknown, what is wanted.

    A fact without a type has no column. `unknown` are facts and parameters.
    """

    types: tuple[tuple[int, str], ...]
    unknown: frozenset[int]
    wanted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The C text, and in which order its function wants the arrays.

    `columns` are facts; `masks` facts whose known-flags are asked for; `fixed` parameters stand at
    the head of each place's row of figures, then the `keyed`, described in `layout` by where they
    start and by low and size of each key. `outputs` are slots, with whether they can be unknown.
    Scratch has `kept` numbers and as many flags for each of the people of the largest household.
    """

    text: str
    columns: tuple[int, ...]
    masks: tuple[int, ...]
    fixed: tuple[int, ...]
    keyed: tuple[int, ...]
    outputs: tuple[tuple[int, bool], ...]
    kept: int


def inputs_of(program: Program, slot: int) -> list[int]:
    """The names that a rule or a keyed parameter reads."""
    if slot in program.bodies:
        return [node.slot for node in names_of(program.bodies[slot])]
    return list(program.keyed.get(slot, ()))


def gatherings_of(program: Program, slots: Iterable[int]) -> list[tuple[str, int]]:
    """What some names gather from below: 合计, 人数, 任一 or 最重, of which name; each once."""
    found = {
        (node.name, node.slot)
        for slot in slots
        if slot in program.bodies
        for node in names_of(program.bodies[slot])
        if isinstance(node, ir.Aggregation)
    }
    return sorted(found, key=lambda each: (each[1], each[0]))


def needed(program: Program, wanted: Iterable[int]) -> frozenset[int]:
    """The wanted slots and all they depend on."""
    todo, found = list(wanted), set[int]()
    while todo:
        slot = todo.pop()
        if slot not in found:
            found.add(slot)
            todo += inputs_of(program, slot)
    return frozenset(found)


class Layout:
    """Names of what a text reads and keeps; grows as the text is written."""

    def __init__(self, program: Program, request: Request) -> None:
        self.program = program
        self.unknown = request.unknown
        self.types = dict(request.types)
        self.needed = needed(program, request.wanted)
        self.fixed = tuple(slot for slot in program.fixed if slot in self.needed)
        self.keyed = tuple(slot for slot in sorted(program.keyed) if slot in self.needed)
        self.stages = [
            Stage(stage.level, slots)
            for stage in program.stages
            if (slots := tuple(slot for slot in stage.slots if slot in self.needed))
        ]
        self.stage_of = {slot: at for at, stage in enumerate(self.stages) for slot in stage.slots}
        self.read_later = frozenset(self._read_later())
        self.columns: dict[int, int] = {}
        self.masks: dict[int, int] = {}
        self.kept: dict[int, tuple[int, bool]] = {}  # place in scratch, whether with a flag

    def _read_later(self) -> Iterator[int]:
        """What is computed for people and read by another loop than its own.

        Sums over persons are made in the loop that computes them; sums over obligors are not.
        """
        level = self.program.level
        for slot in self.needed:
            for other in inputs_of(self.program, slot):
                summed = level(other) is Level.PERSON and level(slot) is Level.HOUSEHOLD
                elsewhere = self.stage_of.get(other) != self.stage_of.get(slot)
                if level(other) is not Level.HOUSEHOLD and elsewhere and not summed:
                    yield other

    def keep(self, slot: int, *, flag: bool) -> None:
        """Give a name a place in scratch."""
        self.kept[slot] = (len(self.kept), flag)

    def source(self, slot: int, at: str, near: str) -> Source:
        """A value that is no variable: of the holder at `at` in the frame, `near` in its household.

        What belongs to the household is found by the household.
        """
        if slot in self.kept:
            return Source(f"s{slot}[{near}]", f"w{slot}[{near}]" if self.kept[slot][1] else None)
        if slot == self.program.day:
            return Source("day")
        if slot in self.fixed:
            place = self.fixed.index(slot)
            return Source(f"f[{place}]", f"fk[{place}]" if slot in self.unknown else None)
        if slot not in self.types:
            default = default_of(self.program, slot)
            return Source("0LL", "0") if default is None else Source(number(default))
        at = "h" if self.program.level(slot) is Level.HOUSEHOLD else at
        self.columns.setdefault(slot, len(self.columns))
        if slot not in self.unknown:
            return Source(f"(I)c{slot}[{at}]")
        self.masks.setdefault(slot, len(self.masks))
        return Source(f"(I)c{slot}[{at}]", f"z{slot}[{at}]")

    def declared(self) -> Iterator[str]:
        """The lines that name everything which `source` told of."""
        for slot, at in self.columns.items():
            yield f"const {TYPES[self.types[slot]]} *restrict c{slot} = columns[{at}];"
        for slot, at in self.masks.items():
            yield f"const U *restrict z{slot} = masks[{at}];"
        for slot, (at, flag) in self.kept.items():
            yield f"I *restrict s{slot} = scratch + {at} * room;"
            if flag:
                yield f"U *restrict w{slot} = flags + {at} * room;"
        at = 0
        for slot in self.keyed:  # where its figures start, then lowest and number of each key
            yield f"const I b{slot} = layout[{at}];"
            for key in range(len(self.program.keyed[slot])):
                yield f"const I l{slot}_{key} = layout[{at + 1 + 2 * key}];"
                yield f"const N n{slot}_{key} = layout[{at + 2 + 2 * key}];"
            at += 1 + 2 * len(self.program.keyed[slot])
