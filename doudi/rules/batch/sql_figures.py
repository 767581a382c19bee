"""Figures as small tables inside a query: one for what depends on the place, one for each key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from doudi.rules.batch.frame import Figure, Figures
from doudi.rules.batch.program import Program
from doudi.rules.batch.sql_words import Words, indent, wrapped

FIXED = "参数"
PLACE_KEY = "参数地区"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures: the slots it is keyed by and the slots it gives."""

    name: str
    keys: tuple[int, ...]
    slots: tuple[int, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | None, ...], ...]

    def sql(self, words: Words) -> str:
        """The select that makes it; a table without rows has one that nothing is equal to."""
        rows = self.rows or ((None,) * len(self.columns),)
        lines = [
            f"({wrapped([_cell(*each, words, first=not at) for each in enumerate(row)])})"
            for at, row in enumerate(rows)
        ]
        names = wrapped([words.name(column) for column in self.columns])
        values = indent(",\n".join(lines))
        return "\n".join(["SELECT * FROM (VALUES", values, f") AS t (\n{indent(names)}\n)"])


def _cell(column: int, value: str | int | None, words: Words, *, first: bool) -> str:
    """One value; the first row says of which type its column is."""
    text = "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)
    if not first:
        return text
    return f"CAST({text} AS {'BIGINT' if column else words.text})"


def tables(program: Program, figures: Figures, places: Sequence[str]) -> list[Table]:
    """The table of fixed figures first, then one for each combination of keys."""
    found = [
        Table(
            FIXED,
            (),
            program.fixed,
            (PLACE_KEY, *(program.nodes[slot].name for slot in program.fixed)),
            tuple(
                (place, *(_value(figures.by_slot[slot], row, 0) for slot in program.fixed))
                for row, place in enumerate(places)
            ),
        )
    ]
    by_keys: dict[tuple[int, ...], list[int]] = {}
    for slot, keys in program.keyed.items():
        by_keys.setdefault(keys, []).append(slot)
    return found + [
        _keyed(program, figures, places, keys, slots) for keys, slots in by_keys.items()
    ]


def _keyed(
    program: Program,
    figures: Figures,
    places: Sequence[str],
    keys: tuple[int, ...],
    slots: list[int],
) -> Table:
    found: dict[tuple[int, tuple[int, ...]], dict[int, int]] = {}
    for slot in slots:
        figure = figures.by_slot[slot]
        for row, (at, exact) in product(range(len(places)), enumerate(_exact(figure))):
            value = _value(figure, row, at)
            if value is not None:
                found.setdefault((row, exact), {})[slot] = value
    names = [program.nodes[key].name for key in keys]
    return Table(
        "·".join([FIXED, *names]),
        keys,
        tuple(slots),
        (
            PLACE_KEY,
            *(f"键·{name}" for name in names),
            *(f"值·{program.nodes[slot].name}" for slot in slots),
        ),
        tuple(
            (places[row], *exact, *(values.get(slot) for slot in slots))
            for (row, exact), values in sorted(found.items())
        ),
    )


def _exact(figure: Figure) -> Iterator[tuple[int, ...]]:
    """The keys of a figure, in the order of its index."""
    bounds = zip(figure.lows, figure.sizes, strict=True)
    return product(*(range(low, low + size) for low, size in bounds))


def _value(figure: Figure, row: int, at: int) -> int | None:
    return int(figure.values[row, at]) if figure.known[row, at] else None
