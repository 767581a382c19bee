"""A shard read in stretches of whole households, as frames that any form can compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from doudi.rules.batch.frame import Column, Frame, Numbers, Truths
from doudi.rules.batch.program import Program
from doudi.rules.batch.registry import (
    FILES,
    HOUSEHOLD,
    OBLIGOR,
    PERSON,
    PLACE,
    Faults,
    RegistryRefused,
    Shard,
)
from doudi.rules.dialect import Level
from doudi.rules.errors import FactRefused
from doudi.rules.schema import MOST_MEMBERS, MOST_OBLIGORS, Input

STRETCH = 400_000  # persons at a time: large enough for arrays, small enough for any machine
_NUMBER = "_第几户"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some households in order: their numbers and their facts as a frame.

    `persons` are the numbers of their persons, None where no programme answers for a person.
    """

    households: pl.Series
    persons: pl.Series | None
    frame: Frame


class _Order:
    """Where the rows of each household stand in a file that lists them in household order.

    `counts[h]` rows belong to household h. `rows` is None when the file already stands in that
    order; else it holds the rows, sorted.
    """

    def __init__(self, shard: Shard, level: Level, ids: pl.Series, names: Sequence[str]) -> None:
        file = FILES[level]
        own = shard.scan(level).select(HOUSEHOLD).collect().get_column(HOUSEHOLD)
        if own.dtype != ids.dtype:
            why = f"{file} 的户号是 {own.dtype}，households.parquet 的是 {ids.dtype}"
            raise RegistryRefused(folder=shard.folder, why=why)
        lengths, values = _runs(own)
        self.rows: pl.DataFrame | None = None
        self.lost = 0
        if len(values) == len(ids) and bool((values == ids).all()):
            self.counts = lengths
            return
        numbered = pl.DataFrame({HOUSEHOLD: ids}).with_row_index(_NUMBER)
        at = pl.DataFrame({HOUSEHOLD: values}).join(
            numbered, on=HOUSEHOLD, how="left", maintain_order="left"
        ).get_column(_NUMBER)  # fmt: skip
        where = at.fill_null(-1).cast(pl.Int64).to_numpy()
        self.counts = np.bincount(
            where[where >= 0], weights=lengths[where >= 0], minlength=len(ids)
        ).astype(np.int64)
        self.lost = int(lengths[where < 0].sum())
        if self.lost == 0 and bool((np.diff(where) > 0).all()):
            return
        keys = [name for name in (HOUSEHOLD, PERSON, OBLIGOR) if name in shard.columns[level]]
        self.rows = (
            shard.scan(level)
            .select(list(dict.fromkeys([*keys, *names])))
            .collect()
            .with_columns(pl.Series(_NUMBER, np.repeat(where, lengths)))
            .filter(pl.col(_NUMBER) >= 0)
            .sort(_NUMBER, maintain_order=True)
            .drop(_NUMBER)
        )


def _runs(ids: pl.Series) -> tuple[Numbers, pl.Series]:
    """How long each run of equal values is, and the values."""
    if len(ids) == 0:
        return np.zeros(0, np.int64), ids
    if ids.dtype.is_integer() and not ids.null_count():
        numbers = ids.to_numpy()
        starts = _starts(numbers[1:] != numbers[:-1])
        return np.diff(starts, append=len(ids)), pl.Series(ids.name, numbers[starts])
    starts = _starts(ids.slice(1).ne_missing(ids.slice(0, len(ids) - 1)).to_numpy())
    return np.diff(starts, append=len(ids)), ids.gather(starts)


def _starts(differ: Truths) -> Numbers:
    """Where runs begin, by whether each value differs from the one before it."""
    changes = np.flatnonzero(differ)
    starts = np.zeros(len(changes) + 1, np.int64)
    np.add(changes, 1, out=starts[1:])
    return starts


class _Rows:
    """The rows of a file, so many at a time and in order."""

    def __init__(self, shard: Shard, level: Level, names: Sequence[str], order: _Order | None):
        self.waiting: list[pl.DataFrame] = []
        self.height = 0
        if order is not None and order.rows is not None:
            self.batches = iter([order.rows.select(list(names))])
        else:
            scan = shard.scan(level).select(list(names))
            self.batches = iter(scan.collect_batches(chunk_size=STRETCH, maintain_order=True))

    def take(self, count: int) -> pl.DataFrame:
        """The next rows; there must be so many."""
        while self.height < count or not self.waiting:
            batch = next(self.batches)
            self.waiting.append(batch)
            self.height += batch.height
        whole = pl.concat(self.waiting) if len(self.waiting) > 1 else self.waiting[0]
        self.waiting, self.height = [whole.slice(count)], self.height - count
        return whole.slice(0, count)


