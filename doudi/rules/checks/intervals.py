"""Ranges of whole numbers: what two of them say of each other, and what holds on several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doudi.rules.batch.ir import Expression


@dataclass(frozen=True, slots=True)
class Range:
    """All whole numbers from `low` to `high`, both included; never empty."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}…{self.high}"

    def with_all(self, other: Range | None) -> Range:
        """The smallest range that holds both."""
        if other is None:
            return self
        return Range(min(self.low, other.low), max(self.high, other.high))

    def meeting(self, other: Range) -> Range | None:
        """What both hold."""
        return _between(max(self.low, other.low), min(self.high, other.high))

    def within(self, told: Range) -> Range:
        """The same value, of which something more is told."""
        return self.meeting(told) or told

    def without(self, value: int) -> Range | None:
        """All but one number; a number in the middle cannot be left out."""
        return _between(self.low + (self.low == value), self.high - (self.high == value))


def _between(low: int, high: int) -> Range | None:
    return Range(low, high) if low <= high else None


Known = Mapping[Expression, Range]

_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def opposite(operator: str) -> str:
    """The comparison that is true where this one is not."""
    return _OPPOSITES[operator]


def limits(operator: str, left: Range, right: Range) -> tuple[Range, Range] | None:
    """What both sides can still be where the comparison is true; None where it cannot be."""
    if operator in (">", ">="):
        turned = limits("<" if operator == ">" else "<=", right, left)
        return None if turned is None else (turned[1], turned[0])
    less: Range | None
    more: Range | None
    if operator == "==":
        less = more = left.meeting(right)
    elif operator == "!=":
        less = left.without(right.low) if right.low == right.high else left
        more = right.without(left.low) if left.low == left.high else right
    else:
        step = 1 if operator == "<" else 0
        less = _between(left.low, min(left.high, right.high - step))
        more = _between(max(right.low, left.low + step), right.high)
    return None if less is None or more is None else (less, more)


def joined(ways: Sequence[Range | None]) -> Range | None:
    """The range over all ways that can be taken."""
    found: Range | None = None
    for way in ways:
        if way is not None:
            found = way.with_all(found)
    return found


def united(ways: Sequence[Known]) -> Known | None:
    """What holds whichever way was taken; None where there is no way."""
    if not ways:
        return None
    shared = set(ways[0]).intersection(*ways[1:])
    return {
        expression: Range(
            min(way[expression].low for way in ways), max(way[expression].high for way in ways)
        )
        for expression in shared
    }
