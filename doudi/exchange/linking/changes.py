"""Month against month: which rows are new, gone or changed; what has no or two keys is reported.

Rows are found by a hash of their key in a table that addresses itself, so that a month of ten
million rows takes seconds; equal rows by a hash of the whole row (64 bits each).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.normalising import plain_text

Rows = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_Pairs = tuple[Rows, Rows]  # the first row of a key, and a later one
NEW, GONE, CHANGED, SAME = "新增", "减少", "变更", "未变"
TWICE, BLANK, REPEATED = "键重复", "键空白", "整行重复"
WHAT, COLUMNS, IN, LINE = "变化", "变化的列", "所在文件", "行号"
BEFORE, AFTER = "上月", "本月"
_NOBODY = -1


@dataclass(slots=True)
class Changes:
    """What became of every row: their numbers in the earlier and the later file."""

    gone: Rows
    new: Rows
    same: int
    changed: tuple[Rows, Rows]
    twice: tuple[Rows, Rows]  # keys with several different rows
    repeated: tuple[int, int]  # rows that say the same again, taken once
    blank: tuple[Rows, Rows]
    columns: list[str]  # those in both files, in which rows were compared
    columns_gone: list[str] = field(default_factory=list)
    columns_new: list[str] = field(default_factory=list)
    by_column: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two files: hashes of its keys and rows, and the rows that take part."""

    key: Hashes
    row: Hashes
    usable: Rows
    blank: Rows


def compare(before: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str]) -> Changes:
    """What changed between two tables that both have the key columns."""
    columns = [name for name in before.columns if name in after.columns]
    before_, after_ = _alike(before.select(columns), after.select(columns))
    earlier, later = _side(before_, keys), _side(after_, keys)
    index = _Index(earlier.key, earlier.usable)
    at = index.find(later.key[later.usable])
    found = at != _NOBODY
    old, old_twice, old_repeated = _once(earlier, index.copies)
    copies = _copies(later, at, found, len(earlier.key))
    new, new_twice, new_repeated = _once(later, copies)
    if len(old_twice) or len(new_twice):
        old, new, old_twice, new_twice = _without(earlier, later, old, new, old_twice, new_twice)
    if len(new) != len(later.usable) or len(old) != len(earlier.usable):
        at = index.find(later.key[new])
        found = at != _NOBODY
    seen = np.zeros(len(earlier.key), np.bool_)
    seen[at[found]] = True
    pairs = (at[found], new[found])
    old, new_rows = old[~seen[old]], new[~found]
    pairs, gone, fresh = _tidied(before_, after_, keys, pairs, old, new_rows)
    differ = earlier.row[pairs[0]] != later.row[pairs[1]]
    changes = Changes(
        gone, fresh, int((~differ).sum()), (pairs[0][differ], pairs[1][differ]),
        (old_twice, new_twice), (old_repeated, new_repeated), (earlier.blank, later.blank), columns,
        [name for name in before.columns if name not in columns],
        [name for name in after.columns if name not in columns],
    )  # fmt: skip
    for words in changed_columns(changes, before_, after_):
        changes.by_column.update(words)
    return changes


