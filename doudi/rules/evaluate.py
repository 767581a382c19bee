"""One household, computed in order: every value of every name, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from doudi.rules.book import DAY, Node, Plan, Reach
from doudi.rules.dialect import Level, Rule
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.missing import Missing, MissingUsed, Want, united
from doudi.rules.schema import Fact
from doudi.rules.tables import ParameterTable, ParameterValue

Value = Any  # int, bool or Missing; for a person-level name a list of these, one per person


class Computed:
    """All values of one household: `values[slot]`, and which parameter row each came from."""

    __slots__ = ("obligors", "parameters", "persons", "values")

    def __init__(self, size: int, persons: tuple[str, ...], obligors: tuple[str, ...]) -> None:
        self.values: list[Value] = [None] * size
        self.persons = persons
        self.obligors = obligors
        self.parameters: dict[str, list[ParameterValue | None]] = {}

    def holders(self, level: Level) -> tuple[str, ...]:
        """Whose values a name of this level has: '' is the household."""
        if level is Level.PERSON:
            return self.persons
        return ("",) if level is Level.HOUSEHOLD else self.obligors


def compute(
    plan: Plan, facts: HouseholdFacts, on: date, place: str, tables: ParameterTable
) -> Computed:
    """Every value of the plan for one household; members are taken in order of reference."""
    members = sorted(facts.members, key=lambda member: member.reference)
    obligors = sorted(facts.obligors, key=lambda obligor: obligor.reference)
    result = Computed(
        len(plan.nodes),
        tuple(member.reference for member in members),
        tuple(obligor.reference for obligor in obligors),
    )
    below = [
        [at for at, obligor in enumerate(obligors) if member.reference in obligor.of]
        for member in members
    ]
    people: dict[Level, Sequence[PersonFacts | ObligorFacts]] = {
        Level.PERSON: members,
        Level.OBLIGOR: obligors,
    }
    values = result.values
    for slot, node in enumerate(plan.nodes):
        if node.kind == "规则":
            values[slot] = _rule(node, plan.where[slot], values, below, len(obligors))
        elif node.kind == "资料":
            if node.level is Level.HOUSEHOLD:
                values[slot] = _fact(node, facts.values, "")
            else:
                values[slot] = [
                    _fact(node, each.values, each.reference) for each in people[node.level]
                ]
        elif node.kind == "参数":
            values[slot] = _parameter(node, plan.where[slot], result, (on, place, tables))
        else:
            assert node.name == DAY
            values[slot] = on.year * 10000 + on.month * 100 + on.day
    return result


def _fact(node: Node, values: Mapping[str, Fact], holder: str) -> Value:
    fact = node.input
    assert fact is not None
    value = fact.read(values[node.name]) if node.name in values else fact.default
    if value is None:
        whose = f"成员 {holder} 的" if holder else ""
        text = f"缺资料 {whose}{fact.name}（{fact.label}）"
        return Missing((Want("资料", fact.name, holder, text),))
    return value


def _parameter(
    node: Node,
    where: Sequence[tuple[int, Reach]],
    result: Computed,
    asked: tuple[date, str, ParameterTable],
) -> Value:
    values = result.values
    if node.level is Level.HOUSEHOLD:
        keys = [values[slot] for slot, _ in where]
        found, row = _look_up(node.name, keys, asked)
        result.parameters[node.name] = [row]
        return found
    each: list[Value] = []
    rows: list[ParameterValue | None] = []
    for at in range(len(result.holders(node.level))):
        keys = [values[slot][at] if reach is Reach.SAME else values[slot] for slot, reach in where]
        found, row = _look_up(node.name, keys, asked)
        each.append(found)
        rows.append(row)
    result.parameters[node.name] = rows
    return each


def _look_up(
    name: str, keys: list[Value], asked: tuple[date, str, ParameterTable]
) -> tuple[Value, ParameterValue | None]:
    on, place, tables = asked
    unknown = [key for key in keys if type(key) is Missing]
    if unknown:
        return united(unknown), None
    found = tables.find(name, tuple(keys), place, on)
    return (found.number, found) if isinstance(found, ParameterValue) else (found, None)


def _rule(
    node: Node,
    where: Sequence[tuple[int, Reach]],
    values: list[Value],
    below: list[list[int]],
    obligors: int,
) -> Value:
    rule = node.rule
    assert rule is not None
    truth = node.unit == "是否"
    if node.level is Level.HOUSEHOLD:
        arguments = [
            tuple(values[slot]) if reach is Reach.GATHERED else values[slot]
            for slot, reach in where
        ]
        return _call(rule, arguments, truth=truth)
    count = len(below) if node.level is Level.PERSON else obligors
    columns: list[Sequence[Value]] = []
    for slot, reach in where:
        if reach is Reach.SAME:
            columns.append(values[slot])
        elif reach is Reach.SHARED:
            columns.append([values[slot]] * count)
        else:
            lower = values[slot]
            columns.append([tuple([lower[at] for at in own]) for own in below])
    try:  # mostly nothing is missing, and all members are done in one go
        found = list(map(rule.function, *columns)) if columns else [rule.function()] * count
        return list(map(bool, found)) if truth else found
    except MissingUsed:
        return [_call(rule, arguments, truth=truth) for arguments in zip(*columns, strict=True)]


def _call(rule: Rule, arguments: Sequence[Value], *, truth: bool) -> Value:
    try:
        value: Value = rule.function(*arguments)
        if truth and type(value) is not Missing:
            return bool(value)
        return value
    except MissingUsed as used:
        return _all_missing(used.missing, arguments, asks_all=rule.asks_all)


def _all_missing(first: Missing, arguments: Sequence[Value], *, asks_all: bool) -> Missing:
    asked = [first]
    for argument in arguments:
        if type(argument) is tuple:
            # A sum over persons needs them all, so all of them are asked for at once.
            if asks_all or any(each is first for each in argument):
                asked += [each for each in argument if type(each) is Missing]
        elif asks_all and type(argument) is Missing:
            asked.append(argument)
    return united(asked)
