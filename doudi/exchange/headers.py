"""Where the header of a table stands, what it says, and whether there is one table only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doudi.exchange import refusals
from doudi.exchange.cells import fen_per_unit
from doudi.exchange.formats.declaring import Format
from doudi.exchange.normalising import (
    became_number,
    header_key,
    id_as_sent,
    plain_text,
    shown,
    unit_in_notes,
)
from doudi.exchange.tables import Container, Rows, Sheet
from doudi.kernel.text import clip

HEADER_WITHIN = 20
_MOST_HIDDEN_BY_MERGING = 1_000_000
_LOST_AT_LEAST = 3


@dataclass(frozen=True)
class Header:
    """Where the header stands, what it says, and at which position each column is.

    Line 0 says that the file names the columns of each record itself.
    """

    line: int
    words: tuple[str, ...]
    at: Mapping[str, int]  # column name -> position
    fen_per_unit: Mapping[str, int]  # amount column -> fen in one unit


def columns_in(words: list[str], format: Format) -> dict[str, list[int]]:
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


def best_header(rows: Rows, format: Format) -> tuple[int, int]:
    """How many columns the best of the first rows names, and its line (0: none)."""
    best = (0, 0)
    for line, row in enumerate(rows[:HEADER_WITHIN], start=1):
        score = len(columns_in([shown(cell)[:200] for cell in row], format))
        if score > best[0]:
            best = (score, line)
    return best


def only_sheet(container: Container, format: Format) -> tuple[Sheet, Header, tuple[str, ...]]:
    """The one sheet that holds such a table; two of them are refused, so that none is lost."""
    scored = [(_best(sheet, format), sheet) for sheet in container.sheets]
    filled = [(best, sheet) for best, sheet in scored if best[0] >= 2 and _has_data(best, sheet)]
    fitting = [(best, sheet) for best, sheet in filled if not _missing(best[1], sheet, format)]
    if len(fitting) > 1:
        raise refusals.SeveralSheets(sheets="、".join(clip(s.name, 20) for _, s in fitting))
    chosen = fitting or sorted(scored, key=lambda each: -each[0][0])[:1]
    if not chosen or chosen[0][0][0] < 2:
        raise _no_header(container, format)
    (_, line), sheet = chosen[0]
    missing = "、".join(_missing(line, sheet, format))
    if missing and sheet.words:
        raise refusals.MissingFields(label=format.label, columns=missing)
    if missing:
        raise refusals.MissingColumns(line=line, label=format.label, columns=missing)
    others = [each.name for each in container.sheets if each is not sheet and each.rows]
    others += [f"{name}（隐藏）" for name in container.hidden]
    return sheet, _header(line, sheet, format), tuple(others)


def _no_header(container: Container, format: Format) -> refusals.FileRefused:
    wanted = "、".join(column.name for column in format.required)
    if container.hidden:
        hidden = "、".join(clip(name, 20) for name in container.hidden[:5])
        return refusals.TableHidden(label=format.label, sheets=hidden)
    if any(sheet.words for sheet in container.sheets):
        return refusals.MissingFields(label=format.label, columns=wanted)
    return refusals.HeaderNotFound(rows=HEADER_WITHIN, label=format.label, wanted=wanted)


def _best(sheet: Sheet, format: Format) -> tuple[int, int]:
    if sheet.words:
        return len(columns_in(list(sheet.words), format)), 0
    return best_header(sheet.rows, format)


def _has_data(best: tuple[int, int], sheet: Sheet) -> bool:
    return any(shown(cell).strip() for row in sheet.rows[best[1] :] for cell in row)


def _words(line: int, sheet: Sheet) -> list[str]:
    return [shown(cell) for cell in sheet.rows[line - 1]] if line else list(sheet.words)


def _missing(line: int, sheet: Sheet, format: Format) -> list[str]:
    found = columns_in([word[:200] for word in _words(line, sheet)], format)
    return [column.name for column in format.required if column.name not in found]


def _header(line: int, sheet: Sheet, format: Format) -> Header:
    words = _words(line, sheet)
    found = columns_in(words, format)
    for name, places in found.items():
        if len(places) > 1:
            raise refusals.ColumnTwice(column=name)
    above = [shown(cell) for row in sheet.rows[: max(line - 1, 0)] for cell in row]
    noted = next((unit for unit in map(unit_in_notes, above) if unit), "")
    units = {}
    for column in format.columns:
        if column.kind == "amount" and column.name in found:
            told = header_key(words[found[column.name][0]])[1]
            units[column.name] = fen_per_unit(told or noted or column.unit)
    return Header(line, tuple(words), {name: places[0] for name, places in found.items()}, units)


def another_header(texts: tuple[str, ...], format: Format) -> bool:
    """Whether a row among the data names every column that the format requires."""
    found = columns_in([text[:200] for text in texts], format)
    return all(column.name in found for column in format.required)


def demand_text_ids(rows: Rows, header: Header, format: Format) -> None:
    """Refuse the file where the id column as a whole was turned into numbers.

    A number that was spelled out again ends in three zeros; one valid id in a thousand does so.
    """
    column = format.column("id")
    at = header.at.get(column.name)
    if at is None:
        return
    word = clip(" ".join(header.words[at].split()), 30)
    filled = [
        row[at] for row in rows[header.line :] if at < len(row) and id_as_sent(shown(row[at]))
    ]
    numbers = [cell for cell in filled if became_number(cell)]
    if numbers and len(numbers) * 2 > len(filled):
        example = format_number(float(plain_text(shown(numbers[0]))))
        raise refusals.IdsBecameNumbers(column=word, example=example)
    lost = sum(_lost_its_end(cell) for cell in filled)
    if lost >= _LOST_AT_LEAST and lost * 20 > len(filled):
        raise refusals.IdsLostDigits(column=word, count=lost)


def _lost_its_end(cell: object) -> bool:
    if not isinstance(cell, str) or "000" not in cell:
        return False
    plain = id_as_sent(cell)
    return len(plain) == 18 and plain.isdecimal() and plain.endswith("000")


def format_number(number: float) -> str:
    """A number as a spreadsheet shows it in a narrow column: 6.20521E+17."""
    return format(number, ".6G")


def hidden_by_merging(sheet: Sheet, header: Header) -> dict[int, set[int]]:
    """Positions of used columns, by line, whose cells were merged into another and hold nothing."""
    used = sorted(header.at.values())
    hidden: dict[int, set[int]] = {}
    count = 0
    for (top, left), (bottom, right) in sheet.merged:
        columns = [at for at in used if left <= at <= right]
        first, last = max(top + 1, header.line + 1), min(bottom + 1, len(sheet.rows))
        count += max(0, last - first + 1) * len(columns)
        if count > _MOST_HIDDEN_BY_MERGING:
            raise refusals.MergedEverywhere()
        for line in range(first, last + 1):
            hidden.setdefault(line, set()).update(
                at for at in columns if (line - 1, at) != (top, left)
            )
    return hidden
