"""What an expression of a rule is in SQL, wherever it is not unknown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from doudi.rules.batch import ir
from doudi.rules.batch.sql_terms import Cell, Gathered, Known, Noted, Term, Terms
from doudi.rules.batch.sql_words import case

SHORT = 60  # an expression written twice; a longer one becomes a column
_COMPARISONS: Mapping[str, str] = {"==": "=", "!=": "<>"}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MORE = {"四舍五入到元": 50, "进到元": 99, "舍到元": 0}  # fen, before dropping what is left
_MANNERS = ((1, "四舍五入到元"), (2, "进到元"), (3, "舍到元"))


class Plain(Terms, ABC):
    """Writes expressions into a cell, and notes what the cell reads."""

    def __init__(self, name: str, given: Known) -> None:
        super().__init__(given)
        self.name = name
        self.cell = Cell(name)

    @abstractmethod
    def hide(self, value: Term, name: str = "") -> Noted:
        """A column for a value that is written more than once."""

    def leaf(self, term: Term) -> str | None:
        """The column of a term that is one; noted as read."""
        match term:
            case ir.Value(slot=slot):
                self.cell.slots.add(slot)
                return self.column(slot)
            case ir.Aggregation(name=name, slot=slot):
                return self.gathered(name, slot)
            case Noted(name=name):
                self.cell.hidden.add(name)
                return self.words.name(name)
        return None

    def gathered(self, name: str, slot: int) -> str:
        self.cell.gathered[Gathered(name, slot)] = None
        return self.words.name(f"{name}·{self.column(slot)[1:-1]}")

    def number(self, term: Term) -> str:
        """An expression as an integer."""
        term = self.bare(term)
        leaf = self.leaf(term)
        if leaf is not None:
            return leaf
        match term:
            case ir.Constant(value=value):
                return str(value) if value >= 0 else f"({value})"
            case ir.Operation():
                return self.operation(term)
            case ir.Negation(operand=operand):
                return f"(-{self.number(operand)})"
            case ir.Junction(every=every, parts=parts) if not self.is_truth(term):
                *tests, last = parts
                arms = [
                    (self.opposite(test), "0") if every
                    else (self.condition(test), self.number(test))
                    for test in tests
                ]  # fmt: skip
                return case([*arms, ("", self.number(last))])
            case ir.Choice(test=test, yes=yes, no=no):
                return case([(self.condition(test), self.number(yes)), ("", self.number(no))])
            case ir.Extreme(largest=largest, parts=parts):
                function = "greatest" if largest else "least"
                return f"{function}({', '.join(self.number(part) for part in parts)})"
            case ir.Rounding(name=name, arguments=arguments):
                return self.rounding(name, arguments)
        return f"CAST({self.condition(term)} AS INTEGER)"

    def operation(self, term: ir.Operation) -> str:
        left, right = self.number(term.left), self.number(term.right)
        if not (self.wide(term.left) or self.wide(term.right)):
            left = f"CAST({left} AS BIGINT)"
        if term.operator in "+-*":
            return f"({left} {term.operator} {right})"
        left = self.short(term.left)
        above = self.above(term.left)
        if term.operator == "//":
            return self.words.quotient(left, right, above=above)
        return self.words.remainder(left, right, above=above)

    def short(self, term: ir.Expression) -> str:
        """An expression that will be written more than once: a column of its own if it is long."""
        text = self.number(term)
        text = text if self.wide(term) else f"CAST({text} AS BIGINT)"
        return text if len(text) <= SHORT else self.number(self.hide(self.bare(term)))

    def rounding(self, name: str, arguments: tuple[ir.Expression, ...]) -> str:
        amount, *others = arguments
        if name == "比例":
            return self.divided(ir.Operation("*", amount, others[0]), "10000")
        if name == "均分":
            return self.divided(amount, self.divisor(others[0]))
        if name == "四舍五入到分":
            parts = others[0]
            doubled = ir.Operation("+", ir.Operation("*", ir.Constant(2), amount), parts)
            return self.divided(doubled, self.divisor(ir.Operation("*", ir.Constant(2), parts)))
        if name != "取整":
            return self.to_yuan(name, amount)
        manner, given = self.short(others[0]), self.short(amount)
        arms = [(f"{manner} = {number}", self.to_yuan(kind, amount)) for number, kind in _MANNERS]
        return case([*arms, ("", given)])

    def divided(self, dividend: ir.Expression, divisor: str) -> str:
        above = self.above(dividend)
        text = self.number(dividend) if above else self.short(dividend)
        return self.words.quotient(text, divisor, above=above)

    def to_yuan(self, name: str, amount: ir.Expression) -> str:
        more = MORE[name]
        raised = ir.Operation("+", amount, ir.Constant(more)) if more else amount
        return f"({self.divided(raised, '100')} * 100)"

    def divisor(self, parts: ir.Expression) -> str:
        """A number of parts; a way not taken must not stumble over zero."""
        text = self.short(parts)
        return text if isinstance(self.bare(parts), ir.Constant) else f"NULLIF({text}, 0)"

    def condition(self, term: Term) -> str:
        """An expression as a condition, to be put between AND without brackets."""
        term = self.bare(term)
        match term:
            case ir.Constant(value=value):
                return "TRUE" if value else "FALSE"
            case ir.Comparison(operator=operator, left=left, right=right):
                sign = _COMPARISONS.get(operator, operator)
                return f"{self.number(left)} {sign} {self.number(right)}"
            case ir.Membership(operand=operand, options=options):
                return f"{self.number(operand)} IN ({', '.join(map(str, options))})"
            case ir.Opposite(operand=operand):
                return self.opposite(operand)
            case ir.Junction(every=every, parts=parts):
                word = " AND " if every else " OR "
                return f"({word.join(self.condition(part) for part in parts)})"
            case ir.Choice(test=test, yes=yes, no=no):
                return case([(self.condition(test), self.condition(yes)), ("", self.condition(no))])
        return f"{self.number(term)} <> 0"

    def opposite(self, term: Term) -> str:
        term = self.bare(term)
        match term:
            case ir.Comparison(operator=operator, left=left, right=right):
                return self.condition(ir.Comparison(_OPPOSITES[operator], left, right))
            case ir.Membership(operand=operand, options=options):
                return f"{self.number(operand)} NOT IN ({', '.join(map(str, options))})"
            case ir.Opposite(operand=operand):
                return self.condition(operand)
            case ir.Junction():
                return f"NOT {self.condition(term)}"
            case ir.Choice() | ir.Constant():
                return f"NOT ({self.condition(term)})"
        return f"{self.number(term)} = 0"
