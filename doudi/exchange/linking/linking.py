"""Every row of a file with the person of the registry whom it is about, and why.

An id that is registered decides when name or birth agree; a valid id that is registered nowhere
is nobody of ours and is compared with no one; only the other rows are weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from doudi.exchange.linking import deciding
from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.blocking import candidates
from doudi.exchange.linking.comparing import Mask, Pairs, compare
from doudi.exchange.linking.deciding import Bands, Decided, confirmed_by, decide
from doudi.exchange.linking.features import Both, Ints, side_by_side
from doudi.exchange.linking.ids import BECAME_NUMBER, EMPTY, MASKED
from doudi.exchange.linking.people import People
from doudi.exchange.linking.proposing import looked_up, solutions_of
from doudi.exchange.linking.weights import (
    Model,
    Rarity,
    Scores,
    believed,
    carry_over,
    learn,
    odds,
    score,
)

_SAMPLE = 200_000  # pairs with anybody
_SEED = 20_220_601


@dataclass(frozen=True, slots=True)
class Links:
    """For each row of the file: the way, the registry's row (-1), bits, reasons by pair."""

    way: npt.NDArray[np.int64]  # number in deciding.WAYS
    person: Ints
    bits: npt.NDArray[np.float64]
    pair: Ints  # of `pairs`, -1 where the id decided or nobody was found
    pairs: Pairs
    scores: Scores
    model: Model
    found_by_id: Pairs
    registered: int  # how many the registry has


_WAY = {name: at for at, name in enumerate(deciding.WAYS)}


@dataclass(frozen=True, slots=True)
class _ById:
    """What looking ids up gave.

    `exact` are rows whose id one person has, `sure` where name or birth agree; `holders` are rows
    whose id several registered persons have, with each of them.
    """

    exact: Pairs
    sure: Mask
    holders: tuple[Ints, Ints]

    @property
    def doubtful(self) -> tuple[Ints, Ints]:
        """Rows that a person has to look at, each with who is registered under its id."""
        left = self.exact.take(~self.sure)
        return (
            np.concatenate([left.row, self.holders[0]]),
            np.concatenate([left.person, self.holders[1]]),
        )


def link(file: People, registry: People, today: date, bands: Bands | None = None) -> Links:
    """Link a file to a registry; the file teaches the weights itself."""
    both = side_by_side(file, registry)
    by_id = _looked_up(both)
    anchors = by_id.exact.take(by_id.sure)
    doubtful, holder = by_id.doubtful
    rows = np.union1d(np.flatnonzero(~file.ids.usable), doubtful)
    kind = _kinds(file, doubtful)
    homes, others = _homes(both, anchors)
    rarity, mates = Rarity.in_registry(both), _mates(both)
    model = _learned(both, anchors, others, int(file.ids.usable.sum()))
    solved = _solved(file, registry, today)
    further = (np.concatenate([solved[0], doubtful]), np.concatenate([solved[1], holder]))
    row, found = candidates(both, rows, homes, further)
    pairs = compare(both, row, found, homes)
    model = carry_over(model, both, pairs, kind, rarity, mates)
    scores = score(model, both, pairs, kind, rarity)
    bits = odds(model, scores, pairs, len(registry), mates)
    decided = decide(pairs, bits, rows, kind, bands or Bands())
    way, person = _ways(file, by_id, pairs, decided)
    every_bits, pair = np.full(len(file), np.nan), np.full(len(file), -1, np.int64)
    every_bits[rows], pair[rows] = decided.bits, decided.pair
    return Links(
        way, person, every_bits, pair, pairs, scores, model, by_id.exact, len(registry)
    )  # fmt: skip


def _looked_up(both: Both) -> _ById:
    """Rows and whom their ids belong to; an id of several persons belongs to each of them."""
    asked, known = both.file.people.ids.key, both.registry.people.ids.key
    at = looked_up(both.registry.people, asked)
    hit = np.flatnonzero(at >= 0)
    exact = compare(both, hit, at[hit], np.zeros(len(asked), np.int64), ids=False)
    keys, many = np.unique(known[known > 0], return_counts=True)
    order = np.flatnonzero(np.isin(known, keys[many > 1]))
    order = order[np.argsort(known[order], kind="stable")]
    rows = np.flatnonzero(np.isin(asked, keys[many > 1]))
    start = np.searchsorted(known[order], asked[rows])
    size = np.searchsorted(known[order], asked[rows], side="right") - start
    step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    holders = (np.repeat(rows, size), order[np.repeat(start, size) + step])
    return _ById(exact, confirmed_by(exact), holders)


