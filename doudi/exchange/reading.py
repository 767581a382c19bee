"""Read a department's file: find the header, take each row or say why not; count everything.

Pure: bytes in, a ``Reading`` out. For any bytes at all only a ``Problem`` may come out instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from doudi.exchange import refusals
from doudi.exchange.cells import ColumnReader, Context, Fault, Refused, fen_per_unit, masked
from doudi.exchange.containers import Container, Rows, Sheet, open_container
from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import FactLine, Format, Value
from doudi.exchange.normalising import (
    became_number,
    comparable_name,
    header_key,
    id_as_sent,
    plain_text,
    shown,
    unit_in_notes,
)
from doudi.kernel import clock
from doudi.kernel.collecting import without_collecting
from doudi.kernel.text import clip

HEADER_WITHIN = 20
_NOWHERE = 2**30  # the position of a column that the sheet does not have
Readers = tuple[tuple[int, ColumnReader], ...]
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "合计:", "总计:", "小计:"})


@dataclass(frozen=True)
class Header:
    """Where the header stands, what it says, and at which position each column is."""

    line: int
    words: tuple[str, ...]
    at: Mapping[str, int]  # column name -> position
    fen_per_unit: Mapping[str, int]  # amount column -> fen in one unit


@dataclass(frozen=True, slots=True)
class Row:
    """An accepted row: its line in the sheet, cells as shown, values, evidence and facts."""

    line: int
    cells: tuple[str, ...]
    values: Mapping[str, Value]
    name: str
    id_number: str  # 18 characters, or empty where the format allows it
    notes: tuple[str, ...]
    facts: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected row: its line, cells as shown, and everything that is wrong with it."""

    line: int
    cells: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def why(self) -> str:
        """All reasons as one sentence."""
        return "；".join(fault.why for fault in self.faults)


@dataclass(frozen=True)
class Reading:
    """What a file said: every data row is in ``rows`` or in ``rejects``, none in both."""

    format: Format
    container: str
    encoding: str
    sheet: str
    header: Header
    rows: tuple[Row, ...]
    rejects: tuple[Rejected, ...]
    read: int
    blank: int
    other_sheets: tuple[str, ...] = ()
    above: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        lines = {row.line for row in self.rows} | {reject.line for reject in self.rejects}
        assert self.read == len(self.rows) + len(self.rejects) == len(lines), (
            f"read {self.read}, accepted {len(self.rows)}, rejected {len(self.rejects)}"
        )


def read(content: bytes, file_name: str, format: Format, today: date | None = None) -> Reading:
    """Read a file of this format; raises only a ``Problem`` that says what to do next.

    ``file_name`` plays no part in what is read: a name can be wrong, the bytes cannot.
    """
    with without_collecting():
        return _read(content, format, today or clock.business_today())


def _read(content: bytes, format: Format, today: date) -> Reading:
    container = open_container(content, lambda rows: _best_header(rows, format)[0])
    sheet, header, others = _only_sheet(container, format)
    _demand_text_ids(sheet.rows, header, format)
    readers = tuple(
        (
            header.at.get(column.name, _NOWHERE),
            ColumnReader(column, Context(today, header.fen_per_unit.get(column.name, 100))),
        )
        for column in format.columns
    )
    rows: list[Row] = []
    rejects: list[Rejected] = []
    blank = 0
    for line, cells in enumerate(sheet.rows[header.line :], start=header.line + 1):
        texts = tuple(map(shown, cells))
        first = next(filter(None, map(plain_text, texts)), "")
        if not first:
            blank += 1
            continue
        if first in _TOTALS:
            taken: Row | Rejected = _total(line, texts)
        else:
            taken = _row(line, cells, texts, header, format, readers)
        if isinstance(taken, Row):
            rows.append(taken)
        else:
            rejects.append(taken)
    rows, twice = _without_repeats(rows, header, format)
    rejects = sorted(rejects + twice, key=lambda reject: reject.line)
    if not rows and not rejects:
        raise refusals.NoRows()
    return Reading(
        format, container.kind, container.encoding, sheet.name, header, tuple(rows),
        tuple(rejects), len(rows) + len(rejects), blank, others,
        tuple(shown(cell) for row in sheet.rows[: header.line - 1] for cell in row if shown(cell)),
    )  # fmt: skip


# ---- the header -------------------------------------------------------------------------------


