"""A plan in the small form: what comes in, what is computed in which order, what goes out."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from doudi.rules.batch.ir import Statement, lower
from doudi.rules.book import DAY, Node, Plan, rulebook
from doudi.rules.dialect import Level, Programme

_ORDER = (Level.HOUSEHOLD, Level.OBLIGOR, Level.PERSON)


@dataclass(frozen=True, slots=True)
class Stage:
    """Names of one level that can be computed together, in this order."""

    level: Level
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a programme's answer stands: the slots of its finding, amount and `applies`."""

    programme: Programme
    result: int
    amount: int | None
    applies: int | None


@dataclass(frozen=True, eq=False)
class Program:
    """A plan ready to be written as arrays, C or SQL.

    `bodies` are the rules, `keyed` the parameters that depend on other names (slots of the keys, in
    order), `fixed` those that depend on place and day only, `facts` what a registry gives, all by
    slot. `day` is the slot of the day asked about, if any rule asks.
    """

    nodes: tuple[Node, ...]
    stages: tuple[Stage, ...]
    bodies: Mapping[int, Statement]
    keyed: Mapping[int, tuple[int, ...]]
    fixed: tuple[int, ...]
    facts: tuple[int, ...]
    day: int | None
    findings: tuple[Finding, ...]
    slots: Mapping[str, int]

    def level(self, slot: int) -> Level:
        """Whom the value at a slot belongs to."""
        return self.nodes[slot].level

    def is_truth(self, slot: int) -> bool:
        """Whether the value at a slot is a yes or no, to be stored as 1 or 0."""
        return self.nodes[slot].unit == "是否"

    def wanted(self) -> tuple[int, ...]:
        """The slots of all findings, amounts and `applies`, each once, in order."""
        found: dict[int, None] = {}
        for finding in self.findings:
            for slot in (finding.result, finding.amount, finding.applies):
                if slot is not None:
                    found[slot] = None
        return tuple(found)


def program_of(plan: Plan) -> Program:
    """A plan brought into the small form; kept with the plan."""
    kept = plan.works.get("program")
    if kept is None:
        kept = plan.works["program"] = _make(plan)
    assert isinstance(kept, Program)
    return kept


@functools.lru_cache(maxsize=64)
def program_on(on: date, programmes: tuple[str, ...] | None = None) -> Program:
    """The law of a day in the small form, for all programmes or those named.

    Only what findings and amounts need: the words of reasons are for one household at a time.
    Raises `NoLawInForce` for a day before the rules begin.
    """
    return program_of(rulebook().plan(on, programmes))


def _make(plan: Plan) -> Program:
    findings = tuple(_finding(plan, programme) for programme in plan.programmes)
    needed = _needed(plan, findings)
    slots = {name: slot for name, slot in plan.slots.items() if slot in needed}
    bodies: dict[int, Statement] = {}
    keyed: dict[int, tuple[int, ...]] = {}
    fixed: list[int] = []
    facts: list[int] = []
    for slot in sorted(needed):
        node = plan.nodes[slot]
        if node.rule is not None:
            bodies[slot] = lower(node.rule, {name: plan.slots[name] for name in node.inputs})
        elif node.kind == "资料":
            facts.append(slot)
        elif node.parameter is not None and plan.where[slot]:
            keyed[slot] = tuple(at for at, _ in plan.where[slot])
        elif node.parameter is not None:
            fixed.append(slot)
    return Program(
        nodes=plan.nodes,
        stages=tuple(_stages(plan, sorted([*bodies, *keyed]))),
        bodies=bodies,
        keyed=keyed,
        fixed=tuple(fixed),
        facts=tuple(facts),
        day=slots.get(DAY),
        findings=findings,
        slots=slots,
    )


def _finding(plan: Plan, programme: Programme) -> Finding:
    def slot(name: str | None) -> int | None:
        return plan.slots.get(name) if name else None

    return Finding(
        programme, plan.slots[programme.result], slot(programme.amount), slot(programme.applies)
    )


def _needed(plan: Plan, findings: Sequence[Finding]) -> set[int]:
    todo = [
        slot
        for finding in findings
        for slot in (finding.result, finding.amount, finding.applies)
        if slot is not None
    ]
    needed: set[int] = set()
    while todo:
        slot = todo.pop()
        if slot not in needed:
            needed.add(slot)
            todo += [at for at, _ in plan.where[slot]]
    return needed


def _stages(plan: Plan, todo: list[int]) -> list[Stage]:
    """Level by level: all of the household that can be done, then obligors, then persons, again."""
    stages: list[Stage] = []
    waiting = set(todo)
    while todo:
        before = len(todo)
        for level in _ORDER:
            ready: list[int] = []
            for slot in todo:
                if plan.nodes[slot].level is level and not any(
                    at in waiting for at, _ in plan.where[slot]
                ):
                    ready.append(slot)
                    waiting.discard(slot)
            if ready:
                todo = [slot for slot in todo if slot not in ready]
                stages.append(Stage(level, tuple(ready)))
        assert len(todo) < before, "the plan was checked to have no circle"
    return stages
