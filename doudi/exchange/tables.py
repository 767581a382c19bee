"""A table as it stands in a file, whatever the file is; and how large one may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 60 * 2**20
MOST_ROWS = 400_000
MOST_COLUMNS = 300
MOST_CELL = 32_767  # characters; the limit of spreadsheets

Rows = list[list[Any]]
Area = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column), counted from 0


@dataclass(frozen=True)
class Sheet:
    """One table as it stands in the file: the first row is line 1.

    ``words`` name the columns where the file itself does so for every row (JSON, XML, fixed width);
    elsewhere they are empty and one of the rows is the header. ``broken`` says of a line why no
    cells could be read from it. ``merged`` are the areas of cells that were made one.
    """

    name: str
    rows: Rows
    words: tuple[str, ...] = ()
    broken: Mapping[int, str] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Container:
    """What was opened: "csv", "xlsx", "xls", "json", "xml" or "fixed", its encoding and sheets."""

    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    hidden: tuple[str, ...] = ()  # sheets that nobody sees who opens the file; never read
