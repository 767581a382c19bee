"""One slip in an id, repaired as a proposal: a solution that other evidence confirms alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.linking.han import Names, key_of, names_of
from doudi.exchange.linking.ids import BIRTH, CHARACTERS, CHECKSUM, LENGTH, PROVINCE
from doudi.exchange.linking.people import People
from doudi.exchange.linking.repairs import Solutions, number_of, solve

REPAIRABLE = (LENGTH, CHARACTERS, CHECKSUM, BIRTH, PROVINCE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a row's id may have been, and what speaks for it."""

    row: int
    number: str
    evidence: str
    person: int | None  # row of the registry


def solutions_of(file: People, today: date) -> Solutions:
    """All solutions of the ids of a table that can be one slip away from an id."""
    rows = np.flatnonzero(np.isin(file.ids.outcome, REPAIRABLE))
    found = solve(file.ids.plain.gather(rows).to_list(), today)
    return Solutions(rows[found.row], found.key, found.slip, found.position)


def by_birth(file: People, today: date) -> list[Proposal]:
    """Where the date of birth in a column of its own (and the sex) leaves one solution alone."""
    found = solutions_of(file, today)
    born = found.key // 1000 % 100_000_000
    fits = (file.birth[found.row] == born) & (born > 0)
    sex = np.where(found.key % 2 == 1, 1, 2)
    fits &= (file.sex[found.row] == 0) | (file.sex[found.row] == sex)
    return _alone(found.take(fits), "唯一使校验位正确又与出生日期相符的号码", None)


def by_registry(file: People, registry: People, today: date) -> list[Proposal]:
    """Where one solution is registered and the name's sound, or surname and birth, agree."""
    found = solutions_of(file, today)
    order = looked_up(registry, found.key)
    here = order >= 0
    found, order = found.take(here), order[here]
    told = confirmed(file, registry, found.row, order)
    return _alone(found.take(told), "登记册中有此号码，且姓名同音或姓与出生日期相符", order[told])


def looked_up(registry: People, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The registry's row of each key, or -1; ids that two persons have point to nobody."""
    asked = pl.DataFrame({"key": keys})
    known = pl.DataFrame({"key": registry.ids.key}).with_row_index("row")
    known = known.join(asked.unique(), on="key", how="semi").filter(pl.col("key") > 0)
    known = known.unique("key", keep="none")
    joined = asked.join(known, on="key", how="left", maintain_order="left")
    return joined["row"].cast(pl.Int64).fill_null(-1).to_numpy()


def confirmed(
    file: People, registry: People, rows: npt.NDArray[np.int64], order: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether the name sounds the same, or the surname and the date of birth do."""
    ours, theirs = file.name.gather(rows), registry.name.gather(order)
    texts = pl.concat([ours, theirs]).unique().to_list()
    names = names_of(["", *(text for text in texts if text)])
    number = {text: at for at, text in enumerate(names.texts)}
    a = np.array([number[text] for text in ours], np.int64)
    b = np.array([number[text] for text in theirs], np.int64)
    same = sounds_alike(names, a, b)
    surname = (names.sounds[a, 0] == names.sounds[b, 0]) & (a > 0) & (b > 0)
    birth = file.birth[rows]
    result: npt.NDArray[np.bool_] = same | (
        surname & (birth > 0) & (birth == registry.birth[order])
    )
    return result


def sounds_alike(
    names: Names, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether names that are told and readable have the same syllables."""
    keys = key_of(names.sounds)
    readable = (names.length > 1) & ((names.sounds > 0).sum(axis=1) == names.length)
    result: npt.NDArray[np.bool_] = (keys[a] == keys[b]) & readable[a] & readable[b]
    return result


def _alone(
    found: Solutions, evidence: str, persons: npt.NDArray[np.int64] | None
) -> list[Proposal]:
    """Proposals where a row has one solution left; several prove nothing."""
    rows, first, many = np.unique(found.row, return_index=True, return_counts=True)
    return [
        Proposal(
            int(row), number_of(int(found.key[at])), f"{found.words(at)}；{evidence}",
            None if persons is None else int(persons[at]),
        )
        for row, at in zip(rows[many == 1], first[many == 1], strict=True)
    ]  # fmt: skip