class ShardReader:
    """Reads a shard for one program; a value that cannot be used is noted and becomes unknown."""

    def __init__(
        self, shard: Shard, program: Program, places: Sequence[str], faults: Faults
    ) -> None:
        self.shard = shard
        self.program = program
        self.faults = faults
        self.places = pl.Enum(list(places))
        self.personal = any(each.programme.holder is Level.PERSON for each in program.findings)
        self.wanted: dict[Level, list[int]] = {level: [] for level in Level}
        for slot in program.facts:
            level = program.level(slot)
            if shard.has(level) and program.nodes[slot].name in shard.columns[level]:
                self.wanted[level].append(slot)

    def stretches(self, persons_at_once: int = STRETCH) -> Iterator[Stretch]:
        """All households, in the order of households.parquet; raises `RegistryRefused`."""
        ids = self.shard.scan(Level.HOUSEHOLD).select(HOUSEHOLD).collect().get_column(HOUSEHOLD)
        if ids.null_count() or not _unique(ids):
            raise RegistryRefused(folder=self.shard.folder, why="有的户号是空的或者写了两次")
        names = {level: self._names(level) for level in Level}
        order = _Order(self.shard, Level.PERSON, ids, names[Level.PERSON])
        self.faults.add(FILES[Level.PERSON], HOUSEHOLD, order.lost, "没有这一户的人")
        households = _Rows(self.shard, Level.HOUSEHOLD, names[Level.HOUSEHOLD], None)
        persons = _Rows(self.shard, Level.PERSON, names[Level.PERSON], order)
        if len(ids) and int(order.counts.max()) > MOST_MEMBERS:
            first = int(np.argmax(order.counts))
            why = f"户 {ids[first]} 有 {int(order.counts[first])} 个人，最多 {MOST_MEMBERS} 个"
            raise RegistryRefused(folder=self.shard.folder, why=why)
        starts = np.concatenate([[0], np.cumsum(order.counts)]).astype(np.int64)
        others = _Obligors(self, ids, names, order) if self.shard.has(Level.OBLIGOR) else None
        first = 0
        while first < len(ids):
            last = int(np.searchsorted(starts, starts[first] + persons_at_once, "right")) - 1
            last = min(max(last, first + 1), len(ids), first + persons_at_once)
            yield self._stretch(
                ids.slice(first, last - first),
                households.take(last - first),
                persons.take(int(starts[last] - starts[first])),
                starts[first : last + 1],
                others.take(first, last, starts) if others else None,
            )
            first = last

    def _names(self, level: Level) -> list[str]:
        keys = {
            Level.HOUSEHOLD: [PLACE],
            Level.PERSON: [PERSON] if self.personal else [],
            Level.OBLIGOR: [],
        }
        names = [self.program.nodes[slot].name for slot in self.wanted[level]]
        return keys[level] + names or [HOUSEHOLD]

    def _stretch(
        self,
        ids: pl.Series,
        households: pl.DataFrame,
        persons: pl.DataFrame,
        starts: Numbers,
        others: tuple[pl.DataFrame, Numbers, Numbers, Numbers] | None,
    ) -> Stretch:
        columns = self.columns(Level.HOUSEHOLD, households, ids, None)
        columns |= self.columns(Level.PERSON, persons, ids, starts)
        obligor_starts = np.zeros(households.height + 1, np.int64)
        owed, owing = np.zeros(persons.height + 1, np.int64), np.zeros(0, np.int64)
        if others is not None:
            rows, obligor_starts, owed, owing = others
            columns |= self.columns(Level.OBLIGOR, rows, ids, obligor_starts)
        codes = households.get_column(PLACE).cast(self.places).to_physical().to_numpy()
        frame = Frame(
            households=households.height,
            persons=starts - starts[0],
            obligors=obligor_starts,
            owed=owed,
            owing=owing,
            places=codes.astype(np.int32),
            columns=columns,
        )
        return Stretch(ids, persons.get_column(PERSON) if self.personal else None, frame)

    def columns(
        self, level: Level, rows: pl.DataFrame, ids: pl.Series, starts: Numbers | None
    ) -> dict[int, Column]:
        """The facts of some rows by slot; `starts` tells the households to which they belong."""
        found = {}
        for slot in self.wanted[level]:
            fact = self.program.nodes[slot].input
            assert fact is not None
            given = rows.get_column(fact.name)
            series = _numbers(fact, given)
            good = _usable(fact, series)
            if good is not None:
                first = int(good.arg_min() or 0)
                at = (
                    first
                    if starts is None
                    else int(np.searchsorted(starts, starts[0] + first, "right")) - 1
                )
                example = f"户 {ids[at]} 的 {given[first]}"
                self.faults.add(FILES[level], fact.name, int((~good).sum()), example)
                series = series.set(~good, None)
            found[slot] = _column(series)
        return found