def _ways(
    file: People, by_id: _ById, pairs: Pairs, decided: Decided
) -> tuple[npt.NDArray[np.int64], Ints]:
    """Each row's way and person."""
    way = np.where(file.ids.usable, _WAY[deciding.NOBODY], _WAY[deciding.NOT_FOUND])
    person = np.full(len(file), -1, np.int64)
    anchors = by_id.exact.take(by_id.sure)
    way[anchors.row], person[anchors.row] = _WAY[deciding.BY_ID], anchors.person
    told = decided.automatic | decided.review
    person[decided.row[told]] = pairs.person[decided.pair[told]]
    way[decided.row[decided.automatic]] = _WAY[deciding.SCORED]
    way[decided.row[decided.review]] = _WAY[deciding.TO_REVIEW]
    # Who is registered under the id that was sent is asked about, whatever the weights say.
    doubtful, holder = by_id.doubtful
    way[doubtful] = _WAY[deciding.TO_REVIEW]
    unknown = person[doubtful] < 0
    person[doubtful[unknown]] = holder[unknown]
    return way, person


def _kinds(file: People, contradicted: Ints) -> Ints:
    outcome = file.ids.outcome
    kind = np.full(len(file), at_level.BROKEN_ID)
    kind[outcome == MASKED] = at_level.MASKED_ID
    kind[(outcome == EMPTY) | (outcome == BECAME_NUMBER)] = at_level.NO_ID
    kind[contradicted] = at_level.CONTRADICTED_ID
    return kind


def _homes(both: Both, anchors: Pairs) -> tuple[Ints, Ints]:
    """For each row the registry's household in which members of its household were recognised.

    Returned twice: for rows to be weighed, and for the recognised rows themselves, where a row
    does not count as a member that recognises itself.
    """
    sent, known = both.file.household, both.registry.household
    pairs = np.stack([sent[anchors.row], known[anchors.person]], axis=1)
    pairs = pairs[(pairs > 0).all(axis=1)]
    told = np.zeros(len(sent), np.int64)
    alone = np.zeros(len(sent), np.int64)
    if not len(pairs):
        return told, alone
    both_of, many = np.unique(pairs, axis=0, return_counts=True)
    best = np.lexsort((-many, both_of[:, 0]))
    homes, first = np.unique(both_of[best, 0], return_index=True)
    household, votes = both_of[best, 1][first], many[best][first]
    at = np.minimum(np.searchsorted(homes, sent), len(homes) - 1)
    here = (homes[at] == sent) & (sent > 0)
    told[here] = household[at[here]]
    alone[here & (votes[at] > 1)] = household[at[here & (votes[at] > 1)]]
    return told, alone


def _mates(both: Both) -> float:
    """With how many others one lives on average."""
    homes = both.registry.household
    told = homes[homes > 0]
    if not len(told):
        return 2.0
    size = np.bincount(told)
    return float((size[told] - 1).mean())


def _learned(both: Both, anchors: Pairs, homes: Ints, usable: int) -> Model:
    """The model that rows with a registered id teach."""
    model = believed()
    if not len(anchors):
        return model
    chance = np.random.default_rng(_SEED)
    registered = len(anchors) / max(usable, 1)
    same = compare(both, anchors.row, anchors.person, homes, ids=False)
    rows = chance.choice(anchors.row, _SAMPLE)
    anybody = compare(
        both, rows, chance.integers(0, len(both.registry.people), _SAMPLE), homes, ids=False
    )
    mate = _a_mate(both, anchors.person, chance)
    has = mate >= 0
    relative = compare(both, anchors.row[has], mate[has], homes, ids=False)
    return learn(model, same, relative, anybody, registered)


def _a_mate(both: Both, person: Ints, chance: np.random.Generator) -> Ints:
    """Another member of each person's household, or -1."""
    homes = both.registry.household
    order = np.argsort(homes, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    start = np.searchsorted(homes[order], homes[person])
    end = np.searchsorted(homes[order], homes[person], side="right")
    size = end - start
    step = chance.integers(1, np.maximum(size, 2))
    mate = order[start + (place[person] - start + step) % size]
    none = (size < 2) | (homes[person] == 0)
    result: Ints = np.where(none, -1, mate)
    return result


def _solved(file: People, registry: People, today: date) -> tuple[Ints, Ints]:
    """Pairs by solving check digits."""
    found = solutions_of(file, today)
    at = looked_up(registry, found.key)
    here = at >= 0
    return found.row[here], at[here]
