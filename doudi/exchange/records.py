"""Files whose every record names its fields, or has them at fixed places: JSON lines, fixed width.

One record that cannot be read costs that record only: it keeps its line and goes back
with a reason.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from doudi.exchange import refusals
from doudi.exchange.normalising import Digits, printable
from doudi.exchange.tables import MOST_CELL, MOST_COLUMNS, MOST_ROWS, Sheet

MOST_LINE = 1_000_000  # characters of one record
_JSON = re.compile(r"\s*\{\s*[\"}]")
_JSON_LIST = re.compile(r"\s*\[\s*[{\]]")
_EXACT_DIGITS = 15  # what a spreadsheet or a script keeps of a number


class _Unusable(ValueError):
    """One record cannot be taken; says why."""


def _lines(text: str) -> list[str]:
    if text.count("\n") > MOST_ROWS:
        raise refusals.TooManyRows(limit=MOST_ROWS)
    return text.split("\n")


# ---- JSON lines -------------------------------------------------------------------------------


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does; raises ``NotJsonLines`` where all is one list."""
    if _JSON_LIST.match(text):
        raise refusals.NotJsonLines(line=1)
    return bool(_JSON.match(text))


def json_sheet(text: str) -> Sheet:
    """The records of JSON lines, one object a line; raises a ``FileRefused``."""
    places: dict[str, int] = {}
    rows: list[list[Any]] = []
    broken: dict[int, str] = {}
    for line, written in enumerate(_lines(text), start=1):
        if not written.strip("\ufeff \t\r"):
            rows.append([])
            continue
        try:
            rows.append(_placed(_object(written.strip("\ufeff \t\r")), places))
        except _Unusable as unusable:
            broken[line] = str(unusable)
            rows.append([written[:MOST_CELL]])
        if len(places) > MOST_COLUMNS:
            raise refusals.TooWide(rows=line, columns=len(places))
    if len(broken) * 2 > sum(map(bool, rows)):
        raise refusals.NotJsonLines(line=min(broken))
    return Sheet("", rows, tuple(places), broken)


def _object(written: str) -> dict[str, Any]:
    if len(written) > MOST_LINE:
        raise _Unusable("这一行太长，不是一条记录")
    try:
        found = json.loads(
            written, object_pairs_hook=_once_each, parse_int=_number, parse_constant=_no_number
        )
    except _Unusable:
        raise
    except (ValueError, RecursionError) as error:
        raise _Unusable("这一行不是完整的 JSON 记录") from error
    if not isinstance(found, dict):
        raise _Unusable("这一行不是一条记录，应为 {列名: 内容}")
    for name, value in found.items():
        if isinstance(value, dict | list):
            raise _Unusable(f"“{printable(name, 20)}”里又套了一层，应为一个值")
        if not (_is_text(name) and (not isinstance(value, str) or _is_text(value))):
            raise _Unusable("这一行里有不成字的编码")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Unusable(f"“{printable(twice, 20)}”写了两次，不知道以哪一个为准")
    return found


def _number(digits: str) -> int | Digits:
    return int(digits) if len(digits.lstrip("-")) <= _EXACT_DIGITS else Digits(digits)


def _no_number(written: str) -> NoReturn:
    raise _Unusable(f"{written} 不是数字")


def _is_text(text: str) -> bool:
    """Whether a text has no half of a character that is written in two."""
    return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)


def _placed(found: dict[str, Any], places: dict[str, int]) -> list[Any]:
    for name in found:
        places.setdefault(name, len(places))
    row: list[Any] = [None] * len(places)
    for name, value in found.items():
        row[places[name]] = value
    return row


# ---- fixed width ------------------------------------------------------------------------------


def is_fixed(text: str, widths: tuple[int, ...]) -> bool:
    """Whether most of the first lines have exactly the length that the format declares."""
    head = [line for line in text.split("\n")[:40] if line.strip()]
    fitting = sum(len(_bytes(line)) == sum(widths) for line in head)
    return bool(widths) and fitting * 2 > len(head)


def fixed_sheet(text: str, widths: tuple[int, ...], words: tuple[str, ...]) -> Sheet:
    """The lines of a text cut at fixed places, counted in bytes of GB18030.

    A line of any other length is not cut: where one byte is missing, every cell behind it would
    hold something else.
    """
    rows: list[list[Any]] = []
    broken: dict[int, str] = {}
    for line, written in enumerate(_lines(text), start=1):
        if not written.strip(" \t\r\x1a"):
            rows.append([])
            continue
        try:
            rows.append(_cut(_bytes(written), widths, words))
        except _Unusable as unusable:
            broken[line] = str(unusable)
            rows.append([written[:MOST_CELL]])
    return Sheet("", rows, words, broken)


def _bytes(line: str) -> bytes:
    return line.removesuffix("\r").encode("gb18030", "replace")


def _cut(line: bytes, widths: tuple[int, ...], words: tuple[str, ...]) -> list[Any]:
    if len(line) != sum(widths):
        raise _Unusable(f"这一行有 {len(line)} 字节，应为 {sum(widths)} 字节，各列已经错位")
    cells: list[Any] = []
    at = 0
    for width, word in zip(widths, words, strict=True):
        try:
            cells.append(line[at : at + width].decode("gb18030").strip(" \u3000"))
        except UnicodeDecodeError as error:
            raise _Unusable(f"{word}切在半个字上，各列已经错位") from error
        at += width
    return cells
