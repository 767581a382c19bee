"""One rule as SQL expressions: what it gives, and exactly when it is unknown.

SQL spreads NULL in its own way: FALSE AND NULL is FALSE from either side, greatest and sum skip
NULL. The rules ask from left to right and only for what they need. So an expression is written
twice: `unknown` says when it cannot be had, `number` and `condition` what it is when it can; where
SQL spreads NULL as the rules do, the first is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from doudi.rules.batch import ir
from doudi.rules.batch.sql_plain import Plain
from doudi.rules.batch.sql_terms import QUOTES, Cell, Known, Noted, Term, Terms, parts_of, uses_of
from doudi.rules.batch.sql_words import Arm, case, either

Columns = frozenset[str]
HEAVIEST = "最重"
SEVERAL = "最重·缺"  # 最重 of one person is carried even if unknown; of several it is used


class Needs(NamedTuple):
    """Columns without which an expression is surely unknown; `exact`: and only without these."""

    columns: Columns
    exact: bool


_NOTHING = Needs(frozenset(), True)


def cells_of(name: str, body: ir.Statement, given: Known, *, truth: bool) -> list[Cell]:
    """The column of a rule, last, after those it is composed of; `truth`: it is a yes or no."""
    return _Rule(name, given).rule(body, truth=truth)


def never_below_zero(body: ir.Statement, given: Known) -> bool:
    """Whether a rule surely gives nothing below zero."""
    terms = Terms(given)
    return all(terms.above(answer) for answer in terms.answers(body))


class _Asking(Plain):
    """When an expression is unknown, given the columns that are known on the way to it."""

    def needs(self, term: Term, known: Columns) -> Needs:
        """Which columns, beyond those known on this way, an expression cannot do without."""
        term = self.bare(term)
        leaf = self.leaf(term)
        if leaf is not None:
            return (
                _NOTHING
                if leaf in known or leaf[0] not in QUOTES
                else Needs(frozenset({leaf}), True)
            )
        match term:
            case ir.Choice(test=test, yes=yes, no=no):
                first, others = self.needs(test, known), [yes, no]
            case ir.Junction(parts=parts):
                first, others = self.needs(parts[0], known), list(parts[1:])
            case _:
                each = [self.needs(part, known) for part in parts_of(term)]
                columns = frozenset[str]().union(*(one.columns for one in each))
                return Needs(columns, all(one.exact for one in each))
        more = known | first.columns
        rest = all(self.needs(other, more) == _NOTHING for other in others)
        return Needs(first.columns, first.exact and rest)

    def after(self, test: Term, known: Columns, *, positive: bool) -> Columns:
        """What is known once a test has been answered so."""
        test = self.bare(test)
        if isinstance(test, ir.Opposite):
            return self.after(test.operand, known, positive=not positive)
        known = known | self.needs(test, known).columns
        if isinstance(test, ir.Junction) and test.every is positive:
            for part in test.parts:
                known = self.after(part, known, positive=positive)
        return known

    def unknown(self, term: Term, known: Columns) -> list[str]:
        """Conditions, never NULL themselves, of which one holds exactly when it is unknown."""
        term = self.bare(term)
        needs = self.needs(term, known)
        if needs.exact:
            return [f"{column} IS NULL" for column in sorted(needs.columns)]
        match term:
            case ir.Choice(test=test, yes=yes, no=no):
                found = self.unknown(test, known)
                for positive, way in ((True, yes), (False, no)):
                    more = self.after(test, known, positive=positive)
                    if conditions := self.unknown(way, more):
                        found.append(self.both(test, conditions, positive=positive))
                return found
            case ir.Junction(every=every, parts=parts):
                return self.unknown_of_parts(every, parts, known)
        found = [one for part in parts_of(term) for one in self.unknown(part, known)]
        return list(dict.fromkeys(found))

    def unknown_of_parts(
        self, every: bool, parts: tuple[ir.Expression, ...], known: Columns
    ) -> list[str]:
        first, rest = parts[0], parts[1:]
        found = self.unknown(first, known)
        more = self.after(first, known, positive=every)
        if rest and (conditions := self.unknown_of_parts(every, rest, more)):
            found.append(self.both(first, conditions, positive=every))
        return found

    def both(self, test: Term, conditions: list[str], *, positive: bool) -> str:
        told = self.condition(test) if positive else self.opposite(test)
        return f"({told} AND {either(conditions)})"

    def raised(self, term: Term, known: Columns) -> list[str]:
        """When an expression does not only carry something unknown but uses it."""
        term = self.bare(term)
        match term:
            case ir.Constant() | ir.Value() | Noted():
                return []
            case ir.Aggregation(name=name, slot=slot) if name == HEAVIEST:
                return [f"{self.gathered(SEVERAL, slot)} <> 0"]
            case ir.Choice(test=test, yes=yes, no=no):
                found = self.unknown(test, known)
                for positive, way in ((True, yes), (False, no)):
                    more = self.after(test, known, positive=positive)
                    if conditions := self.raised(way, more):
                        found.append(self.both(test, conditions, positive=positive))
                return found
            case ir.Junction(every=every, parts=parts):
                *tests, last = parts
                if not tests:
                    return self.raised(last, known)
                first, rest = tests[0], ir.Junction(every, parts[1:])
                found = self.unknown(first, known)
                more = self.after(first, known, positive=every)
                if conditions := self.raised(rest, more):
                    found.append(self.both(first, conditions, positive=every))
                return found
            case ir.Rounding(name="取整", arguments=(amount, manner)):
                found = [*self.raised(amount, known), *self.unknown(manner, known)]
                if conditions := self.unknown(amount, known):
                    rounds = f"{self.number(manner)} IN (1, 2, 3)"
                    found.append(f"({rounds} AND {either(conditions)})")
                return found
        return self.unknown(term, known)

    def spreads(self, term: Term) -> bool:
        """Whether SQL itself gives NULL exactly where the rules call the expression unknown."""
        term = self.bare(term)
        if isinstance(term, ir.Choice | ir.Junction | ir.Extreme):
            return False
        if isinstance(term, ir.Rounding) and term.name == "取整":
            return False
        return all(self.spreads(part) for part in parts_of(term))


class _Rule(_Asking):
    """The statements of a rule as one CASE."""

    def __init__(self, name: str, given: Known) -> None:
        super().__init__(name, given)
        self.always = given.always
        self.cells: list[Cell] = []

    def rule(self, body: ir.Statement, *, truth: bool) -> list[Cell]:
        sql = case(self.arms(body, self.always))
        answers = self.answers(body)
        if truth and not all(self.is_truth(answer) for answer in answers):
            self.cell.sql = f"CAST(CAST(({sql}) <> 0 AS INTEGER) AS BIGINT)"
        else:
            self.cell.sql = self.widened(sql, any(self.wide(answer) for answer in answers))
        return [*self.cells, self.cell]

    def widened(self, sql: str, wide: bool) -> str:
        return sql if wide else f"CAST({sql} AS BIGINT)"

    def arms(self, body: ir.Statement, known: Columns) -> list[Arm]:
        """The ways through a rule as the arms of one CASE."""
        match body:
            case ir.Answer(value=value):
                return self.answer(value, known)
            case ir.Branch(test=test, then=then, other=other):
                return self.ways(
                    test,
                    known,
                    lambda more: self.arms(then, more),
                    lambda more: self.arms(other, more),
                )
            case ir.Let(name=name, value=value, rest=rest):
                self.locals[name] = self.local(name, value, rest)
                raised = self.raised(value, known)
                arms = self.arms(rest, known)
                asked = self.asked(rest, known)
                left = [condition for condition in raised if condition not in asked]
                return [(either(left), "NULL"), *arms] if left else arms
        raise AssertionError(body)

    def local(self, name: str, value: ir.Expression, rest: ir.Statement) -> Term:
        """Where it is used once it is written there, otherwise it becomes a column."""
        if isinstance(value, ir.Constant | ir.Value | ir.Local) or uses_of(rest, name) <= 1:
            return value
        return self.hide(value, name)

    def asked(self, body: ir.Statement, known: Columns) -> list[str]:
        """What makes a rule unknown whichever way it goes."""
        match body:
            case ir.Answer(value=value):
                return self.unknown(value, known)
            case ir.Branch(test=test):
                return self.unknown(test, known)
            case ir.Let(name=name, value=value, rest=rest):
                self.locals[name] = self.local(name, value, rest)
                return self.asked(rest, known)
        raise AssertionError(body)

    def ways(
        self,
        test: Term,
        known: Columns,
        yes: Callable[[Columns], list[Arm]],
        no: Callable[[Columns], list[Arm]],
    ) -> list[Arm]:
        unknown = self.unknown(test, known)
        arms: list[Arm] = [(either(unknown), "NULL")] if unknown else []
        then, other = (self.after(test, known, positive=positive) for positive in (True, False))
        return [*arms, (self.condition(test), case(yes(then))), *no(other)]

    def answer(self, value: Term, known: Columns) -> list[Arm]:
        value = self.bare(value)
        if isinstance(value, ir.Choice):
            yes, no = value.yes, value.no
            return self.ways(
                value.test,
                known,
                lambda more: self.answer(yes, more),
                lambda more: self.answer(no, more),
            )
        if self.spreads(value):
            return [("", self.number(value))]
        unknown = self.unknown(value, known)
        plain = ("", self.number(value))
        return [(either(unknown), "NULL"), plain] if unknown else [plain]

    def settled(self, value: Term, known: Columns) -> str:
        """A value that is NULL exactly where it is unknown."""
        return case(self.answer(value, known))

    def hide(self, value: Term, name: str = "") -> Noted:
        """A column for a value that is written more than once; it knows nothing of the branch."""
        found = self.made.get(value)
        if found is None:
            title = f"{self.name}·{name or len(self.made) + 1}"
            found = self.made[value] = Noted(title)
            outer, self.cell = self.cell, Cell(title)
            self.cell.sql = self.widened(self.settled(value, self.always), self.wide(value))
            self.cells.append(self.cell)
            self.cell = outer
        return found