class _Obligors:
    """Obligors of a shard with who owes whom, in household order."""

    def __init__(
        self, reader: ShardReader, ids: pl.Series, names: Mapping[Level, list[str]], order: _Order
    ) -> None:
        shard = reader.shard
        own = _Order(shard, Level.OBLIGOR, ids, names[Level.OBLIGOR])
        reader.faults.add(FILES[Level.OBLIGOR], HOUSEHOLD, own.lost, "没有这一户的义务人")
        self.rows = _Rows(shard, Level.OBLIGOR, names[Level.OBLIGOR], own)
        self.starts = np.concatenate([[0], np.cumsum(own.counts)]).astype(np.int64)
        links = shard.owing()
        for name, level, kept in ((PERSON, Level.PERSON, order), (OBLIGOR, Level.OBLIGOR, own)):
            rows = kept.rows if kept.rows is not None else shard.scan(level).collect()
            numbered = rows.select(HOUSEHOLD, name).with_row_index(f"_{name}")
            links = links.join(numbered, on=[HOUSEHOLD, name], how="left")
        lost = links.filter(pl.any_horizontal(pl.col(f"_{PERSON}", f"_{OBLIGOR}").is_null()))
        reader.faults.add("owing.parquet", PERSON, lost.height, "没有这个人或者义务人")
        links = links.drop_nulls([f"_{PERSON}", f"_{OBLIGOR}"]).unique(
            [f"_{PERSON}", f"_{OBLIGOR}"]
        )
        links = links.sort(f"_{PERSON}", f"_{OBLIGOR}")
        persons = links.get_column(f"_{PERSON}").to_numpy().astype(np.int64)
        self.owing = links.get_column(f"_{OBLIGOR}").to_numpy().astype(np.int64)
        each = np.bincount(persons, minlength=int(order.counts.sum()))
        if len(each) and int(each.max()) > MOST_OBLIGORS:
            why = f"有的人有 {int(each.max())} 个义务人，最多 {MOST_OBLIGORS} 个"
            raise RegistryRefused(folder=shard.folder, why=why)
        self.owed = np.concatenate([[0], np.cumsum(each)]).astype(np.int64)

    def take(
        self, first: int, last: int, persons: Numbers
    ) -> tuple[pl.DataFrame, Numbers, Numbers, Numbers]:
        """The obligors of some households, and their links counted from the stretch's start."""
        starts = self.starts[first : last + 1]
        rows = self.rows.take(int(starts[-1] - starts[0]))
        owed = self.owed[int(persons[first]) : int(persons[last]) + 1]
        owing = self.owing[int(owed[0]) : int(owed[-1])] - starts[0]
        return rows, starts - starts[0], owed - owed[0], owing


def _unique(ids: pl.Series) -> bool:
    if ids.dtype.is_integer() and len(ids) > 1:
        numbers = ids.to_numpy()
        if bool((numbers[1:] > numbers[:-1]).all()):
            return True
    return ids.n_unique() == len(ids)


def _numbers(fact: Input, series: pl.Series) -> pl.Series:
    """Words and dates as the numbers that the rules use; what cannot be read becomes -2^62."""
    if series.dtype == pl.Date:
        return series.dt.year().cast(pl.Int64) * 10000 + series.dt.month() * 100 + series.dt.day()
    if series.dtype != pl.String:
        return series
    words = series.unique().drop_nulls().to_list()
    known: dict[str, int] = {}
    for word in words:
        try:
            number = fact.read(word)
        except FactRefused:
            number = None
        known[word] = _UNREADABLE if number is None else int(number)
    return series.replace_strict(known, default=None, return_dtype=pl.Int64)


_UNREADABLE = -(1 << 62)


def _usable(fact: Input, series: pl.Series) -> pl.Series | None:
    """Which values lie in the input's range and options; None when all known ones do."""
    if series.dtype == pl.Boolean or len(series) == 0:
        return None
    low, high = series.min(), series.max()
    if low is None or high is None:
        return None
    numbers = sorted(set(fact.options.values()))
    gaps = bool(numbers) and numbers != list(range(numbers[0], numbers[-1] + 1))
    assert isinstance(low, int)
    assert isinstance(high, int)
    if low >= fact.low and high <= fact.high and not gaps:
        return None
    series = series.cast(pl.Int64)  # a narrow type cannot be compared with a wide bound
    good = (series >= fact.low) & (series <= fact.high)
    if gaps:
        good &= series.is_in(numbers)
    good = good.fill_null(True)
    return None if bool(good.all()) else good


def _column(series: pl.Series) -> Column:
    if series.null_count() == 0:
        return Column(series.rechunk().to_numpy())
    zero = False if series.dtype == pl.Boolean else 0
    return Column(series.fill_null(zero).to_numpy(), series.is_not_null().to_numpy())
