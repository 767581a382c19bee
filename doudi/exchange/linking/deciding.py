"""What becomes of a row: found by its id, found by weight, for a person to judge, or nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.comparing import Mask, Pairs
from doudi.exchange.linking.features import Ints
from doudi.exchange.linking.levels import BEYOND_NAMES, CONTRADICTED_ID, Weights

# 找到的方式；BY_ID、TO_REVIEW、NOBODY 与入库时的认定用词相同。
BY_ID, SCORED, TO_REVIEW, NOBODY, NOT_FOUND = "证号", "评分", "待认", "无此人", "未找到"
WAYS = (BY_ID, SCORED, TO_REVIEW, NOBODY, NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Bands:
    """From how many bits a pair counts by itself, and from how many a person looks at it.

    Ten bits are odds of 1,024 to 1. A smaller number than four would be a share or a percentage
    that somebody wrote where bits belong.
    """

    automatic: float = 10.0
    review: float = 0.0

    def __post_init__(self) -> None:
        assert self.automatic >= 4, "the threshold is in bits: 10 means 1,024 to 1"
        assert self.review <= self.automatic


@dataclass(frozen=True, slots=True)
class Decided:
    """For each row that was compared its best pair (-1: none), that pair's bits, and the way."""

    row: Ints
    pair: Ints
    bits: Weights
    automatic: Mask
    review: Mask


def decide(pairs: Pairs, bits: Weights, rows: Ints, kind: Ints, bands: Bands) -> Decided:
    """The best candidate of each row, and whether it stands by itself or goes to a person.

    Names alone never decide (promise F7), nor does a row whose own id is somebody else's.
    """
    order = np.lexsort((pairs.person, -bits, pairs.row))
    best_rows, first = np.unique(pairs.row[order], return_index=True)
    best = np.full(len(rows), -1, np.int64)
    at = np.searchsorted(rows, best_rows)
    best[at] = order[first]
    has = best >= 0
    told = np.where(has, bits[best] if len(bits) else -np.inf, -np.inf)
    firm = np.zeros(len(rows), np.bool_)
    firm[has] = beyond_names(pairs.take(best[has]))
    automatic = (told >= bands.automatic) & firm & (kind[rows] != CONTRADICTED_ID)
    review = ~automatic & (told >= bands.review)
    return Decided(rows, best, told, automatic, review)


def beyond_names(pairs: Pairs) -> Mask:
    """Where more than names speaks for a pair: birth, id, or recognised household members."""
    firm = np.zeros(len(pairs), np.bool_)
    for name, enough in BEYOND_NAMES.items():
        firm |= np.isin(pairs.levels[name], list(enough))
    return firm


def confirmed_by(pairs: Pairs) -> Mask:
    """Where a row found by its id is about that person: name or date of birth agree."""
    name, birth = pairs.levels[at_level.NAME.name], pairs.levels[at_level.BIRTH.name]
    same = np.isin(name, (at_level.NAME_SAME, at_level.NAME_FORM))
    # Brothers' names often sound alike: then a date of birth that is told must not speak against.
    alike = np.isin(name, (at_level.NAME_SOUND, at_level.NAME_HIDDEN, at_level.NAME_SHORTER))
    alike &= np.isin(birth, (at_level.BIRTH_OTHER, at_level.BIRTH_YEAR), invert=True)
    told: Mask = same | alike | (birth == at_level.BIRTH_SAME)
    return told
