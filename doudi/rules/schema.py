"""The input schema: every fact a rule may ask for, its level, unit, range, label and default."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doudi.rules.dialect import MONEY_UNITS, UNITS, Level
from doudi.rules.errors import FactRefused, RuleRefused
from doudi.rules.files import read_yaml

FOLDER = Path(__file__).parent / "inputs"
Fact = int | bool | str | None
_MONEY = re.compile(r"(\d{1,13})(?:\.(\d{1,2}))?")
_SHARE = re.compile(r"(-?)(\d{1,4})(?:\.(\d{1,2}))?%")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
# No family is larger; more in one file is a slip, and every sum is proved to fit for so many.
MOST_MEMBERS = 100
MOST_OBLIGORS = 50  # of one member
_KEYS = {"层级", "单位", "说明", "范围", "选项", "缺省", "依据"}


@dataclass(frozen=True, slots=True)
class Input:
    """One fact; money in fen, dates as yyyymmdd, options as their number; no default: required."""

    name: str
    level: Level
    unit: str
    label: str
    low: int
    high: int
    options: Mapping[str, int]
    default: int | None
    article: str

    @property
    def required(self) -> bool:
        return self.default is None

    def read(self, value: Fact) -> int | None:
        """A fact as the rules use it; `None` stays unknown; raises `FactRefused` otherwise."""
        if value is None:
            return None
        if isinstance(value, str):
            value = self._read_text(value)
        elif type(value) is not int and not isinstance(value, int):
            raise FactRefused(name=self.name, why=f"“{value}”既不是整数也不是文字")
        if self.unit == "是否":
            if value not in (0, 1):
                raise FactRefused(name=self.name, why=f"只能填是或否，填的是 {value}")
            return bool(value)
        number = int(value)
        if not self.low <= number <= self.high:
            raise FactRefused(name=self.name, why=f"{number} 不在 {self.low} 到 {self.high} 之间")
        if self.options and number not in self.options.values():
            raise FactRefused(name=self.name, why=f"{number} 不在选项 {list(self.options)} 里")
        return number

    def _read_text(self, value: str) -> int:
        if value in self.options:
            return self.options[value]
        if self.unit == "是否" and value in ("是", "否"):
            return int(value == "是")
        if self.unit == "日期" and (day := _DATE.fullmatch(value)):
            return int("".join(day.groups()))
        if self.unit in MONEY_UNITS and (money := _MONEY.fullmatch(value)):
            return int(money[1]) * 100 + int((money[2] or "0").ljust(2, "0"))
        if self.unit == "万分比" and (share := _SHARE.fullmatch(value)):
            number = int(share[2]) * 100 + int((share[3] or "0").ljust(2, "0"))
            return -number if share[1] else number
        expected = "、".join(self.options) or self.unit
        raise FactRefused(name=self.name, why=f"看不懂“{value}”，应填：{expected}")

    def show(self, value: int) -> str:
        """A value in words: the option's label, or its bare number."""
        return next(
            (label for label, number in self.options.items() if number == value), f"{value}"
        )


def _read(name: str, entry: Mapping[str, object], file: str) -> Input:
    if extra := set(entry) - _KEYS:
        raise RuleRefused(f"{file} 的“{name}”有不认识的栏目：{sorted(extra)}。")
    for key in ("层级", "单位", "说明"):
        if not entry.get(key):
            raise RuleRefused(f"{file} 的“{name}”缺少“{key}”。")
    unit = str(entry["单位"])
    if unit not in UNITS:
        raise RuleRefused(f"{file} 的“{name}”的单位“{unit}”不在单位表里。")
    options = entry.get("选项") or {}
    assert isinstance(options, dict)
    bounds = entry.get("范围") or _default_range(unit, options)
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise RuleRefused(f"{file} 的“{name}”缺少“范围”，应为两个整数。")
    default = entry.get("缺省")
    if isinstance(default, str):
        default = options[default]
    assert default is None or isinstance(default, int)
    return Input(
        name=name,
        level=Level(entry["层级"]),
        unit=unit,
        label=str(entry["说明"]),
        low=int(bounds[0]),
        high=int(bounds[1]),
        options=options,
        default=bool(default) if unit == "是否" and default is not None else default,
        article=str(entry.get("依据", "")),
    )


def _default_range(unit: str, options: Mapping[str, int]) -> list[int] | None:
    if options:
        return [min(options.values()), max(options.values())]
    if unit == "是否":
        return [0, 1]
    if unit == "日期":
        return [19000101, 21001231]
    if unit in ("分/月", "分/人月"):
        return [0, 100_000_000]  # a million yuan a month: more is a slip of the unit
    if unit in MONEY_UNITS:
        return [0, 100_000_000_000]  # a thousand million yuan
    return None


@functools.cache
def inputs() -> Mapping[str, Input]:
    """All inputs by name."""
    found: dict[str, Input] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for name, entry in read_yaml(path).items():
            if name in found:
                raise RuleRefused(f"{path.name} 的“{name}”已在别处定义。")
            found[name] = _read(name, entry, path.name)
    return found
