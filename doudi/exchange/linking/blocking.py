"""Whom a row may be: pairs that share a key of sound, birth, place, household or id fragment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.linking.features import (
    HIDDEN_DIGIT,
    Both,
    Hashes,
    Ints,
    Side,
    digits_of,
    sent_digits,
)
from doudi.exchange.linking.han import key_of

# A key that more people share finds nobody in particular; other keys find those people.
MOST = 60
# Names alone may lead to the queue where they are rare, never further.
MOST_BY_NAME = 15

# Each key is made of parts; a row without one of them has no such key.
KEYS: tuple[tuple[str, ...], ...] = (
    ("sound", "year"),
    ("sound", "month_day"),
    ("sound", "town"),
    ("sound", "head"),
    ("any_order", "year"),
    ("family", "birth"),
    ("family", "month_day", "town"),
    ("given", "birth"),
    ("given", "year", "town"),
    ("first_two", "year"),
    ("last_two", "year"),
    ("birth", "town"),
    ("birth", "head"),
    ("family", "year", "head"),
    ("id_head",),
    ("id_ends", "family"),
    ("id_ends", "year"),
    ("id_tail", "sound"),
    ("id_birth", "sound"),
    ("id_birth", "family", "town"),
    ("home",),
)  # fmt: skip
BY_NAME = ("sound",)
# The parts that are ids: places counted from 0.
_ID_PARTS = {
    "id_head": tuple(range(14)),
    "id_ends": (*range(6), 14, 15, 16, 17),
    "id_tail": (14, 15, 16, 17),
    "id_birth": tuple(range(6, 14)),
}


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of one side, made when asked for; 0 is not told."""

    both: Both
    side: Side
    rows: Ints
    digits: npt.NDArray[np.uint8]
    homes: Ints

    def part(self, name: str) -> Hashes:
        """One part of the keys of these rows."""
        birth = self.side.people.birth[self.rows].astype(np.int64)
        whole = (birth // 100 % 100 > 0) & (birth % 100 > 0)
        if name in _ID_PARTS:
            return self._of_id(_ID_PARTS[name])
        if name == "birth":
            return np.where(whole, birth, 0).astype(np.uint64)
        if name == "year":
            return (birth // 10_000).astype(np.uint64)
        if name == "month_day":
            return np.where(whole, birth % 10_000, 0).astype(np.uint64)
        if name == "town":
            return self.side.town[self.rows].astype(np.uint64)
        if name == "home":
            return self.homes.astype(np.uint64)
        if name == "head":
            return self.both.sound[self.side.head[self.rows]]
        told: Hashes = getattr(self.both, name)[self.side.name[self.rows]].astype(np.uint64)
        return told

    def _of_id(self, places: tuple[int, ...]) -> Hashes:
        digits = self.digits[:, places]
        told = (digits != HIDDEN_DIGIT).all(axis=1)
        return np.where(told, key_of(digits), np.uint64(0))


def candidates(
    both: Both, rows: Ints, homes: Ints, further: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Pairs of rows of the file with rows of the registry, each once, in order.

    `homes` gives each row of the file the household in which its members were recognised,
    `further` are pairs found otherwise, e.g. by solving a check digit.
    """
    parts = [*_found(both, rows, homes), further]
    size = len(both.registry.people)
    found = np.concatenate([row * size + person for row, person in parts])
    found = np.unique(found)
    return found // size, found % size


def _found(both: Both, rows: Ints, homes: Ints) -> Iterator[tuple[Ints, Ints]]:
    everybody = np.arange(len(both.registry.people))
    asked = _Parts(both, both.file, rows, sent_digits(both.file.people, rows), homes[rows])
    known = _Parts(
        both, both.registry, everybody, _known_digits(both.registry), both.registry.household
    )
    made: tuple[dict[str, Hashes], dict[str, Hashes]] = ({}, {})
    for key in (*KEYS, BY_NAME):
        ours, theirs = _key(asked, key, made[0]), _key(known, key, made[1])
        row, person = _joined(ours, theirs, MOST_BY_NAME if key == BY_NAME else MOST)
        yield rows[row], person


def _known_digits(side: Side) -> npt.NDArray[np.uint8]:
    """The registry's ids as digits; of a person whose id is not there, what the birth tells."""
    keys, birth = side.people.ids.key, side.people.birth
    digits = digits_of(keys)
    some = np.flatnonzero((keys == 0) & (birth % 100 > 0) & (birth // 100 % 100 > 0))
    tens = 10 ** np.arange(7, -1, -1, dtype=np.int64)
    digits[some, 6:14] = birth[some, None] // tens % 10
    return digits


def _key(side: _Parts, names: tuple[str, ...], made: dict[str, Hashes]) -> Hashes:
    for name in names:
        if name not in made:
            made[name] = side.part(name)
    key = made[names[0]]
    told = key > 0
    for name in names[1:]:
        told = told & (made[name] > 0)
        key = key * np.uint64(0x9E3779B97F4A7C15) + made[name]
        key = key ^ (key >> np.uint64(31))
    return np.where(told, key, np.uint64(0))


def _joined(ours: Hashes, theirs: Hashes, most: int) -> tuple[Ints, Ints]:
    """Rows and persons with the same key, unless too many persons share it."""
    left = pl.DataFrame({"key": ours, "row": np.arange(len(ours))}).filter(pl.col("key") > 0)
    asked = left.select(pl.col("key").unique())
    right = pl.DataFrame({"key": theirs, "person": np.arange(len(theirs))})
    right = right.join(asked, on="key", how="semi")
    right = right.filter(pl.len().over("key") <= most)
    pairs = left.join(right, on="key")
    return pairs["row"].to_numpy(), pairs["person"].to_numpy()
