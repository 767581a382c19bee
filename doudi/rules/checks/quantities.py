"""Units as quantities: fen per person and month is one thing, per household and month another.

A declared unit is completed by whom the value belongs to: 分/月 of a household's rule is 分/户月,
of a person's rule 分/人月; an obligor's amounts are those of one person too. 人 counts the persons
of a household (人/户), so that 分/人月 times 人 is 分/户月.
"""

from __future__ import annotations

import enum
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass

from doudi.rules import classes, dialect
from doudi.rules.dialect import Level

_number = operator.itemgetter(1)


class Kind(enum.Enum):
    """What may be done with a value at all."""

    MEASURE = "量"  # has a unit; may be added, compared and multiplied
    NUMBER = "数"  # written in the rule, without a unit
    TRUTH = "是否"
    FINDING = "结论"
    CODE = "选项"  # one of a closed list: only compared, never reckoned with
    DATE = "日期"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of one value; `values` are the numbers it can be, where the rule writes them."""

    kind: Kind
    powers: tuple[tuple[str, int], ...] = ()
    options: tuple[tuple[str, int], ...] = ()
    values: frozenset[int] = frozenset()

    def __str__(self) -> str:
        if self.kind is Kind.NUMBER:
            return "没有单位的数"
        if self.kind is Kind.CODE:
            words = "、".join(label for label, _ in self.options)
            return f"选项（{words}）" if words else "选项"
        if self.kind is not Kind.MEASURE:
            return str(self.kind.value)
        above = "·".join(_power(name, power) for name, power in self.powers if power > 0)
        below = "".join(_power(name, -power) for name, power in self.powers if power < 0)
        return (above or "倍") + (f"/{below}" if below else "")

    @property
    def is_zero(self) -> bool:
        """Nothing is nothing in every unit."""
        return self.values == frozenset({0})

    @property
    def is_exact(self) -> bool:
        """Money and rates: a bare number beside them would be a figure of the law in the code."""
        return any(name in ("分", "万分比") for name, _ in self.powers)

    def times(self, other: Unit, *, turned: bool = False) -> Unit:
        """The unit of a product, or of a quotient where `turned`."""
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + (-power if turned else power)
        if not self.powers and not other.powers and self.kind is other.kind is Kind.NUMBER:
            return NUMBER
        return measure(powers)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}{power}"


NUMBER = Unit(Kind.NUMBER)
TRUTH = Unit(Kind.TRUTH)
FINDING = Unit(Kind.FINDING)
DATE = Unit(Kind.DATE)

_ORDER = ("分", "万分比", "户", "人", "核算期", "年", "月")
_BELOW = re.compile("核算期|户|人|年|月")


def measure(powers: Mapping[str, int]) -> Unit:
    """A quantity, its parts in one order."""
    left = {name: power for name, power in powers.items() if power}
    order = sorted(left, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    return Unit(Kind.MEASURE, tuple((name, left[name]) for name in order))


DAYS_APART = measure({"日期差": 1})
PERSONS = measure({"人": 1, "户": -1})

# What parts of a date are, as yyyymmdd: (unit, operator, constant) gives the unit.
DATE_PARTS: Mapping[tuple[Unit, str, int], Unit] = {
    (DAYS_APART, "//", 10000): measure({"岁": 1}),
    (DATE, "//", 10000): measure({"年": 1}),
    (DATE, "//", 100): measure({"年月": 1}),
    (measure({"年月": 1}), "%", 100): measure({"月": 1}),
}


def declared(name: str, level: Level, options: Mapping[str, int]) -> Unit:
    """A unit of the list of units, for a value of this level."""
    if name in ("是否", "结论", "日期"):
        return Unit(Kind(name))
    if name in ("类", "方式"):
        return Unit(Kind.CODE, options=tuple(sorted(options.items(), key=_number)))
    above, _, below = name.partition("/")
    powers = {} if above == "倍" else {above: 1}
    for part in _BELOW.findall(below):
        powers[part] = powers.get(part, 0) - 1
    if above == "人":
        powers["户"] = -1
    elif above == "分" and "人" not in powers and "户" not in powers:
        powers["户" if level is Level.HOUSEHOLD else "人"] = -1
    return measure(powers)


def constant(name: str) -> Unit:
    """The unit of a word of the law that stands for a number."""
    if name in dialect.CONSTANT_UNITS:
        return declared(dialect.CONSTANT_UNITS[name], Level.HOUSEHOLD, {})
    value = (vars(classes) | vars(dialect))[name]
    if name in dialect.FINDINGS.values():
        return Unit(Kind.FINDING, values=frozenset({value}))
    return Unit(Kind.CODE, values=frozenset({value}))


def fitting(one: Unit, other: Unit) -> Unit | None:
    """The unit of two values side by side (sum, choice, comparison); None where they do not fit."""
    if one.kind is Kind.NUMBER and other.kind is not Kind.NUMBER:
        one, other = other, one
    if other.kind is Kind.NUMBER:
        return _beside_number(one, other)
    if one.kind is not other.kind:
        return None
    if one.kind is Kind.CODE:
        return _beside_code(one, other)
    return Unit(one.kind, one.powers) if one.powers == other.powers else None


def _beside_number(one: Unit, number: Unit) -> Unit | None:
    if one.kind is Kind.NUMBER:
        both = bool(one.values) and bool(number.values)
        return Unit(Kind.NUMBER, values=one.values | number.values if both else frozenset())
    if one.kind is Kind.CODE:
        return _beside_code(one, Unit(Kind.CODE, values=number.values)) if number.values else None
    if one.kind is Kind.MEASURE:
        return None if one.is_exact and not number.is_zero else one
    return None


def _beside_code(one: Unit, other: Unit) -> Unit | None:
    if one.options and other.options:
        return one if one.options == other.options else None
    listed, values = one.options or other.options, one.values | other.values
    if listed and not values <= {number for _, number in listed}:
        return None
    return Unit(Kind.CODE, options=listed, values=frozenset() if listed else values)
