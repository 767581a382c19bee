"""Pairs of a row and a registered person, compared field by field: each field gives a level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.features import HIDDEN_DIGIT, Both, Ints, digits_of, sent_digits
from doudi.exchange.linking.han import Names
from doudi.exchange.linking.ids import BECAME_NUMBER, EMPTY, MASKED

Marks = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
_UNREADABLE = 1  # the folded form of a character that could not be written


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which row with which registered person, and the level of each field."""

    row: Ints
    person: Ints
    levels: dict[str, Marks]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Ints | Mask) -> Pairs:
        """Some of the pairs."""
        own = {name: levels[which] for name, levels in self.levels.items()}
        return Pairs(self.row[which], self.person[which], own)


def compare(both: Both, row: Ints, person: Ints, homes: Ints, *, ids: bool = True) -> Pairs:
    """Compare pairs in every field.

    `homes` is the household of the registry in which members of the row's household were
    recognised (0: none). Without `ids` the id is left out, as for rows found by their id.
    """
    file, registry = both.file, both.registry
    told = {
        at_level.NAME.name: names(both.names, file.name[row], registry.name[person]),
        at_level.BIRTH.name: births(
            file.people.birth[row].astype(np.int64), registry.people.birth[person].astype(np.int64)
        ),
        at_level.PLACE.name: places(file.people.place[row], registry.people.place[person]),
        at_level.SEX.name: _sexes(file.people.sex[row], registry.people.sex[person]),
        at_level.HOME.name: _homes(both, row, person, homes),
        at_level.ID.name: _ids(both, row, person) if ids else np.zeros(len(row), np.int8),
    }
    return Pairs(row, person, told)


