"""Needs asked of whole columns: of which people may an indicator fire at all?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.watch import kinds
from doudi.watch.indicators import INDICATORS, standing_triggers, triggers
from doudi.watch.indicators.needing import (
    Aged,
    Both,
    Either,
    Family,
    Has,
    Need,
    Not,
    OfKinds,
    When,
    Word,
)  # fmt: skip
from doudi.watch.screening.layout import (
    AMOUNT,
    BEFORE,
    BIRTH,
    CODE,
    DETAIL,
    JOINED,
    KEY,
    LEFT,
    MOVED,
    SINCE,
    URBAN,
)  # fmt: skip
from doudi.watch.screening.reading import GONE, KNOWN, NEVER, ROW, Numbers, Stretch, Truths
from doudi.watch.screening.rounds import Round, number_of
from doudi.watch.views import Day

# As ``evaluate`` goes through them.
CODES = tuple(sorted(INDICATORS))
_EPOCH = date(1970, 1, 1).toordinal()


def _days(day: date) -> int:
    """A day as Parquet counts it."""
    return day.toordinal() - _EPOCH


@dataclass(slots=True)
class _Facts:
    """All facts of one kind as columns."""

    frame: pl.DataFrame
    row: Numbers
    known: Numbers
    gone: Numbers
    since: Numbers
    before: Numbers
    amount: npt.NDArray[np.int64]
    words: dict[tuple[str, ...], Truths] = field(default_factory=dict)


class Pairs(NamedTuple):
    """Rows of people and, beside each, the place in ``CODES`` of what may fire; in this order."""

    row: npt.NDArray[np.int64]
    indicator: npt.NDArray[np.int64]


class Columns:
    """The facts of a stretch, ready to be asked in one round after another."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.height = stretch.people.height
        self.sizes = np.diff(stretch.starts)
        self.facts = {kind: _columns(rows) for kind, rows in stretch.facts.items()}
        self.birth = stretch.people.get_column(BIRTH).to_physical().to_numpy()
        urban = stretch.households.get_column(URBAN).to_numpy()
        self.urban = np.repeat(urban, self.sizes)
        self.joined, self.left, self.moved = (
            _or_never(stretch.people.get_column(name)) for name in (JOINED, LEFT, MOVED)
        )

    def any_of_household(self, people: Truths) -> Truths:
        """For each person whether somebody of their household is meant."""
        return np.repeat(self.households_with(people), self.sizes)

    def households_with(self, people: Truths) -> Truths:
        """For each household whether somebody of it is meant."""
        counted = np.concatenate([[0], np.cumsum(people)])
        found: Truths = np.diff(counted[self.stretch.starts]) > 0
        return found


def _columns(rows: pl.DataFrame) -> _Facts:
    return _Facts(
        frame=rows,
        row=rows.get_column(ROW).to_numpy().astype(np.int32),
        known=rows.get_column(KNOWN).to_numpy(),
        gone=rows.get_column(GONE).to_numpy(),
        since=rows.get_column(SINCE).to_physical().to_numpy(),
        before=_or_never(rows.get_column(BEFORE)),
        amount=rows.get_column(AMOUNT).fill_null(0).to_numpy(),
    )


def _or_never(days: pl.Series) -> Numbers:
    return days.to_physical().fill_null(NEVER).to_numpy()


