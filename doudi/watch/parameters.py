"""Figures of the watch: dated, with mark and source, in ``parameters.yaml``; read once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from doudi.kernel.money import Fen

FILE = Path(__file__).with_name("parameters.yaml")
MARKS = ("已核", "记忆", "默认")


class ParameterRefused(ValueError):
    """The file of parameters cannot be used; it names the entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class Value:
    """One figure from a day on; money in fen."""

    name: str
    since: date
    value: Any
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure through time, the latest last."""

    name: str
    label: str
    unit: str
    values: tuple[Value, ...]

    def on(self, day: date) -> Value:
        """The value in force on the day; before the first one, the first speaks."""
        found = self.values[0]
        for value in self.values:
            if value.since <= day:
                found = value
        return found


def _value(name: str, unit: str, entry: Mapping[str, Any]) -> Value:
    if set(entry) != {"since", "value", "mark", "source"}:
        raise ParameterRefused(
            f"{name}: 每个值应有 since、value、mark、source，写的是 {list(entry)}"
        )
    if entry["mark"] not in MARKS:
        raise ParameterRefused(f"{name}: 标记应是{'、'.join(MARKS)}之一，写的是 {entry['mark']!r}")
    if not entry["source"] or type(entry["since"]) is not date:
        raise ParameterRefused(f"{name}: 来源不能为空，since 应是日期")
    value = entry["value"]
    if unit == "元":
        if not isinstance(value, str):
            raise ParameterRefused(f"{name}: 金额应写成加引号的元，写的是 {value!r}")
        value = Fen.from_yuan(value)
    if isinstance(value, float):
        raise ParameterRefused(f"{name}: 不能用小数 {value!r}，比例写万分比")
    if isinstance(value, list):
        value = tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return Value(name, entry["since"], value, entry["mark"], entry["source"])


def read(text: str) -> Mapping[str, Parameter]:
    """The parameters of a file; raises ``ParameterRefused``."""
    found: dict[str, Parameter] = {}
    for name, told in yaml.safe_load(text).items():
        values = tuple(_value(name, told["unit"], entry) for entry in told["values"])
        days = [value.since for value in values]
        if days != sorted(set(days)) or not days:
            raise ParameterRefused(f"{name}: 各值应按 since 从早到晚，不能重复")
        found[name] = Parameter(name, told["label"], told["unit"], values)
    return MappingProxyType(found)


@functools.cache
def parameters() -> Mapping[str, Parameter]:
    """All parameters, read once."""
    return read(FILE.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=64)
def told_on(day: date) -> Mapping[str, Any]:
    """Every figure in force on the day, by name."""
    return MappingProxyType({name: each.on(day).value for name, each in parameters().items()})
