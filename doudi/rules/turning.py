"""What would change the answer: the nearest single change of an amount or count that turns a no.

Only amounts and counts are tried (an income, savings, a vehicle): nobody is told to be older.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from doudi.rules.api import determine
from doudi.rules.dialect import MONEY_UNITS
from doudi.rules.facts import HouseholdFacts, PersonFacts
from doudi.rules.schema import Input, inputs
from doudi.rules.show import yuan
from doudi.rules.tables import Overlay

_COUNTS = frozenset({"套", "辆", "个"})
_MOST = 10_000_000_000  # a hundred million yuan: beyond it no change is near


@dataclass(frozen=True, slots=True)
class Turn:
    """One change that alone would make the programme 符合; fen for money, else a count."""

    name: str
    holder: str
    now: int
    then: int
    text: str


def turning_points(
    household: HouseholdFacts,
    on: date,
    place: str,
    programme: str,
    holder: str = "",
    *,
    overlay: Overlay | None = None,
    most: int = 5,
) -> tuple[Turn, ...]:
    """Single changes that would turn a 不符合 into 符合, the smallest first; none if none does."""

    def granted(changed: HouseholdFacts) -> bool:
        answer = determine(changed, on, place, overlay=overlay, programmes=(programme,))
        outcome = answer.outcome(programme, holder)
        return outcome is not None and outcome.result == "符合"

    start = determine(household, on, place, overlay=overlay, programmes=(programme,))
    outcome = start.outcome(programme, holder)
    if outcome is None or outcome.result != "不符合":
        return ()
    known = inputs()
    found: list[Turn] = []
    for step in start.trace:
        fact = known.get(step.name)
        if fact is None or step.value is None or step.unit not in MONEY_UNITS | _COUNTS:
            continue
        if fact.label.startswith("其中"):
            continue  # a part of another amount cannot change alone
        if step.holder and all(step.holder != member.reference for member in household.members):
            continue  # an obligor's means are not the family's to change
        trial = _trial(household, fact.name, step.holder, granted)
        for then in _nearest(fact, int(step.value), trial):
            found.append(_turn(fact, step.holder, int(step.value), then))
    found.sort(key=lambda turn: (abs(turn.then - turn.now), turn.name, turn.holder))
    return tuple(found[:most])


def _trial(
    household: HouseholdFacts, name: str, holder: str, granted: Callable[[HouseholdFacts], bool]
) -> Callable[[int], bool]:
    def with_value(value: int) -> bool:
        if not holder:
            return granted(replace(household, values={**household.values, name: value}))
        members = tuple(
            PersonFacts(member.reference, {**member.values, name: value})
            if member.reference == holder
            else member
            for member in household.members
        )
        return granted(replace(household, members=members))

    return with_value


def _nearest(fact: Input, now: int, granted: Callable[[int], bool]) -> Iterator[int]:
    """The values nearest to the present one, below and above, at which it is granted."""
    for end in (max(fact.low, 0), min(fact.high, now + _MOST)):
        if end == now or not granted(end):
            continue
        no, yes = now, end
        while abs(yes - no) > 1:
            middle = (yes + no) // 2
            if granted(middle):
                yes = middle
            else:
                no = middle
        yield yes


def _turn(fact: Input, holder: str, now: int, then: int) -> Turn:
    def say(value: int) -> str:
        return f"{yuan(value)} 元" if fact.unit in MONEY_UNITS else f"{value} {fact.unit}"

    whose = f"成员 {holder} 的" if holder else ""
    way = "降到" if then < now else "升到"
    text = f"{whose}{fact.name}由 {say(now)} {way} {say(then)}，就符合"
    return Turn(fact.name, holder, now, then, text)