class Asked:
    """One round over a stretch: everybody at once."""

    def __init__(self, columns: Columns, turn: Round, day: Day) -> None:
        self.columns, self.day = columns, day
        self.on = _days(day.on)
        self.seen, self.period = number_of(turn.seen), number_of(turn.period)
        self.here = self._here()
        self.present: Truths = self.here & (columns.left > self.on)
        self.alive = {
            kind: (facts.known <= self.seen) & (facts.gone > self.seen)
            for kind, facts in columns.facts.items()
        }
        self.tags = self._tags()

    def _here(self) -> Truths:
        """Who belongs to the household, or did until lately and to no other since."""
        columns, lately = self.columns, _days(self.day.news_since)
        joined = (columns.joined == NEVER) | (columns.joined <= self.on)
        found: Truths = joined & (columns.left > lately) & (columns.moved > self.on)
        return found

    def _people(self, rows: Numbers) -> Truths:
        found = np.zeros(self.columns.height, np.bool_)
        found[rows] = True
        return found & self.here

    def _tags(self) -> dict[str, Truths]:
        """Who belongs to which kind of the dictionary, as ``kinds.tag`` says it."""
        tags = {}
        for kind in kinds.dictionary():
            facts = self.columns.facts.get(kind.fact)
            if facts is None:
                tags[kind.code] = np.zeros(self.columns.height, np.bool_)
                continue
            shown = self.alive[kind.fact] & (facts.since <= self.on) & (facts.before > self.on)
            if kind.verified:
                shown &= facts.known < self.period
            for column, word in ((KEY, kind.key), (CODE, kind.of_code)):
                if word:
                    shown &= (facts.frame.get_column(column) == word).to_numpy()
            people = self._people(facts.row[shown])
            if kind.urban is not None:
                people &= self.columns.urban == kind.urban
            if kind.whole_household:
                people = self.columns.any_of_household(people) & self.here
            tags[kind.code] = people
        return tags

    def pairs(self) -> Pairs:
        """Which indicators may fire for whom, in the households at which the desk would look."""
        looked_at = self._any(triggers(), fresh=True) | self._any(standing_triggers(), fresh=False)
        household = self.columns.any_of_household(looked_at)
        rows, indicators = [], []
        for at, code in enumerate(CODES):
            each = INDICATORS[code]
            people = self._any(each.triggers, fresh=False) & household
            if each.needs is not None and people.any():
                people &= self.ask(each.needs)
            found = np.flatnonzero(people)
            rows.append(found)
            indicators.append(np.full(len(found), at))
        row, indicator = np.concatenate(rows), np.concatenate(indicators)
        order = np.lexsort((indicator, row))
        return Pairs(row[order], indicator[order])

    def _any(self, wanted: tuple[str, ...], *, fresh: bool) -> Truths:
        """Who has any fact of these kinds."""
        found = np.zeros(self.columns.height, np.bool_)
        for kind in wanted:
            facts = self.columns.facts.get(kind)
            if facts is not None:
                meant = self.alive[kind]
                meant = meant & (facts.known >= self.period) if fresh else meant
                found[facts.row[meant]] = True
        return found & self.here

    def ask(self, need: Need) -> Truths:
        """Of whom a need holds; the same answer as ``needing.met``, words read loosely."""
        match need:
            case Has():
                return self._has(need)
            case OfKinds(first, last):
                meant = [people for code, people in self.tags.items() if first <= code <= last]
                found = np.zeros(self.columns.height, np.bool_)
                for people in meant:
                    found |= people
                return found
            case Aged(years):
                least, most = years(self.day)
                age = self._ages()
                return (age >= least) & (age < most)
            case Family(inner, former):
                people = self.ask(inner) & (self.here if former else self.present)
                return self.columns.any_of_household(people)
            case When(asked):
                return np.full(self.columns.height, asked(self.day))
            case Both(one, other):
                people = self.ask(one)
                return people & self.ask(other) if people.any() else people
            case Either(one, other):
                return self.ask(one) | self.ask(other)
            case Not(inner):
                return ~self.ask(inner)
        raise TypeError(f"{need} is no need")

    def _ages(self) -> Numbers:
        """Full years; who was born on 29 February grows older on the 28th in a common year."""
        births = pl.Series(self.columns.birth).cast(pl.Date)
        years = births.dt.year().to_numpy()
        days = (births.dt.month().cast(pl.Int32) * 100 + births.dt.day()).to_numpy()
        on = self.day.on
        leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
        if not leap:
            days = np.where(days == 229, 228, days)
        ages: Numbers = on.year - years - (on.month * 100 + on.day < days)
        return ages

    def _has(self, need: Has) -> Truths:
        counts = np.zeros(self.columns.height, np.int64)
        for kind in need.kinds:
            facts = self.columns.facts.get(kind)
            if facts is None:
                continue
            rows = facts.row[self._meant(need, kind, facts)]
            if need.total is not None:
                amounts = facts.amount[self._meant(need, kind, facts)]
                np.add.at(counts, rows, np.maximum(amounts, 0))
            elif need.times is not None:
                np.add.at(counts, rows, 1)
            else:
                counts[rows] = 1
        least = need.total or need.times
        enough: Truths = (counts >= max(1, 1 if least is None else least(self.day))) & self.here
        return enough

    def _meant(self, need: Has, kind: str, facts: _Facts) -> Truths:
        """Which facts of one kind are as asked; the cheap questions first."""
        day, meant = self.day, self.alive[kind]
        if need.fresh or need.news:
            meant = meant & (facts.known >= self.period)
        if need.news:
            meant = meant & (facts.since > _days(day.news_since)) & (facts.since <= self.on)
        if need.stands is not None:
            then = _days(need.stands(day))
            meant = meant & (facts.since <= then) & (facts.before > then)
        if need.least is not None:
            meant = meant & (facts.amount >= need.least(day))
        if need.most is not None:
            meant = meant & (facts.amount <= need.most(day))
        if need.since is not None:
            meant = meant & (facts.since >= _days(need.since(day)))
        if need.until is not None:
            meant = meant & (facts.since <= _days(need.until(day)))
        if need.ended is not None:
            meant = meant & (facts.before > _days(need.ended(day))) & (facts.before <= self.on)
        for column, word in ((KEY, need.key), (CODE, need.code)):
            if word is not None and meant.any():
                meant = meant & self._words(facts, column, word, meant)
        if need.words is not None and meant.any():
            meant = meant & _contains(facts, need.words(day))
        return meant

    def _words(self, facts: _Facts, column: str, asked: Word, meant: Truths) -> Truths:
        words = facts.frame.get_column(column)
        distinct = words.filter(meant).unique().to_list()
        good = [word for word in distinct if asked(word, self.day)]
        found: Truths = words.is_in(good).to_numpy()
        return found


def _contains(facts: _Facts, words: tuple[str, ...]) -> Truths:
    """Whether code or detail holds one of the words; escaped JSON may hold any."""
    if words not in facts.words:
        asked = pl.any_horizontal(
            pl.col(CODE).str.contains_any(list(words)),
            pl.col(DETAIL).fill_null("").str.contains_any([*words, "\\"]),
        )
        facts.words[words] = facts.frame.select(asked).to_series().to_numpy()
    return facts.words[words]
