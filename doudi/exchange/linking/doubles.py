"""Persons who may stand in a registry twice: it is weighed against itself; only proposals.

Two files of one person mostly have no id in common, so everything else has to speak, and a person
decides. Relatives live in the same household and look alike: they are a class of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.blocking import candidates
from doudi.exchange.linking.comparing import Marks, Pairs, compare, id_levels
from doudi.exchange.linking.deciding import beyond_names
from doudi.exchange.linking.features import Both, Ints, side_by_side
from doudi.exchange.linking.levels import Weights
from doudi.exchange.linking.people import People
from doudi.exchange.linking.weighing import Reveal, average_mates, taught_by_registry
from doudi.exchange.linking.weights import Model, Rarity, Scores, believed, odds, score

# How many of a registry's files are a second one [默认]; what is shown is settled by a person.
_SHARE = 0.01
# Only pairs that are not far from likely without their ids are worth opening two ids for.
_WORTH_OPENING = -8.0


@dataclass(frozen=True, slots=True)
class Doubles:
    """Pairs of rows of one registry (the smaller first), their weights and bits."""

    pairs: Pairs
    scores: Scores
    bits: Weights


def doubles(registry: People, reveal: Reveal, model: Model | None = None) -> Doubles:
    """Pairs that are more likely one person than not, and in which more than names agree."""
    both = side_by_side(registry, registry)
    everybody = np.arange(len(registry))
    homes = both.registry.household
    nothing = np.empty(0, np.int64)
    row, person = candidates(both, everybody, homes, (nothing, nothing))
    apart = row != person
    pairs = compare(both, row[apart], person[apart], homes, ids=False)
    model = taught_by_registry(model or believed(), both, homes)
    model.registered = _SHARE
    kind = np.full(len(registry), at_level.BROKEN_ID)
    rarity, mates = Rarity.in_registry(both), average_mates(both)
    bits = _bits(model, both, pairs, kind, rarity, mates)[1]
    pairs = _with_ids(pairs.take(bits >= _WORTH_OPENING), reveal)
    scores, bits = _bits(model, both, pairs, kind, rarity, mates)
    likely = (bits >= 0) & beyond_names(pairs) & (pairs.row < pairs.person)
    return Doubles(pairs.take(likely), _some(scores, likely), bits[likely])


def _bits(
    model: Model, both: Both, pairs: Pairs, kind: Ints, rarity: Rarity, mates: float
) -> tuple[Scores, Weights]:
    scores = score(model, both, pairs, kind, rarity)
    return scores, odds(model, scores, pairs, len(both.registry.people), mates)


def _with_ids(pairs: Pairs, reveal: Reveal) -> Pairs:
    """The same pairs with the level of their ids, of which only theirs are opened."""
    persons, back = np.unique(np.concatenate([pairs.row, pairs.person]), return_inverse=True)
    keys = reveal(persons)[back]
    half = len(pairs)
    levels: Marks = id_levels(keys[:half], keys[half:])
    return Pairs(pairs.row, pairs.person, {**pairs.levels, at_level.ID.name: levels})


def _some(scores: Scores, which: np.ndarray) -> Scores:
    fields = {name: weights[which] for name, weights in scores.fields.items()}
    return Scores(fields, scores.against_relative[which])
