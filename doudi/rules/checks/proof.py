"""One rule walked way by way: the range of every value, and what a test says on the way taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from doudi.rules import classes, dialect
from doudi.rules.batch.ir import (
    Aggregation,
    Answer,
    Branch,
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
from doudi.rules.checks.intervals import Known, Range, joined, limits, opposite, united
from doudi.rules.checks.spelling import spell
from doudi.rules.dialect import Rule
from doudi.rules.errors import RuleRefused

_TRUTH = Range(0, 1)
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Proof:
    """One rule with the ranges of its inputs, by slot, and how many holders each may have."""

    def __init__(self, rule: Rule, given: Sequence[Range], holders: Sequence[int]) -> None:
        self.rule = rule
        self.given = given
        self.holders = holders

    def answer(self, body: Statement) -> Range:
        """The range of the rule's answer; refuses what cannot be proved on the way."""
        known: Known = {Value(slot): each for slot, each in enumerate(self.given)}
        found = self._statement(body, known)
        assert found is not None, "a rule always answers"
        unit = self.rule.unit
        if unit == "是否":
            return _TRUTH
        options = classes.CLASSES[self.rule.name].values() if unit == "类" else ()
        allowed = dialect.FINDINGS if unit == "结论" else options
        if allowed and not (min(allowed) <= found.low and found.high <= max(allowed)):
            raise RuleRefused(
                f"规则“{self.rule.name}”的回答可能在{unit}的选项之外"
                f"（范围 {found}，选项 {min(allowed)}…{max(allowed)}）。"
            )
        return found

    def _statement(self, statement: Statement, known: Known) -> Range | None:
        match statement:
            case Answer(value):
                return self.range_of(value, known)
            case Let(name, value, rest):
                return self._statement(rest, {**known, Local(name): self.range_of(value, known)})
            case Branch(test, then, other):
                self.range_of(test, known)
                ways = [
                    self._statement(way, after)
                    for way, truth in ((then, True), (other, False))
                    if (after := self.after(test, known, truth=truth)) is not None
                ]
                return joined(ways)

    def range_of(self, expression: Expression, known: Known) -> Range:
        """What a value can be where `known` holds; refuses what it may not be."""
        found = self._range_of(expression, known)
        told = known.get(expression)
        return found if told is None else found.within(told)

    def _range_of(self, expression: Expression, known: Known) -> Range:
        match expression:
            case Constant(value):
                return Range(value, value)
            case Value() | Local():
                return known[expression]
            case Operation():
                return self._operation(expression, known)
            case Negation(operand):
                inner = self.range_of(operand, known)
                return self._fitting(Range(-inner.high, -inner.low), expression)
            case Comparison(_, left, right):
                self.range_of(left, known)
                self.range_of(right, known)
                return _TRUTH
            case Membership(operand) | Opposite(operand):
                self.range_of(operand, known)
                return _TRUTH
            case Junction():
                return self._junction(expression, known)
            case Choice(test, yes, no):
                self.range_of(test, known)
                ways = [
                    self.range_of(way, after)
                    for way, truth in ((yes, True), (no, False))
                    if (after := self.after(test, known, truth=truth)) is not None
                ]
                found = joined(ways)
                assert found is not None, "a test is true or not"
                return found
            case Extreme(largest, parts):
                ranges = [self.range_of(part, known) for part in parts]
                pick = max if largest else min
                return Range(pick(each.low for each in ranges), pick(each.high for each in ranges))
            case Rounding():
                return self._rounding(expression, known)
            case Aggregation():
                return self._aggregation(expression)

    def _operation(self, expression: Operation, known: Known) -> Range:
        left, right = self.range_of(expression.left, known), self.range_of(expression.right, known)
        match expression.operator:
            case "+":
                found = Range(left.low + right.low, left.high + right.high)
            case "-":
                found = Range(left.low - right.high, left.high - right.low)
            case "*":
                found = _product(left, right)
            case operator:
                self._check_division(expression, expression.left, left, expression.right, right)
                if operator == "//":
                    return Range(left.low // right.high, left.high // right.low)
                return Range(0, min(left.high, right.high - 1))
        return self._fitting(found, expression)

    def _junction(self, expression: Junction, known: Known) -> Range:
        """Each part where those before it did not settle the matter; settled, it is the value."""
        settled: list[Range | None] = []
        after: Known | None = known
        for part in expression.parts:
            if after is None:
                break
            value = self.range_of(part, after)
            if part is not expression.parts[-1]:
                value = Range(0, 0) if expression.every else value
            settled.append(value)
            after = self.after(part, after, truth=expression.every)
        found = joined(settled)
        assert found is not None
        return found

    def _aggregation(self, expression: Aggregation) -> Range:
        each, most = self.given[expression.slot], self.holders[expression.slot]
        match expression.name:
            case "合计":
                total = Range(min(each.low, 0) * most, max(each.high, 0) * most)
                return self._fitting(total, expression, f"，按最多 {most} 人计")
            case "人数":
                return Range(0, most)
            case "最重":
                return Range(min(each.low, 0), max(each.high, 0))
        return _TRUTH

    def _rounding(self, expression: Rounding, known: Known) -> Range:
        """A named rounding rises with its amount and falls with its number of parts."""
        given = [self.range_of(each, known) for each in expression.arguments]
        amount, first = given[0], expression.arguments[0]
        name = expression.name
        if name == "比例":
            whole = Operation("*", first, expression.arguments[1])
            share = self._fitting(_product(amount, given[1]), whole)
            self._check_division(expression, whole, share, Constant(10000), Range(10000, 10000))
            return Range(share.low // 10000, share.high // 10000)
        if name in ("均分", "四舍五入到分"):
            parts = given[1]
            self._check_division(expression, first, amount, expression.arguments[1], parts)
            rounded = dialect.均分 if name == "均分" else dialect.四舍五入到分
            self._fitting(Range(0, 2 * amount.high + parts.high), expression)
            self._fitting(Range(0, 2 * parts.high), expression)
            return Range(rounded(amount.low, parts.high), rounded(amount.high, parts.low))
        self._check_division(expression, first, amount, Constant(100), Range(100, 100))
        self._fitting(Range(0, amount.high + 100), expression)
        manners = (given[1].low, given[1].high) if name == "取整" else (_MANNERS[name],) * 2
        ways = [
            Range(dialect.取整(amount.low, manner), dialect.取整(amount.high, manner))
            for manner in _MANNERS.values()
            if manners[0] <= manner <= manners[1]
        ]
        return joined([*ways, amount if name == "取整" else None]) or amount

    def _check_division(
        self,
        whole: Expression,
        dividend: Expression,
        dividend_range: Range,
        divisor: Expression,
        divisor_range: Range,
    ) -> None:
        names = self.rule.inputs
        if divisor_range.low < 1:
            what = "0" if divisor_range.low == 0 else "0 或负数"
            raise RuleRefused(
                f"规则“{self.rule.name}”：“{spell(whole, names)}”的除数“{spell(divisor, names)}”"
                f"可能是 {what}（范围 {divisor_range}）。请先判断它大于零，或者收紧范围。"
            )
        if dividend_range.low < 0:
            raise RuleRefused(
                f"规则“{self.rule.name}”：“{spell(whole, names)}”的被除数"
                f"“{spell(dividend, names)}”可能是负数（范围 {dividend_range}）。"
                "负数的除法各种引擎算法不一，请写成 max(…, 0)，或者收紧范围。"
            )

    def _fitting(self, found: Range, expression: Expression, note: str = "") -> Range:
        if _SMALLEST <= found.low <= found.high <= _LARGEST:
            return found
        raise RuleRefused(
            f"规则“{self.rule.name}”：“{spell(expression, self.rule.inputs)}”可能超出 64 位整数"
            f"（范围 {found}{note}）。请收紧所用资料、参数的范围。"
        )

    def after(self, test: Expression, known: Known, *, truth: bool) -> Known | None:
        """What is known once a test came out so; None where it cannot."""
        match test:
            case Opposite(operand):
                return self.after(operand, known, truth=not truth)
            case Junction(every, parts):
                return self._after_junction(parts, known, truth=truth, every=every)
            case Comparison(operator, left, right):
                sides = self.range_of(left, known), self.range_of(right, known)
                told = limits(operator if truth else opposite(operator), *sides)
                return None if told is None else _with(known, (left, right), told)
            case Membership(operand, options):
                return _after_membership(
                    operand, self.range_of(operand, known), options, known, truth=truth
                )
        value = self.range_of(test, known)
        told_of = value.without(0) if truth else value.meeting(Range(0, 0))
        return None if told_of is None else _with(known, (test,), (told_of,))

    def _after_junction(
        self, parts: Sequence[Expression], known: Known, *, truth: bool, every: bool
    ) -> Known | None:
        """All parts came out alike; or one of them settled it, after those before had not."""
        after: Known | None = known
        ways: list[Known] = []
        for part in parts:
            if after is None:
                break
            settled = self.after(part, after, truth=not every)
            if settled is not None:
                ways.append(settled)
            after = self.after(part, after, truth=every)
        return after if truth == every else united(ways)


_MANNERS = {
    "四舍五入到元": dialect.四舍五入到元方式,
    "进到元": dialect.进到元方式,
    "舍到元": dialect.舍到元方式,
}


def _product(left: Range, right: Range) -> Range:
    corners = [a * b for a, b in product((left.low, left.high), (right.low, right.high))]
    return Range(min(corners), max(corners))


def _with(known: Known, sides: Sequence[Expression], told: Sequence[Range]) -> Known:
    said: Known = {
        side: each for side, each in zip(sides, told, strict=True) if not isinstance(side, Constant)
    }
    return {**known, **said}


def _after_membership(
    operand: Expression, value: Range, options: Sequence[int], known: Known, *, truth: bool
) -> Known | None:
    told: Range | None = value
    if truth:
        inside = [option for option in options if value.low <= option <= value.high]
        told = Range(min(inside), max(inside)) if inside else None
    else:
        for option in (*sorted(options), *sorted(options, reverse=True)):
            told = told and told.without(option)
    return None if told is None else _with(known, (operand,), (told,))
