"""File and registry side by side as arrays: what pairs are found by and compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.linking.han import Names, key_of, names_of
from doudi.exchange.linking.ids import CHECKS, MASKED, WEIGHTS
from doudi.exchange.linking.people import People

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
HIDDEN_DIGIT = 255


@dataclass(frozen=True, slots=True)
class Side:
    """One table's arrays; `name` and `head` are rows of the common names."""

    people: People
    name: Ints
    head: Ints
    town: Ints
    household: Ints  # numbered over both tables together; 0 is none


@dataclass(frozen=True, slots=True)
class Both:
    """File and registry with their common names, and keys of the names' sounds."""

    file: Side
    registry: Side
    names: Names
    family: Ints
    sound: Hashes  # of each name; 0 where a character's sound is not known
    given: Hashes
    any_order: Hashes
    first_two: Hashes
    last_two: Hashes


def side_by_side(file: People, registry: People) -> Both:
    """Number the names and households of two tables together."""
    columns = (file.name, file.head, registry.name, registry.head)
    texts = pl.concat(columns).unique().sort()
    known = pl.concat([pl.Series([""], dtype=pl.String), texts.filter(texts != "")])
    numbers = pl.Series(np.arange(len(known)))
    numbered = [
        each.replace_strict(known, numbers, return_dtype=pl.Int64).to_numpy() for each in columns
    ]
    homes = pl.concat([file.household, registry.household]).rank("dense").cast(pl.Int64).to_numpy()
    told = pl.concat([file.household, registry.household]) != ""
    homes = np.where(told.to_numpy(), homes, 0)
    names = names_of(known.to_list())
    sides = (
        Side(file, numbered[0], numbered[1], _town(file.place), homes[: len(file)]),
        Side(registry, numbered[2], numbered[3], _town(registry.place), homes[len(file) :]),
    )
    family = names.sounds[:, 0].astype(np.int64)
    return Both(sides[0], sides[1], names, family, *_keys(names))


def _town(place: Ints) -> Ints:
    return np.where(place > 0, place // 1000, place)


def _keys(names: Names) -> tuple[Hashes, Hashes, Hashes, Hashes, Hashes]:
    """Keys of whole sound, given name, sounds in any order, first two, last two."""
    sounds = names.sounds.astype(np.uint64)
    readable = (sounds > 0).sum(axis=1) == names.length
    told = readable & (names.length > 1)
    last = np.maximum(names.length - 1, 0)
    at = np.arange(len(sounds))
    ends = np.stack([sounds[at, np.maximum(last - 1, 0)], sounds[at, last]], axis=1)
    long = told & (names.length > 3)

    def where(mask: npt.NDArray[np.bool_], parts: Hashes) -> Hashes:
        return np.where(mask, key_of(parts), np.uint64(0))

    return (
        where(told, sounds),
        where(told & (names.length > 2), sounds[:, 1:]),
        where(told, np.sort(sounds, axis=1)),
        where(long, sounds[:, :2]),
        where(long, ends),
    )


def digits_of(keys: Ints) -> npt.NDArray[np.uint8]:
    """Ids as 18 numbers each (X is 10), made of their first 17 digits; no id is all hidden."""
    digits = np.empty((len(keys), 18), np.uint8)
    left = keys.copy()
    total = np.zeros(len(keys), np.int64)
    for at in range(16, -1, -1):
        left, digits[:, at] = np.divmod(left, 10)
        total += digits[:, at] * WEIGHTS[at].astype(np.int64)
    check = CHECKS[total % 11]
    digits[:, 17] = np.where(check == ord("X"), 10, check - 48)
    digits[keys == 0] = HIDDEN_DIGIT
    return digits


def sent_digits(people: People, rows: Ints) -> npt.NDArray[np.uint8]:
    """What can be read of the ids of some rows, as 18 numbers; hidden where nothing can."""
    made = np.full((len(rows), 18), HIDDEN_DIGIT, np.uint8)
    for at, (text, outcome) in enumerate(
        zip(people.ids.plain.gather(rows), people.ids.outcome[rows], strict=True)
    ):
        if outcome == MASKED and "*" in text and len(text) != 18:
            head, tail = text.partition("*")[0], text.rpartition("*")[2]
            text = head + "*" * (18 - len(head) - len(tail)) + tail
        if len(text) == 18:
            made[at] = [
                int(each) if each.isascii() and each.isdigit()
                else 10 if each == "X" else HIDDEN_DIGIT
                for each in text
            ]  # fmt: skip
    return made
