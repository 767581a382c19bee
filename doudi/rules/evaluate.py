"""One household, computed in order: every value of every name, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any

from doudi.rules.book import DAY, Node, Plan
from doudi.rules.dialect import Level, Rule
from doudi.rules.facts import HouseholdFacts
from doudi.rules.missing import Missing, MissingUsed, Want, united
from doudi.rules.schema import Fact
from doudi.rules.tables import ParameterTable, ParameterValue

Value = Any  # int, bool or Missing; for a person-level name a list of these, one per person


class Computed:
    """All values of one household: `values[slot]`, and which parameter row each came from."""

    __slots__ = ("parameters", "persons", "values")

    def __init__(self, size: int, persons: tuple[str, ...]) -> None:
        self.values: list[Value] = [None] * size
        self.persons = persons
        self.parameters: dict[str, ParameterValue] = {}


def compute(
    plan: Plan, facts: HouseholdFacts, on: date, place: str, tables: ParameterTable
) -> Computed:
    """Every value of the plan for one household; members are taken in order of reference."""
    members = sorted(facts.members, key=lambda member: member.reference)
    result = Computed(len(plan.nodes), tuple(member.reference for member in members))
    values, slots = result.values, plan.slots
    for slot, node in enumerate(plan.nodes):
        if node.kind == "规则":
            values[slot] = _rule(node, plan.where[slot], values, len(members))
        elif node.kind == "资料":
            if node.level is Level.HOUSEHOLD:
                values[slot] = _fact(node, facts.values, "")
            else:
                values[slot] = [_fact(node, member.values, member.reference) for member in members]
        elif node.kind == "参数":
            keys = [values[slots[name]] for name in node.inputs]
            values[slot] = _parameter(node, keys, result, (on, place, tables))
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
    keys: list[Value],
    result: Computed,
    where: tuple[date, str, ParameterTable],
) -> Value:
    on, place, tables = where
    unknown = [key for key in keys if type(key) is Missing]
    if unknown:
        return united(unknown)
    found = tables.find(node.name, tuple(keys), place, on)
    if type(found) is Missing:
        return found
    assert isinstance(found, ParameterValue)
    result.parameters[node.name] = found
    return found.number


def _rule(
    node: Node, where: Sequence[tuple[int, bool]], values: list[Value], persons: int
) -> Value:
    rule = node.rule
    assert rule is not None
    truth = node.unit == "是否"
    if node.level is Level.HOUSEHOLD:
        arguments = [tuple(values[slot]) if person else values[slot] for slot, person in where]
        return _call(rule, arguments, truth=truth)
    columns = [values[slot] if person else repeat(values[slot], persons) for slot, person in where]
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
