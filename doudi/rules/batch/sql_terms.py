"""Terms of a rule in the small form, and what can be said about them without looking at facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass

from doudi.rules.batch import ir
from doudi.rules.batch.sql_words import Words

QUOTES = '"`'


@dataclass(frozen=True, slots=True)
class Noted:
    """Something written down as a column of its own because it is needed more than once."""

    name: str


Term = ir.Expression | Noted


@dataclass(frozen=True, slots=True)
class Gathered:
    """An aggregation of a slot one level below, a column of its own."""

    name: str
    slot: int


@dataclass(slots=True)
class Cell:
    """One column: its expression, and the columns it reads."""

    name: str
    sql: str = ""
    slots: set[int] = field(default_factory=set)
    gathered: dict[Gathered, None] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the values at slots.

    `column` is how one is written, `truth` whether it is a yes or no, `above` whether it is never
    below zero; `always` are the columns that are never NULL.
    """

    words: Words
    column: Callable[[int], str]
    truth: Callable[[int], bool]
    above: Callable[[int], bool]
    always: frozenset[str]


class Terms:
    """The terms of one rule; a name given on the way stands for its value."""

    def __init__(self, given: Known) -> None:
        self.given = given
        self.words = given.words
        self.column = given.column
        self.locals: dict[str, Term] = {}
        self.made: dict[Term, Noted] = {}

    def bare(self, term: Term) -> Term:
        while isinstance(term, ir.Local):
            term = self.locals[term.name]
        return term

    def answers(self, body: ir.Statement) -> list[ir.Expression]:
        match body:
            case ir.Answer(value=value):
                return [value]
            case ir.Branch(then=then, other=other):
                return [*self.answers(then), *self.answers(other)]
            case ir.Let(name=name, value=value, rest=rest):
                self.locals.setdefault(name, value)
                return self.answers(rest)
        raise AssertionError(body)

    def is_truth(self, term: Term) -> bool:
        """Whether an expression can be nothing but 0 or 1."""
        term = self.bare(term)
        match term:
            case ir.Comparison() | ir.Membership() | ir.Opposite():
                return True
            case ir.Constant(value=value):
                return value in (0, 1)
            case ir.Value(slot=slot):
                return self.given.truth(slot)
            case ir.Aggregation(name=name):
                return name == "任一"
            case ir.Junction(parts=parts):
                return all(self.is_truth(part) for part in parts)
            case ir.Choice(yes=yes, no=no):
                return self.is_truth(yes) and self.is_truth(no)
        return False

    def above(self, term: Term) -> bool:
        """Whether an expression is surely not below zero."""
        term = self.bare(term)
        match term:
            case ir.Constant(value=value):
                return value >= 0
            case ir.Value(slot=slot):
                return self.given.above(slot)
            case ir.Aggregation(name=name, slot=slot):
                return name in ("人数", "任一") or self.given.above(slot)
            case Noted():
                return any(self.above(whole) for whole, own in self.made.items() if own == term)
            case ir.Operation(operator=operator, left=left, right=right):
                if operator in "+*":
                    return self.above(left) and self.above(right)
                return operator == "%" or (operator == "//" and self.above(left))
            case ir.Choice(yes=yes, no=no):
                return self.above(yes) and self.above(no)
            case ir.Extreme(largest=True, parts=parts):
                return any(self.above(part) for part in parts)
            case ir.Rounding(name="取整", arguments=(amount, _)):
                return self.above(amount)
            case ir.Negation():
                return False
        return all(self.above(part) for part in parts_of(term))

    def wide(self, term: Term) -> bool:
        """Whether a database will surely take an expression for a BIGINT."""
        term = self.bare(term)
        match term:
            case ir.Value(slot=slot):
                return self.column(slot)[0] in QUOTES
            case ir.Aggregation() | Noted() | ir.Operation():
                return True
            case ir.Choice(yes=yes, no=no):
                return self.wide(yes) or self.wide(no)
            case ir.Junction():
                return not self.is_truth(term) and any(self.wide(part) for part in term.parts)
            case ir.Constant() | ir.Comparison() | ir.Membership() | ir.Opposite():
                return False
        return any(self.wide(part) for part in parts_of(term))


def parts_of(term: Term) -> tuple[ir.Expression, ...]:
    """What a term is composed of."""
    match term:
        case ir.Operation() | ir.Comparison():
            return (term.left, term.right)
        case ir.Negation() | ir.Membership() | ir.Opposite():
            return (term.operand,)
        case ir.Junction() | ir.Extreme():
            return term.parts
        case ir.Choice():
            return (term.test, term.yes, term.no)
        case ir.Rounding():
            return term.arguments
    return ()


def uses_of(part: object, name: str) -> int:
    """How often an intermediate value is written in a part of a rule."""
    if isinstance(part, ir.Local):
        return int(part.name == name)
    if isinstance(part, tuple):
        return sum(uses_of(each, name) for each in part)
    if is_dataclass(part):
        return sum(uses_of(getattr(part, each.name), name) for each in fields(part))
    return 0
