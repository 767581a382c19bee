"""The only repairs of what is typed: width, blanks, x; the rest is evidence or refusal."""

from __future__ import annotations

import functools
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from doudi.kernel.text import clip, half_width_without_blanks

_FIRST_FULL_WIDTH = "\uff01"
# Systems without the middle dot of minority names write one of these for it, or leave it out.
_DOTS = dict.fromkeys(map(ord, "·•．.・‧∙●"))
_UNIT = re.compile(r"\((?:单位[:：]?)?(元|百元|千元|万元|分)(?:/[人户]?[年月])?\)$")
_NOTE_UNIT = re.compile(r"(?:金额)?单位[:：][^元分万百千]{0,10}(万元|百元|千元|元|分)")
FEN_PER_UNIT = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
_BECAME_NUMBER = re.compile(r"[0-9]\.?[0-9]*[eE]\+?[0-9]{1,2}")
_NOT_FILLED = frozenset({"", "无", "-", "--", "—", "——", "/", "\\", "空", "暂无", "不详"})


def plain_text(text: str) -> str:
    """A text in half width without blanks; most texts are so already, which is quickly seen."""
    if text.isalnum() and max(text) < _FIRST_FULL_WIDTH:
        return text
    return half_width_without_blanks(text)


@functools.lru_cache(maxsize=4096)
def header_key(text: str) -> tuple[str, str]:
    """A header cell without width, blanks and marks, and the unit that stood in brackets."""
    plain = plain_text(text).strip("*:")
    found = _UNIT.search(plain)
    return (plain[: found.start()], found[1]) if found else (plain, "")


def unit_in_notes(text: str) -> str:
    """The unit of money that a line above the header names ("单位：万元"), or ""."""
    found = _NOTE_UNIT.search(plain_text(text))
    return found[1] if found else ""


def comparable_name(name: str) -> str:
    """A name as it is compared: no blanks, no middle dots, half width, upper case."""
    return plain_text(name).translate(_DOTS).upper()


def id_as_sent(text: str) -> str:
    """An id cell in half width without blanks, empty where the clerk wrote that there is none."""
    plain = plain_text(text).replace("x", "X")
    return "" if plain in _NOT_FILLED else plain


def printable(text: str, longest: int) -> str:
    """A text as it may stand inside a sentence: short, and without what cannot be seen."""
    short = clip(text, longest)
    return "".join(each if each.isprintable() else "\ufffd" for each in short)


class Digits(str):
    """A number of more than 15 digits that was sent as a number, every digit as it was written.

    Most programs round such numbers, so it may be text, but never an id.
    """


def became_number(cell: Any) -> bool:
    """Whether a spreadsheet turned an id into a number: a numeric cell, or 1.10101E+17 as text."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float | Digits):
        return True
    if not isinstance(cell, str) or cell.isdecimal():
        return False
    return bool(_BECAME_NUMBER.fullmatch(plain_text(cell)))


def shown(cell: Any) -> str:
    """A cell as the sheet shows it: numbers with at most 15 digits, days as 2022-05-01."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime):
        at_midnight = cell.time() == time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def number_text(number: float) -> str:
    """Digits of a numeric cell without exponent; 15 significant ones, as spreadsheets show."""
    from decimal import Decimal

    text = format(Decimal(format(number, ".15g")), "f") if abs(number) < 1e30 else repr(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


# Days of spreadsheets are counted from here; the range is 1950 to 2079, so that five digits
# cannot be taken for anything else.
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")  # the fraction is the time of day
_TIME_OF_DAY = re.compile(r"[T\s]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*$")


def serial_day(text: str) -> date | None:
    """The day that a spreadsheet's serial number of five digits means, or None."""
    if not _SERIAL.fullmatch(text):
        return None
    number = int(text[:5])
    return _SERIAL_ZERO + timedelta(days=number) if 18264 <= number <= 65745 else None


def without_time(text: str) -> str:
    """A written date without the time of day behind it."""
    return _TIME_OF_DAY.sub("", text)
