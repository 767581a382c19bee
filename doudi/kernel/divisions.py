"""Twelve-digit codes of administrative divisions: level, parent, kind, and ranges of text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from doudi.kernel.problems import Problem
from doudi.kernel.text import half_width_without_blanks

NATION = "000000000000"

# Sorts after every digit in the C collation, hence after every code.
_AFTER_ALL_CODES = "~"

# The first two digits of GB/T 2260.
PROVINCES = frozenset({
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
    "65", "71", "81", "82",
})  # fmt: skip

_DIGITS_OF_LEVEL = (0, 2, 4, 6, 9, 12)
_KIND_OF_LEVEL = ("全国", "省级", "市级", "县级")
_TOWNSHIP_KINDS = ((1, 100, "街道"), (100, 200, "镇"), (200, 400, "乡"), (400, 600, "类似乡级单位"))
_VILLAGE_KINDS = (
    (1, 200, "居委会"),
    (200, 400, "村委会"),
    (400, 500, "类似居委会"),
    (500, 600, "类似村委会"),
)


class DivisionProblem(Problem):
    """Group: a text is not the code of a division."""


class DivisionForm(DivisionProblem):
    code = "division.form"
    say = "区划代码应为12位数字，现有{length}个字符。"
    next = "请补足12位：县级在6位后补6个0，乡级在9位后补3个0。"
    fields = ("length",)


class DivisionProvinceUnknown(DivisionProblem):
    code = "division.province_unknown"
    say = "区划代码前两位“{province}”不是省级代码。"
    next = "请对照区划代码表核对前两位。"
    fields = ("province",)


class DivisionBroken(DivisionProblem):
    code = "division.broken"
    say = "区划代码“{division}”缺少中间一级：上级段为0而下级段不为0。"
    next = "请对照区划代码表，逐级核对省、市、县、乡、村各段。"
    fields = ("division",)


@dataclass(frozen=True, slots=True)
class DivisionCode:
    """A division: level 1 province, 2 city, 3 county, 4 township, 5 village."""

    code: str
    level: int
    parent: str | None
    kind: str


def _twelve_digits(text: str) -> str:
    code = half_width_without_blanks(text)
    if not re.fullmatch(r"[0-9]{12}", code):
        raise DivisionForm(length=len(code))
    return code


def _level(code: str) -> int:
    """Return how deep the last segment that is not zero lies; 0 for the nation."""
    for level in (5, 4, 3, 2, 1):
        if code[_DIGITS_OF_LEVEL[level - 1] : _DIGITS_OF_LEVEL[level]].strip("0"):
            return level
    return 0


def _kind(code: str, level: int) -> str:
    if level < 4:
        return _KIND_OF_LEVEL[level]
    table = _TOWNSHIP_KINDS if level == 4 else _VILLAGE_KINDS
    segment = int(code[6:9] if level == 4 else code[9:])
    for since, before, kind in table:
        if since <= segment < before:
            return kind
    return "其他乡级" if level == 4 else "其他村级"


def _is_broken(code: str, level: int) -> bool:
    """Say whether a level is left out; only the county may be (东莞 441900003000)."""
    without_city = level > 2 and code[2:4] == "00"
    without_township = level == 5 and code[6:9] == "000"
    return without_city or without_township


def check_division_code(text: str) -> DivisionCode:
    """Return the division of a 12-digit code; raise a DivisionProblem."""
    code = _twelve_digits(text)
    if code[:2] not in PROVINCES:
        raise DivisionProvinceUnknown(province=code[:2])
    level = _level(code)
    if _is_broken(code, level):
        raise DivisionBroken(division=code)
    parent = code[: _DIGITS_OF_LEVEL[level - 1]].ljust(12, "0") if level > 1 else NATION
    return DivisionCode(code, level, parent, _kind(code, level))


def place_range(code: str) -> tuple[str, str]:
    """Return the half-open range of text, in the C collation, of all codes under a division."""
    code = _twelve_digits(code)
    digits = _DIGITS_OF_LEVEL[_level(code)]
    above = int(code[:digits] or "0") + 1
    if not digits or len(str(above)) > digits:
        return code, _AFTER_ALL_CODES
    return code, str(above).zfill(digits).ljust(12, "0")


def covers(outer: str, inner: str) -> bool:
    """Say whether the division `outer` contains `inner` or is the same."""
    since, before = place_range(outer)
    return since <= _twelve_digits(inner) < before