def _alike(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Columns of the same type on both sides, nothing as an empty text."""
    for name in before.columns:
        if before[name].dtype != after[name].dtype:
            before = before.with_columns(pl.col(name).cast(pl.String))
            after = after.with_columns(pl.col(name).cast(pl.String))
    empty = pl.col(pl.String).fill_null("")
    return before.with_columns(empty), after.with_columns(empty)


def _side(frame: pl.DataFrame, keys: Sequence[str]) -> _Side:
    told = frame.select(keys)
    blank = np.ones(frame.height, np.bool_)
    for name in keys:
        series = told[name]
        empty = series.is_null().to_numpy()
        if series.dtype == pl.String:
            short = series.str.len_bytes().to_numpy() < 4
            some = np.flatnonzero(short)
            if len(some):
                stripped = series.gather(some).str.strip_chars() == ""
                empty = empty.copy()
                empty[some] |= stripped.to_numpy()
        blank &= empty
    key = told[keys[0]].hash(7) if len(keys) == 1 else told.hash_rows(seed=7)
    row = frame.hash_rows(seed=7).to_numpy()
    return _Side(key.to_numpy(), row, np.flatnonzero(~blank), np.flatnonzero(blank))


def _copies(later: _Side, at: Rows, found: npt.NDArray[np.bool_], size: int) -> _Pairs:
    """Rows of the later file whose key an earlier row of the same file has too."""
    rows, hit = later.usable[found], at[found]
    first = np.full(size, _NOBODY, np.int64)
    first[hit[::-1]] = rows[::-1]
    again = first[hit] != rows
    unknown = _Index(later.key, later.usable[~found]).copies
    return (
        np.concatenate([first[hit[again]], unknown[0]]),
        np.concatenate([rows[again], unknown[1]]),
    )


def _once(side: _Side, copies: _Pairs) -> tuple[Rows, Rows, int]:
    """Rows with a key of their own; rows whose key stands for different rows; copies left out."""
    first, again = copies
    if not len(first):
        return side.usable, np.empty(0, np.int64), 0
    several = np.zeros(len(side.key), np.bool_)
    several[first[side.row[first] != side.row[again]]] = True
    out = several.copy()
    out[again] = True
    twice = np.concatenate([np.flatnonzero(several), again[several[first]]])
    return side.usable[~out[side.usable]], np.sort(twice), int((~several[first]).sum())


def _without(
    earlier: _Side, later: _Side, old: Rows, new: Rows, old_twice: Rows, new_twice: Rows
) -> tuple[Rows, Rows, Rows, Rows]:
    """A key that stands for several rows on one side is neither new nor gone on the other."""
    if len(old_twice):
        other = np.isin(later.key[new], earlier.key[old_twice])
        new, new_twice = new[~other], np.concatenate([new_twice, new[other]])
    if len(new_twice):
        other = np.isin(earlier.key[old], later.key[new_twice])
        old, old_twice = old[~other], np.concatenate([old_twice, old[other]])
    return old, new, old_twice, new_twice


class _Index:
    """The first row of each key, in tables addressed by some bits of the keys' hashes.

    Rows that another key overwrote go to the next table, with other bits.
    """

    def __init__(self, keys: Hashes, rows: Rows) -> None:
        self.keys = keys
        self.tables: list[tuple[npt.NDArray[np.int32], int]] = []
        first, again = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        while len(rows):
            bits = max(int(np.ceil(np.log2(len(rows) * 1.5))), 4)
            table = np.full(1 << bits, _NOBODY, np.int32)
            slot = _slot(keys[rows], bits, len(self.tables))
            # Written from the end, so that of equal keys the first row stands.
            table[slot[::-1]] = rows[::-1]
            there = table[slot]
            other = there != rows
            rows, there = rows[other], there[other]
            same = keys[there] == keys[rows]
            first.append(there[same].astype(np.int64))
            again.append(rows[same])
            rows = rows[~same]
            self.tables.append((table, bits))
        self.copies: _Pairs = np.concatenate(first), np.concatenate(again)

    def find(self, asked: Hashes) -> Rows:
        """For each key its first row, or -1."""
        answer = np.full(len(asked), _NOBODY, np.int64)
        left = None
        for turn, (table, bits) in enumerate(self.tables):
            wanted = asked if left is None else asked[left]
            there = table[_slot(wanted, bits, turn)]
            hit = (self.keys[there] == wanted) & (there != _NOBODY)
            if left is None:
                answer[hit] = there[hit]
                left = np.flatnonzero(~hit)
            else:
                answer[left[hit]] = there[hit]
                left = left[~hit]
            if not len(left):
                break
        return answer


def _slot(hashes: Hashes, bits: int, turn: int) -> npt.NDArray[np.intp]:
    if turn:
        hashes = (hashes ^ np.uint64(turn)) * np.uint64(0x9E3779B97F4A7C15 + 2 * turn)
    return (hashes >> np.uint64(64 - bits)).astype(np.intp)


def _tidied(
    before: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str],
    pairs: tuple[Rows, Rows], gone: Rows, new: Rows,
) -> tuple[tuple[Rows, Rows], Rows, Rows]:  # fmt: skip
    """Of the rows that seem new or gone, those whose keys differ in width, blanks or x only."""
    if not len(gone) or not len(new):
        return pairs, gone, new
    words = [_plain_keys(frame, rows, keys) for frame, rows in ((before, gone), (after, new))]
    left = pl.DataFrame({"key": words[0], "old": gone}).unique("key", keep="none")
    right = pl.DataFrame({"key": words[1], "new": new}).unique("key", keep="none")
    both = left.join(right, on="key")
    old, fresh = both["old"].to_numpy(), both["new"].to_numpy()
    if not len(old):
        return pairs, gone, new
    pairs = (np.concatenate([pairs[0], old]), np.concatenate([pairs[1], fresh]))
    return pairs, np.setdiff1d(gone, old), np.setdiff1d(new, fresh)


def _plain_keys(frame: pl.DataFrame, rows: Rows, keys: Sequence[str]) -> list[str]:
    parts = [frame[name].gather(rows).cast(pl.String).fill_null("").to_list() for name in keys]
    plain = ([plain_text(text).upper() for text in part] for part in parts)
    return ["\t".join(each) for each in zip(*plain, strict=True)]


def changed_columns(changes: Changes, before: pl.DataFrame, after: pl.DataFrame) -> list[list[str]]:
    """The columns in which each changed row differs."""
    old, new = changes.changed
    words: list[list[str]] = [[] for _ in range(len(old))]
    for name in changes.columns:
        left, right = before[name].gather(old), after[name].gather(new)
        if left.dtype != right.dtype:
            left, right = left.cast(pl.String), right.cast(pl.String)
        for at in np.flatnonzero(left.ne_missing(right).to_numpy()):
            words[at].append(name)
    return words


def as_table(changes: Changes, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Every row that is not the same, as it was sent, with what became of it.

    A changed row stands twice, as it was and as it is.
    """
    texts = [frame.with_columns(pl.all().cast(pl.String)) for frame in (before, after)]
    words = ["、".join(each) for each in changed_columns(changes, *_alike(
        before.select(changes.columns), after.select(changes.columns)))]  # fmt: skip
    old, new = changes.changed
    parts = [
        _part(texts[0], BEFORE, old, CHANGED, words), _part(texts[1], AFTER, new, CHANGED, words),
        _part(texts[1], AFTER, changes.new, NEW), _part(texts[0], BEFORE, changes.gone, GONE),
        _part(texts[0], BEFORE, changes.twice[0], TWICE),
        _part(texts[1], AFTER, changes.twice[1], TWICE),
        _part(texts[0], BEFORE, changes.blank[0], BLANK),
        _part(texts[1], AFTER, changes.blank[1], BLANK),
    ]  # fmt: skip
    return pl.concat(parts, how="diagonal")


def _part(frame: pl.DataFrame, side: str, rows: Rows, what: str, words: Any = "") -> pl.DataFrame:
    told = {
        WHAT: pl.Series([what], dtype=pl.String).new_from_index(0, len(rows)),
        COLUMNS: pl.Series(words or [""] * len(rows), dtype=pl.String),
        IN: pl.Series([side], dtype=pl.String).new_from_index(0, len(rows)),
        LINE: pl.Series(rows + 1, dtype=pl.Int64),
    }
    own = frame[rows].rename({name: f"{name}_" for name in told if name in frame.columns})
    return pl.DataFrame(told).hstack(own)
