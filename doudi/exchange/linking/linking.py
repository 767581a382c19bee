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
from doudi.exchange.linking.comparing import Mask, Pairs, compare
from doudi.exchange.linking.deciding import Bands, Decided, confirmed_by
from doudi.exchange.linking.features import Both, Ints, side_by_side
from doudi.exchange.linking.ids import BECAME_NUMBER, EMPTY, MASKED
from doudi.exchange.linking.people import People
from doudi.exchange.linking.proposing import looked_up, solutions_of
from doudi.exchange.linking.weighing import Question, weigh
from doudi.exchange.linking.weights import Model, Scores


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
    solved = _solved(file, registry, today)
    further = (np.concatenate([solved[0], doubtful]), np.concatenate([solved[1], holder]))
    registered = len(anchors) / max(int(file.ids.usable.sum()), 1)
    asked = Question(rows, kinds_of(file, doubtful), further, anchors, registered)
    told = weigh(both, asked, bands or Bands())
    way, person = _ways(file, by_id, told.pairs, told.decided)
    every_bits, pair = np.full(len(file), np.nan), np.full(len(file), -1, np.int64)
    every_bits[rows], pair[rows] = told.decided.bits, told.decided.pair
    return Links(
        way, person, every_bits, pair, told.pairs, told.scores, told.model, by_id.exact,
        len(registry),
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


def kinds_of(file: People, contradicted: Ints) -> Ints:
    """What kind of id each row of a file has; `contradicted` rows have somebody else's."""
    outcome = file.ids.outcome
    kind = np.full(len(file), at_level.BROKEN_ID)
    kind[outcome == MASKED] = at_level.MASKED_ID
    kind[(outcome == EMPTY) | (outcome == BECAME_NUMBER)] = at_level.NO_ID
    kind[contradicted] = at_level.CONTRADICTED_ID
    return kind


def _solved(file: People, registry: People, today: date) -> tuple[Ints, Ints]:
    """Pairs by solving check digits."""
    found = solutions_of(file, today)
    at = looked_up(registry, found.key)
    here = at >= 0
    return found.row[here], at[here]
