"""One household, computed in order: every value of every name, once."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from doudi.rules.book import DAY, SUPPOSED, Node, Plan
from doudi.rules.dialect import Level, Rule
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.inline import compiled
from doudi.rules.missing import Missing, MissingUsed, Want, united
from doudi.rules.schema import Fact
from doudi.rules.supposing import Supposed, places_of
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


_Fixed = list[tuple[int, str, Value, ParameterValue | None]]
_Asked = tuple[date, str, ParameterTable]


class Works:
    """A plan taken apart once: facts by level, parameters without keys, and the compiled rest."""

    __slots__ = ("facts", "fixed", "found", "keyed", "run")

    def __init__(self, plan: Plan) -> None:
        self.facts: dict[Level, list[tuple[int, Node]]] = {level: [] for level in Level}
        self.fixed: list[tuple[int, str]] = []
        for slot, node in enumerate(plan.nodes):
            if node.kind == "资料":
                self.facts[node.level].append((slot, node))
            elif node.kind == "参数" and not plan.where[slot]:
                self.fixed.append((slot, node.name))
        self.run = compiled(plan)
        self.found: dict[_Asked, _Fixed] = {}
        self.keyed: dict[tuple[Any, ...], tuple[Value, ParameterValue | None]] = {}

    def figures(self, asked: _Asked) -> _Fixed:
        """Parameters without keys: the same for every household of a place and day."""
        found = self.found.get(asked)
        if found is None:
            if len(self.found) > 256:  # a registry of every town and day must not fill memory
                self.found.clear()
            found = self.found[asked] = [
                (slot, name, *_look_up(name, (), asked)) for slot, name in self.fixed
            ]
        return found


def works_of(plan: Plan) -> Works:
    """The plan, taken apart; made once and kept with the plan."""
    works = plan.works.get("works")
    if works is None:
        works = plan.works["works"] = Works(plan)
    assert isinstance(works, Works)
    return works


def compute(
    plan: Plan,
    facts: HouseholdFacts,
    on: date,
    place: str,
    tables: ParameterTable,
    supposed: Supposed | None = None,
) -> Computed:
    """Every value of the plan for one household; members are taken in order of reference.

    `supposed` sets computed values, by name and holder, where the plan has them to be set.
    """
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
    for slot, name, value, row in works.figures(asked):
        values[slot] = value
        result.parameters[name] = [row]

    if supposed:
        for slot, node in enumerate(plan.nodes):
            if node.kind == SUPPOSED:
                values[slot] = places_of(node, result.holders(node.level), supposed)

    def look(slot: int, keys: tuple[Value, ...]) -> Value:
        node = plan.nodes[slot]
        value, row = _look_up_once(works, node.name, keys, asked)
        if node.level is Level.HOUSEHOLD:
            result.parameters[node.name] = [row]
        else:
            result.parameters.setdefault(node.name, []).append(row)
        return value

    def fallback(slot: int, arguments: tuple[Value, ...]) -> Value:
        node = plan.nodes[slot]
        assert node.rule is not None
        return _call(node.rule, arguments, truth=node.unit == "是否")

    works.run(values, len(obligors), below, look, fallback)
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


def _fact(node: Node, values: Mapping[str, Fact], holder: str) -> Value:
    fact = node.input
    assert fact is not None
    value = fact.read(values[fact.name]) if fact.name in values else fact.default
    if value is None:
        whose = f"成员 {holder} 的" if holder else ""
        text = f"缺资料 {whose}{fact.name}（{fact.label}）"
        return Missing((Want("资料", fact.name, holder, text),))
    return value


def _look_up_once(
    works: Works, name: str, keys: tuple[Value, ...], asked: _Asked
) -> tuple[Value, ParameterValue | None]:
    for key in keys:
        if type(key) is Missing:
            return _look_up(name, keys, asked)
    exact = (name, keys, asked)
    found = works.keyed.get(exact)
    if found is None:
        if len(works.keyed) > 20_000:
            works.keyed.clear()
        found = works.keyed[exact] = _look_up(name, keys, asked)
    return found


def _look_up(
    name: str, keys: tuple[Value, ...], asked: _Asked
) -> tuple[Value, ParameterValue | None]:
    on, place, tables = asked
    unknown = [key for key in keys if type(key) is Missing]
    if unknown:
        return united(unknown), None
    found = tables.find(name, keys, place, on)
    return (found.number, found) if isinstance(found, ParameterValue) else (found, None)


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
