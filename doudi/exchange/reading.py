"""Read a department's file: find the header, take each row or say why not; count everything.

Pure: bytes in, a ``Reading`` out. For any bytes at all only a ``Problem`` may come out instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from doudi.exchange import refusals
from doudi.exchange.cells import ColumnReader, Context, Fault, Refused, masked
from doudi.exchange.containers import open_container
from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import FactLine, Format, Value
from doudi.exchange.headers import (
    Header,
    another_header,
    best_header,
    demand_text_ids,
    hidden_by_merging,
    only_sheet,
)
from doudi.exchange.normalising import comparable_name, header_key, plain_text, shown
from doudi.exchange.tables import Container, Sheet
from doudi.kernel import clock
from doudi.kernel.collecting import without_collecting
from doudi.kernel.problems import require
from doudi.kernel.text import clip

_NOWHERE = 2**30  # the position of a column that the sheet does not have
Readers = tuple[tuple[int, ColumnReader], ...]
_UNUSABLE_IDS = frozenset(
    {"id.missing", "id.length", "id.characters", "id.checksum", "id.birth_not_a_date",
     "id.birth_in_future", "id.too_old", "id.province_unknown", "id.old_form"}
)  # fmt: skip
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "合计:", "总计:", "小计:"})


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
    """A rejected row: its line, cells as shown, and everything that is wrong with it.

    ``otherwise`` is the row without its id, where nothing but a mistyped, masked or missing id is
    wrong: it goes back to its source unless other evidence tells whom it is about.
    """

    line: int
    cells: tuple[str, ...]
    faults: tuple[Fault, ...]
    otherwise: Row | None = None

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
    container = _opened(content, format)
    sheet, header, others = only_sheet(container, format)
    demand_text_ids(sheet.rows, header, format)
    rows: list[Row] = []
    rejects: list[Rejected] = []
    blank = 0
    for taken in _taken(sheet, header, format, today):
        if taken is None:
            blank += 1
        elif isinstance(taken, Row):
            rows.append(taken)
        else:
            rejects.append(taken)
    rows, twice = _without_repeats(rows, header, format)
    rejects = sorted(rejects + twice, key=lambda reject: reject.line)
    if not rows and not rejects:
        raise refusals.NoRows()
    above = sheet.rows[: max(header.line - 1, 0)]
    return Reading(
        format, container.kind, container.encoding, sheet.name, header, tuple(rows),
        tuple(rejects), len(rows) + len(rejects), blank, others,
        tuple(shown(cell) for row in above for cell in row if shown(cell)),
    )  # fmt: skip


def _opened(content: bytes, format: Format) -> Container:
    return open_container(
        content,
        lambda rows: best_header(rows, format)[0],
        widths=format.widths,
        words=tuple(column.name for column in format.columns),
    )


def _taken(
    sheet: Sheet, header: Header, format: Format, today: date
) -> Iterator[Row | Rejected | None]:
    """Each line below the header, taken or rejected; None for a blank one."""
    readers = tuple(
        (
            header.at.get(column.name, _NOWHERE),
            ColumnReader(column, Context(today, header.fen_per_unit.get(column.name, 100))),
        )
        for column in format.columns
    )
    names = {name for column in format.columns for name in column.names} | set(header.words)
    merged = hidden_by_merging(sheet, header)
    for line, cells in enumerate(sheet.rows[header.line :], start=header.line + 1):
        texts = tuple(map(shown, cells))
        first = next(filter(None, map(plain_text, texts)), "")
        if line in sheet.broken:
            yield _unreadable(line, texts, sheet.broken[line])
        elif not first:
            yield None
        elif first in _TOTALS:
            yield _total(line, texts)
        elif len(names.intersection(texts)) >= 2 and another_header(texts, format):
            yield _header_again(line, texts, header)
        elif merged.get(line):
            yield _merged(line, texts, merged[line], header)
        else:
            yield _row(line, cells, texts, header, format, readers)


# ---- the rows ---------------------------------------------------------------------------------


def _total(line: int, texts: tuple[str, ...]) -> Rejected:
    first = next(filter(plain_text, texts))
    return Rejected(line, texts, (Fault("", clip(first), "row.total", "合计行，不是人员记录"),))


def _unreadable(line: int, texts: tuple[str, ...], why: str) -> Rejected:
    return Rejected(line, texts, (Fault("", masked(texts[0], None), "row.unreadable", why),))


def _header_again(line: int, texts: tuple[str, ...], header: Header) -> Rejected:
    """A header that is printed on each page is no person; one with other columns is refused."""
    said = [header_key(text)[0] for text in texts if text.strip()]
    if said != [header_key(word)[0] for word in header.words if word.strip()]:
        raise refusals.TwoTables(line=line)
    return Rejected(line, texts, (Fault("", "", "row.header", "重复的表头，不是人员记录"),))


def _merged(line: int, texts: tuple[str, ...], hidden: set[int], header: Header) -> Rejected:
    faults = tuple(
        Fault(column, "", "cell.merged", f"{column}在合并单元格里；请取消合并，逐行填写")
        for column, at in header.at.items()
        if at in hidden
    )
    return Rejected(line, texts, faults)


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
    id_alone = bool(faults) and _id_alone(faults, format)
    if id_alone:
        values[format.column("id").name] = None
    if not faults or id_alone:
        disagreement = format.disagreement(values)
        if disagreement is not None:
            column = next(each for each in format.columns if each.name == disagreement.column)
            value = masked(_cell(cells, header.at.get(column.name)), column)
            faults.append(Fault(column.name, value, "row.disagrees", disagreement.why))
            id_alone = False
    if faults and not id_alone:
        return Rejected(line, texts, tuple(faults))
    row = Row(
        line,
        texts,
        values,
        str(values[format.column("name").name] or ""),
        str(values[format.column("id").name] or ""),
        (*notes, *(fault.why for fault in faults)),
        format.facts(values),
    )
    return Rejected(line, texts, tuple(faults), row) if faults else row


def _id_alone(faults: list[Fault], format: Format) -> bool:
    """Whether nothing is wrong but an id that was mistyped, masked or left out.

    One that a spreadsheet turned into a number tells nothing that could be trusted.
    """
    named = format.column("id").name
    return all(fault.column == named and fault.code in _UNUSABLE_IDS for fault in faults)


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
            content, lambda rows: max(best_header(rows, format)[0] for format in FORMATS.values())
        )
    except refusals.FileRefused:
        return None
    fitting: list[tuple[int, str]] = []
    for code, format in FORMATS.items():
        try:
            if format.widths and container.kind == "csv":
                header = _header_of_lines(content, format)
            else:
                _, header, _ = only_sheet(container, format)
        except refusals.FileRefused:
            continue
        fitting.append((len(header.at), code))
    fitting.sort(reverse=True)
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]


def demand_table(content: bytes) -> None:
    """Raise a ``FileRefused`` that says what is wrong with bytes in which no table can be seen."""
    require(content.strip(), refusals.EmptyFile())
    container = open_container(
        content, lambda rows: max(best_header(rows, format)[0] for format in FORMATS.values())
    )
    rows = [row for sheet in container.sheets for row in sheet.rows if any(map(shown, row))]
    require(rows, refusals.EmptyFile())


def _header_of_lines(content: bytes, format: Format) -> Header:
    """The header of a text that may have fixed places; a length alone proves nothing."""
    sheet, header, _ = only_sheet(_opened(content, format), format)
    first = replace(sheet, rows=sheet.rows[:40])
    today = clock.business_today()
    if sheet.words and not any(isinstance(t, Row) for t in _taken(first, header, format, today)):
        raise refusals.NoRows()
    return header