def names(known: Names, a: Ints, b: Ints) -> Marks:
    """Levels of pairs of names; every distinct pair is compared once."""
    together, back = np.unique(a * len(known.texts) + b, return_inverse=True)
    return _distinct(known, together // len(known.texts), together % len(known.texts))[back]


def _distinct(known: Names, a: Ints, b: Ints) -> Marks:
    left, right = known.folded[a], known.folded[b]
    sounds, others = known.sounds[a], known.sounds[b]
    size, other_size = known.length[a], known.length[b]
    hidden = (left == _UNREADABLE) | (right == _UNREADABLE)
    equal = left == right
    sound = (sounds == others) & (sounds > 0)
    long = size == other_size
    wrong = (~(equal | sound | hidden)).sum(axis=1)
    family = equal[:, 0] | sound[:, 0]
    seen = ((left > _UNREADABLE) & (right > _UNREADABLE)).sum(axis=1)
    clear = ~hidden.any(axis=1)
    level = np.full(len(a), at_level.NAME_OTHER, np.int8)
    rest = (size > 2) & long & equal[:, 1:].all(axis=1) & clear
    steps: tuple[tuple[int, Mask], ...] = (
        (at_level.NAME_FAMILY, family),
        (at_level.NAME_GIVEN, rest & ~family),
        (at_level.NAME_ONE, long & (wrong == 1) & (size > 2) & family & clear),
        (at_level.NAME_SHORTER, _shorter(left, right, size, other_size)),
        (at_level.NAME_ORDER, long & (np.sort(left, 1) == np.sort(right, 1)).all(axis=1)),
        (at_level.NAME_HIDDEN, long & (wrong == 0) & (seen > 1) & ~clear),
        (at_level.NAME_SOUND, long & (wrong == 0) & clear),
        (at_level.NAME_FORM, equal.all(axis=1) & clear),
        (at_level.NAME_SAME, (known.written[a] == known.written[b]).all(axis=1) & clear),
        (0, (size == 0) | (other_size == 0) | (seen == 0)),
    )
    for number, holds in steps:
        level[holds] = number
    return level


def _shorter(
    left: npt.NDArray[np.uint32], right: npt.NDArray[np.uint32], size: Ints, other: Ints
) -> Mask:
    """Whether all characters of the shorter name stand in the longer one, in the same order."""
    found = np.zeros(len(left), np.bool_)
    maybe = np.flatnonzero((size != other) & (np.minimum(size, other) > 1))
    if not len(maybe):
        return found
    turn = size[maybe] > other[maybe]
    short = np.where(turn[:, None], right[maybe], left[maybe])
    long = np.where(turn[:, None], left[maybe], right[maybe])
    at, every = np.zeros(len(maybe), np.int64), np.arange(len(maybe))
    last = short.shape[1] - 1
    for column in range(long.shape[1]):
        here = short[every, np.minimum(at, last)]
        at += (here == long[:, column]) & (here > 0) & (at <= last)
    found[maybe] = at >= np.minimum(size, other)[maybe]
    return found


def births(a: Ints, b: Ints) -> Marks:
    """Levels of pairs of dates of birth, of which parts may not be told."""
    year, month, day = a // 10_000, a // 100 % 100, a % 100
    year_b, month_b, day_b = b // 10_000, b // 100 % 100, b % 100
    same_year = year == year_b
    part = (month == 0) | (day == 0) | (month_b == 0) | (day_b == 0)
    agree = same_year & ((month == month_b) | (month == 0) | (month_b == 0))
    apart = np.abs((month - month_b) * 30 + day - day_b)
    level = np.full(len(a), at_level.BIRTH_OTHER, np.int8)
    steps: tuple[tuple[int, Mask], ...] = (
        (at_level.BIRTH_YEAR, same_year),
        (at_level.BIRTH_LUNAR, same_year & ~part & (apart >= 10) & (apart <= 62)),
        (at_level.BIRTH_YEAR_OFF, (month == month_b) & (day == day_b) & ~part),
        (at_level.BIRTH_PART, agree & part),
        (at_level.BIRTH_ONE, _one_slip(a, b) & ~part),
        (at_level.BIRTH_SWAPPED, same_year & (month == day_b) & (day == month_b) & ~part),
        (at_level.BIRTH_SAME, (a == b) & ~part),
        (0, (a == 0) | (b == 0)),
    )
    for number, holds in steps:
        level[holds] = number
    return level


def _one_slip(a: Ints, b: Ints) -> Mask:
    """Whether one of eight digits differs, or two neighbours are swapped."""
    tens = 10 ** np.arange(7, -1, -1, dtype=np.int64)
    left, right = a[:, None] // tens % 10, b[:, None] // tens % 10
    differ = left != right
    many = differ.sum(axis=1)
    crossed = (left[:, :-1] == right[:, 1:]) & (left[:, 1:] == right[:, :-1])
    swapped = (crossed & differ[:, :-1] & differ[:, 1:]).any(axis=1)
    one: Mask = (many == 1) | ((many == 2) & swapped)
    return one


def places(a: Ints, b: Ints) -> Marks:
    """Levels of pairs of places; a place that is no code is the same or another."""
    level = np.full(len(a), at_level.ELSEWHERE, np.int8)
    coded = (a > 0) & (b > 0)
    for number, cut in (
        (at_level.PREFECTURE, 10**8), (at_level.COUNTY, 10**6), (at_level.TOWN, 1000),
        (at_level.VILLAGE, 1),
    ):  # fmt: skip
        level[coded & (a // cut == b // cut)] = number
    level[(a < 0) & (a == b)] = at_level.VILLAGE
    level[(a == 0) | (b == 0) | ((a < 0) != (b < 0))] = 0
    return level


def _sexes(a: npt.NDArray[np.int8], b: npt.NDArray[np.int8]) -> Marks:
    level = np.where(a == b, at_level.SEX_SAME, at_level.SEX_OTHER).astype(np.int8)
    level[(a == 0) | (b == 0)] = 0
    return level


def _homes(both: Both, row: Ints, person: Ints, homes: Ints) -> Marks:
    a, b = both.file.head[row], both.registry.head[person]
    told = (a > 0) & (b > 0)
    level = np.where(told, at_level.HOME_OTHER, 0).astype(np.int8)
    sound = both.sound
    level[told & (sound[a] == sound[b]) & (sound[a] > 0)] = at_level.HEAD_SOUND
    same = (both.names.folded[a] == both.names.folded[b]).all(axis=1)
    level[told & same] = at_level.HEAD_SAME
    known, own = homes[row], both.registry.household[person]
    level[(known > 0) & (own > 0) & (known != own) & (level == 0)] = at_level.HOME_OTHER
    level[(known > 0) & (known == own)] = at_level.HOME_COMMON
    return level


def _ids(both: Both, row: Ints, person: Ints) -> Marks:
    """Levels of what was sent as an id against the registered one."""
    level = np.zeros(len(row), np.int8)
    outcome = both.file.people.ids.outcome
    kind = outcome[row]
    some = np.flatnonzero((kind != EMPTY) & (kind != BECAME_NUMBER))
    if not len(some):
        return level
    rows, back = np.unique(row[some], return_inverse=True)
    sent = sent_digits(both.file.people, rows)
    persons, back_p = np.unique(person[some], return_inverse=True)
    keys = both.registry.people.ids.key[persons]
    known = digits_of(keys)
    told = _digit_levels(sent[back], known[back_p], outcome[rows][back] == MASKED)
    odd = (sent[back] == HIDDEN_DIGIT).all(axis=1)
    told[odd] = _odd_lengths(both, rows[back[odd]], known[back_p[odd]])
    told[keys[back_p] == 0] = 0
    level[some] = told
    return level


def id_levels(a: Ints, b: Ints) -> Marks:
    """Levels of pairs of registered ids, by their first 17 digits; 0 where one is not told."""
    nothing = np.zeros(len(a), np.bool_)
    level = _digit_levels(digits_of(a), digits_of(b), nothing)
    level[(a == 0) | (b == 0)] = 0
    return level


def _digit_levels(sent: npt.NDArray[np.uint8], known: npt.NDArray[np.uint8], masked: Mask) -> Marks:
    hidden = sent == HIDDEN_DIGIT
    equal = sent == known
    wrong = (~equal & ~(hidden & masked[:, None])).sum(axis=1)
    crossed = (sent[:, :-1] == known[:, 1:]) & (sent[:, 1:] == known[:, :-1])
    swapped = (crossed & ~equal[:, :-1]).any(axis=1) & (wrong == 2)
    tail = (~hidden[:, 14:]).sum(axis=1) >= 3
    level = np.full(len(sent), at_level.ID_OTHER, np.int8)
    birth = equal[:, 6:14].all(axis=1)
    steps: tuple[tuple[int, Mask], ...] = (
        (at_level.ID_COUNTY, equal[:, :6].all(axis=1)),
        (at_level.ID_BIRTH, birth),
        (at_level.ID_HEAD, birth & equal[:, :6].all(axis=1)),
        (at_level.ID_TWO, ~masked & (wrong == 2)),
        (at_level.ID_SLIP, ~masked & ((wrong == 1) | swapped)),
        (at_level.ID_MASKED, masked & (wrong == 0)),
        (at_level.ID_MASKED_TAIL, masked & (wrong == 0) & tail),
        (at_level.ID_SAME, ~masked & (wrong == 0)),
        (0, hidden.sum(axis=1) > 14),
    )
    for number, holds in steps:
        level[holds] = number
    return level


def _odd_lengths(both: Both, rows: Ints, known: npt.NDArray[np.uint8]) -> Marks:
    """Ids of 17 or 19 characters: one missing or one too many, or simply other ones."""
    level = np.zeros(len(rows), np.int8)
    plain = both.file.people.ids.plain
    for at, row in enumerate(rows):
        text = plain[int(row)]
        if len(text) not in (17, 19) or "*" in text:
            continue
        number = "".join("X" if digit == 10 else str(digit) for digit in known[at])
        level[at] = at_level.ID_SLIP if _one_more(text, number) else at_level.ID_OTHER
        if level[at] == at_level.ID_OTHER and text[:6] == number[:6]:
            level[at] = at_level.ID_HEAD if text[:14] == number[:14] else at_level.ID_COUNTY
    return level


def _one_more(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    return short[same:] == long[same + 1 :]
