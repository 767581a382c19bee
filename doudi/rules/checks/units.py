"""What is added, compared or chosen between is of one unit, and a rule gives the unit it declares.

The unit of every expression is worked out from the declared units of facts, parameters and rules.
Where a rule reads an input in a unit of its own (`读作`), it says so beside its article, with why.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NoReturn

from doudi.rules import grammar
from doudi.rules.book import Node, Rulebook
from doudi.rules.checks.quantities import (
    DATE_PARTS,
    DAYS_APART,
    NUMBER,
    PERSONS,
    TRUTH,
    Kind,
    Unit,
    constant,
    declared,
    fitting,
)
from doudi.rules.dialect import UNITS, Level, Rule
from doudi.rules.errors import RuleRefused

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip


def check_units(book: Rulebook) -> int:
    """Prove the unit of every rule; how many were proved.

    Raises `RuleRefused` naming the rule, the expression and both units.
    """
    nodes: dict[str, Node] = {}
    for day in book.change_days:
        for node in book.names_on(day):
            before = nodes.setdefault(node.name, node)
            if (before.unit, before.level) != (node.unit, node.level):
                raise RuleRefused(
                    f"“{node.name}”的前后版本不一致：{before.level.value}的 {before.unit}，"
                    f"{node.level.value}的 {node.unit}。一个名称只能有一个层级和单位。"
                )
    units = {name: _of(node) for name, node in nodes.items()}
    levels = {name: node.level for name, node in nodes.items()}
    for rule in book.rules:
        _Proof(rule, units, levels).check()
    return len(book.rules)


def _of(node: Node) -> Unit:
    return declared(node.unit, node.level, node.options)


class _Proof:
    """One rule, with the units of all names."""

    def __init__(self, rule: Rule, units: Mapping[str, Unit], levels: Mapping[str, Level]) -> None:
        self.rule = rule
        self.units = {name: units[name] for name in rule.inputs}
        self.levels = levels
        for reading in rule.readings:
            self._read(reading.name, reading.unit, reading.why)

    def _read(self, name: str, unit: str, why: str) -> None:
        if name not in self.units or unit not in UNITS or not why:
            self._refuse(f"“读作”里的“{name}”要是它的一个输入，写明单位表里的单位和理由")
        told = declared(unit, self.rule.level, {})
        if told == self.units[name]:
            self._refuse(f"把“{name}”读作 {unit}，但它本来就是这个单位，请删去")
        self.units[name] = told

    def check(self) -> None:
        """Refuse the rule unless every way out gives the unit it declares."""
        rule = self.rule
        own = declared(rule.unit, rule.level, rule.options)
        self._body(rule.tree.body[1:], own)

    def _refuse(self, why: str) -> NoReturn:
        raise RuleRefused(f"规则“{self.rule.name}”：{why}。")

    def _body(self, body: Sequence[ast.stmt], own: Unit) -> None:
        for statement in body:
            match statement:
                case ast.Return(value=ast.expr() as value):
                    self._check_answer(value, own)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.units[name] = self.unit_of(value)
                case ast.If(test=test, body=then, orelse=other):
                    self._check_test(test)
                    self._body(then, own)
                    self._body(other, own)

    def _check_answer(self, value: ast.expr, own: Unit) -> None:
        found = self.unit_of(value)
        if fitting(own, found) is None:
            rule = self.rule
            whose = f"{rule.level.value}的规则写的单位是 {rule.unit}"
            meant = "" if str(own) == rule.unit else f"（即 {own}）"
            said = self._spelt(value, found)
            self._refuse(f"{whose}{meant}，“{ast.unparse(value)}”算出来是 {said}")

    def _check_test(self, test: ast.expr) -> None:
        found = self.unit_of(test)
        if found.kind is not Kind.TRUTH:
            self._refuse(
                f"“{ast.unparse(test)}”是 {self._spelt(test, found)}，不能当作是否，请写出比较"
            )

    def _spelt(self, value: ast.expr, unit: Unit) -> str:
        if unit.kind is Kind.NUMBER and isinstance(value, ast.Constant):
            return f"没有单位的数 {value.value!r}"
        return str(unit)

    def unit_of(self, node: ast.expr) -> Unit:
        """The unit of an expression; refuses one that mixes units."""
        match node:
            case ast.Constant(value=bool()):
                return TRUTH
            case ast.Constant(value=int() as value):
                return Unit(Kind.NUMBER, values=frozenset({value}))
            case ast.Name(id=name):
                return self.units[name] if name in self.units else constant(name)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._operation(node, left, _OPERATORS[type(operator)], right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._check_test(operand)
                return TRUTH
            case ast.UnaryOp(operand=operand):
                unit = self._number(node, self.unit_of(operand))
                return Unit(unit.kind, unit.powers, values=frozenset(-each for each in unit.values))
            case ast.BoolOp(values=parts):
                for part in parts:
                    self._check_test(part)
                return TRUTH
            case ast.IfExp(test=test, body=yes, orelse=no):
                self._check_test(test)
                return self._together(node, (yes, no), "几项里选一项")
            case ast.Compare(left=left, ops=comparisons, comparators=others):
                for comparison, right in zip(comparisons, others, strict=True):
                    self._compare(node, left, comparison, right)
                    left = right
                return TRUTH
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return self._call(node, function, arguments)
        raise AssertionError("the grammar allows nothing else")

    def _number(self, node: ast.expr, unit: Unit) -> Unit:
        """Something one may reckon with; a yes counts as the number one."""
        if unit.kind in (Kind.FINDING, Kind.CODE, Kind.DATE):
            self._refuse(f"“{ast.unparse(node)}”拿{unit.kind.value}来计算")
        return NUMBER if unit.kind is Kind.TRUTH else unit

    def _operation(self, node: ast.expr, left: ast.expr, operator: str, right: ast.expr) -> Unit:
        one, other = self.unit_of(left), self.unit_of(right)
        if isinstance(right, ast.Constant) and isinstance(right.value, int):
            part = DATE_PARTS.get((one, operator, right.value))
            if part is not None:
                return part
        if one.kind is Kind.DATE and other.kind is Kind.DATE and operator == "-":
            return DAYS_APART
        one, other = self._number(node, one), self._number(node, other)
        if operator == "*":
            return one.times(other)
        if operator in ("//", "%"):
            return one if one.kind is Kind.MEASURE else NUMBER
        found = fitting(one, other)
        if found is None:
            what = "加在一起" if operator == "+" else "相减"
            self._refuse(self._apart(node, left, one, right, other, f"不能{what}"))
        return NUMBER if found.kind is Kind.NUMBER else found

    def _apart(
        self, node: ast.expr, left: ast.expr, one: Unit, right: ast.expr, other: Unit, so: str
    ) -> str:
        return (
            f"“{ast.unparse(node)}”里“{ast.unparse(left)}”是 {self._spelt(left, one)}，"
            f"“{ast.unparse(right)}”是 {self._spelt(right, other)}，{so}"
        )

    def _together(self, node: ast.expr, parts: Sequence[ast.expr], what: str) -> Unit:
        first, found = parts[0], self.unit_of(parts[0])
        for part in parts[1:]:
            unit = self.unit_of(part)
            both = fitting(found, unit)
            if both is None:
                why = f"不能{what}"
                self._refuse(self._apart(node, first, found, part, unit, why))
            if found.is_zero and found.kind is Kind.NUMBER:
                first = part
            found = both
        return found

    def _compare(
        self, node: ast.expr, left: ast.expr, operator: ast.cmpop, right: ast.expr
    ) -> None:
        others = right.elts if isinstance(right, ast.Tuple) else [right]
        one = self.unit_of(left)
        for each in others:
            other = self.unit_of(each)
            if fitting(one, other) is None and not _is_rank(one, operator, other):
                if Kind.CODE in (one.kind, other.kind) and (other.values or one.values):
                    self._refuse(self._apart(node, left, one, each, other, "没有这个选项"))
                self._refuse(self._apart(node, left, one, each, other, "不能比较"))

    def _call(self, node: ast.Call, function: str, arguments: Sequence[ast.expr]) -> Unit:
        if function in ("min", "max"):
            return self._together(node, arguments, "取最大或最小")
        if function in grammar.AGGREGATIONS:
            return self._aggregation(node, function, arguments[0])
        amount = self._number(node, self.unit_of(arguments[0]))
        if function == "比例":
            rate = self.unit_of(arguments[1])
            if rate != constant("百分之百"):
                self._refuse(
                    f"“{ast.unparse(node)}”的比例“{ast.unparse(arguments[1])}”应是 万分比，"
                    f"却是 {self._spelt(arguments[1], rate)}"
                )
            return amount
        if function in ("均分", "四舍五入到分"):
            parts = self._number(node, self.unit_of(arguments[1]))
            return amount.times(parts, turned=True)
        if function == "取整" and self.unit_of(arguments[1]).kind is not Kind.CODE:
            self._refuse(f"“{ast.unparse(node)}”的取整办法应是 方式")
        if not amount.is_zero and ("分", 1) not in amount.powers:
            self._refuse(f"“{ast.unparse(node)}”只能对金额取整，却是 {amount}")
        return amount

    def _aggregation(self, node: ast.expr, function: str, of: ast.expr) -> Unit:
        assert isinstance(of, ast.Name)
        unit = self.units[of.id]
        if function in ("人数", "任一"):
            if unit.kind is not Kind.TRUTH:
                self._refuse(f"“{ast.unparse(node)}”要的是是否，“{of.id}”是 {unit}")
            return PERSONS if function == "人数" else TRUTH
        if function == "最重":
            return self._number(node, unit) if unit.kind is not Kind.FINDING else unit
        if unit.kind is not Kind.MEASURE:
            self._refuse(f"“{ast.unparse(node)}”要的是有单位的量，“{of.id}”是 {unit}")
        # The sum over the persons of a household is the household's; one over the obligors of a
        # person is still that person's.
        of_persons = self.levels[of.id] is Level.PERSON and ("分", 1) in unit.powers
        return unit.times(PERSONS) if of_persons else unit


def _is_rank(one: Unit, operator: ast.cmpop, other: Unit) -> bool:
    """An option's number held against a bare number, as in “above 0”, which names no option."""
    ordered = isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    return ordered and {one.kind, other.kind} == {Kind.CODE, Kind.NUMBER}
