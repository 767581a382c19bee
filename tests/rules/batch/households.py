"""Random households that know where the law's thresholds are: as columns, and as facts.

Columns are drawn first, many households at once; `Households.facts` says one of them again as the
scalar engine wants it. Amounts, ages and counts are drawn around the figures in force, and then
moved (`nudging`) until the quantities that a rule compares are equal or one apart.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from doudi.rules import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.batch.frame import Column, Figures, Frame, Numbers, figures_of
from doudi.rules.batch.ir import Constant
from doudi.rules.batch.program import Program, program_on
from doudi.rules.book import rulebook
from doudi.rules.dialect import MONEY_UNITS, Level
from doudi.rules.errors import NoLawInForce
from doudi.rules.schema import Input
from doudi.rules.tables import ParameterTable

from .locals import with_local_figures
from .walking import parts_of

GIVEN, UNKNOWN, LEFT_OUT = 0, 1, 2
NOWHERE = "999999"  # a place that no parameter file knows
MONTHS = "分/核算期"
_SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 8)
_SIZE_CHANCES = (0.06, 0.24, 0.22, 0.2, 0.12, 0.08, 0.04, 0.02, 0.02)
_TIMES = (1, 1, 2, 3, 4, 5, 6, 8, 12, 12, 24, 36, 48, 60)
_FIRST, _LAST = date(2014, 5, 1), date(2027, 12, 31)

Chance = np.random.Generator


@dataclass(slots=True)
class Told:
    """One fact of everyone: its values, and whether they are given, unknown or left out."""

    values: Numbers
    state: Any

    def give(self, which: Any, values: Any) -> None:
        """Some holders tell it."""
        self.values[which] = values
        self.state[which] = GIVEN


@dataclass(eq=False)
class Households:
    """Households of one day, of several places, with whoever belongs to them."""

    program: Program
    codes: tuple[str, ...] | None
    on: date
    places: tuple[str, ...]
    tables: ParameterTable
    figures: Figures
    persons: Numbers
    obligors: Numbers
    owed: Numbers
    owing: Numbers
    at: Any
    told: dict[int, Told]
    chance: Chance
    _lists: dict[Level, list[tuple[str, list[int], list[int]]]] = field(default_factory=dict)
    _links: list[list[int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.at)

    def holders(self, level: Level) -> int:
        """How many there are of a level."""
        starts = {Level.PERSON: self.persons, Level.OBLIGOR: self.obligors}.get(level)
        return len(self) if starts is None else int(starts[-1])

    def starts(self, level: Level) -> Numbers:
        """Where the holders of each household begin."""
        return self.persons if level is Level.PERSON else self.obligors

    def frame(self) -> Frame:
        """The same as columns, in whatever types, with rubbish where nothing is known."""
        columns: dict[int, Column] = {}
        for slot, told in self.told.items():
            if not (told.state == LEFT_OUT).all():
                columns[slot] = self._column(slot)
        return replace(self._empty, columns=columns)

    @property
    def _empty(self) -> Frame:
        return Frame(
            len(self), self.persons, self.obligors, self.owed, self.owing, self.at, columns={}
        )

    def plain(self, slots: Iterable[int]) -> Frame:
        """Only some facts, as they are."""
        columns = {slot: Column(*self._told(slot)) for slot in slots}
        return replace(self._empty, columns=columns)

    def _told(self, slot: int) -> tuple[Numbers, Any]:
        told, fact = self.told[slot], self.program.nodes[slot].input
        assert fact is not None
        values, known = told.values.copy(), told.state == GIVEN
        if fact.default is not None:
            left_out = told.state == LEFT_OUT
            values[left_out] = int(fact.default)
            known |= left_out
        return values, known

    def _column(self, slot: int) -> Column:
        fact = self.program.nodes[slot].input
        assert fact is not None
        values, known = self._told(slot)
        if fact.unit == "是否":
            kind: Any = self.chance.choice(["bool", "int8", "int64"])
        else:
            kind = "int64" if self.chance.random() < 0.5 else np.min_scalar_type(-fact.high * 2)
        if known.all():
            return Column(values.astype(kind))
        rubbish = {"bool": 1, "int8": -77}.get(str(kind), int(self.chance.integers(-(10**6), 1)))
        values[~known] = rubbish if str(kind) != "int64" else -(2**62) + rubbish
        return Column(values.astype(kind), known)

    def place(self, household: int) -> str:
        """The place of a household."""
        return self.places[self.at[household]]

    def facts(self, household: int) -> HouseholdFacts:
        """One household as the scalar engine wants it."""
        if not self._lists:
            self._prepare()
        first, last = self.persons[household], self.persons[household + 1]
        members = tuple(
            PersonFacts(f"{at - first:02}", self._values(Level.PERSON, at))
            for at in range(first, last)
        )
        begin, end = self.obligors[household], self.obligors[household + 1]
        obligors = tuple(
            ObligorFacts(
                f"义{at - begin:02}",
                tuple([f"{person - first:02}" for person in self._links[at]]),
                self._values(Level.OBLIGOR, at),
            )
            for at in range(begin, end)
        )
        return HouseholdFacts(self._values(Level.HOUSEHOLD, household), members, obligors)

    def _prepare(self) -> None:
        self._lists = {level: [] for level in Level}
        for slot, told in self.told.items():
            node = self.program.nodes[slot]
            entry = (node.name, told.values.tolist(), told.state.tolist())
            self._lists[node.level].append(entry)
        self._links = [[] for _ in range(self.holders(Level.OBLIGOR))]
        for person in range(self.holders(Level.PERSON)):
            for obligor in self.owing[self.owed[person] : self.owed[person + 1]]:
                self._links[obligor].append(person)

    def _values(self, level: Level, at: int) -> dict[str, int | None]:
        return {
            name: values[at] if states[at] == GIVEN else None
            for name, values, states in self._lists[level]
            if states[at] != LEFT_OUT
        }


# ---- When and where ----


@functools.cache
def days() -> tuple[date, ...]:
    """Every day on which rules or figures change, the day before and the day after."""
    book = rulebook()
    changes = {day for day in book.change_days if day >= _FIRST}
    for value in book.tables.all_values():
        changes |= {day for day in (value.since, value.before) if day is not None}
    near = {day + timedelta(step) for day in changes for step in (-1, 0, 1)}
    return tuple(sorted(day for day in near if _FIRST <= day <= _LAST))


def a_day(chance: Chance) -> date:
    """A day of change or its neighbour, or any day."""
    if chance.random() < 0.7:
        return days()[chance.integers(len(days()))]
    return _FIRST + timedelta(int(chance.integers((_LAST - _FIRST).days)))


@functools.cache
def known_places() -> tuple[str, ...]:
    """Every place that has a figure of its own."""
    values = rulebook().tables.all_values()
    return tuple(sorted({value.place for value in values}))


def some_places(chance: Chance) -> tuple[str, ...]:
    """Places with figures, a town below one, and one without."""
    count = int(chance.integers(1, 6))
    found = [str(place) for place in chance.choice(known_places(), count)]
    if chance.random() < 0.5:
        found.append(found[0][:6] + "102000" if len(found[0]) == 6 else found[0])
    if chance.random() < 0.3:
        found.append(NOWHERE)
    return tuple(dict.fromkeys(found))


# ---- What is told ----


class _Pools:
    """Numbers near which something changes, taken from the figures in force and from the rules."""

    def __init__(self, program: Program, figures: Figures) -> None:
        money: set[int] = set()
        small: set[int] = {0, 1, 18, 60}
        shares: set[int] = set()
        for slot, figure in figures.by_slot.items():
            found = {int(value) for value in np.unique(figure.values[figure.known])}
            unit = program.nodes[slot].unit
            if unit in MONEY_UNITS:
                money |= found
            else:
                (shares if unit == "万分比" else small).update(found)
        for body in program.bodies.values():
            for part in parts_of(body):
                if isinstance(part, Constant):
                    small.add(part.value)
        money |= {amount * share // 10000 for amount in list(money) for share in shares}
        self.money = np.array(sorted(money | {0, 100_000}), np.int64)
        self.small = np.array(sorted(each for each in small if -10 < each < 1300), np.int64)

    def amounts(self, chance: Chance, count: int) -> Numbers:
        """Figures in force and their multiples, a fen more or less."""
        found = chance.choice(self.money, count) * chance.choice(_TIMES, count)
        return found + chance.integers(-1, 2, count)

    def numbers(self, chance: Chance, count: int) -> Numbers:
        """Small numbers of rules and figures, one more or less."""
        return chance.choice(self.small, count) + chance.integers(-1, 2, count)


class _Drawing:
    """Draws every fact of every holder; some households are ordinary, some have gaps."""

    def __init__(self, drawn: Households) -> None:
        self.drawn, self.chance = drawn, drawn.chance
        self.pools = _Pools(drawn.program, drawn.figures)
        count = len(drawn)
        self.plain = self.chance.choice([0.4, 0.85, 0.97], count)
        self.gaps = self.chance.choice([0, 0.02, 0.15], count, p=[0.6, 0.25, 0.15])
        each = np.arange(count)
        self.owner = {
            Level.HOUSEHOLD: each,
            Level.PERSON: np.repeat(each, np.diff(drawn.persons)),
            Level.OBLIGOR: np.repeat(each, np.diff(drawn.obligors)),
        }

    def draw(self) -> None:
        """Fill in everything that is told."""
        for slot in self.drawn.program.facts:
            node = self.drawn.program.nodes[slot]
            assert node.input is not None
            self.drawn.told[slot] = self._fact(node.input)
        self._concentrate()

    def _fact(self, fact: Input) -> Told:
        chance, owner = self.chance, self.owner[fact.level]
        count = len(owner)
        values = self._values(fact, count)
        usual = fact.default if fact.default is not None else max(fact.low, 0)
        if fact.default is not None or not (fact.options or fact.unit in ("日期", "是否")):
            values = np.where(chance.random(count) < self.plain[owner], int(usual), values)
        state = np.full(count, GIVEN, np.int8)
        state[chance.random(count) < self.gaps[owner]] = UNKNOWN
        if fact.default is not None:
            state[(values == int(fact.default)) & (chance.random(count) < 0.3)] = LEFT_OUT
            if chance.random() < 0.05:
                state[:] = LEFT_OUT
        else:
            state[chance.random(count) < self.gaps[owner] / 2] = LEFT_OUT
        return Told(values, state)

    def _values(self, fact: Input, count: int) -> Numbers:
        chance = self.chance
        if fact.unit == "是否":
            return chance.integers(0, 2, count)
        if fact.options:
            return chance.choice(list(fact.options.values()), count)
        if fact.unit == "日期":
            return self._dates(count)
        if fact.unit in MONEY_UNITS:
            found = np.where(
                chance.random(count) < 0.5,
                self.pools.amounts(chance, count),
                np.exp(chance.uniform(0, 17, count)).astype(np.int64),
            )
            if fact.low < 0:
                found = np.where(chance.random(count) < 0.3, -found, found)
        else:
            found = np.where(
                chance.random(count) < 0.8,
                self.pools.numbers(chance, count),
                chance.integers(fact.low, fact.high + 1, count),
            )
        found = np.clip(found, fact.low, fact.high)
        ends = chance.choice([fact.low, fact.high], count)
        return np.where(chance.random(count) < 0.01, ends, found)

    def _dates(self, count: int) -> Numbers:
        """Birthdays a day around an age, days some months ago, any day, few still to come."""
        chance = self.chance
        today = np.datetime64(self.drawn.on)
        month, of_month = today.astype("M8[M]"), today - today.astype("M8[M]").astype("M8[D]")
        back = np.where(
            chance.random(count) < 0.8,
            12 * np.clip(self.pools.numbers(chance, count), 0, 110),
            chance.integers(0, 1200, count),
        )
        near = (month - back).astype("M8[D]") + of_month + chance.integers(-1, 2, count)
        anyhow = today - chance.integers(-400, 36_000, count)
        found = np.where(chance.random(count) < 0.6, near, anyhow)
        return numbered(found)

    def _concentrate(self) -> None:
        """In some households the whole income is one amount of one person, near a threshold."""
        drawn, chance = self.drawn, self.chance
        nodes = drawn.program.nodes
        incomes = [
            slot for slot in drawn.told
            if nodes[slot].level is Level.PERSON and nodes[slot].unit == MONTHS
        ]  # fmt: skip
        sizes = np.diff(drawn.persons)
        chosen = (chance.random(len(drawn)) < 0.25) & (sizes > 0)
        if not incomes or not chosen.any():
            return
        theirs = chosen[self.owner[Level.PERSON]]
        for slot in incomes:
            drawn.told[slot].give(theirs, 0)
        which = np.flatnonzero(chosen)
        who = drawn.persons[which] + chance.integers(0, sizes[which])
        amounts = self.pools.amounts(chance, len(which))
        amounts += chance.choice(self.pools.money, len(which)) * 12 * (sizes[which] - 1)
        kinds = chance.integers(0, len(incomes), len(which))
        for at, slot in enumerate(incomes):
            fact = nodes[slot].input
            assert fact is not None
            mine = kinds == at
            drawn.told[slot].give(who[mine], np.clip(amounts[mine], fact.low, fact.high))


def numbered(days_: Any) -> Numbers:
    """Days as yyyymmdd."""
    months = days_.astype("M8[M]")
    years = months.astype("M8[Y]")
    year = years.astype(np.int64) + 1970
    month = (months - years).astype(np.int64) + 1
    day = (days_ - months.astype("M8[D]")).astype(np.int64) + 1
    found: Numbers = year * 10000 + month * 100 + day
    return found


def _below(persons: Numbers, obligors: Numbers, chance: Chance) -> tuple[Numbers, Numbers]:
    """Who of the obligors owes whom: each at least one member of the household."""
    count = int(obligors[-1])
    house = np.repeat(np.arange(len(persons) - 1), np.diff(obligors))
    sizes = np.diff(persons)[house]
    sure = persons[house] + chance.integers(0, np.maximum(sizes, 1), count)
    obligor = np.repeat(np.arange(count), sizes)
    begins = np.cumsum(sizes) - sizes
    person = persons[house][obligor] + np.arange(len(obligor)) - begins[obligor]
    owes = (chance.random(len(obligor)) < 0.6) | (person == sure[obligor])
    person, obligor = person[owes], obligor[owes]
    order = np.lexsort((obligor, person))
    counts = np.bincount(person, minlength=int(persons[-1]))
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), obligor[order]


def draw(
    program: Program, codes: tuple[str, ...] | None, on: date, count: int, chance: Chance
) -> Households:
    """Households of one day, not yet nudged."""
    places = some_places(chance)
    sizes = chance.choice(_SIZES, count, p=_SIZE_CHANCES)
    owing = np.where(sizes > 0, chance.choice(5, count, p=[0.4, 0.2, 0.25, 0.1, 0.05]), 0)
    persons = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    obligors = np.concatenate([[0], np.cumsum(owing)]).astype(np.int64)
    owed, owes = _below(persons, obligors, chance)
    at = chance.integers(0, len(places), count).astype(np.int32)
    if chance.random() < 0.5:
        at.sort()  # a registry mostly stands place by place
    tables = rulebook().tables
    if chance.random() < 0.6:
        tables = with_local_figures(tables, program, places, on, chance)
    figures = figures_of(program, tables, places, on)
    drawn = Households(
        program, codes, on, places, tables, figures, persons, obligors, owed, owes, at, {}, chance
    )
    _Drawing(drawn).draw()
    return drawn


def batches(
    codes: tuple[str, ...] | None, count: int, seed: int, *, size: int = 2500, nudges: int = 60
) -> Iterator[Households]:
    """So many households of the programmes, day after day; the same seed gives the same."""
    chance = np.random.default_rng(seed)
    while count > 0:
        on = a_day(chance)
        program = program_on_or_none(on, codes)
        if program is not None:
            yield _nudged(draw(program, codes, on, min(size, count), chance), nudges)
            count -= min(size, count)


def on_one_day(
    codes: tuple[str, ...] | None, on: date, count: int, seed: int, *, nudges: int = 200
) -> Households:
    """So many households of the programmes on one day."""
    chance = np.random.default_rng(seed)
    return _nudged(draw(program_on(on, codes), codes, on, count, chance), nudges)


def _nudged(drawn: Households, times: int) -> Households:
    from .nudging import nudge

    nudge(drawn, times)
    return drawn


def program_on_or_none(on: date, codes: tuple[str, ...] | None) -> Program | None:
    """The law of a day, or none before a programme begins."""
    try:
        return program_on(on, codes)
    except NoLawInForce:
        return None
