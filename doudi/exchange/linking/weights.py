"""Fellegi–Sunter weights with three kinds of pairs: the same person, a relative, anybody.

Learned from the file's own rows whose id is registered, without labels: their pairs with
themselves, with members of their household, with anybody; then carried over to rows without an
id by expectation and maximisation. Weights are bits (logarithms to the base 2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.comparing import Marks, Pairs
from doudi.exchange.linking.features import Both, Ints
from doudi.exchange.linking.levels import FIELDS, Weights

VERSION = 1
# How many pairs the beliefs of levels.py count for against what a file shows.
_BELIEVED = 200.0
_MOST_LEARNED = 3000.0
_KINDS = 4  # of ids, see levels.py


@dataclass(slots=True)
class Model:
    """Shares of every level among the three kinds of pairs, and how many rows have a person.

    The id's levels stand apart by what kind of id the row has, and for anybody and relatives by
    whether the date of birth agrees, because the id contains it.
    """

    same: dict[str, Weights]
    relative: dict[str, Weights]
    anybody: dict[str, Weights]
    id_same: Weights  # kind of id × level
    id_other: Weights  # relative, anybody × birth agrees or not × level
    registered: float = 0.9
    anchors: int = 0

    def as_json(self) -> str:
        """The tables as they are kept with what they decided."""
        plain = {
            "version": VERSION, "anchors": self.anchors, "registered": round(self.registered, 4),
            "same": _plain(self.same), "relative": _plain(self.relative),
            "anybody": _plain(self.anybody), "id_same": self.id_same.round(7).tolist(),
            "id_other": self.id_other.round(9).tolist(),
        }  # fmt: skip
        return json.dumps(plain, ensure_ascii=False)


def _plain(tables: Mapping[str, Weights]) -> dict[str, list[float]]:
    return {name: table.round(9).tolist() for name, table in tables.items()}


def believed() -> Model:
    """The model before any file was seen."""
    tables = [{name: each.shares(of) for name, each in FIELDS.items()}
              for of in ("same", "relative", "anybody")]  # fmt: skip
    id_same = np.tile(tables[0][at_level.ID.name], (_KINDS, 1))
    masked = {at_level.ID_MASKED_TAIL, at_level.ID_MASKED}
    typed = {at_level.ID_SLIP, at_level.ID_TWO, at_level.ID_SAME}
    for kind, never in ((at_level.MASKED_ID, typed), (at_level.BROKEN_ID, masked)):
        id_same[kind, list(never)] = 1e-6
    # A person whose row carries somebody else's id: whose it is, is no evidence for the owner.
    id_same[at_level.CONTRADICTED_ID, [at_level.ID_SAME, at_level.ID_OTHER, at_level.ID_COUNTY]] = (
        0.3, 1.0, 2.0,
    )  # fmt: skip
    id_same[at_level.CONTRADICTED_ID, [at_level.ID_SLIP, at_level.ID_TWO]] = 0.001
    id_same[:, 1:] /= id_same[:, 1:].sum(axis=1, keepdims=True)
    id_other = np.stack([np.stack([table[at_level.ID.name]] * 2) for table in tables[1:]])
    # Who was born on the same day has the same eight digits, and mostly the same county.
    id_other[:, 1, at_level.ID_HEAD] = 0.80
    id_other[:, 1, at_level.ID_BIRTH] = 0.15
    id_other[:, 1, at_level.ID_MASKED] = 0.80
    id_other[:, 1, at_level.ID_MASKED_TAIL] = 0.002
    id_other[:, 1, at_level.ID_SLIP] = 0.006
    id_other[:, 1, at_level.ID_TWO] = 0.06
    same, relative, anybody = tables
    return Model(same, relative, anybody, id_same, id_other)


def learn(model: Model, same: Pairs, relative: Pairs, anybody: Pairs, registered: float) -> Model:
    """The model after a file's own rows with a registered id have been seen."""
    model.registered = min(max(registered, 0.5), 0.999)
    model.anchors = len(same)
    for table, pairs, most in (
        (model.same, same, _MOST_LEARNED), (model.relative, relative, 10 * _MOST_LEARNED),
        (model.anybody, anybody, np.inf),
    ):  # fmt: skip
        for name, levels in pairs.levels.items():
            if name != at_level.ID.name:
                believe = 5.0 if most == np.inf else _BELIEVED
                table[name] = _shares(levels, np.ones(len(pairs)), table[name], believe)
    return model


def _shares(levels: Marks, amount: Weights, before: Weights, believe: float) -> Weights:
    """Shares seen, mixed with those believed before; "not told" keeps its neutral 1."""
    seen = np.bincount(levels, weights=amount, minlength=len(before))[1 : len(before)]
    mixed: Weights = seen + believe * before[1:]
    return np.concatenate([[1.0], mixed / mixed.sum()])


