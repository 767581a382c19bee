"""A household over time: how it was at first, and what was different from which day to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from doudi.rules.errors import FactRefused
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.schema import Fact

Values = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from `since` (included) until `before` (not; None: for good).

    `members` and `obligors` are facts by reference; `joined` are persons not there before, `left`
    references of those who are there no more.
    """

    since: date
    before: date | None = None
    values: Values = field(default_factory=dict)
    members: Mapping[str, Values] = field(default_factory=dict)
    obligors: Mapping[str, Values] = field(default_factory=dict)
    joined: tuple[PersonFacts, ...] = ()
    left: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        """Whether it is in force on the day."""
        return self.since <= on and (self.before is None or on < self.before)

    def says(self) -> dict[tuple[str, str], Fact]:
        """Every fact it states, by holder ('' is the household) and name."""
        stated = {("", name): value for name, value in self.values.items()}
        people = (
            self.members,
            self.obligors,
            {each.reference: each.values for each in self.joined},
        )
        for told in people:
            for holder, values in told.items():
                stated |= {(holder, name): value for name, value in values.items()}
        return stated


@dataclass(frozen=True, slots=True)
class History:
    """A household as it was at first, with what changed; of two changes the later written wins."""

    base: HouseholdFacts
    changes: tuple[Change, ...] = ()

    def corrected(self, *changes: Change) -> History:
        """The same household with something now known to have been different."""
        return History(self.base, (*self.changes, *changes))

    def at(self, on: date) -> HouseholdFacts:
        """The facts in force on a day; raises `FactRefused` for a person who is not there."""
        facts = self.base
        for change in self.changes:
            if change.holds(on):
                facts = _with(facts, change)
        return facts

    def newly_said(self, on: date, last: date | None) -> dict[tuple[str, str], Fact]:
        """What is said on a day by changes that did not hold on the day last asked about."""
        said: dict[tuple[str, str], Fact] = {}
        for change in self.changes:
            if change.holds(on) and (last is None or not change.holds(last)):
                said |= change.says()
        return said


def _with(facts: HouseholdFacts, change: Change) -> HouseholdFacts:
    there = {each.reference for each in facts.members} | {each.reference for each in change.joined}
    _known([*change.members, *change.left], there, "成员")
    _known(change.obligors, {each.reference for each in facts.obligors}, "义务人")
    members = tuple(
        PersonFacts(each.reference, {**each.values, **change.members.get(each.reference, {})})
        for each in (*facts.members, *change.joined)
        if each.reference not in change.left
    )
    return HouseholdFacts({**facts.values, **change.values}, members, _obligors(facts, change))


def _obligors(facts: HouseholdFacts, change: Change) -> tuple[ObligorFacts, ...]:
    """Who owes support to nobody who is left is no obligor any more."""
    owed = (
        replace(
            each,
            of=tuple(name for name in each.of if name not in change.left),
            values={**each.values, **change.obligors.get(each.reference, {})},
        )
        for each in facts.obligors
    )
    return tuple(each for each in owed if each.of)


def _known(names: Iterable[str], there: set[str], what: str) -> None:
    for name in names:
        if name not in there:
            raise FactRefused(name=f"{what} {name}", why=f"这户没有这位{what}")


def laid_over(facts: HouseholdFacts, carried: Mapping[tuple[str, str], Fact]) -> HouseholdFacts:
    """The household with facts laid over it, by holder and name; who is gone is passed over."""
    if not carried:
        return facts
    by_holder: dict[str, dict[str, Fact]] = {}
    for (holder, name), value in carried.items():
        by_holder.setdefault(holder, {})[name] = value
    return HouseholdFacts(
        {**facts.values, **by_holder.get("", {})},
        tuple(
            PersonFacts(each.reference, {**each.values, **by_holder.get(each.reference, {})})
            for each in facts.members
        ),
        tuple(
            replace(each, values={**each.values, **by_holder.get(each.reference, {})})
            for each in facts.obligors
        ),
    )
