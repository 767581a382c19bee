"""The small form every rule is brought into: integers, names and branches, nothing else.

A rule's checked syntax tree is lowered once; arrays, C and SQL are then written from this form, so
that none of them knows Python. Yes and no are 1 and 0. What is unknown (`missing`) is no value: an
operation that uses it makes the whole rule unknown, a branch not taken asks for nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from doudi.rules import classes, dialect, grammar
from doudi.rules.dialect import Rule
from doudi.rules.errors import RuleRefused


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, or the number of a word of the law."""

    value: int


@dataclass(frozen=True, slots=True)
class Value:
    """What another name of the plan is: by slot, of the same holder or of its household."""

    slot: int


@dataclass(frozen=True, slots=True)
class Local:
    """An intermediate value of the same rule; it may be carried unknown, but not used so."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`+ - * // %`; the divisor of the last two is a constant above zero, and they round down."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    """The number with its sign turned."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Comparison:
    """`== != < <= > >=`, 1 or 0."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a value is one of some constants, 1 or 0."""

    operand: Expression
    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """`not`, 1 or 0."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """`and`, `or`: parts from left to right; the value is that of the part that settled it."""

    every: bool
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`yes if test else no`."""

    test: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Extreme:
    """`min`, `max` of two or more."""

    largest: bool
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Rounding:
    """A named rounding of the dialect, with its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """合计, 人数, 任一 or 最重 of a name one level below."""

    name: str
    slot: int


Expression = (
    Constant | Value | Local | Operation | Negation | Comparison | Membership | Opposite
    | Junction | Choice | Extreme | Rounding | Aggregation
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """The rule's value."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Let:
    """An intermediate value, then the rest of the rule."""

    name: str
    value: Expression
    rest: Statement


@dataclass(frozen=True, slots=True)
class Branch:
    """Two ways through the rest of a rule."""

    test: Expression
    then: Statement
    other: Statement


Statement = Answer | Let | Branch

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_CONSTANTS: Mapping[str, int] = {
    name: (vars(classes) | vars(dialect))[name] for name in grammar.CONSTANTS
}


def lower(rule: Rule, slots: Mapping[str, int]) -> Statement:
    """A rule in the small form; `slots` says where each of its inputs stands in the plan."""
    return _Lowering(rule.name, slots).body(rule.tree.body[1:], {})


class _Lowering:
    def __init__(self, name: str, slots: Mapping[str, int]) -> None:
        self.name = name
        self.slots = slots

    def body(self, body: list[ast.stmt], known: Mapping[str, Local]) -> Statement:
        first, rest = body[0], body[1:]
        if isinstance(first, ast.Return):
            assert first.value is not None
            return Answer(self.expression(first.value, known))
        if isinstance(first, ast.Assign):
            target = first.targets[0]
            assert isinstance(target, ast.Name)
            value = self.expression(first.value, known)
            local = Local(target.id)
            return Let(local.name, value, self.body(rest, {**known, local.name: local}))
        assert isinstance(first, ast.If), "the grammar allows nothing else"
        return Branch(
            self.expression(first.test, known),
            self.body([*first.body, *rest], known),
            self.body([*first.orelse, *rest], known),
        )

    def expression(self, node: ast.expr, known: Mapping[str, Local]) -> Expression:
        match node:
            case ast.Constant(value=int() as value):
                return Constant(int(value))
            case ast.Name(id=name):
                return self._named(name, known)
            case ast.BinOp(left=left, op=operator, right=right):
                return Operation(
                    _OPERATORS[type(operator)],
                    self.expression(left, known),
                    self.expression(right, known),
                )
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.expression(operand, known)
                return Constant(-inner.value) if isinstance(inner, Constant) else Negation(inner)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Opposite(self.expression(operand, known))
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self.expression(value, known) for value in values)
                return Junction(isinstance(operator, ast.And), parts)
            case ast.IfExp(test=test, body=yes, orelse=no):
                return Choice(*(self.expression(each, known) for each in (test, yes, no)))
            case ast.Compare():
                return self._comparison(node, known)
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return self._call(function, arguments, known)
        raise RuleRefused(f"规则“{self.name}”：“{ast.unparse(node)}”不能成批计算。")

    def _named(self, name: str, known: Mapping[str, Local]) -> Expression:
        if name in known:
            return known[name]
        if name in self.slots:
            return Value(self.slots[name])
        return Constant(_CONSTANTS[name])

    def _comparison(self, node: ast.Compare, known: Mapping[str, Local]) -> Expression:
        parts: list[Expression] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                parts.append(self._membership(left, operator, right, known))
            else:
                parts.append(
                    Comparison(
                        _COMPARISONS[type(operator)],
                        self.expression(left, known),
                        self.expression(right, known),
                    )
                )
            left = right
        return parts[0] if len(parts) == 1 else Junction(True, tuple(parts))

    def _membership(
        self, left: ast.expr, operator: ast.cmpop, right: ast.expr, known: Mapping[str, Local]
    ) -> Expression:
        options = [self.expression(each, known) for each in getattr(right, "elts", [])]
        if not options or not all(isinstance(each, Constant) for each in options):
            raise RuleRefused(f"规则“{self.name}”：in 后面的括号里只能列常数。")
        numbers = tuple(each.value for each in options if isinstance(each, Constant))
        inside = Membership(self.expression(left, known), numbers)
        return Opposite(inside) if isinstance(operator, ast.NotIn) else inside

    def _call(
        self, function: str, arguments: list[ast.expr], known: Mapping[str, Local]
    ) -> Expression:
        if function in grammar.AGGREGATIONS:
            inner = arguments[0]
            assert isinstance(inner, ast.Name)
            return Aggregation(function, self.slots[inner.id])
        given = tuple(self.expression(argument, known) for argument in arguments)
        if function in ("min", "max"):
            if len(given) < 2:
                raise RuleRefused(f"规则“{self.name}”：{function} 要比较两项以上。")
            return Extreme(function == "max", given)
        return Rounding(function, given)
