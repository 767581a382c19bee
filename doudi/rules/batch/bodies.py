"""One rule over columns: what it answers for every holder at once.

Which holders really come to a place in a rule (their path) is only worked out where something
unknown is used there, so what is wholly known costs no masks.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from doudi.rules import dialect
from doudi.rules.batch.ir import (
    Aggregation,
    Answer,
    Choice,
    Comparison,
    Constant,
    Expression,
    Extreme,
    Junction,
    Let,
    Local,
    Membership,
    Negation,
    Operation,
    Opposite,
    Rounding,
    Statement,
    Value,
)
from doudi.rules.batch.masks import (
    Gathered,
    Held,
    Mask,
    Number,
    Path,
    among,
    both,
    chosen,
    either,
    integers,
    is_truth,
    nonzero,
    number,
    opposite,
    simple,
    truth,
)
from doudi.rules.dialect import Level

Locals = Mapping[str, Held]

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
    "//": operator.floordiv, "%": operator.mod,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Given(Protocol):
    """Where a rule finds its inputs."""

    def at(self, slot: int, level: Level) -> Held:
        """What a slot is for the holders of a level."""

    def gathered(self, slot: int, level: Level) -> Gathered:
        """What a slot is for those below the holders of a level."""


def _rounded(amount: Number, manner: int) -> Number:
    """The roundings to a whole yuan, by the number of the manner."""
    if manner == dialect.四舍五入到元方式:
        return (amount + 50) // 100 * 100
    if manner == dialect.进到元方式:
        return -(-amount // 100) * 100
    return amount // 100 * 100


_MANNERS = (dialect.四舍五入到元方式, dialect.进到元方式, dialect.舍到元方式)
_WHOLE_YUAN = dict(zip(("四舍五入到元", "进到元", "舍到元"), _MANNERS, strict=True))


class Reading:
    """One rule for all holders of a stretch; `unknown` are those for whom it used what is not."""

    def __init__(self, given: Given, level: Level) -> None:
        self.given = given
        self.level = level
        self.unknown: Mask = False

    def statement(self, node: Statement, path: Path, local: Locals) -> Held:
        """What the rest of a rule answers."""
        while isinstance(node, Let):
            local = {**local, node.name: self.expression(node.value, path, local)}
            node = node.rest
        if isinstance(node, Answer):
            return self.expression(node.value, path, local)
        return self._fork(node.test, (node.then, node.other), path, local, self.statement)

    def expression(self, node: Expression, path: Path, local: Locals) -> Held:
        """The value of an expression, carried unknown where its rules allow."""
        match node:
            case Value(slot=slot):
                return self.given.at(slot, self.level)
            case Constant(value=value):
                return Held(value)
            case Local(name=name):
                return local[name]
            case Comparison() | Operation():
                left = number(self.used(node.left, path, local))
                right = number(self.used(node.right, path, local))
                return Held(_OPERATORS[node.operator](left, right))
            case Junction(every=every, parts=parts):
                return self.junction(parts, path, local, every=every)
            case Choice(test=test, yes=yes, no=no):
                return self._fork(test, (yes, no), path, local, self.expression)
            case Membership(operand=operand, options=options):
                return Held(among(self.used(operand, path, local), options))
            case Opposite(operand=operand):
                return Held(opposite(truth(self.used(operand, path, local))))
            case Extreme(largest=largest, parts=parts):
                return self._extreme(parts, path, local, largest=largest)
            case Rounding(name=name, arguments=arguments):
                return self._rounding(name, arguments, path, local)
            case Aggregation(name=name, slot=slot):
                return self.aggregation(name, self.given.gathered(slot, self.level), path)
            case Negation(operand=operand):
                return Held(-number(self.used(operand, path, local)))

    def used(self, node: Expression, path: Path, local: Locals) -> Number:
        """The numbers of an expression; of whom one is unknown, the whole rule becomes unknown."""
        held = self.expression(node, path, local)
        self._use(held.known, path)
        return held.values

    def _use(self, known: Mask, path: Path) -> None:
        if known is not True:
            self.unknown = either(self.unknown, both(path.mask(), opposite(known)))

    def _fork(
        self,
        test: Expression,
        ways: tuple[Any, Any],
        path: Path,
        local: Locals,
        walk: Callable[[Any, Path, Locals], Held],
    ) -> Held:
        settled = simple(truth(self.used(test, path, local)))
        if isinstance(settled, bool):
            return walk(ways[0] if settled else ways[1], path, local)
        yes = walk(ways[0], Path(path, settled), local)
        no = walk(ways[1], Path(path, settled, way=False), local)
        return chosen(settled, yes, no)

    def junction(
        self, parts: Sequence[Expression], path: Path, local: Locals, *, every: bool
    ) -> Held:
        """`and`, `or`: whoever comes to a part uses it, but for the last, which is carried."""
        first = self.expression(parts[0], path, local)
        if len(parts) == 1:
            return first
        self._use(first.known, path)
        settled = simple(truth(first.values))
        if isinstance(settled, bool):
            if settled is not every:
                return Held(first.values)
            return self.junction(parts[1:], path, local, every=every)
        rest = self.junction(parts[1:], Path(path, settled, way=every), local, every=every)
        if settled is first.values and is_truth(rest.values):
            known = simple(either(opposite(settled) if every else settled, rest.known))
            return Held(settled & rest.values if every else settled | rest.values, known)
        mine = Held(first.values)
        return chosen(settled, rest, mine) if every else chosen(settled, mine, rest)

    def _extreme(
        self, parts: Sequence[Expression], path: Path, local: Locals, *, largest: bool
    ) -> Held:
        best, *others = [number(self.used(part, path, local)) for part in parts]
        for other in others:
            if isinstance(best, int) and isinstance(other, int):
                best = max(best, other) if largest else min(best, other)
            else:
                best = (np.maximum if largest else np.minimum)(best, other)
        return Held(best)

    def _rounding(
        self, name: str, arguments: Sequence[Expression], path: Path, local: Locals
    ) -> Held:
        if name == "取整":
            return self._in_manner(arguments[0], arguments[1], path, local)
        given = [number(self.used(each, path, local)) for each in arguments]
        amount = given[0]
        if name in _WHOLE_YUAN:
            return Held(_rounded(amount, _WHOLE_YUAN[name]))
        if name == "比例":
            return Held(amount * given[1] // 10000)
        parts = self._divisor(given[1], path)
        if name == "均分":
            return Held(amount // parts)
        assert name == "四舍五入到分", name
        return Held((2 * amount + parts) // (2 * parts))

    def _in_manner(self, amount: Expression, manner: Expression, path: Path, local: Locals) -> Held:
        """取整: where the manner is not to round, the amount is carried, even unknown."""
        carried = self.expression(amount, path, local)
        wished = number(self.used(manner, path, local))
        for each in _MANNERS:
            these = simple(wished == each)
            if these is False:
                continue
            self._use(carried.known, Path(path, these))
            rounded = Held(_rounded(number(carried.values), each), carried.known)
            carried = rounded if these is True else chosen(these, rounded, carried)
        return carried

    def _divisor(self, parts: Number, path: Path) -> Number:
        """At least one for whoever divides by it; what stands elsewhere must only do no harm."""
        small = simple(parts < 1)
        if small is False:
            return parts
        wrong = both(both(small, path.mask()), opposite(self.unknown))
        assert simple(wrong) is False, "均分的份数必须至少为 1"
        return 1 if isinstance(parts, int) else np.maximum(parts, 1)

    def aggregation(self, name: str, gathered: Gathered, path: Path) -> Held:
        """合计, 人数, 任一 and 最重 of those below; of none they are 0."""
        groups, values, known = gathered
        complete: Mask = True if known is None else groups.folded(np.logical_and, known, 1)
        if name == "任一":
            sure = nonzero(values) if known is None else nonzero(values) & known
            found = groups.folded(np.logical_or, sure, 0)
            self._use(either(complete, found), path)
            return Held(found)
        if name == "最重":
            # Of one alone nothing is compared: it is carried as it is.
            self._use(either(complete, groups.counts == 1), path)
            return Held(groups.folded(np.maximum, values, 0), complete)
        self._use(complete, path)
        counted = nonzero(values) if name == "人数" else values
        return Held(groups.folded(np.add, integers(counted), 0))
