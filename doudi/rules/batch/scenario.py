"""A question "what if": a few parameters set, raised or multiplied, over a whole registry.

A scenario is a YAML file: `名称`, and under `参数` a list of changes. Each names a parameter, where
(`地区`, a code or its beginning; left out: everywhere) and for which keys (by their words), and one
of `值` (the new value as in the parameter files), `加` (added) or `乘` (parts of ten thousand).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from doudi.kernel.problems import Problem
from doudi.rules.batch.frame import Figure, Figures, Truths
from doudi.rules.batch.program import Program
from doudi.rules.errors import RuleRefused
from doudi.rules.files import read_yaml
from doudi.rules.tables import Parameter, ParameterTable, key_number

_HOW = ("值", "加", "乘")


class ScenarioRefused(Problem):
    """A scenario cannot be computed."""

    code = "rules.scenario_refused"
    status = 422
    say = "情景“{name}”不能用：{why}。"
    next = "请按 docs/registry.md 的写法改正后再算。"
    fields = ("name", "why")


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter changed; `number` in fen or whatever the parameter's unit is."""

    parameter: str
    place: str
    keys: tuple[tuple[str, str], ...]
    how: str
    number: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some changes under one name."""

    name: str
    changes: tuple[Change, ...]


def read_scenario(path: Path, tables: ParameterTable) -> Scenario:
    """A scenario from its file; raises `ScenarioRefused`."""
    try:
        content = read_yaml(path)
    except FileNotFoundError as error:
        raise ScenarioRefused(name=path.name, why="没有这个文件") from error
    except (RuleRefused, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioRefused(name=path.name, why=f"读不懂，{error}") from error
    name = str(content.get("名称") or path.stem)
    rows = content.get("参数")
    if set(content) - {"名称", "参数"} or not isinstance(rows, list) or not rows:
        raise ScenarioRefused(name=name, why="应有“名称”和“参数”，参数下面列出要改的各项")
    return Scenario(name, tuple(_change(name, row, tables) for row in rows))


def _change(scenario: str, row: Any, tables: ParameterTable) -> Change:
    def refuse(why: str) -> ScenarioRefused:
        return ScenarioRefused(name=scenario, why=why)

    if not isinstance(row, dict) or "参数" not in row:
        raise refuse("每一项都要写“参数”")
    name = str(row["参数"])
    parameter = tables.parameters.get(name)
    if parameter is None:
        raise refuse(f"没有参数“{name}”")
    hows = [how for how in _HOW if how in row]
    if len(hows) != 1:
        raise refuse(f"“{name}”要写 值、加、乘 中的一个")
    keys = {key: str(word) for key, word in row.items() if key not in {"参数", "地区", *_HOW}}
    if stray := set(keys) - set(parameter.keys):
        raise refuse(f"“{name}”没有“{'、'.join(sorted(stray))}”这样的键")
    how, value = hows[0], row[hows[0]]
    try:
        number = _number(parameter, how, value)
        for key, word in keys.items():
            key_number(key, word)
    except ValueError as wrong:
        raise refuse(f"“{name}”的“{how}”：{wrong}") from wrong
    return Change(name, str(row.get("地区") or ""), tuple(keys.items()), how, number)


def _number(parameter: Parameter, how: str, value: Any) -> int:
    if how == "值":
        return parameter.number_of(value)
    if parameter.options:
        raise ValueError("这个参数是选项，只能写 值")
    if how == "乘":
        if type(value) is not int or value < 0:
            raise ValueError(f"应是不小于 0 的万分比整数，如 11000 是提高一成，写的是 {value!r}")
        return value
    text = str(value)
    sign = -1 if text.startswith("-") else 1
    unsigned: Any = text.removeprefix("-") if isinstance(value, str) else abs(value)
    return sign * parameter.file_number(unsigned)


def changed(
    figures: Figures,
    scenario: Scenario,
    program: Program,
    tables: ParameterTable,
    places: Sequence[str],
) -> Figures:
    """The figures under a scenario; raises `ScenarioRefused` for a change that nothing reads."""
    by_slot = dict(figures.by_slot)
    for change in scenario.changes:
        slots = _slots(program, tables, change.parameter)
        if not slots:
            why = f"所算的项目用不到参数“{change.parameter}”"
            raise ScenarioRefused(name=scenario.name, why=why)
        touched = 0
        for slot in slots:
            by_slot[slot], count = _apply(program, slot, by_slot[slot], change, tables, places)
            touched += count
        if not touched:
            why = f"“{change.parameter}”在“{change.place or '各地'}”没有可改的值"
            raise ScenarioRefused(name=scenario.name, why=why)
        _refuse_outside(scenario, change, [by_slot[slot] for slot in slots], tables)
    return Figures(figures.day, by_slot)


def _slots(program: Program, tables: ParameterTable, name: str) -> list[int]:
    """Where a parameter, and every view of it, stands in the program."""
    return [
        slot
        for slot in (*program.fixed, *program.keyed)
        if name in (program.nodes[slot].name, tables.parameters[program.nodes[slot].name].view_of)
    ]


def _apply(
    program: Program,
    slot: int,
    figure: Figure,
    change: Change,
    tables: ParameterTable,
    places: Sequence[str],
) -> tuple[Figure, int]:
    parameter = tables.parameters[program.nodes[slot].name]
    here = np.array([place.startswith(change.place) for place in places], np.bool_)
    those = _columns(program, slot, figure, parameter, dict(change.keys))
    where: Truths = here[:, None] & those[None, :]
    known = figure.known
    if change.how == "值":
        known = known | where
    else:
        where &= known
    values = figure.values.copy()
    if change.how == "值":
        values[where] = change.number
    elif change.how == "加":
        values[where] += change.number
    else:
        values[where] = values[where] * change.number // 10000
    return Figure(values, known, figure.lows, figure.sizes), int(where.sum())


def _columns(
    program: Program, slot: int, figure: Figure, parameter: Parameter, words: Mapping[str, str]
) -> Truths:
    """Which combinations of keys a change is for."""
    fixed = dict(parameter.fixed)
    chosen = np.ones(figure.sizes or (1,), np.bool_)
    keys = program.keyed.get(slot, ())
    for name, word in words.items():
        number = key_number(name, word)
        if name in fixed:
            if fixed[name] != number:
                chosen[...] = False
            continue
        axis = parameter.keys.index(name)
        assert len(keys) == len(figure.sizes)
        shape = [1] * len(figure.sizes)
        shape[axis] = figure.sizes[axis]
        own = np.arange(figure.sizes[axis]) + figure.lows[axis] == number
        chosen &= own.reshape(shape)
    return chosen.reshape(-1)


def _refuse_outside(
    scenario: Scenario, change: Change, figures: Sequence[Figure], tables: ParameterTable
) -> None:
    parameter = tables.parameters[change.parameter]
    for figure in figures:
        values = figure.values[figure.known]
        bad = values[(values < parameter.low) | (values > parameter.high)]
        if len(bad):
            why = (
                f"“{change.parameter}”会变成 {int(bad[0])}，"
                f"不在范围 {parameter.low} 到 {parameter.high} 之间"
            )
            raise ScenarioRefused(name=scenario.name, why=why)