def _columns_in(words: list[str], format: Format) -> dict[str, list[int]]:
    """Positions at which each column of the format is named; exact names stand before synonyms."""
    keys = [header_key(word)[0] for word in words]
    found: dict[str, list[int]] = {}
    taken: set[int] = set()
    for exact in (True, False):
        for column in format.columns:
            if column.name in found:
                continue
            names = {column.name} if exact else set(column.names)
            places = [at for at, key in enumerate(keys) if key in names and at not in taken]
            if places:
                found[column.name] = places
                taken.update(places)
    return found


def _best_header(rows: Rows, format: Format) -> tuple[int, int]:
    """How many columns the best of the first rows names, and its line (0: none)."""
    best = (0, 0)
    for line, row in enumerate(rows[:HEADER_WITHIN], start=1):
        score = len(_columns_in([shown(cell)[:200] for cell in row], format))
        if score > best[0]:
            best = (score, line)
    return best


def _only_sheet(container: Container, format: Format) -> tuple[Sheet, Header, tuple[str, ...]]:
    """The one sheet that holds such a table; two of them are refused, so that none is lost."""
    scored = [(_best_header(sheet.rows, format), sheet) for sheet in container.sheets]
    filled = [(best, sheet) for best, sheet in scored if best[0] >= 2 and _has_data(best, sheet)]
    fitting = [(best, sheet) for best, sheet in filled if not _missing(best[1], sheet.rows, format)]
    if len(fitting) > 1:
        raise refusals.SeveralSheets(sheets="、".join(clip(s.name, 20) for _, s in fitting))
    chosen = fitting or sorted(scored, key=lambda each: -each[0][0])[:1]
    if not chosen or chosen[0][0][0] < 2:
        wanted = "、".join(column.name for column in format.required)
        raise refusals.HeaderNotFound(rows=HEADER_WITHIN, label=format.label, wanted=wanted)
    (_, line), sheet = chosen[0]
    missing = _missing(line, sheet.rows, format)
    if missing:
        raise refusals.MissingColumns(line=line, label=format.label, columns="、".join(missing))
    others = tuple(each.name for each in container.sheets if each is not sheet and each.rows)
    return sheet, _header(line, sheet.rows, format), others


def _has_data(best: tuple[int, int], sheet: Sheet) -> bool:
    return any(shown(cell).strip() for row in sheet.rows[best[1] :] for cell in row)


def _missing(line: int, rows: Rows, format: Format) -> list[str]:
    found = _columns_in([shown(cell)[:200] for cell in rows[line - 1]], format)
    return [column.name for column in format.required if column.name not in found]


def _header(line: int, rows: Rows, format: Format) -> Header:
    words = [shown(cell) for cell in rows[line - 1]]
    found = _columns_in(words, format)
    for name, places in found.items():
        if len(places) > 1:
            raise refusals.ColumnTwice(column=name)
    above = [shown(cell) for row in rows[: line - 1] for cell in row]
    noted = next((unit for unit in map(unit_in_notes, above) if unit), "")
    units = {}
    for column in format.columns:
        if column.kind == "amount" and column.name in found:
            told = header_key(words[found[column.name][0]])[1]
            units[column.name] = fen_per_unit(told or noted or column.unit)
    return Header(line, tuple(words), {name: places[0] for name, places in found.items()}, units)


def _demand_text_ids(rows: Rows, header: Header, format: Format) -> None:
    """Refuse the file where the id column as a whole was turned into numbers."""
    column = format.column("id")
    at = header.at.get(column.name)
    if at is None:
        return
    filled = [
        row[at] for row in rows[header.line :] if at < len(row) and id_as_sent(shown(row[at]))
    ]
    numbers = [cell for cell in filled if became_number(cell)]
    if numbers and len(numbers) * 2 > len(filled):
        example = numbers[0] if isinstance(numbers[0], str) else format_number(numbers[0])
        raise refusals.IdsBecameNumbers(
            column=clip(" ".join(header.words[at].split()), 30), example=clip(example, 20)
        )


def format_number(number: float) -> str:
    """A number as a spreadsheet shows it in a narrow column: 6.20521E+17."""
    return format(number, ".6G")


# ---- the rows ---------------------------------------------------------------------------------


def _total(line: int, texts: tuple[str, ...]) -> Rejected:
    first = next(filter(plain_text, texts))
    return Rejected(line, texts, (Fault("", clip(first), "row.total", "合计行，不是人员记录"),))


