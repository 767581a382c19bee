"""One cell at a time: what it means, or why it is refused, in the words of the sheet."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Any, NamedTuple

from doudi.exchange.formats.declaring import Column, Value
from doudi.exchange.normalising import (
    FEN_PER_UNIT,
    Digits,
    became_number,
    id_as_sent,
    plain_text,
    serial_day,
    shown,
    without_time,
)
from doudi.exchange.tables import MOST_CELL
from doudi.kernel.dates import Month, parse_date
from doudi.kernel.ids import (
    check_credit_code,
    check_disability_certificate,
    check_resident_id,
    id_check_digit,
    normalise_id,
    upgrade_15,
)
from doudi.kernel.masks import mask_id, mask_name
from doudi.kernel.money import Fen
from doudi.kernel.problems import Problem
from doudi.kernel.text import clip


class Fault(NamedTuple):
    """What is wrong with one cell: column, value with personal parts masked, code, sentence."""

    column: str
    value: str
    code: str
    why: str


class Refused(Exception):
    """Inside this package: one cell cannot be taken; becomes a ``Fault``."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code)
        self.code, self.why = code, why


@dataclass(frozen=True)
class Context:
    """What the reading of a cell needs beside the cell: today, and the header's unit of money."""

    today: date
    fen_per_unit: int = 100


# A sheet that is opened again would run these; plain negative numbers and dashes are no formulas.
_FORMULA = re.compile(r"[=@]|[+\-][^0-9.\s\-—].*")
_MAY_BEGIN_FORMULA = frozenset("=@+- ")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


# What nearly every row writes anew; remembering such cells would only take memory.
_SELDOM_TWICE = frozenset({"name", "id", "certificate", "credit_code"})
_MOST_REMEMBERED = 20_000


class ColumnReader:
    """Reads the cells of one column of one file; what is written the same way is parsed once."""

    def __init__(self, column: Column, context: Context) -> None:
        self.column, self.context = column, context
        self._remembers = column.kind not in _SELDOM_TWICE
        self._known: dict[Any, tuple[Value, tuple[str, ...]] | Refused] = {}

    def value(self, cell: Any, notes: list[str]) -> Value:
        """The value of a cell, or None where it is blank; raises ``Refused``.

        Repairs that are allowed are written into ``notes`` as evidence.
        """
        if not self._remembers:
            return parse_cell(cell, self.column, self.context, notes)
        # 1, 1.0 and True are equal, and mean different cells.
        key = cell if isinstance(cell, str) else (type(cell), cell)
        known = self._known.get(key)
        if known is None:
            known = self._read(cell)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = known
        if isinstance(known, Refused):
            raise Refused(known.code, known.why)
        value, noted = known
        notes.extend(noted)
        return value

    def _read(self, cell: Any) -> tuple[Value, tuple[str, ...]] | Refused:
        notes: list[str] = []
        try:
            return parse_cell(cell, self.column, self.context, notes), tuple(notes)
        except Refused as refused:
            return refused


def parse_cell(cell: Any, column: Column, context: Context, notes: list[str]) -> Value:
    """The value of a cell, or None where it is blank; raises ``Refused``.

    Repairs that are allowed are written into ``notes`` as evidence.
    """
    text = shown(cell)
    _demand_plain(text)
    parse = _PARSERS[column.kind]
    if _is_blank(text, column):
        if column.required:
            raise Refused(f"{column.kind}.missing", f"没有填写{column.name}")
        return None
    try:
        return parse(cell, column, context, notes)
    except Problem as problem:
        raise Refused(problem.code, _sentence(problem)) from problem


def _is_blank(text: str, column: Column) -> bool:
    if text[:1].isdigit():
        return False
    return not (id_as_sent(text) if column.kind == "id" else plain_text(text))


def _sentence(problem: Problem) -> str:
    return f"{str(problem).rstrip('。')}；{problem.next_step.rstrip('。')}"


def _demand_plain(text: str) -> None:
    # Printable leaves out every control character; the rest of this is for the few that are not.
    if (
        text.isprintable()
        and text[:1] not in _MAY_BEGIN_FORMULA
        and "\ufffd" not in text
        and len(text) <= MOST_CELL
    ):
        return
    if "\ufffd" in text:
        raise Refused("cell.garbled", "单元格里有乱码，请来源部门重新导出")
    if _CONTROL.search(text):
        raise Refused("cell.control", "单元格里有看不见的控制字符，请重新录入")
    if len(text) > MOST_CELL:
        raise Refused("cell.too_long", f"单元格有 {len(text)} 个字，超过表格上限")
    if _FORMULA.match(text.strip()):
        raise Refused("cell.formula", "单元格是公式而不是内容，请粘贴为数值后重新导出")


