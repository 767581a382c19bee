"""The rule book: all rules, inputs and parameters joined by name, checked, and put in order.

A book exists only if every name is known, no rule depends on itself, and no household rule reads a
person's value outside an aggregation, on every day on which any rule changes.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from doudi.rules import grammar
from doudi.rules.dialect import Level, Programme, Rule
from doudi.rules.errors import NoLawInForce, RuleRefused
from doudi.rules.schema import Input, inputs
from doudi.rules.tables import Parameter, ParameterTable, read_tables

DAY = "核算日"  # the one value the engine itself gives: the day asked about, as yyyymmdd
_BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Node:
    """One name in the book: a fact, a parameter, a rule or the day, with what it depends on."""

    name: str
    kind: str
    level: Level
    unit: str
    article: str
    meaning: str
    inputs: tuple[str, ...] = ()
    rule: Rule | None = None
    input: Input | None = None
    parameter: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be computed, in order, for the programmes in force in one stretch of time."""

    nodes: tuple[Node, ...]
    programmes: tuple[Programme, ...]
    slots: Mapping[str, int]
    where: tuple[
        tuple[tuple[int, bool], ...], ...
    ]  # per node: slot of each input, is it a person's


class Rulebook:
    """Rules chosen by date; raises `RuleRefused` when built from rules that do not fit together."""

    def __init__(
        self,
        rules: Iterable[Rule],
        programmes: Iterable[Programme],
        schema: Mapping[str, Input],
        tables: ParameterTable,
    ) -> None:
        self.rules = tuple(rules)
        self.programmes = tuple(programmes)
        self.schema = schema
        self.tables = tables
        _refuse_shared_names(self.rules, schema, tables)
        _refuse_overlaps(self.rules)
        days = {rule.since or _BEGINNING for rule in self.rules}
        days |= {rule.before for rule in self.rules if rule.before}
        self.change_days = tuple(sorted(days | {_BEGINNING}))
        self._plans: dict[tuple[int, tuple[str, ...] | None], Plan] = {}
        for day in self.change_days:
            self._check(day)

    def plan(self, on: date, programmes: tuple[str, ...] | None = None) -> Plan:
        """What applies on a day, for all programmes or those named; raises `NoLawInForce`."""
        key = (bisect.bisect_right(self.change_days, on), programmes)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(on, programmes)
        if not plan.programmes:
            starts = [rule.since for rule in self.rules if rule.since]
            raise NoLawInForce(on=on, since=min(starts, default=_BEGINNING))
        return plan

    def _make_plan(self, on: date, codes: tuple[str, ...] | None) -> Plan:
        nodes = self._nodes(on)
        chosen = tuple(
            programme
            for programme in self.programmes
            if programme.result in nodes and (codes is None or programme.code in codes)
        )
        wanted: list[str] = []
        for programme in chosen:
            wanted += [programme.result, *(reason.about for reason in programme.reasons)]
            wanted += [programme.amount] if programme.amount else []
        ordered = _ordered(nodes, [name for name in wanted if name in nodes])
        slots = {node.name: slot for slot, node in enumerate(ordered)}
        where = tuple(
            tuple((slots[name], nodes[name].level is Level.PERSON) for name in node.inputs)
            for node in ordered
        )
        return Plan(ordered, chosen, slots, where)

    def _nodes(self, on: date) -> dict[str, Node]:
        nodes = {DAY: Node(DAY, "已知", Level.HOUSEHOLD, "日期", "", "测算所依据的日期")}
        for fact in self.schema.values():
            nodes[fact.name] = Node(
                fact.name, "资料", fact.level, fact.unit, fact.article, fact.label, input=fact
            )
        for parameter in self.tables.parameters.values():
            nodes[parameter.name] = Node(
                parameter.name, "参数", Level.HOUSEHOLD, parameter.unit, parameter.article,
                parameter.label, parameter.keys, parameter=parameter,
            )  # fmt: skip
        for rule in self.rules:
            if rule.in_force(on):
                nodes[rule.name] = Node(
                    rule.name, "规则", rule.level, rule.unit, rule.article, rule.meaning,
                    rule.inputs, rule=rule,
                )  # fmt: skip
        return nodes

    def _check(self, on: date) -> None:
        nodes = self._nodes(on)
        for node in nodes.values():
            for name in node.inputs:
                if name not in nodes:
                    when = "" if on == _BEGINNING else f"（{on} 起）"
                    raise RuleRefused(
                        f"{node.kind}“{node.name}”用到“{name}”{when}，"
                        "但没有这个名称的资料、参数或规则。"
                    )
            if node.rule is not None:
                _check_levels(node.rule, nodes)
        _ordered(nodes, list(nodes))


def _refuse_shared_names(
    rules: tuple[Rule, ...], schema: Mapping[str, Input], tables: ParameterTable
) -> None:
    taken = {DAY, *schema}
    for name in [*tables.parameters, *dict.fromkeys(rule.name for rule in rules)]:
        if name in taken:
            raise RuleRefused(f"“{name}”这个名称被用了两次。")
        taken.add(name)


def _refuse_overlaps(rules: tuple[Rule, ...]) -> None:
    by_name: dict[str, list[Rule]] = {}
    for rule in rules:
        by_name.setdefault(rule.name, []).append(rule)
    for name, versions in by_name.items():
        versions.sort(key=lambda rule: rule.since or _BEGINNING)
        for earlier, later in pairwise(versions):
            if earlier.before is None or earlier.before > (later.since or _BEGINNING):
                raise RuleRefused(f"规则“{name}”的两个版本在时间上重叠，请写明前一个的“至”。")


def _check_levels(rule: Rule, nodes: Mapping[str, Node]) -> None:
    persons = {name for name in rule.inputs if nodes[name].level is Level.PERSON}
    if rule.level is Level.HOUSEHOLD:
        if stray := persons & grammar.bare_names(rule.tree):
            raise RuleRefused(
                f"户的规则“{rule.name}”直接用了人的“{'、'.join(sorted(stray))}”，"
                "应放在 合计、人数、任一 里。"
            )
        if wrong := grammar.aggregated_names(rule.tree) - persons:
            raise RuleRefused(
                f"规则“{rule.name}”对户的“{'、'.join(sorted(wrong))}”求合计、人数或任一。"
            )
    if unused := grammar.unused_inputs(rule.tree):
        raise RuleRefused(f"规则“{rule.name}”列了输入“{'、'.join(sorted(unused))}”却没有用到。")


def _ordered(nodes: Mapping[str, Node], wanted: list[str]) -> tuple[Node, ...]:
    """The wanted names and all they depend on, inputs first; refuses a circle."""
    done: dict[str, Node] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            raise RuleRefused(f"规则互相依赖成圈：{circle}。")
        path.append(name)
        for other in nodes[name].inputs:
            visit(other)
        path.pop()
        done[name] = nodes[name]

    for name in wanted:
        visit(name)
    return tuple(done.values())


@functools.cache
def rulebook() -> Rulebook:
    """The book of this release."""
    from doudi.rules.programmes import MODULES

    rules: dict[int, Rule] = {}
    programmes: list[Programme] = []
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, Rule):
                rules[id(value)] = value
        programmes += getattr(module, "PROGRAMMES", ())
    return Rulebook(rules.values(), programmes, inputs(), read_tables())
