"""Ask the law about one household, and ask again later whether it still says the same."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.rules.book import Plan, rulebook
from doudi.rules.determination import Determination
from doudi.rules.evaluate import compute
from doudi.rules.facts import HouseholdFacts, check_names
from doudi.rules.outcomes import outcomes_of
from doudi.rules.schema import Fact
from doudi.rules.supposing import marked, read_supposed
from doudi.rules.tables import Overlay, ParameterTable
from doudi.rules.trace import trace_of
from doudi.rules.version import rules_version


def determine(
    household: HouseholdFacts,
    on: date,
    place: str,
    *,
    overlay: Overlay | None = None,
    programmes: tuple[str, ...] | None = None,
    supposing: Mapping[tuple[str, str], Fact] | None = None,
) -> Determination:
    """What every programme in force on the day at the place gives the household, with full trace.

    `supposing` sets computed values for this one question, by name and holder ('' the household);
    the answer is then hypothetical and refuses to be written down.

    Raises `FactRefused` for a fact that is unknown or out of range, `NoLawInForce` for a day before
    the rules begin, `PlaceRefused` and `OverlayRefused` for what cannot be read.
    """
    check_names(household)
    if supposing:
        return _supposed(household, on, place, overlay, programmes, supposing)
    plan = rulebook().plan(on, programmes)
    computed = compute(plan, household, on, place, tables_of(overlay))
    return Determination(
        facts=household,
        on=on,
        place=place,
        rules_version=rules_version(overlay),
        outcomes=outcomes_of(plan, computed),
        trace=trace_of(plan, computed, household),
        roots=_roots(plan),
    )


def _supposed(
    household: HouseholdFacts,
    on: date,
    place: str,
    overlay: Overlay | None,
    programmes: tuple[str, ...] | None,
    supposing: Mapping[tuple[str, str], Fact],
) -> Determination:
    supposed = read_supposed(household, on, supposing)
    plan = rulebook().supposing(on, programmes, frozenset(name for name, _ in supposed))
    computed = compute(plan, household, on, place, tables_of(overlay), supposed)
    return Determination(
        facts=household,
        on=on,
        place=place,
        rules_version=rules_version(overlay),
        outcomes=outcomes_of(plan, computed),
        trace=marked(trace_of(plan, computed, household), supposed),
        roots=_roots(plan),
        supposed=tuple((name, holder, value) for (name, holder), value in supposed.items()),
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


def _roots(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Per programme the names from which its account begins; the same for every household."""
    roots = plan.works.get("roots")
    if roots is None:
        roots = plan.works["roots"] = {
            programme.code: tuple(name for name in (programme.result, programme.amount) if name)
            for programme in plan.programmes
        }
    assert isinstance(roots, dict)
    return roots


@functools.lru_cache(maxsize=64)
def tables_of(overlay: Overlay | None) -> ParameterTable:
    """The shipped figures with a county's own laid over them; kept for the overlays last used."""
    tables = rulebook().tables
    return tables.with_overlay(overlay) if overlay is not None and overlay.values else tables
