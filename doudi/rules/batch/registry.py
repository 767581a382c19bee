"""A registry on disk: households, their persons and obligors, as Parquet.

A registry is a folder with `households.parquet` (户号, 地区, facts), `persons.parquet` (户号, 人号,
facts) and, where obligors are known, `obligors.parquet` (户号, 义务人号, facts) with
`owing.parquet` (户号, 人号, 义务人号: who owes whom). Facts stand under their Chinese names;
null is unknown, a column left out is the default of the input. A folder of such folders is a
registry in shards, which are computed one after another.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from doudi.kernel.problems import Problem
from doudi.rules.dialect import Level
from doudi.rules.schema import inputs

HOUSEHOLD, PERSON, OBLIGOR, PLACE = "户号", "人号", "义务人号", "地区"
FILES = {
    Level.HOUSEHOLD: "households.parquet",
    Level.PERSON: "persons.parquet",
    Level.OBLIGOR: "obligors.parquet",
}
OWING = "owing.parquet"
_KEYS = {
    Level.HOUSEHOLD: {HOUSEHOLD, PLACE},
    Level.PERSON: {HOUSEHOLD, PERSON},
    Level.OBLIGOR: {HOUSEHOLD, OBLIGOR},
}


class RegistryRefused(Problem):
    """The files do not make a registry."""

    code = "rules.registry_refused"
    status = 422
    say = "登记库 {folder} 不能用：{why}。"
    next = "请按 docs/registry.md 的格式改正后再算。"
    fields = ("folder", "why")


@dataclass(slots=True)
class Faults:
    """What could not be used, by file and column: how many values, and the first of them."""

    found: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def add(self, file: str, column: str, count: int, first: str) -> None:
        """Note some unusable values; they count as unknown."""
        if count:
            before, example = self.found.get((file, column), (0, first))
            self.found[file, column] = (before + count, example)

    def sentences(self) -> list[str]:
        """One Chinese sentence for each column."""
        return [
            f"{file} 的“{column}”有 {count} 个值不能用，按未知处理，例如 {first}"
            for (file, column), (count, first) in sorted(self.found.items())
        ]


@dataclass(frozen=True, slots=True)
class Shard:
    """One folder of files, with the columns that each has."""

    folder: Path
    columns: dict[Level, dict[str, pl.DataType]]

    @property
    def name(self) -> str:
        """The name under which its results are kept."""
        return self.folder.name

    def has(self, level: Level) -> bool:
        """Whether there is a file of this level."""
        return level in self.columns

    def scan(self, level: Level) -> pl.LazyFrame:
        """The rows of a level, lazily."""
        return pl.scan_parquet(self.folder / FILES[level])

    def owing(self) -> pl.DataFrame:
        """Who owes whom."""
        return pl.read_parquet(self.folder / OWING)


def open_registry(folder: Path) -> list[Shard]:
    """The shards of a registry, checked for names and types; raises `RegistryRefused`."""
    if not folder.is_dir():
        raise RegistryRefused(folder=folder, why="没有这个文件夹")
    if (folder / FILES[Level.HOUSEHOLD]).exists():
        return [_open_shard(folder)]
    shards = sorted(path.parent for path in folder.glob(f"*/{FILES[Level.HOUSEHOLD]}"))
    if not shards:
        raise RegistryRefused(folder=folder, why="没有 households.parquet")
    return [_open_shard(path) for path in shards]


def places_of(shards: list[Shard]) -> list[str]:
    """Every place of a registry, once, in order."""
    found: set[str] = set()
    for shard in shards:
        column = shard.scan(Level.HOUSEHOLD).select(pl.col(PLACE).unique().cast(pl.String))
        for place in column.collect().get_column(PLACE):
            if place is None:
                raise RegistryRefused(folder=shard.folder, why="有的户没有写地区")
            found.add(place)
    return sorted(found)


def _open_shard(folder: Path) -> Shard:
    columns: dict[Level, dict[str, pl.DataType]] = {}
    for level, file in FILES.items():
        path = folder / file
        if not path.exists():
            if level is Level.OBLIGOR:
                continue
            raise RegistryRefused(folder=folder, why=f"没有 {file}")
        try:
            schema = pl.read_parquet_schema(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise RegistryRefused(folder=folder, why=f"{file} 打不开或不是 Parquet") from error
        for why in _wrong(level, file, schema):
            raise RegistryRefused(folder=folder, why=why)
        columns[level] = dict(schema)
    if Level.OBLIGOR in columns and not (folder / OWING).exists():
        raise RegistryRefused(folder=folder, why=f"有 obligors.parquet，但没有 {OWING}")
    return Shard(folder, columns)


def _wrong(level: Level, file: str, schema: dict[str, pl.DataType]) -> Iterator[str]:
    for key in sorted(_KEYS[level] - set(schema)):
        yield f"{file} 没有“{key}”一列"
    known = inputs()
    for name, kind in schema.items():
        if name in _KEYS[level]:
            continue
        fact = known.get(name)
        if fact is None:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"，是不是“{near[0]}”" if near else ""
            yield f"{file} 有不认识的列“{name}”{hint}"
        elif fact.level is not level:
            yield f"{file} 的“{name}”是{fact.level.value}的资料"
        elif not (kind.is_integer() or kind in (pl.Boolean, pl.String, pl.Date)):
            yield f"{file} 的“{name}”是 {kind}，应是整数（金额用分）、是否、日期或选项的文字"
