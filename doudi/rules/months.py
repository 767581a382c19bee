"""Month by month: a household over a past period, and what a corrected fact changes in it.

Each month is asked about on its first day, under the law and the figures of that day: what happens
in a month counts from the next. What a month finds (渐退第几个月, months of relief already given)
is a fact of the next one, as the carries beside the rules say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doudi.kernel.dates import Month
from doudi.rules.api import tables_of
from doudi.rules.book import rulebook
from doudi.rules.dialect import Level
from doudi.rules.errors import MonthsRefused
from doudi.rules.evaluate import compute
from doudi.rules.facts import HouseholdFacts, check_names
from doudi.rules.history import History, laid_over
from doudi.rules.missing import Missing
from doudi.rules.onepass import Assessment, assess
from doudi.rules.schema import Fact
from doudi.rules.tables import Overlay

MOST_MONTHS = 600  # fifty years; more is a slip of the hand
Carried = Mapping[tuple[str, str], Fact]


@dataclass(frozen=True, slots=True)
class MonthFound:
    """What the law gives in one month; `carried` came from the month before, by holder and name."""

    month: Month
    assessment: Assessment
    carried: Carried

    def as_json(self) -> dict[str, Any]:
        """The month as plain values, without the trace."""
        carried = [
            {"holder": holder, "name": name, "value": value}
            for (holder, name), value in sorted(self.carried.items())
        ]
        return {"month": str(self.month), "carried": carried, **self.assessment.as_json()}


def months_of(since: Month, before: Month) -> list[Month]:
    """Every month from `since` (included) to `before` (not); raises `MonthsRefused`."""
    count = before - since
    if count <= 0:
        raise MonthsRefused(since=since, before=before, why="截止月应晚于起始月")
    if count > MOST_MONTHS:
        raise MonthsRefused(since=since, before=before, why=f"最多算 {MOST_MONTHS} 个月")
    return [since + number for number in range(count)]


def month_by_month(
    history: History, since: Month, before: Month, place: str, *, overlay: Overlay | None = None
) -> tuple[MonthFound, ...]:
    """Each month from `since` (included) to `before` (not), on its first day, state carried along.

    The facts at the first month are taken as they stand; from then on a carried fact is what the
    month before found, unless a change that begins to hold says otherwise. Raises as `assess`, and
    `MonthsRefused`.
    """
    return tuple(_walk(history, months_of(since, before), place, overlay))


def _walk(
    history: History, months: list[Month], place: str, overlay: Overlay | None
) -> Iterator[MonthFound]:
    carried: dict[tuple[str, str], Fact] = {}
    last = None
    for month in months:
        on = month.first_day
        facts = history.at(on)
        if last is not None:
            said = history.newly_said(on, last)
            carried = {key: said.get(key, value) for key, value in carried.items()}
            facts = laid_over(facts, carried)
        assessment = assess(facts, on, place, overlay=overlay)
        yield MonthFound(month, assessment, carried)
        # Asked of the household as it came out: who was found destitute is taken out of it.
        carried = _carried(assessment.determination.facts, carried, month, place, overlay)
        last = on


def _carried(
    facts: HouseholdFacts, carried: Carried, month: Month, place: str, overlay: Overlay | None
) -> dict[tuple[str, str], Fact]:
    """What the month hands to the next; what is unknown stays so, or stays as it was."""
    check_names(facts)
    book = rulebook()
    plan = book.carrying(month.first_day)
    computed = compute(plan, facts, month.first_day, place, tables_of(overlay))
    handed: dict[tuple[str, str], Fact] = {}
    for carry in book.carries:
        slot = plan.slots.get(carry.found)
        if slot is None:  # a rule that is not in force yet hands nothing on
            continue
        level = plan.nodes[slot].level
        values = computed.values[slot]
        each = (values,) if level is Level.HOUSEHOLD else values
        for holder, value in zip(computed.holders(level), each, strict=True):
            key = (holder, carry.fact)
            if type(value) is not Missing:
                handed[key] = value
            elif not carry.keeps:
                handed[key] = None
            elif key in carried:
                handed[key] = carried[key]
    return handed