def _name(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    name = shown(cell).strip()
    if not isinstance(cell, str) or isinstance(cell, Digits):
        raise Refused("name.not_text", "姓名是数字，请核对列是否错位")
    if len(name) > 60:
        raise Refused("cell.too_long", f"姓名有 {len(name)} 个字，超过 60 个字")
    return name


def _id(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    if became_number(cell):
        raise Refused("id.number", "证件号码被表格变成了数字，末尾几位已丢失；请设为文本后重新导出")
    plain = id_as_sent(shown(cell))
    if plain[:1] in ("'", "’", "‘", "`"):
        raise Refused("id.apostrophe", "证件号码前多了一个撇号；请在来源表格中去掉后重新导出")
    if len(plain) == 15:
        plain = upgrade_15(plain)
        notes.append(f"{column.name}由15位旧号升为18位")
    elif plain != shown(cell):
        notes.append(f"{column.name}去除空格、全角或小写x")
    if is_plainly_right(plain, context.today):
        return plain
    return check_resident_id(plain, today=context.today).number


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ZEROES = ord("0") * sum(_ID_WEIGHTS)


def is_plainly_right(number: str, today: date) -> bool:
    """Whether ``check_resident_id`` would take this normalised number, in a tenth of its time.

    Numbers that this does not take are not wrong for that: the full check says what is the matter.
    """
    digits = number[:17]
    if len(number) != 18 or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(map(mul, _ID_WEIGHTS, digits.encode())) - _ZEROES
    return number[17] == _ID_CHECKS[total % 11] and _is_alive(number[:2], number[6:14], today)


@functools.lru_cache(maxsize=100_000)
def _is_alive(province: str, birth: str, today: date) -> bool:
    """Whether somebody may have been born there and then; any number with these parts tells."""
    first17 = f"{province}0000{birth}000"
    try:
        check_resident_id(first17 + id_check_digit(first17), today=today)
    except Problem:
        return False
    return True


def _certificate(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    if became_number(cell):
        raise Refused("id.number", "残疾人证号被表格变成了数字；请设为文本后重新导出")
    check_disability_certificate(shown(cell), today=context.today)
    return normalise_id(shown(cell))


def _credit_code(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    if isinstance(cell, int | float | Digits):
        raise Refused("id.number", "统一社会信用代码被表格变成了数字；请设为文本后重新导出")
    return check_credit_code(shown(cell)).code


def _date(cell: Any, column: Column, context: Context, notes: list[str]) -> date:
    text = shown(cell).strip()
    serial = serial_day(text)
    if serial is not None:
        notes.append(f"{column.name}由表格日期序号 {text} 换算")
        found = serial
    else:
        found = parse_date(without_time(text))
    if column.past and found > context.today:
        raise Refused("date.future", f"{column.name} {found} 在今天 {context.today} 之后")
    return found


def _month(cell: Any, column: Column, context: Context, notes: list[str]) -> Month:
    text = without_time(shown(cell).strip())
    if isinstance(cell, date) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return Month.of(parse_date(text))
    return Month.parse(text)


_TERM = re.compile(r"([0-9]{4})年?(春|秋)季?(?:学期)?")
_SCHOOL_YEAR = re.compile(r"([0-9]{4})[-—~至]([0-9]{4})学年(?:第?([一二12])学期|([上下])学期)")


def _term(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    plain = plain_text(shown(cell))
    if found := _TERM.fullmatch(plain):
        return f"{found[1]}{found[2]}"
    found = _SCHOOL_YEAR.fullmatch(plain)
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise Refused(
            "term.unreadable",
            f"学期“{clip(plain)}”读不懂；请写成“2022年春季学期”或“2021-2022学年第二学期”",
        )
    first = (found[3] or found[4]) in ("一", "1", "上")
    return f"{found[1]}秋" if first else f"{found[2]}春"


def _amount(cell: Any, column: Column, context: Context, notes: list[str]) -> int:
    text = plain_text(shown(cell)).removesuffix("元")
    fen = int(Fen.from_yuan(text))
    if fen < 0:
        raise Refused(
            "money.negative", f"{column.name}是负数；冲销请单独说明，不要与正常记录混在一起"
        )
    scaled = fen * context.fen_per_unit
    if scaled % 100:
        raise Refused("money.too_fine", f"{column.name}换算后不足一分")
    if scaled // 100 > 10**15:
        raise Refused("money.too_large", f"{column.name}过大；请检查是否把证件号、卡号填进了金额列")
    return scaled // 100


def _choice(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    plain = plain_text(shown(cell))
    meaning = column.choices.get(plain)
    if meaning is None:
        words = "、".join(dict.fromkeys(word for word in column.choices if not word.isdigit()))
        raise Refused("choice.unknown", f"{column.name}“{clip(plain, 20)}”不在可填范围：{words}")
    return meaning


def _text(cell: Any, column: Column, context: Context, notes: list[str]) -> str:
    text = " ".join(shown(cell).split())
    if len(text) > column.longest:
        why = f"{column.name}有 {len(text)} 个字，超过 {column.longest} 个字"
        raise Refused("cell.too_long", why)
    return text


_PARSERS: dict[str, Callable[[Any, Column, Context, list[str]], Value]] = {
    "name": _name,
    "id": _id,
    "certificate": _certificate,
    "credit_code": _credit_code,
    "date": _date,
    "month": _month,
    "term": _term,
    "amount": _amount,
    "choice": _choice,
    "text": _text,
}


def masked(cell: Any, column: Column | None) -> str:
    """A cell as a list of rejects may show it: ids and names masked, the rest clipped."""
    text = " ".join(_CONTROL.sub("\ufffd", shown(cell)).split())
    if column is not None and column.kind in ("id", "certificate"):
        return clip(mask_id(text), 40)
    if column is not None and column.kind == "name":
        return clip(mask_name(text), 40)
    # A number of a person may stand in any column that slipped by one.
    return clip(re.sub(r"[0-9Xx]{11,}", lambda found: mask_id(found[0]), text), 60)


def fen_per_unit(unit: str) -> int:
    """How many fen one unit of an amount column is: 元 100, 百元 10,000."""
    return FEN_PER_UNIT[unit]
