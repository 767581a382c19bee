"""Households written as a registry, in parts, so that any number of them fits."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from doudi.rules.batch.registry import FILES, HOUSEHOLD, OBLIGOR, OWING, PERSON, PLACE
from doudi.rules.dialect import Level
from doudi.rules.facts import HouseholdFacts, check_names
from doudi.rules.schema import Fact, Input, inputs

SHARD = 100_000  # households kept in memory at a time


@dataclass(frozen=True, slots=True)
class Registered:
    """A household under a number, at a place (6, 9 or 12 digits)."""

    number: str
    place: str
    facts: HouseholdFacts


def write_registry(
    folder: Path, households: Iterable[Registered], *, at_once: int = SHARD
) -> tuple[int, int]:
    """Write households as a registry and return how many households and persons there are.

    One shard, or as many as are needed. What stood in the folder is replaced at the end. Raises
    `FactRefused` for facts that the rules would refuse.
    """
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    waiting = iter(households)
    counts = [0, 0]
    for number in itertools.count():
        part = list(itertools.islice(waiting, at_once))
        if not part and number:
            break
        target = half / f"shard-{number:04}"
        target.mkdir(parents=True)
        _write(target, part)
        counts[0] += len(part)
        counts[1] += sum(len(each.facts.members) for each in part)
    shutil.rmtree(folder, ignore_errors=True)
    shards = sorted(half.iterdir())
    if len(shards) == 1:
        shards[0].rename(folder)
        half.rmdir()
    else:
        half.rename(folder)
    return counts[0], counts[1]


def _write(folder: Path, part: list[Registered]) -> None:
    tables: dict[Level, list[dict[str, Any]]] = {level: [] for level in Level}
    owing: list[dict[str, str]] = []
    for each in part:
        check_names(each.facts)
        own = {HOUSEHOLD: each.number}
        tables[Level.HOUSEHOLD].append({**own, PLACE: each.place, **each.facts.values})
        for member in each.facts.members:
            tables[Level.PERSON].append({**own, PERSON: member.reference, **member.values})
        for obligor in each.facts.obligors:
            row = {**own, OBLIGOR: obligor.reference}
            tables[Level.OBLIGOR].append({**row, **obligor.values})
            owing += [{**row, PERSON: person} for person in obligor.of]
    keys = {
        Level.HOUSEHOLD: [HOUSEHOLD, PLACE],
        Level.PERSON: [HOUSEHOLD, PERSON],
        Level.OBLIGOR: [HOUSEHOLD, OBLIGOR],
    }
    for level, rows in tables.items():
        if rows or level is not Level.OBLIGOR:
            _table(rows, keys[level]).write_parquet(folder / FILES[level], row_group_size=100_000)
    if tables[Level.OBLIGOR]:
        words = dict.fromkeys((HOUSEHOLD, PERSON, OBLIGOR), pl.String)
        pl.DataFrame(owing, schema=words).write_parquet(folder / OWING)


def _table(rows: list[dict[str, Any]], keys: list[str]) -> pl.DataFrame:
    """One column for every fact that any row has; who lacks it gets the input's default."""
    known = inputs()
    names = [name for name in known if any(name in row for row in rows)]
    columns = [pl.Series(key, [row[key] for row in rows], dtype=pl.String) for key in keys]
    for name in names:
        fact = known[name]
        values = [_value(fact, row) for row in rows]
        if fact.unit == "是否":
            columns.append(pl.Series(name, values, dtype=pl.Boolean))
        else:
            columns.append(pl.Series(name, values, dtype=pl.Int64).shrink_dtype())
    return pl.DataFrame(columns)


def _value(fact: Input, row: Mapping[str, Fact]) -> int | None:
    return fact.read(row[fact.name]) if fact.name in row else fact.default
