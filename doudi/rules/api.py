"""Ask the law about one household, and ask again later whether it still says the same."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.kernel.money import Fen
from doudi.rules.book import Plan, rulebook
from doudi.rules.determination import Determination, Outcome
from doudi.rules.dialect import FINDINGS, Level, Programme
from doudi.rules.evaluate import Computed, compute
from doudi.rules.facts import HouseholdFacts, check_names
from doudi.rules.missing import Missing, Want, united
from doudi.rules.show import show
from doudi.rules.tables import Overlay, ParameterTable
from doudi.rules.trace import trace_of
from doudi.rules.version import rules_version

MISSING = "缺资料"


def determine(
    household: HouseholdFacts,
    on: date,
    place: str,
    *,
    overlay: Overlay | None = None,
    programmes: tuple[str, ...] | None = None,
) -> Determination:
    """What every programme in force on the day at the place gives the household, with full trace.

    Raises `FactRefused` for a fact that is unknown or out of range, `NoLawInForce` for a day before
    the rules begin, `PlaceRefused` and `OverlayRefused` for what cannot be read.
    """
    check_names(household)
    plan = rulebook().plan(on, programmes)
    computed = compute(plan, household, on, place, _tables(overlay))
    outcomes: list[Outcome] = []
    for programme in plan.programmes:
        outcomes += _outcomes(programme, plan, computed)
    return Determination(
        facts=household,
        on=on,
        place=place,
        rules_version=rules_version(overlay),
        outcomes=tuple(outcomes),
        trace=trace_of(plan, computed, household),
        roots={
            programme.code: tuple(
                name for name in (programme.result, programme.amount) if name is not None
            )
            for programme in plan.programmes
        },
    )


def determine_many(
    households: Iterable[HouseholdFacts],
    on: date,
    place: str,
    *,
    overlay: Overlay | None = None,
    programmes: tuple[str, ...] | None = None,
) -> list[Determination]:
    """The same for many households of one place, in their order."""
    return [
        determine(household, on, place, overlay=overlay, programmes=programmes)
        for household in households
    ]


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored answer computed again: the same, or every difference in words."""

    same: bool
    same_rules: bool
    differences: tuple[str, ...]


def replay(stored: Mapping[str, Any] | str, *, overlay: Overlay | None = None) -> Replay:
    """Compute a stored determination again from its own facts, and compare outcome and trace."""
    before = Determination.from_json(stored)
    after = determine(
        before.facts, before.on, before.place, overlay=overlay, programmes=tuple(before.roots)
    )
    differences: list[str] = []
    if before.outcomes != after.outcomes:
        pairs = zip(before.outcomes, after.outcomes, strict=False)
        differences += [
            f"{old.programme} {old.holder}：原 {old.result} {old.monthly.yuan()}，"
            f"现 {new.result} {new.monthly.yuan()}"
            for old, new in pairs
            if old != new
        ] or ["判定的项目或对象不同"]
    then = {(step.name, step.holder): step for step in before.trace}
    now = {(step.name, step.holder): step for step in after.trace}
    for key in dict.fromkeys([*then, *now]):
        old_step, new_step = then.get(key), now.get(key)
        if old_step != new_step:
            was = old_step.shown if old_step else "没有"
            became = new_step.shown if new_step else "没有"
            differences.append(f"{key[0]} {key[1]}：原 {was}，现 {became}")
    same_rules = before.rules_version == after.rules_version
    return Replay(not differences, same_rules, tuple(differences))


@functools.lru_cache(maxsize=64)
def _tables(overlay: Overlay | None) -> ParameterTable:
    tables = rulebook().tables
    return tables.with_overlay(overlay) if overlay is not None and overlay.values else tables


def _outcomes(programme: Programme, plan: Plan, computed: Computed) -> list[Outcome]:
    positions: Sequence[int | None] = (None,)
    if programme.holder is Level.PERSON:
        positions = range(len(computed.persons))
    return [
        _outcome(programme, plan, computed, position)
        for position in positions
        if programme.applies is None
        or _value(plan, computed, programme.applies, position) is not False
    ]


def _value(plan: Plan, computed: Computed, name: str, position: int | None) -> Any:
    slot = plan.slots[name]
    value = computed.values[slot]
    if plan.nodes[slot].level is Level.PERSON:
        return value[position] if position is not None else None
    return value


def _outcome(programme: Programme, plan: Plan, computed: Computed, position: int | None) -> Outcome:
    holder = "" if position is None else computed.persons[position]
    found = _value(plan, computed, programme.result, position)
    amount = _value(plan, computed, programme.amount, position) if programme.amount else 0
    unknown = [value for value in (found, amount) if type(value) is Missing]
    reasons = _reasons(programme, plan, computed, position)
    if unknown:
        wants: tuple[Want, ...] = united(unknown).wants
        told = (*reasons, *(want.text for want in wants))
        return Outcome(programme.code, holder, MISSING, Fen(0), told, wants, programme.per)
    return Outcome(programme.code, holder, FINDINGS[found], Fen(amount), reasons, (), programme.per)


def _reasons(
    programme: Programme, plan: Plan, computed: Computed, position: int | None
) -> tuple[str, ...]:
    told: list[str] = []
    for reason in programme.reasons:
        if reason.about not in plan.slots:  # a rule that was not yet or no longer in force
            continue
        value = _value(plan, computed, reason.about, position)
        if type(value) is Missing or value not in reason.texts:
            continue
        words = _Words(plan, computed, position)
        told.append(reason.texts[value].format_map(words))
        if value in reason.ends:
            break
    return tuple(told)


class _Words(dict[str, str]):
    """Fills `{name}` in a reason with the value of that name in words."""

    def __init__(self, plan: Plan, computed: Computed, position: int | None) -> None:
        super().__init__()
        self.plan, self.computed, self.position = plan, computed, position

    def __missing__(self, name: str) -> str:
        value = _value(self.plan, self.computed, name, self.position)
        if value is None or type(value) is Missing:
            return "（未知）"
        return show(self.plan.nodes[self.plan.slots[name]], value)
