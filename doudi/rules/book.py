"""The rule book: all rules, inputs and parameters joined by name, checked, and put in order.

A book exists only if every name is known, no rule depends on itself, and no household rule reads a
person's value outside an aggregation, on every day on which any rule changes.
"""

from __future__ import annotations

import bisect
import enum
import functools
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from doudi.rules import grammar
from doudi.rules.carries import check_carries
from doudi.rules.dialect import Carry, Level, Programme, Rule
from doudi.rules.errors import FactRefused, NoLawInForce, RuleRefused
from doudi.rules.schema import Input, inputs
from doudi.rules.tables import Parameter, ParameterTable, read_tables

DAY = "核算日"  # the one value the engine itself gives: the day asked about, as yyyymmdd
SUPPOSED = "假设"  # the kind of a name that is computed, but set to a value for one question
_BEGINNING = date(1900, 1, 1)
_KEPT = 16  # plans with supposed values that are kept
_TEMPLATE = string.Formatter()


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

    @property
    def options(self) -> Mapping[str, int]:
        """The words for the numbers of this name, where it has any."""
        holder = self.rule or self.input or self.parameter
        return holder.options if holder is not None else {}


class Reach(enum.Enum):
    """How a rule gets an input: as it is, the same for each, or gathered from below."""

    SAME = "同级"
    SHARED = "户的值"
    GATHERED = "下级的值"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be computed, in order, for the programmes in force in one stretch of time."""

    nodes: tuple[Node, ...]
    programmes: tuple[Programme, ...]
    slots: Mapping[str, int]
    where: tuple[tuple[tuple[int, Reach], ...], ...]  # per node: slot of each input, how it comes
    works: dict[str, object] = field(default_factory=dict, compare=False, repr=False)  # kept by use


class Rulebook:
    """Rules chosen by date; raises `RuleRefused` when built from rules that do not fit together."""

    def __init__(
        self,
        rules: Iterable[Rule],
        programmes: Iterable[Programme],
        schema: Mapping[str, Input],
        tables: ParameterTable,
        carries: Iterable[Carry] = (),
    ) -> None:
        self.rules = tuple(rules)
        self.programmes = tuple(programmes)
        self.carries = tuple(carries)
        self.schema = schema
        self.tables = tables
        _refuse_shared_names(self.rules, schema, tables)
        _refuse_overlaps(self.rules)
        days = {rule.since or _BEGINNING for rule in self.rules}
        days |= {rule.before for rule in self.rules if rule.before}
        self.change_days = tuple(sorted(days | {_BEGINNING}))
        self._refuse_unknown_names()
        self._plans: dict[tuple[int, tuple[str, ...] | None], Plan] = {}
        self._carrying: dict[int, Plan] = {}
        self._supposing: dict[tuple[int, tuple[str, ...] | None, frozenset[str]], Plan] = {}
        settled: set[tuple[int, tuple[Level, ...]]] = set()
        for day in self.change_days:
            self._check(day, settled)
        check_carries(self.carries, self.rules, schema)

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

    def names_on(self, on: date) -> tuple[Node, ...]:
        """Every name there is on a day, whether or not a programme asks; inputs come first."""
        nodes = self._nodes(on)
        return _ordered(nodes, list(nodes))

    def _make_plan(self, on: date, codes: tuple[str, ...] | None) -> Plan:
        nodes = self._nodes(on)
        chosen = tuple(
            programme
            for programme in self.programmes
            if programme.result in nodes and (codes is None or programme.code in codes)
        )
        wanted: list[str] = []
        for programme in chosen:
            wanted += _names_of(programme)
        return _plan(nodes, chosen, wanted)

    def supposing(
        self, on: date, programmes: tuple[str, ...] | None, names: frozenset[str]
    ) -> Plan:
        """The plan of a day with some computed names to be set; raises `FactRefused`.

        What a supposed name of the household would be worked out from is not asked for.
        """
        key = (bisect.bisect_right(self.change_days, on), programmes, names)
        if (kept := self._supposing.get(key)) is not None:
            return kept
        plain = self.plan(on, programmes)
        nodes = self._nodes(on)
        for name in names:
            node = nodes.get(name)
            if node is None or node.rule is None:
                raise FactRefused(name=name, why="这一天没有这个名称的规则，不能假设它的值")
            asks = () if node.level is Level.HOUSEHOLD else node.inputs
            nodes[name] = replace(node, kind=SUPPOSED, inputs=asks)
        wanted = [name for programme in plain.programmes for name in _names_of(programme)]
        if len(self._supposing) >= _KEPT:
            self._supposing.clear()
        self._supposing[key] = made = _plan(nodes, plain.programmes, wanted)
        return made

    def carrying(self, on: date) -> Plan:
        """What works out the facts that a month hands to the next one; it decides no programme."""
        key = bisect.bisect_right(self.change_days, on)
        plan = self._carrying.get(key)
        if plan is None:
            found = [carry.found for carry in self.carries]
            plan = self._carrying[key] = _plan(self._nodes(on), (), found)
        return plan

    def _nodes(self, on: date) -> dict[str, Node]:
        nodes = {DAY: Node(DAY, "已知", Level.HOUSEHOLD, "日期", "", "测算所依据的日期")}
        for fact in self.schema.values():
            nodes[fact.name] = Node(
                fact.name, "资料", fact.level, fact.unit, fact.article, fact.label, input=fact
            )
        for rule in self.rules:
            if rule.in_force(on):
                nodes[rule.name] = Node(
                    rule.name, "规则", rule.level, rule.unit, rule.article, rule.meaning,
                    rule.inputs, rule=rule,
                )  # fmt: skip
        for parameter in self.tables.parameters.values():
            self._add_parameter(nodes, parameter)
        return nodes

    def _add_parameter(self, nodes: dict[str, Node], parameter: Parameter) -> None:
        """A parameter keyed by a person's value has a value for each person.

        Keyed by a rule that is not in force on the day it is not there on that day.
        """
        keys = parameter.keys
        if any(key not in nodes for key in keys):
            return
        levels = {nodes[key].level for key in keys} - {Level.HOUSEHOLD}
        if len(levels) > 1:
            raise RuleRefused(f"参数“{parameter.name}”的键既有人的又有义务人的。")
        nodes[parameter.name] = Node(
            parameter.name, "参数", levels.pop() if levels else Level.HOUSEHOLD, parameter.unit,
            parameter.article, parameter.label, keys, parameter=parameter,
        )  # fmt: skip

    def _refuse_unknown_names(self) -> None:
        known = {DAY, *self.schema, *self.tables.parameters, *(rule.name for rule in self.rules)}
        for programme in self.programmes:
            if stray := set(_names_of(programme)) - known:
                names = "、".join(sorted(stray))
                raise RuleRefused(f"项目“{programme.code}”用到“{names}”，但没有这个名称。")

    def _check(self, on: date, settled: set[tuple[int, tuple[Level, ...]]]) -> None:
        """The book on a day; a rule whose inputs have the levels of another day is `settled`."""
        nodes = self._nodes(on)
        for node in nodes.values():
            for name in node.inputs:
                if name not in nodes:
                    when = "" if on == _BEGINNING else f"（{on} 起）"
                    raise RuleRefused(
                        f"{node.kind}“{node.name}”用到“{name}”{when}，"
                        "但没有这个名称的资料、参数或规则。"
                    )
            if node.rule is None:
                continue
            seen = (id(node.rule), tuple([nodes[name].level for name in node.inputs]))
            if seen not in settled:
                _check_levels(node.rule, nodes)
                settled.add(seen)
        for programme in self.programmes:
            needed = [name for name in (programme.amount, programme.applies) if name]
            if programme.result in nodes and (absent := set(needed) - set(nodes)):
                raise RuleRefused(
                    f"项目“{programme.code}”自 {on} 起适用，但没有同时施行的“{absent.pop()}”。"
                )
        _ordered(nodes, list(nodes))


def _plan(
    nodes: Mapping[str, Node], programmes: tuple[Programme, ...], wanted: Iterable[str]
) -> Plan:
    """The wanted names that there are, all they depend on, and where each gets its inputs."""
    ordered = _ordered(nodes, [name for name in wanted if name in nodes])
    slots = {node.name: slot for slot, node in enumerate(ordered)}
    where = tuple(
        tuple((slots[name], _reach(node.level, nodes[name].level)) for name in node.inputs)
        for node in ordered
    )
    return Plan(ordered, programmes, slots, where)


def _names_of(programme: Programme) -> list[str]:
    """The names a programme needs: what it finds, pays, applies to and tells."""
    names = [programme.result, *(reason.about for reason in programme.reasons)]
    names += [name for name in (programme.amount, programme.applies) if name]
    for reason in programme.reasons:
        for text in reason.texts.values():
            names += [field for _, field, _, _ in _TEMPLATE.parse(text) if field]
    return names


def _reach(own: Level, other: Level) -> Reach:
    if own is other:
        return Reach.SAME
    return Reach.SHARED if other is Level.HOUSEHOLD else Reach.GATHERED


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
    below = {Level.HOUSEHOLD: Level.PERSON, Level.PERSON: Level.OBLIGOR}.get(rule.level)
    reachable = {Level.HOUSEHOLD, rule.level, below}
    for name in rule.inputs:
        if nodes[name].level not in reachable:
            raise RuleRefused(
                f"{rule.level.value}的规则“{rule.name}”够不到{nodes[name].level.value}的“{name}”。"
            )
    lower = {name for name in rule.inputs if nodes[name].level is below}
    if stray := lower & grammar.bare_names(rule.tree):
        assert below is not None
        raise RuleRefused(
            f"{rule.level.value}的规则“{rule.name}”直接用了{below.value}的"
            f"“{'、'.join(sorted(stray))}”，应放在 合计、人数、任一、最重 里。"
        )
    if wrong := grammar.aggregated_names(rule.tree) - lower:
        level = nodes[min(wrong)].level.value
        raise RuleRefused(
            f"规则“{rule.name}”对{level}的“{'、'.join(sorted(wrong))}”求合计、人数、任一或最重。"
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
    carries: list[Carry] = []
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, Rule):
                rules[id(value)] = value
        programmes += getattr(module, "PROGRAMMES", ())
        carries += getattr(module, "CARRIES", ())
    return Rulebook(rules.values(), programmes, inputs(), read_tables(), carries)