def _row(
    line: int,
    cells: list[Any],
    texts: tuple[str, ...],
    header: Header,
    format: Format,
    readers: Readers,
) -> Row | Rejected:
    beyond = [text for text in texts[len(header.words) :] if text.strip()]
    if beyond:
        why = f"这一行比表头多出 {len(texts) - len(header.words)} 格，可能列错位"
        return Rejected(line, texts, (Fault("", masked(beyond[0], None), "row.too_long", why),))
    values, faults, notes = _values(cells, readers)
    if not faults:
        disagreement = format.disagreement(values)
        if disagreement is not None:
            column = next(each for each in format.columns if each.name == disagreement.column)
            value = masked(_cell(cells, header.at.get(column.name)), column)
            faults.append(Fault(column.name, value, "row.disagrees", disagreement.why))
    if faults:
        return Rejected(line, texts, tuple(faults))
    return Row(
        line,
        texts,
        values,
        str(values[format.column("name").name] or ""),
        str(values[format.column("id").name] or ""),
        tuple(notes),
        format.facts(values),
    )


def _cell(cells: Sequence[Any], at: int | None) -> Any:
    """The cell at a position; None where the sheet has no such column or the row is short."""
    return cells[at] if at is not None and at < len(cells) else None


def _values(cells: list[Any], readers: Readers) -> tuple[dict[str, Value], list[Fault], list[str]]:
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    notes: list[str] = []
    filled = len(cells)
    for at, reader in readers:
        column = reader.column
        cell = cells[at] if at < filled else None
        try:
            values[column.name] = reader.value(cell, notes)
        except Refused as refused:
            if column.kind == "id" and not column.required:
                # Somebody has to look at it, but the row itself can be used.
                values[column.name] = None
                notes.append(refused.why)
            else:
                value = masked(cell, column)
                faults.append(Fault(column.name, value, refused.code, refused.why))
    return values, faults, notes


def _without_repeats(
    rows: list[Row], header: Header, format: Format
) -> tuple[list[Row], list[Rejected]]:
    """Reject exact copies but the first, and all rows that contradict each other.

    Which of two contradicting rows is right cannot depend on which came first, so both go back.
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = (*(row.values[name] for name in format.key), comparable_name(row.name))
        whole = None if all(row.values[name] is not None for name in format.key) else row.line
        groups.setdefault((*key, whole), []).append(row)
    kept: list[Row] = []
    rejects: list[Rejected] = []
    for group in groups.values():
        first = group[0]
        if len(group) > 1 and len({_compared(row, format) for row in group}) > 1:
            rejects += [_contradicts(row, group, format, header) for row in group]
            continue
        kept.append(first)
        rejects += [_repeats(row, first) for row in group[1:]]
    return sorted(kept, key=lambda row: row.line), rejects


def _compared(row: Row, format: Format) -> tuple[str, ...]:
    """The declared values of a row as text, for comparing two rows."""
    named = format.column("name").name
    return tuple(
        f"{column}={comparable_name(row.name) if column == named else value}"
        for column, value in sorted(row.values.items())
    )


def _repeats(row: Row, first: Row) -> Rejected:
    fault = Fault("", "", "row.repeated", f"与第{first.line}行重复")
    return Rejected(row.line, row.cells, (fault,))


def _contradicts(row: Row, group: list[Row], format: Format, header: Header) -> Rejected:
    others = [other for other in group if _compared(other, format) != _compared(row, format)]
    named = "、".join(str(other.line) for other in others[:5])
    differing = [
        column
        for column in format.columns
        if any(other.values[column.name] != row.values[column.name] for other in others)
        and column.kind != "name"
    ]
    keys = "、".join(format.key)
    faults = [
        Fault(
            column.name,
            masked(_cell(row.cells, header.at[column.name]), column),
            "row.contradicts",
            f"与第{named}行{keys}相同而{column.name}不同，请来源部门核实后只留一条",
        )
        for column in differing
    ]
    return Rejected(row.line, row.cells, tuple(faults))


def row_digest(row: Row, format: Format) -> str:
    """What makes two rows the same, whatever the order of columns; keyed before it is stored."""
    return "|".join(_compared(row, format))


def guess_format(content: bytes, file_name: str = "") -> str | None:
    """The code of the format whose header this file has, or None where none fits alone.

    ``file_name`` decides nothing: names are typed by people. Damaged files fit none.
    """
    try:
        container = open_container(
            content, lambda rows: max(_best_header(rows, format)[0] for format in FORMATS.values())
        )
    except refusals.FileRefused:
        return None
    fitting: list[tuple[int, str]] = []
    for code, format in FORMATS.items():
        try:
            _, header, _ = _only_sheet(container, format)
        except refusals.FileRefused:
            continue
        fitting.append((len(header.at), code))
    fitting.sort(reverse=True)
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]
