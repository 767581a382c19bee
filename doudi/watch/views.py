"""What an indicator looks at: one household with its members and their facts. Pure, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from doudi.kernel.dates import age_on
from doudi.kernel.money import Fen


class FactView(NamedTuple):
    """A fact as known now; ``fresh`` says that it became known in the period or later."""

    id: int
    kind: str
    key: str
    amount_fen: int | None
    code: str
    detail: Mapping[str, Any] | None
    valid_since: date
    valid_before: date | None
    fresh: bool
    source: str

    def stands(self, on: date) -> bool:
        """Whether the fact is true on the day."""
        return self.valid_since <= on and (self.valid_before is None or self.valid_before > on)


class Hit(NamedTuple):
    """An indicator fired for a person: the figure, its limit, the sentence that says why.

    ``cause`` names the event: the same cause never fires twice. ``value`` and ``threshold`` are in
    the indicator's own unit. ``weight`` and ``direction`` speak where they differ from the
    indicator's.
    """

    value: int
    threshold: int
    sentence: str
    cause: str
    fact_id: int | None
    source: str
    happened_on: date
    weight: int | None = None
    direction: str = ""


@dataclass(frozen=True)
class Day:
    """The day on which is looked, the parameters in force on it, and the standard of 低保.

    ``standards`` holds fen per person and month by ``urban``; None where the county has none.
    """

    on: date
    told: Mapping[str, Any]
    standards: Mapping[bool, int | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.told[name]

    @property
    def news_since(self) -> date:
        """Events before this day are too old to start an alert."""
        return self.on - timedelta(days=int(self["scan.lookback_days"]))


@dataclass(slots=True)
class PersonView:
    """A member with the facts known of them, by kind."""

    id: int
    name: str
    sex: str
    birth: date
    relation: str = ""
    present: bool = True  # False: no longer of the household, kept because of what happened
    facts: dict[str, list[FactView]] = field(default_factory=dict)

    def age(self, on: date) -> int:
        """Full years on the day."""
        return age_on(self.birth, on)

    def of(self, kind: str) -> list[FactView]:
        """All known facts of a kind."""
        return self.facts.get(kind, [])

    def standing(self, kind: str, on: date) -> list[FactView]:
        """Facts of a kind that are true on the day."""
        return [fact for fact in self.of(kind) if fact.stands(on)]

    def news(self, kind: str, day: Day) -> list[FactView]:
        """Facts that became known lately, about something that happened lately."""
        return [
            fact
            for fact in self.of(kind)
            if fact.fresh and day.news_since < fact.valid_since <= day.on
        ]

    def new_states(self, kind: str, day: Day) -> list[FactView]:
        """News of a state that stands and does not merely continue one known before."""
        return [
            fact
            for fact in self.news(kind, day)
            if fact.stands(day.on) and not any(continues(fact, each) for each in self.of(kind))
        ]

    @property
    def died_on(self) -> date | None:
        """The day of death as facts tell it: the register before the crematorium."""
        days = [fact.valid_since for fact in self.of("death")]
        if days:
            return min(days)
        told = [(fact.detail or {}).get("died") for fact in self.of("cremation")]
        known = [date.fromisoformat(day) for day in told if day]
        return min(known or [fact.valid_since for fact in self.of("cremation")], default=None)


def continues(fact: FactView, other: FactView) -> bool:
    """Whether ``fact`` only goes on with what ``other`` said already.

    ``other`` began before it, or on the same day and was known before, and had not ended. Lists of
    different departments name one state by different keys, so keys are not compared.
    """
    if other.id == fact.id or not (
        other.valid_before is None or other.valid_before >= fact.valid_since
    ):
        return False
    if other.valid_since != fact.valid_since:
        return other.valid_since < fact.valid_since
    return fact.fresh and not other.fresh


@dataclass(slots=True)
class HouseholdView:
    """A household, its members, and to which kinds of the dictionary each of them belongs."""

    id: int
    place: str
    urban: bool
    head_id: int | None
    members: tuple[PersonView, ...]
    kinds: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def present(self) -> list[PersonView]:
        """The members of today."""
        return [person for person in self.members if person.present]

    def kinds_of(self, person_id: int) -> tuple[str, ...]:
        """The kinds of one member, in order of code."""
        return self.kinds.get(person_id, ())

    def is_of(self, person_id: int, first: str, last: str) -> bool:
        """Whether the member belongs to any kind from ``first`` to ``last``."""
        return any(first <= kind <= last for kind in self.kinds_of(person_id))


def yuan(fen: int) -> str:
    """Fen as people read it: "12,000.00 元"."""
    return f"{Fen(fen).display()} 元"


def limit(fen: int) -> str:
    """A threshold as people say it: "6,000 元", with fen only where there are any."""
    return f"{Fen(fen).display().removesuffix('.00')} 元"
