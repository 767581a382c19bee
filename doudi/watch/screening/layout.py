"""The files of a screening: who lives where, and month by month what became known of them.

A part (片, best one county) is a folder with ``households.parquet``, ``persons.parquet`` and
``facts/``, whose files begin with the month in which their rows became known. A folder of such
folders is a library in parts (docs/screen.md).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from doudi.kernel.dates import Month
from doudi.kernel.problems import Problem
from doudi.watch.parameters import parameters
from doudi.watch.screening.rounds import number_of

HOUSEHOLD, PERSON, PLACE, URBAN = "户号", "人号", "地区", "城镇"
BIRTH, JOINED, LEFT, MOVED = "出生日期", "入户", "离户", "转入他户"
KIND, KEY, AMOUNT, CODE, DETAIL = "种类", "键", "金额", "代码", "明细"
SINCE, BEFORE, RETRACTED, FACT, SOURCE = "起", "止", "撤回", "事实号", "来源"
HOUSEHOLDS, PERSONS, FACTS = "households.parquet", "persons.parquet", "facts"
# A county's own figures, where it has moved any; of two in force the lower row speaks.
THRESHOLDS, NAME, VALUE = "thresholds.parquet", "参数", "值"

_ID = "number"
# What each column holds and whether it must be there.
_TEXT, _DAY, _FEN, _FLAG = pl.String, pl.Date, pl.Int64, pl.Boolean
_HOUSEHOLDS = {HOUSEHOLD: (_ID, True), PLACE: (_TEXT, True), URBAN: (_FLAG, True)}
_PERSONS = {
    PERSON: (_ID, True), HOUSEHOLD: (_ID, True), BIRTH: (_DAY, True),
    JOINED: (_DAY, False), LEFT: (_DAY, False), MOVED: (_DAY, False),
}  # fmt: skip
_FACTS = {
    PERSON: (_ID, True), KIND: (_TEXT, True), SINCE: (_DAY, True), BEFORE: (_DAY, False),
    KEY: (_TEXT, False), AMOUNT: (_FEN, False), CODE: (_TEXT, False), DETAIL: (_TEXT, False),
    RETRACTED: (_FLAG, False), FACT: (_FEN, False), SOURCE: (_TEXT, False),
}  # fmt: skip
_THRESHOLDS = {
    NAME: (_TEXT, True), PLACE: (_TEXT, True), SINCE: (_DAY, True), VALUE: (_FEN, True),
}  # fmt: skip
_SAID = {_ID: "整数或文字", _TEXT: "文字", _DAY: "日期", _FEN: "整数（金额用分）", _FLAG: "是否"}
_DATED = re.compile(r"([0-9]{4}-[0-9]{2})(?![0-9]).*\.parquet")


class LibraryRefused(Problem):
    """The files cannot be screened."""

    code = "watch.library_refused"
    status = 422
    say = "监测库 {folder} 不能用：{why}。"
    next = "请按 docs/screen.md 的格式改正后再筛查。"
    fields = ("folder", "why")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file of facts, and in which month (counted through) its rows became known."""

    path: Path
    known: int
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that a place has set for itself from a day on."""

    name: str
    place: str
    since: date
    value: int


@dataclass(frozen=True, slots=True)
class Part:
    """One folder whose names and types are as they should be."""

    folder: Path
    facts: tuple[Delivered, ...]
    moved: tuple[Moved, ...]

    @property
    def name(self) -> str:
        """Under which its results stand."""
        return self.folder.name

    @property
    def latest(self) -> Month:
        """The month of the latest file."""
        before = max(each.known for each in self.facts) - 1
        return Month(before // 12, before % 12 + 1)


def open_library(folder: Path) -> list[Part]:
    """The parts of a library, checked for names and types; raises ``LibraryRefused``."""
    if not folder.is_dir():
        raise LibraryRefused(folder=folder, why="没有这个文件夹")
    if (folder / HOUSEHOLDS).exists():
        return [_open(folder)]
    parts = sorted(path.parent for path in folder.glob(f"*/{HOUSEHOLDS}"))
    if not parts:
        raise LibraryRefused(folder=folder, why=f"没有 {HOUSEHOLDS}")
    return [_open(path) for path in parts]


def _open(folder: Path) -> Part:
    _columns(folder, HOUSEHOLDS, _HOUSEHOLDS)
    _columns(folder, PERSONS, _PERSONS)
    facts = []
    for path in sorted((folder / FACTS).glob("*.parquet")):
        found = _DATED.fullmatch(path.name)
        month = found and int(found[1][5:])
        if not found or not 1 <= (month or 0) <= 12:
            why = f"{FACTS}/{path.name} 的文件名应以得知的月份开头，如 2022-05.parquet"
            raise LibraryRefused(folder=folder, why=why)
        columns = _columns(folder, f"{FACTS}/{path.name}", _FACTS)
        facts.append(Delivered(path, number_of(Month.parse(found[1])), columns))
    if not facts:
        raise LibraryRefused(folder=folder, why=f"{FACTS} 里没有 Parquet 文件")
    return Part(folder, tuple(facts), _moved(folder))


def _moved(folder: Path) -> tuple[Moved, ...]:
    if not (folder / THRESHOLDS).exists():
        return ()
    _columns(folder, THRESHOLDS, _THRESHOLDS)
    rows = pl.read_parquet(folder / THRESHOLDS).select(NAME, PLACE, SINCE, VALUE).rows()
    moved = tuple(Moved(*row) for row in rows)
    for each in moved:
        if each.name not in parameters():
            why = f"{THRESHOLDS} 有不认识的参数“{each.name}”"
            raise LibraryRefused(folder=folder, why=why)
    return moved


def _columns(folder: Path, file: str, wanted: Mapping[str, tuple[object, bool]]) -> frozenset[str]:
    """The columns of a file; raises ``LibraryRefused`` for one that is missing, unknown, wrong."""
    try:
        schema = pl.read_parquet_schema(folder / file)
    except FileNotFoundError as error:
        raise LibraryRefused(folder=folder, why=f"没有 {file}") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LibraryRefused(folder=folder, why=f"{file} 打不开或不是 Parquet") from error
    for name, (_, needed) in wanted.items():
        if needed and name not in schema:
            raise LibraryRefused(folder=folder, why=f"{file} 没有“{name}”一列")
    for name, kind in schema.items():
        if name not in wanted:
            near = difflib.get_close_matches(name, wanted, n=1)
            hint = f"，是不是“{near[0]}”" if near else ""
            raise LibraryRefused(folder=folder, why=f"{file} 有不认识的列“{name}”{hint}")
        if not _fits(kind, wanted[name][0]):
            why = f"{file} 的“{name}”是 {kind}，应是{_SAID[wanted[name][0]]}"
            raise LibraryRefused(folder=folder, why=why)
    return frozenset(schema)


def _fits(kind: pl.DataType, wanted: object) -> bool:
    if kind == pl.Null:
        return True
    if wanted == _ID:
        return kind.is_integer() or kind == pl.String
    if wanted is _FEN:
        return kind.is_integer()
    if wanted is _TEXT:
        return kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum)
    return kind == wanted


def scan(delivered: Delivered) -> pl.LazyFrame:
    """The rows of one file with every column there may be, and when they became known."""
    plain: dict[str, tuple[pl.DataType | type[pl.DataType], object]] = {
        KIND: (pl.String, None), KEY: (pl.String, ""), CODE: (pl.String, ""),
        AMOUNT: (pl.Int64, None), DETAIL: (pl.String, None), SINCE: (pl.Date, None),
        BEFORE: (pl.Date, None), RETRACTED: (pl.Boolean, False), FACT: (pl.Int64, None),
        SOURCE: (pl.String, delivered.path.stem),
    }  # fmt: skip
    columns = [pl.col(PERSON)]
    for name, (kind, otherwise) in plain.items():
        if name not in delivered.columns:
            columns.append(pl.lit(otherwise, dtype=kind).alias(name))
        elif otherwise is None:
            columns.append(pl.col(name).cast(kind))
        else:
            columns.append(pl.col(name).cast(kind).fill_null(pl.lit(otherwise)))
    known = pl.lit(delivered.known, dtype=pl.Int32).alias("known")
    return pl.scan_parquet(delivered.path).select(*columns, known)
