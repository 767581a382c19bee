"""Figures a county might set for itself: whatever a parameter allows, near what others have."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np

from doudi.rules import Overlay, ParameterValue
from doudi.rules.batch.program import Program
from doudi.rules.classes import CLASSES, LISTS
from doudi.rules.dialect import MONEY_UNITS
from doudi.rules.schema import inputs
from doudi.rules.tables import Parameter, ParameterTable

Chance = np.random.Generator
Keys = tuple[tuple[str, str], ...]


def with_local_figures(
    tables: ParameterTable, program: Program, places: tuple[str, ...], on: date, chance: Chance
) -> ParameterTable:
    """The shipped figures with some of the places' own, so that every manner of paying occurs."""
    values: list[ParameterValue] = []
    parameters = _parameters(tables, program)
    of_unit: dict[str, list[int]] = {}
    for parameter in parameters:
        of_unit.setdefault(parameter.unit, []).extend(_numbers(parameter))
    for parameter in parameters:
        # Figures of one unit are compared with each other: they too should meet.
        near = _numbers(parameter) if chance.random() < 0.5 else of_unit[parameter.unit]
        for place in places:
            if chance.random() < 0.5:
                values += [
                    _value(parameter, place, keys, near, on, chance)
                    for keys in _keys(parameter)
                    if chance.random() < 0.7
                ]
    once = {(value.name, value.place, value.keys, value.since): value for value in values}
    return tables.with_overlay(Overlay(tuple(once.values())))


def _parameters(tables: ParameterTable, program: Program) -> list[Parameter]:
    found = {}
    for slot in (*program.fixed, *program.keyed):
        parameter = tables.parameters[program.nodes[slot].name]
        parameter = tables.parameters[parameter.view_of] if parameter.view_of else parameter
        found[parameter.name] = parameter
    return list(found.values())


def _numbers(parameter: Parameter) -> list[int]:
    rows = [row for by_place in parameter.values.values() for row in by_place.values()]
    return [value.number for row in rows for value in row]


def _keys(parameter: Parameter) -> list[Keys]:
    words = []
    for key in parameter.keys:
        options = CLASSES.get(key) or LISTS.get(key) or inputs()[key].options
        words.append([(key, word) for word in options] or [(key, "1"), (key, "2")])
    every = [tuple(each) for each in product(*words)]
    return every if len(every) <= 24 else every[:: len(every) // 24]


def _value(
    parameter: Parameter, place: str, keys: Keys, near: list[int], on: date, chance: Chance
) -> ParameterValue:
    low, high = parameter.low, parameter.high
    number = int(chance.choice(near)) if near else low
    if chance.random() < 0.5:
        share = 100 if chance.random() < 0.5 else int(chance.integers(50, 200))
        number = number * share // 100 + int(chance.integers(-1, 2))
    elif high - low <= 120:
        number = int(chance.integers(low, high + 1))
    number = min(max(number, low), high)
    value: int | str = number
    if parameter.options:
        value = str(chance.choice(list(parameter.options)))
    elif parameter.unit in MONEY_UNITS:
        value = f"{number // 100}.{number % 100:02}"
    since = on - timedelta(int(chance.choice([0, 1, 30])))
    if chance.random() < 0.05:
        since = on + timedelta(1)
    return ParameterValue(parameter.name, place, since, value, "本级文件", "已核", keys=keys)
