"""Tables for a terminal, in which a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; a cell of several lines takes several lines, the last may be long."""
    wide = [
        max(width(line) for row in (head, *rows) for line in row[at].split("\n"))
        for at in range(len(head) - 1)
    ]
    rule = "─" * (sum(wide) // 2 + len(wide) + 8)
    yield _line(head, wide)
    yield rule
    for row in rows:
        cells = [cell.split("\n") for cell in row]
        for at in range(max(len(lines) for lines in cells)):
            yield _line([lines[at] if at < len(lines) else "" for lines in cells], wide)


def _line(cells: Sequence[str], wide: Sequence[int]) -> str:
    padded = [cell + " " * (size - width(cell)) for cell, size in zip(cells, wide, strict=False)]
    return "  ".join([*padded, cells[-1]]).rstrip()
