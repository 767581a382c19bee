"""How clerks, scanners and old systems spoil a row; each way has a name in the truth."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from demo.county.model import PersonSeed
from demo.county.names import HOMOPHONES, RARE_GIVEN, VARIANTS
from demo.county.numbers import old_id

_FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_LIKE = {
    "0": "6",
    "1": "7",
    "2": "3",
    "3": "8",
    "4": "9",
    "5": "6",
    "6": "0",
    "7": "1",
    "8": "3",
    "9": "4",
}


@dataclass(slots=True, frozen=True)
class Columns:
    """Where in a row the cells are that can be spoilt."""

    name: int
    id: int
    dates: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()
    date_form: str = "%Y-%m-%d"


# Share of rows with each kind of dirt; about one row in seven has one.
SHARES = {
    "全角数字": 0.012, "前后空格": 0.022, "小写x": 0.030, "十五位旧证号": 0.010, "缺证号": 0.005,
    "校验位错": 0.004, "错一位": 0.007, "姓名换位": 0.003, "同音字": 0.008, "异体字": 0.008,
    "生僻字缺失": 0.020, "亲属证号": 0.003, "完全重复": 0.004, "金额不同重复": 0.002,
    "日期无效": 0.003,
    "日期异写": 0.008, "日期序列号": 0.004, "金额千分位": 0.010, "金额带元": 0.006,
    "金额空白": 0.003,
    "姓名空格": 0.012, "证号前撇号": 0.005,
}  # fmt: skip
_KINDS = tuple(SHARES)
_STEPS = tuple(accumulate(SHARES.values()))


class Soiler:
    """Spoils some rows of one file; deterministic for its random source."""

    def __init__(self, rng: random.Random, columns: Columns) -> None:
        self.rng = rng
        self.columns = columns
        self.ways: dict[str, Callable[[list[Any], list[PersonSeed]], bool]] = {
            "全角数字": self._full_width, "前后空格": self._blanks, "小写x": self._lower_x,
            "十五位旧证号": self._old, "缺证号": self._no_id, "校验位错": self._wrong_check,
            "错一位": self._slip, "姓名换位": self._swap, "同音字": self._homophone,
            "异体字": self._variant, "生僻字缺失": self._rare_lost, "亲属证号": self._relative,
            "日期无效": self._bad_date, "日期异写": self._odd_date, "日期序列号": self._serial_date,
            "金额千分位": self._thousands, "金额带元": self._with_unit, "金额空白": self._no_amount,
            "姓名空格": self._name_blank, "证号前撇号": self._apostrophe,
        }  # fmt: skip

    def soil(
        self, row: list[Any], family: list[PersonSeed]
    ) -> tuple[list[Any], tuple[str, ...], tuple[list[Any], str] | None]:
        """The row as sent, what was done to it, and a second row if it was sent twice."""
        done: list[str] = []
        again: tuple[list[Any], str] | None = None
        at = bisect(_STEPS, self.rng.random())
        while at < len(_KINDS):
            kind = _KINDS[at]
            if kind in ("完全重复", "金额不同重复"):
                again = again or self._twice(row, kind)
            elif kind not in done and self.ways[kind](row, family):
                done.append(kind)
            # One dirty row in ten is dirty twice.
            at = bisect(_STEPS, self.rng.random() * 10 * _STEPS[-1])
        self._finish(row)
        if again is not None:
            self._finish(again[0])
        return row, tuple(done), again

    def _finish(self, row: list[Any]) -> None:
        """Write what is still a date or an amount the way this department writes it."""
        for at in self.columns.dates:
            if isinstance(row[at], date):
                row[at] = self._dated(row[at])
        for at in self.columns.amounts:
            if isinstance(row[at], int):
                row[at] = Decimal(row[at]) / 100

    def _dated(self, day: date) -> str:
        return day.strftime(self.columns.date_form)

    def _twice(self, row: list[Any], kind: str) -> tuple[list[Any], str] | None:
        other = list(row)
        if kind == "完全重复":
            return other, kind
        amounts = [at for at in self.columns.amounts if isinstance(row[at], int) and row[at] > 100]
        if not amounts:
            return None
        other[amounts[-1]] += self.rng.choice((-100, 100, 1000, 5000))
        return other, kind

    def _full_width(self, row: list[Any], family: list[PersonSeed]) -> bool:
        row[self.columns.id] = row[self.columns.id].translate(_FULL_WIDTH)
        return True

    def _blanks(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self.rng.choice((self.columns.id, self.columns.name))
        blank = self.rng.choice((" ", "  ", "\u3000", "\t"))
        row[at] = blank + row[at] if self.rng.random() < 0.4 else row[at] + blank
        return True

    def _lower_x(self, row: list[Any], family: list[PersonSeed]) -> bool:
        if not row[self.columns.id].endswith("X"):
            return False
        row[self.columns.id] = row[self.columns.id][:-1] + "x"
        return True

    def _old(self, row: list[Any], family: list[PersonSeed]) -> bool:
        number = row[self.columns.id]
        if not number.isalnum() or len(number) != 18 or number[6:8] != "19":
            return False
        row[self.columns.id] = old_id(number)
        return True

    def _no_id(self, row: list[Any], family: list[PersonSeed]) -> bool:
        row[self.columns.id] = self.rng.choice(("", "", "无", "-"))
        return True

    def _wrong_check(self, row: list[Any], family: list[PersonSeed]) -> bool:
        number = row[self.columns.id]
        if len(number) != 18:
            return False
        row[self.columns.id] = number[:17] + self.rng.choice(
            [c for c in "0123456789X" if c != number[17]]
        )
        return True

    def _slip(self, row: list[Any], family: list[PersonSeed]) -> bool:
        number = row[self.columns.id]
        at = self.rng.randint(6, 16)
        if len(number) != 18 or number[at] not in _LIKE:
            return False
        row[self.columns.id] = number[:at] + _LIKE[number[at]] + number[at + 1 :]
        return True

    def _swap(self, row: list[Any], family: list[PersonSeed]) -> bool:
        name = row[self.columns.name]
        if len(name) != 3 or name[1] == name[2]:
            return False
        row[self.columns.name] = name[0] + name[2] + name[1]
        return True

    def _exchange(self, row: list[Any], table: dict[str, str]) -> bool:
        name = row[self.columns.name]
        places = [at for at, character in enumerate(name) if character in table]
        if not places:
            return False
        at = self.rng.choice(places)
        row[self.columns.name] = name[:at] + table[name[at]] + name[at + 1 :]
        return True

    def _homophone(self, row: list[Any], family: list[PersonSeed]) -> bool:
        return self._exchange(row, HOMOPHONES)

    def _variant(self, row: list[Any], family: list[PersonSeed]) -> bool:
        name = row[self.columns.name]
        if "·" in name:
            # Systems without the middle dot write a full stop, a blank or nothing.
            row[self.columns.name] = name.replace("·", self.rng.choice((".", "•", " ", "")))
            return True
        return self._exchange(row, VARIANTS)

    def _rare_lost(self, row: list[Any], family: list[PersonSeed]) -> bool:
        mark = self.rng.choice(("?", "*", "□", "某"))
        return self._exchange(row, dict.fromkeys(RARE_GIVEN, mark))

    def _relative(self, row: list[Any], family: list[PersonSeed]) -> bool:
        others = [p.id_number for p in family if p.id_number != row[self.columns.id]]
        if not others or len(row[self.columns.id]) != 18:
            return False
        row[self.columns.id] = self.rng.choice(others)
        return True

    def _some_date(self, row: list[Any]) -> int | None:
        places = [at for at in self.columns.dates if isinstance(row[at], date)]
        return self.rng.choice(places) if places else None

    def _bad_date(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_date(row)
        if at is None:
            return False
        day = row[at]
        row[at] = self.rng.choice(
            (f"{day.year}-13-{day.day:02d}", f"{day:%Y%m}32", f"{day.year}-02-30",
            f"{day.year}年{day.month}月", "0000-00-00")
        )  # fmt: skip
        return True

    def _odd_date(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_date(row)
        if at is None:
            return False
        day = row[at]
        row[at] = self.rng.choice(
            (f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日",
             f"{day.year}/{day.month}/{day.day}", f"{day:%Y-%m-%d} 00:00:00")
        )  # fmt: skip
        return True

    def _serial_date(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_date(row)
        if at is None:
            return False
        row[at] = (row[at] - _EXCEL_DAY_ZERO) // timedelta(days=1)
        return True

    def _some_amount(self, row: list[Any]) -> int | None:
        places = [at for at in self.columns.amounts if isinstance(row[at], int)]
        return self.rng.choice(places) if places else None

    def _thousands(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_amount(row)
        if at is None or row[at] < 100_000:
            return False
        row[at] = f"{row[at] // 100:,}.{row[at] % 100:02d}"
        return True

    def _with_unit(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_amount(row)
        if at is None:
            return False
        row[at] = f"{row[at] // 100}.{row[at] % 100:02d}元"
        return True

    def _no_amount(self, row: list[Any], family: list[PersonSeed]) -> bool:
        at = self._some_amount(row)
        if at is None:
            return False
        row[at] = ""
        return True

    def _name_blank(self, row: list[Any], family: list[PersonSeed]) -> bool:
        name = row[self.columns.name]
        if len(name) != 2:
            return False
        row[self.columns.name] = f"{name[0]}{self.rng.choice((' ', chr(0x3000)))}{name[1]}"
        return True

    def _apostrophe(self, row: list[Any], family: list[PersonSeed]) -> bool:
        row[self.columns.id] = "'" + row[self.columns.id]
        return True
