"""Rows that no id decides, weighed against the persons whom they may be about.

The registry's ids need not be there: `reveal` is asked for those of the persons who came into
question, and of nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from doudi.exchange.linking.blocking import candidates
from doudi.exchange.linking.comparing import Pairs, compare
from doudi.exchange.linking.deciding import Bands, Decided, decide
from doudi.exchange.linking.features import Both, Ints
from doudi.exchange.linking.levels import Weights
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

# Rows of the registry, to the first 17 digits of their ids (0: none).
Reveal = Callable[[Ints], Ints]


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are to be weighed, and what is known before.

    `kind` is the kind of each row's id (see levels), `further` are pairs found otherwise, e.g. by
    solving a check digit, `anchors` rows with their persons that an id decided, and `registered`
    the share of usable ids that are registered.
    """

    rows: Ints
    kind: Ints
    further: tuple[Ints, Ints]
    anchors: Pairs
    registered: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """All pairs that came into question, their weights and bits, and what was decided."""

    pairs: Pairs
    scores: Scores
    bits: Weights
    model: Model
    decided: Decided


def weigh(both: Both, asked: Question, bands: Bands, reveal: Reveal | None = None) -> Weighed:
    """Weigh the rows that are asked about; the file's own anchors teach the weights."""
    homes, others = _homes(both, asked.anchors)
    rarity, mates = Rarity.in_registry(both), average_mates(both)
    model = _learned(both, asked.anchors, others, asked.registered)
    row, found = candidates(both, asked.rows, homes, asked.further)
    if reveal is not None:
        persons = np.unique(found)
        both.registry.people.ids.key[persons] = reveal(persons)
    pairs = compare(both, row, found, homes)
    model = carry_over(model, both, pairs, asked.kind, rarity, mates)
    scores = score(model, both, pairs, asked.kind, rarity)
    bits = odds(model, scores, pairs, len(both.registry.people), mates)
    return Weighed(pairs, scores, bits, model, decide(pairs, bits, asked.rows, asked.kind, bands))


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


def average_mates(both: Both) -> float:
    """With how many others one lives on average."""
    homes = both.registry.household
    told = homes[homes > 0]
    if not len(told):
        return 2.0
    size = np.bincount(told)
    return float((size[told] - 1).mean())


def _learned(both: Both, anchors: Pairs, homes: Ints, registered: float) -> Model:
    """The model that rows with a registered id teach."""
    model = believed()
    if not len(anchors):
        return model
    same = compare(both, anchors.row, anchors.person, homes, ids=False)
    return _taught(model, both, anchors, homes, (same, registered))


def taught_by_registry(model: Model, both: Both, homes: Ints) -> Model:
    """What a registry weighed against itself teaches: how alike relatives are, and anybody."""
    everybody = np.arange(len(both.registry.people))
    nothing = compare(both, everybody[:0], everybody[:0], homes, ids=False)
    alone = Pairs(everybody, everybody, {})
    return _taught(model, both, alone, homes, (nothing, model.registered))


def _taught(
    model: Model, both: Both, anchors: Pairs, homes: Ints, told: tuple[Pairs, float]
) -> Model:
    chance = np.random.default_rng(_SEED)
    at = chance.integers(0, len(anchors.row), _SAMPLE)
    others = chance.integers(0, len(both.registry.people), _SAMPLE)
    apart = anchors.person[at] != others  # a row's own person is not anybody
    anybody = compare(both, anchors.row[at][apart], others[apart], homes, ids=False)
    mate = _a_mate(both, anchors.person, chance)
    has = mate >= 0
    relative = compare(both, anchors.row[has], mate[has], homes, ids=False)
    return learn(model, told[0], relative, anybody, told[1])


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
