"""Dated parameters: what is in force at a place on a day, and which document says so.

Look-up falls from county to city to province to nation. A value that is not there is `Missing` and
names what to fill in; an interval that has run out is not stretched.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from doudi.rules.classes import CLASSES, LISTS
from doudi.rules.dialect import MONEY_UNITS, UNITS
from doudi.rules.errors import OverlayRefused, PlaceRefused, RuleRefused
from doudi.rules.files import read_yaml
from doudi.rules.missing import Missing, Want
from doudi.rules.schema import inputs

FOLDER = Path(__file__).parent / "parameters"
MARKS = ("已核", "记忆", "默认")
NATION = "000000"
_MONEY = re.compile(r"(\d{1,11})(?:\.(\d{1,2}))?")
_WHOLE = re.compile(r"-?\d{1,12}")
_PLACE = re.compile(r"\d{6}(\d{3}|\d{6})?")
_COLUMNS = {"地区", "自", "至", "值", "文件", "条", "标记", "注"}
_HEAD = {"单位", "依据", "说明", "键", "范围", "选项", "历史", "表"}
_VIEW_HEAD = {"取自", "定键", "说明", "依据"}


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One value in force from `since` (included) to `before` (not), as a file or an overlay has it.

    `value` is in file form: yuan as text for money ("465.00"), an integer, or an option's label.
    """

    name: str
    place: str
    since: date
    value: int | str
    document: str
    mark: str
    before: date | None = None
    article: str = ""
    note: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Overlay:
    """A county's own values, laid over the shipped ones; the later start wins, then the overlay."""

    values: tuple[ParameterValue, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """All values of one parameter, by key values and place, earliest first.

    A view (`view_of`) has no values of its own: it reads another parameter with some keys fixed.
    """

    name: str
    unit: str
    label: str
    article: str
    keys: tuple[str, ...]
    low: int
    high: int
    options: Mapping[str, int]
    values: Mapping[tuple[int, ...], Mapping[str, tuple[ParameterValue, ...]]]
    view_of: str = ""
    fixed: tuple[tuple[str, int], ...] = ()

    def number_of(self, value: int | str) -> int:
        """A value in file form as the rules use it; raises `ValueError` saying what is wrong."""
        number = self.file_number(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"{value} 不在范围 {self.low} 到 {self.high} 之间")
        return number

    def file_number(self, value: int | str) -> int:
        """A value in file form as a number, within the range or not; raises `ValueError`."""
        if self.options:
            if str(value) not in self.options:
                raise ValueError(f"“{value}”不在选项 {list(self.options)} 里")
            return self.options[str(value)]
        if self.unit in MONEY_UNITS:
            money = _MONEY.fullmatch(value) if isinstance(value, str) else None
            if money is None:
                raise ValueError(f'金额应写成加引号的元，如 "465.00"，写的是 {value!r}')
            return int(money[1]) * 100 + int((money[2] or "0").ljust(2, "0"))
        if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
            raise ValueError(f"应是整数，写的是 {value!r}")
        return int(value)

    def key_numbers(self, keys: Mapping[str, str]) -> tuple[int, ...]:
        """The key columns of a row as numbers; raises `ValueError` for an unknown label."""
        if set(keys) != set(self.keys):
            raise ValueError(f"键应为 {list(self.keys)}，写的是 {list(keys)}")
        return tuple(key_number(name, keys[name]) for name in self.keys)

    def find(
        self, keys: tuple[int, ...], chain: tuple[str, ...], on: date
    ) -> ParameterValue | None:
        """The value in force at the nearest place of the chain."""
        by_place = self.values.get(keys, {})
        for place in chain:
            for value in reversed(by_place.get(place, ())):
                if value.since <= on:
                    if value.before is None or on < value.before:
                        return value
                    break
        return None

    def lacking(self, keys: tuple[int, ...], place: str, on: date) -> Missing:
        """What to fill in when there is no value."""
        words = [key_words(name, key) for name, key in zip(self.keys, keys, strict=True)]
        what = " ".join([self.name, place[:6], *words, f"{on:%Y-%m}"])
        return Missing((Want("参数", self.name, "", f"缺 {what}：请在地方参数中补录并附文件"),))


def _key_options(name: str) -> Mapping[str, int]:
    """The words a key may take: an input's options, or the answers of a rule of unit 类."""
    if name in CLASSES or name in LISTS:
        return CLASSES.get(name) or LISTS[name]
    schema = inputs().get(name)
    if schema is None:
        raise ValueError(f"键“{name}”不是已知的输入，也不是 classes.py 里的规则")
    return schema.options


def key_words(name: str, number: int) -> str:
    """A key's value in words."""
    for label, value in _key_options(name).items():
        if value == number:
            return label
    return str(number)


def key_number(name: str, text: str) -> int:
    """A key's word as its number; raises `ValueError` for an unknown word."""
    options = _key_options(name)
    if text in options:
        return options[text]
    if not text.isdecimal():
        raise ValueError(f"键“{name}”的“{text}”不在选项 {list(options)} 里")
    return int(text)


@functools.cache
def place_chain(place: str) -> tuple[str, ...]:
    """From the place itself up to the nation: town, county, city, province, nation."""
    if not _PLACE.fullmatch(place):
        raise PlaceRefused(place=place)
    steps = [place]
    if len(place) == 12:
        steps += [place[:9] + "000", place[:9], place[:6] + "000000"]
    steps += [place[:6], place[:4] + "00", place[:2] + "0000", NATION]
    return tuple(dict.fromkeys(steps))


class ParameterTable:
    """Every parameter by name."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self.parameters = parameters
        self._found: dict[tuple[str, tuple[int, ...], str, date], ParameterValue | Missing] = {}

    def find(
        self, name: str, keys: tuple[int, ...], place: str, on: date
    ) -> ParameterValue | Missing:
        """The value in force, or what is missing."""
        asked = (name, keys, place, on)
        found = self._found.get(asked)
        if found is None:
            parameter = self.parameters[name]
            if parameter.view_of:
                given = dict(zip(parameter.keys, keys, strict=True)) | dict(parameter.fixed)
                parameter = self.parameters[parameter.view_of]
                keys = tuple(given[key] for key in parameter.keys)
            found = parameter.find(keys, place_chain(place), on) or parameter.lacking(
                keys, place, on
            )
            if len(self._found) > 200_000:  # a registry of every town and day must not fill memory
                self._found.clear()
            self._found[asked] = found
        return found

    def with_overlay(self, overlay: Overlay) -> ParameterTable:
        """The same table with a county's own values on top; raises `OverlayRefused`."""
        merged = dict(self.parameters)
        for value in overlay.values:
            parameter = merged.get(value.name)
            if parameter is None:
                raise OverlayRefused(name=value.name, why="没有这个参数")
            if parameter.view_of:
                why = f"它取自“{parameter.view_of}”，请改那一项"
                raise OverlayRefused(name=value.name, why=why)
            try:
                merged[value.name] = _with_values(parameter, [value], replace_same=True)
            except ValueError as wrong:
                raise OverlayRefused(name=value.name, why=str(wrong)) from wrong
        return ParameterTable(merged)

    def all_values(self) -> list[ParameterValue]:
        """Every value there is, for tests and for pages."""
        return [
            value
            for parameter in self.parameters.values()
            for by_place in parameter.values.values()
            for values in by_place.values()
            for value in values
        ]


def _with_values(
    parameter: Parameter, rows: Iterable[ParameterValue], *, replace_same: bool = False
) -> Parameter:
    table = {key: dict(by_place) for key, by_place in parameter.values.items()}
    for row in rows:
        check_row(row)
        key = parameter.key_numbers(dict(row.keys))
        read = replace(row, number=parameter.number_of(row.value))
        others = table.setdefault(key, {}).get(row.place, ())
        if any(other.since == row.since for other in others):
            if not replace_same:
                raise ValueError(f"{row.place} 自 {row.since} 的值写了两次")
            others = tuple(other for other in others if other.since != row.since)
        table[key][row.place] = tuple(sorted((*others, read), key=lambda value: value.since))
    return replace(parameter, values=table)


def check_row(row: ParameterValue) -> None:
    """Refuse a row without place, interval, document or mark; raises `ValueError`."""
    if not _PLACE.fullmatch(row.place):
        raise ValueError(f"地区“{row.place}”不是区划代码，请加引号写 6 位")
    if row.before is not None and row.before <= row.since:
        raise ValueError(f"自 {row.since} 到 {row.before} 不成区间")
    if not row.document:
        raise ValueError(f"自 {row.since} 的值没有写文件")
    if row.mark not in MARKS:
        raise ValueError(f"标记“{row.mark}”应为 {'、'.join(MARKS)} 之一")


def _day(value: object) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as wrong:
        raise ValueError(f"“{value}”不是日期，应写成 2022-01-01 这样") from wrong


def read_row(name: str, keys: tuple[str, ...], entry: Mapping[str, object]) -> ParameterValue:
    """One written row, keys in their words; raises `ValueError` saying what is wrong."""
    if extra := set(entry) - _COLUMNS - set(keys):
        raise ValueError(f"有不认识的栏目 {sorted(extra)}")
    since = _day(entry.get("自"))
    if since is None:
        raise ValueError("有一行没有写“自”")
    value = entry.get("值")
    if not isinstance(value, int | str) or value == "":
        raise ValueError(f"自 {since} 没有写“值”")
    return ParameterValue(
        name=name,
        place=str(entry.get("地区") or NATION),
        since=since,
        before=_day(entry.get("至")),
        value=value,
        document=str(entry.get("文件") or ""),
        article=str(entry.get("条") or ""),
        mark=str(entry.get("标记") or ""),
        note=str(entry.get("注") or ""),
        keys=tuple((key, str(entry.get(key) or "")) for key in keys),
    )


def _parameter(name: str, entry: Mapping[str, object], folder: Path) -> Parameter:
    if extra := set(entry) - _HEAD:
        raise ValueError(f"有不认识的栏目 {sorted(extra)}")
    for key in ("单位", "依据", "说明", "范围"):
        if not entry.get(key):
            raise ValueError(f"缺少“{key}”")
    unit, bounds = str(entry["单位"]), entry["范围"]
    if unit not in UNITS or not isinstance(bounds, list):
        raise ValueError(f"单位“{unit}”或范围不对")
    listed = entry.get("键") or ["地区"]
    options = entry.get("选项") or {}
    assert isinstance(listed, list)
    assert isinstance(options, dict)
    keys = tuple(str(key) for key in listed if key != "地区")
    low, high = int(bounds[0]), int(bounds[1])
    empty = Parameter(
        name, unit, str(entry["说明"]), str(entry["依据"]), keys, low, high, options, {}
    )
    rows = entry.get("历史") or []
    if table := entry.get("表"):
        with (folder / str(table)).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    assert isinstance(rows, list)
    return _with_values(empty, [read_row(name, keys, row) for row in rows])


def read_tables(folder: Path = FOLDER) -> ParameterTable:
    """Every parameter file of a folder; raises `RuleRefused` naming file and parameter."""
    found: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in read_yaml(path).items():
            if name in found:
                raise RuleRefused(f"{path.name} 的参数“{name}”已在别处定义。")
            try:
                if "取自" in entry:
                    found[name] = _view(name, entry, found)
                else:
                    found[name] = _parameter(name, entry, folder)
            except ValueError as wrong:
                raise RuleRefused(f"{path.name} 的参数“{name}”：{wrong}。") from wrong
    return ParameterTable(found)


def _view(name: str, entry: Mapping[str, object], known: Mapping[str, Parameter]) -> Parameter:
    """A view of a parameter that stands above it (or in an earlier file), with some keys fixed."""
    if extra := set(entry) - _VIEW_HEAD:
        raise ValueError(f"有不认识的栏目 {sorted(extra)}")
    base = known.get(str(entry["取自"]))
    words = entry.get("定键")
    if base is None or base.view_of:
        raise ValueError(f"取自“{entry['取自']}”，但前面没有这个参数")
    if not isinstance(words, dict) or not set(words) <= set(base.keys) or not words:
        raise ValueError(f"定键应是 {list(base.keys)} 中的几项")
    return replace(
        base,
        name=name,
        label=str(entry.get("说明") or base.label),
        article=str(entry.get("依据") or base.article),
        keys=tuple(key for key in base.keys if key not in words),
        values={},
        view_of=base.name,
        fixed=tuple((str(key), key_number(str(key), str(word))) for key, word in words.items()),
    )
