"""One household, computed in order: every value of every name, once."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple

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


class _Work(NamedTuple):
    """One rule or keyed parameter of a plan, with all that is the same for every household."""

    slot: int
    node: Node
    where: tuple[tuple[int, Reach], ...]
    slots: tuple[int, ...]
    gathers: bool
    truth: bool


class Works(NamedTuple):
    """A plan taken apart once: facts by level, parameters without keys, and the rest in order."""

    facts: dict[Level, tuple[tuple[int, Node], ...]]
    fixed: tuple[tuple[int, str], ...]
    rest: tuple[_Work, ...]
    found: dict[tuple[object, ...], list[tuple[int, str, Value, ParameterValue | None]]]


def works_of(plan: Plan) -> Works:
    """The plan, taken apart; made once and kept with the plan."""
    works = plan.works.get("works")
    if works is None:
        facts: dict[Level, list[tuple[int, Node]]] = {level: [] for level in Level}
        fixed, rest = [], []
        for slot, node in enumerate(plan.nodes):
            where = plan.where[slot]
            if node.kind == "资料":
                facts[node.level].append((slot, node))
            elif node.kind == "参数" and not where:
                fixed.append((slot, node.name))
            elif node.kind != "已知":
                gathers = any(reach is Reach.GATHERED for _, reach in where)
                slots = tuple(at for at, _ in where)
                rest.append(_Work(slot, node, where, slots, gathers, node.unit == "是否"))
        by_level = {level: tuple(found) for level, found in facts.items()}
        works = plan.works["works"] = Works(by_level, tuple(fixed), tuple(rest), {})
    assert isinstance(works, Works)
    return works


def compute(
    plan: Plan, facts: HouseholdFacts, on: date, place: str, tables: ParameterTable
) -> Computed:
    """Every value of the plan for one household; members are taken in order of reference."""
    members = sorted(facts.members, key=_reference)
    obligors = sorted(facts.obligors, key=_reference)
    result = Computed(
        len(plan.nodes),
        tuple([member.reference for member in members]),
        tuple([obligor.reference for obligor in obligors]),
    )
    below = [
        [at for at, obligor in enumerate(obligors) if member.reference in obligor.of]
        for member in members
    ]
    works, values, asked = works_of(plan), result.values, (on, place, tables)
    _facts(works, result, facts, members, obligors)
    if DAY in plan.slots:
        values[plan.slots[DAY]] = on.year * 10000 + on.month * 100 + on.day
    for slot, name, value, row in _fixed(works, asked):
        values[slot] = value
        result.parameters[name] = [row]
    for work in works.rest:
        if work.node.rule is None:
            values[work.slot] = _parameter(work, result, asked)
        elif work.node.level is Level.HOUSEHOLD:
            values[work.slot] = _of_household(work, values)
        else:
            count = len(below) if work.node.level is Level.PERSON else len(obligors)
            values[work.slot] = _of_each(work, values, below, count)
    return result


_reference = operator.attrgetter("reference")


def _facts(
    works: Works,
    result: Computed,
    facts: HouseholdFacts,
    members: Sequence[PersonFacts],
    obligors: Sequence[ObligorFacts],
) -> None:
    values = result.values
    for slot, node in works.facts[Level.HOUSEHOLD]:
        values[slot] = _fact(node, facts.values, "")
    people: tuple[tuple[Level, Sequence[PersonFacts | ObligorFacts]], ...] = (
        (Level.PERSON, members),
        (Level.OBLIGOR, obligors),
    )
    for level, holders in people:
        given = [(holder.values, holder.reference) for holder in holders]
        for slot, node in works.facts[level]:
            values[slot] = [_fact(node, told, reference) for told, reference in given]


def _fixed(
    works: Works, asked: tuple[date, str, ParameterTable]
) -> list[tuple[int, str, Value, ParameterValue | None]]:
    """Parameters without keys: the same for every household of a place and day."""
    found = works.found.get(asked)
    if found is None:
        if len(works.found) > 256:  # a registry of every town and day must not fill memory
            works.found.clear()
        found = works.found[asked] = [
            (slot, name, *_look_up(name, [], asked)) for slot, name in works.fixed
        ]
    return found


def _fact(node: Node, values: Mapping[str, Fact], holder: str) -> Value:
    fact = node.input
    assert fact is not None
    value = fact.read(values[fact.name]) if fact.name in values else fact.default
    if value is None:
        whose = f"成员 {holder} 的" if holder else ""
        text = f"缺资料 {whose}{fact.name}（{fact.label}）"
        return Missing((Want("资料", fact.name, holder, text),))
    return value


def _parameter(work: _Work, result: Computed, asked: tuple[date, str, ParameterTable]) -> Value:
    node, where, values = work.node, work.where, result.values
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


def _of_household(work: _Work, values: list[Value]) -> Value:
    rule = work.node.rule
    assert rule is not None
    arguments = [values[slot] for slot in work.slots]
    if work.gathers:
        arguments = [
            tuple(value) if reach is Reach.GATHERED else value
            for value, (_, reach) in zip(arguments, work.where, strict=True)
        ]
    try:
        value = rule.function(*arguments)
        return bool(value) if work.truth else value
    except MissingUsed:
        return _call(rule, arguments, truth=work.truth)


def _of_each(work: _Work, values: list[Value], below: list[list[int]], count: int) -> Value:
    """A rule for each person (or obligor); mostly nothing is missing and all are done in one go."""
    rule = work.node.rule
    assert rule is not None
    columns: list[Any] = []
    for slot, reach in work.where:
        if reach is Reach.SAME:
            columns.append(values[slot])
        elif reach is Reach.SHARED:
            columns.append(repeat(values[slot], count))
        else:
            lower = values[slot]
            columns.append([tuple([lower[at] for at in own]) for own in below])
    try:
        found = list(map(rule.function, *columns))
        return list(map(bool, found)) if work.truth else found
    except MissingUsed:
        columns = [
            [values[slot]] * count if reach is Reach.SHARED else column
            for column, (slot, reach) in zip(columns, work.where, strict=True)
        ]
        return [
            _call(rule, arguments, truth=work.truth) for arguments in zip(*columns, strict=True)
        ]


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