@dataclass(frozen=True, slots=True)
class Scores:
    """Of each pair: the odds against anybody and against a relative (bits), field by field."""

    fields: dict[str, Weights]
    against_relative: Weights  # logarithm of relative to anybody

    @property
    def bits(self) -> Weights:
        """The weight of all fields together."""
        total: Weights = np.sum(list(self.fields.values()), axis=0)
        return total


def score(model: Model, both: Both, pairs: Pairs, kind: Ints, rarity: Rarity) -> Scores:
    """The weights of pairs; `kind` is the kind of each row's id."""
    fields: dict[str, Weights] = {}
    relative: Weights = np.zeros(len(pairs))
    birth = (pairs.levels[at_level.BIRTH.name] == at_level.BIRTH_SAME).astype(np.int64)
    for name, levels in pairs.levels.items():
        if name == at_level.ID.name:
            same = model.id_same[kind[pairs.row], levels]
            kin, anybody = (model.id_other[of, birth, levels] for of in (0, 1))
        else:
            same, kin = model.same[name][levels], model.relative[name][levels]
            anybody = model.anybody[name][levels]
            if name == at_level.NAME.name:
                anybody = rarity.of(both, pairs, anybody)
                kin = np.maximum(kin, anybody)
        fields[name] = np.log2(same) - np.log2(anybody)
        relative += np.log2(kin) - np.log2(anybody)
    return Scores(fields, relative)


@dataclass(frozen=True, slots=True)
class Rarity:
    """How frequent each name, sound and family name is in the registry, as shares."""

    written: Weights
    sound: Weights
    family: Weights

    @classmethod
    def in_registry(cls, both: Both) -> Rarity:
        """Count the registry once."""
        names, size = both.registry.name, max(len(both.registry.people), 1)
        count = np.bincount(names, minlength=len(both.names.texts)).astype(np.float64)

        def shared(keys: np.ndarray) -> Weights:
            _, back = np.unique(keys, return_inverse=True)
            total: Weights = np.bincount(back, weights=count)[back] / size
            return total

        return cls(count / size, shared(both.sound), shared(both.family))

    def of(self, both: Both, pairs: Pairs, usual: Weights) -> Weights:
        """How often anybody would have such a name: that of rare names is small."""
        person = both.registry.name[pairs.person]
        level = pairs.levels[at_level.NAME.name]
        floor = 0.5 / max(len(both.registry.people), 1)
        told = usual.copy()
        for at, share in (
            (at_level.NAME_SAME, self.written[person]),
            (at_level.NAME_FORM, self.written[person] * 0.1),
            (at_level.NAME_SOUND, self.sound[person]),
            (at_level.NAME_FAMILY, self.family[person]),
        ):
            here = level == at
            told[here] = np.maximum(share[here], floor)
        return told


def odds(model: Model, scores: Scores, pairs: Pairs, size: int, mates: float) -> Weights:
    """Bits for "the row is this person" against relatives, other candidates and nobody of ours.

    `size` is how many the registry has, `mates` how many others live with one on average.
    """
    prior = model.registered / max(size, 1)
    likely = np.exp2(np.clip(scores.bits, -200, 200)) * prior
    kin = np.exp2(np.clip(scores.against_relative, -200, 200)) * prior * mates
    _, back = np.unique(pairs.row, return_inverse=True)
    total = np.bincount(back, weights=likely)[back]
    others = np.maximum(total - likely, 0)
    result: Weights = np.log2(likely) - np.log2((1 - model.registered) + kin + others)
    return result


def carry_over(
    model: Model, both: Both, pairs: Pairs, kind: Ints, rarity: Rarity, mates: float
) -> Model:
    """Learn once more from rows without a usable id: each pair counts as far as it is likely."""
    believe = {name: table.copy() for name, table in model.same.items()}
    before = model.id_same.copy()
    registered, asked = model.registered, len(np.unique(pairs.row))
    for _turn in range(3):
        scores = score(model, both, pairs, kind, rarity)
        bits = odds(model, scores, pairs, len(both.registry.people), mates)
        share = 1 / (1 + np.exp2(-np.clip(bits, -60, 60)))
        for name, levels in pairs.levels.items():
            if name != at_level.ID.name:
                model.same[name] = _shares(levels, share, believe[name], _BELIEVED)
        # Rows without any candidate are not asked: they say nothing about the others' chance.
        here = (registered * _BELIEVED + share.sum()) / (_BELIEVED + asked)
        model.registered = float(min(max(here, 0.02), 0.999))
        ids = pairs.levels[at_level.ID.name]
        for at in range(_KINDS):
            here = (kind[pairs.row] == at) & (ids > 0)
            model.id_same[at] = _shares(ids[here], share[here], before[at], _BELIEVED / 4)
    return model
