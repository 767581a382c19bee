"""Write one month of files as departments really send them, and remember whose each row is."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from demo.county.departments import DEPARTMENTS, Department, Desk
from demo.county.dirt import Soiler
from demo.county.model import PersonSeed
from demo.county.truth import RowTruth

if TYPE_CHECKING:
    from demo.county.county import County

# Fixed, so that the same county gives the same bytes on every day.
_SAVED_AT = datetime(2022, 6, 1, 9, 0, 0)  # noqa: DTZ001
# A second copy of a row turns up some rows later, as when a page was keyed in twice.
_REPEATED_AFTER = 25


@dataclass(slots=True)
class Sent:
    """One row as it leaves the department."""

    cells: list[Any]
    person: PersonSeed | None
    dirt: tuple[str, ...]
    story: int | None


def write_month(county: County, folder: Path) -> list[Path]:
    """Write all files of May 2022 into the folder; `county.rows` then tells whose each row is."""
    folder.mkdir(parents=True, exist_ok=True)
    county.rows.clear()
    told = {
        (label, story.person_local_id): story.local_id
        for story in county.truth
        for label in story.files
    }
    paths = []
    for department in DEPARTMENTS:
        path = folder / department.file
        # Seeded by a text, which does not depend on the hash seed of the process.
        rng = random.Random(f"{county.seed}:{department.label}")
        rows = _with_total(department, _rows(county, department, rng, told))
        write = _write_xlsx if department.encoding == "xlsx" else _write_csv
        write(department, path, _remembered(county, department, rows))
        paths.append(path)
    return paths


def _rows(
    county: County, department: Department, rng: random.Random, told: dict[tuple[str, int], int]
) -> Iterator[Sent]:
    desk = Desk(county, rng)
    soiler = Soiler(rng, department.columns)
    repeated: list[Sent] = []
    line = 0
    for person, payload in department.entries(county):
        about: list[PersonSeed] = [person]
        if rng.random() < department.outsiders:
            about += _stranger_like(county, rng, person)
        for each in about:
            line += 1
            cells = department.row(desk, each, payload, line)
            story = told.get((department.label, each.local_id))
            family = county.members(county.household_of(each)) if each.local_id else []
            cells, dirt, again = soiler.soil(cells, family)
            known = each if each.local_id else None
            if known is None:
                dirt = ("县外人员", *dirt)
            yield Sent(cells, known, dirt, story)
            if again is not None:
                repeated.append(Sent(again[0], known, (*dirt, again[1]), story))
        if len(repeated) > _REPEATED_AFTER:
            yield repeated.pop(0)
    yield from repeated


def _stranger_like(county: County, rng: random.Random, person: PersonSeed) -> list[PersonSeed]:
    """Somebody of another county who could stand in the same row, if one is near in age."""
    near = county.outsiders.get((person.sex, person.age // 10))
    return [rng.choice(near)] if near else []


def _with_total(department: Department, rows: Iterator[Sent]) -> Iterator[Sent]:
    """Add the line 合计 that some departments leave at the end, a trap for every reader."""
    totals = dict.fromkeys(department.total_at, Decimal(0))
    for sent in rows:
        for at in totals:
            if isinstance(sent.cells[at], Decimal):
                totals[at] += sent.cells[at]
        yield sent
    if totals:
        cells: list[Any] = [totals.get(at, "") for at in range(len(department.header))]
        cells[0] = "合计"
        yield Sent(cells, None, ("合计行",), None)


def _remembered(
    county: County, department: Department, rows: Iterator[Sent]
) -> Iterator[list[Any]]:
    first = len(_above(department)) + 2
    for line, sent in enumerate(rows, start=first):
        local_id = sent.person.local_id if sent.person else None
        county.rows.append(RowTruth(department.file, line, local_id, sent.dirt, sent.story))
        yield sent.cells


def _above(department: Department) -> tuple[str, ...]:
    """The lines above the header; only spreadsheets have them."""
    return department.title if department.encoding == "xlsx" else ()


def _write_csv(department: Department, path: Path, rows: Iterator[list[Any]]) -> None:
    with path.open("w", encoding=department.encoding, newline="") as lines:
        writer = csv.writer(lines, lineterminator="\r\n")
        writer.writerow(department.header)
        writer.writerows(rows)


def _write_xlsx(department: Department, path: Path, rows: Iterator[list[Any]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"created": _SAVED_AT, "author": department.label})
    sheet = book.add_worksheet("Sheet1")
    last = len(department.header) - 1
    bold = book.add_format({"bold": True, "align": "center"})
    as_text = book.add_format({"num_format": "@"})
    above = _above(department)
    for line, words in enumerate(above):
        sheet.merge_range(line, 0, line, last, words, bold)
    sheet.write_row(len(above), 0, department.header, bold)
    for line, cells in enumerate(rows, start=len(above) + 1):
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(line, at, cell, as_text)
            else:
                sheet.write_number(line, at, cell)
    book.close()
