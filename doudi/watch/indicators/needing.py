"""What must hold before an indicator can fire: a cheap question that whole columns can answer.

An indicator may declare ``needs``. It says too much rather than too little: wherever ``fires``
finds something, ``needs`` holds (a test holds every indicator to that), so that a screening of
millions asks ``fires`` only about the few for whom it does. It decides nothing by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from doudi.watch.views import Day, FactView, HouseholdView, PersonView

Dated = Callable[[Day], date]
Number = Callable[[Day], int]
Word = Callable[[str, Day], bool]


class Need:
    """A question about one person; ``&``, ``|`` and ``~`` combine them."""

    def __and__(self, other: Need) -> Need:
        return Both(self, other)

    def __or__(self, other: Need) -> Need:
        return Either(self, other)

    def __invert__(self) -> Need:
        return Not(self)


@dataclass(frozen=True)
class Has(Need):
    """The person has a fact of one of these kinds, of which everything asked for is true.

    ``key`` and ``code`` are asked once for each distinct word, so they look at nothing else.
    ``words``: the code or the detail contains one of them. ``least``: the amount in fen, nil where
    none is told. ``since`` and ``until``: the day on which it began, both included. ``ended``: it
    ended after that day, and not after today. ``times``: so many such facts. ``total``: the
    amounts above nil of all of them come to so many fen.
    """

    kinds: tuple[str, ...]
    fresh: bool = False
    news: bool = False
    stands: Dated | None = None
    key: Word | None = None
    code: Word | None = None
    words: Callable[[Day], tuple[str, ...]] | None = None
    least: Number | None = None
    most: Number | None = None
    since: Dated | None = None
    until: Dated | None = None
    ended: Dated | None = None
    times: Number | None = None
    total: Number | None = None

    @property
    def exact(self) -> bool:
        """Whether it holds for nobody but those of whom it is meant."""
        return self.words is None and self.total is None


@dataclass(frozen=True)
class OfKinds(Need):
    """The person belongs to a kind of the dictionary from ``first`` to ``last``."""

    first: str
    last: str


@dataclass(frozen=True)
class Aged(Need):
    """The person is of an age in full years, the first included, the second not."""

    years: Callable[[Day], tuple[int, int]]


@dataclass(frozen=True)
class Family(Need):
    """Somebody of the household, of today or (``former``) of lately, is as asked."""

    somebody: Need
    former: bool = False


@dataclass(frozen=True)
class When(Need):
    """The day itself is as asked."""

    day: Callable[[Day], bool]


@dataclass(frozen=True)
class Both(Need):
    one: Need
    other: Need


@dataclass(frozen=True)
class Either(Need):
    one: Need
    other: Need


@dataclass(frozen=True)
class Not(Need):
    """Only of what is exact: the negation of "too many" would be "too few"."""

    need: Need

    def __post_init__(self) -> None:
        assert exact(self.need), "what says too much must not be negated"


def exact(need: Need) -> bool:
    """Whether a need holds for nobody but those of whom it is meant."""
    match need:
        case Has():
            return need.exact
        case Both(one, other) | Either(one, other):
            return exact(one) and exact(other)
        case Family(inner) | Not(inner):
            return exact(inner)
    return True


def today(day: Day) -> date:
    """The day on which is looked."""
    return day.on


def met(need: Need, person: PersonView, household: HouseholdView, day: Day) -> bool:
    """Whether a need holds for one member of a tagged household."""
    match need:
        case Has():
            return _has(need, person, day)
        case OfKinds(first, last):
            return household.is_of(person.id, first, last)
        case Aged(years):
            first_year, before = years(day)
            return first_year <= person.age(day.on) < before
        case Family(inner, former):
            members = household.members if former else household.present
            return any(met(inner, each, household, day) for each in members)
        case When(asked):
            return asked(day)
        case Both(one, other):
            return met(one, person, household, day) and met(other, person, household, day)
        case Either(one, other):
            return met(one, person, household, day) or met(other, person, household, day)
        case Not(inner):
            return not met(inner, person, household, day)
    raise TypeError(f"{need} is no need")


def _has(need: Has, person: PersonView, day: Day) -> bool:
    found = [
        fact
        for kind in need.kinds
        for fact in (person.news(kind, day) if need.news else person.of(kind))
        if _is_as_asked(need, fact, day)
    ]
    if need.total is not None:
        return bool(found) and sum(max(f.amount_fen or 0, 0) for f in found) >= need.total(day)
    return len(found) >= (1 if need.times is None else need.times(day))


def _is_as_asked(need: Has, fact: FactView, day: Day) -> bool:
    amount, ends = fact.amount_fen or 0, fact.valid_before
    return (
        (not need.fresh or fact.fresh)
        and (need.stands is None or fact.stands(need.stands(day)))
        and (need.key is None or need.key(fact.key, day))
        and (need.code is None or need.code(fact.code, day))
        and (need.words is None or _contains(fact, need.words(day)))
        and (need.least is None or amount >= need.least(day))
        and (need.most is None or amount <= need.most(day))
        and (need.since is None or fact.valid_since >= need.since(day))
        and (need.until is None or fact.valid_since <= need.until(day))
        and (need.ended is None or (ends is not None and need.ended(day) < ends <= day.on))
    )


def _contains(fact: FactView, words: tuple[str, ...]) -> bool:
    told = fact.code + json.dumps(dict(fact.detail or {}), ensure_ascii=False)
    return any(word in told for word in words)
