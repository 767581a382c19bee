"""Drawn households as tables of a database, and what the SQL form says of them as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import psycopg

from doudi.rules.batch.frame import Column, Figures, Frame
from doudi.rules.batch.program import Program
from doudi.rules.batch.sql import RAW, text
from doudi.rules.dialect import Level

Columns = Mapping[int, Column]
_KINDS = {pl.Boolean: "boolean", pl.Int8: "smallint", pl.Int16: "smallint", pl.Int32: "integer"}


def tables_of(program: Program, frame: Frame, places: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The frame as `households`, `persons`, `obligors` and `owing`; keys sort as they stand."""
    houses = np.arange(frame.households)
    owners = {
        Level.HOUSEHOLD: houses,
        Level.PERSON: np.repeat(houses, np.diff(frame.persons)),
        Level.OBLIGOR: np.repeat(houses, np.diff(frame.obligors)),
    }
    names = {Level.HOUSEHOLD: "households", Level.PERSON: "persons", Level.OBLIGOR: "obligors"}
    found = {}
    for level, name in names.items():
        columns = [pl.Series("户号", _keys(owners[level]))]
        if level is Level.HOUSEHOLD:
            columns.append(pl.Series("地区", [places[at] for at in frame.places], pl.String))
        else:
            key = "人号" if level is Level.PERSON else "义务人号"
            columns.append(pl.Series(key, _keys(np.arange(len(owners[level])))))
        for slot, column in frame.columns.items():
            if program.level(slot) is level:
                columns.append(_series(program.nodes[slot].name, column))
        found[name] = pl.DataFrame(columns)
    persons = np.repeat(np.arange(len(owners[Level.PERSON])), np.diff(frame.owed))
    found["owing"] = pl.DataFrame(
        {
            "户号": _keys(owners[Level.PERSON][persons]),
            "人号": _keys(persons),
            "义务人号": _keys(frame.owing),
        },
        schema=dict.fromkeys(("户号", "人号", "义务人号"), pl.String),
    )
    return found


def _keys(numbers: Any) -> list[str]:
    return [f"{number:08}" for number in numbers]


def _series(name: str, column: Column) -> pl.Series:
    made = pl.Series(name, column.values)
    if column.known is None:
        return made
    return made.to_frame().select(pl.when(pl.Series(column.known)).then(pl.col(name))).to_series()


def had(program: Program, frame: Frame) -> dict[Level, list[str]]:
    """Which facts the tables of a frame have."""
    return {
        level: [program.nodes[slot].name for slot in frame.columns if program.level(slot) is level]
        for level in Level
    }


def computed(program: Program) -> tuple[int, ...]:
    """Everything that a program works out or looks up."""
    return tuple(sorted([*program.bodies, *program.keyed]))


def query(
    program: Program, frame: Frame, figures: Figures, places: Sequence[str], dialect: str
) -> str:
    """The SQL form for the tables of a frame, with every intermediate value."""
    have = had(program, frame)
    return text(program, figures, places, dialect, have=have, wanted=computed(program))


def in_duckdb(tables: Mapping[str, pl.DataFrame], sql: str, folder: Path) -> pl.DataFrame:
    """Run a query over the tables in DuckDB."""
    connection = duckdb.connect()
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.write_parquet(path)
        connection.execute(f"create view {name} as select * from read_parquet('{path}')")
    connection.execute(f"copy ({sql}) to '{folder}/found.parquet' (format parquet)")
    connection.close()
    return pl.read_parquet(folder / "found.parquet")


def in_postgresql(
    tables: Mapping[str, pl.DataFrame], sql: str, connection: psycopg.Connection
) -> pl.DataFrame:
    """Run a query over the tables as temporary ones of this connection."""
    for name, table in tables.items():
        columns = ", ".join(
            f'"{column}" {_KINDS.get(kind, "text" if kind == pl.String else "bigint")}'
            for column, kind in table.schema.items()
        )
        connection.execute(f"drop table if exists {name}")
        connection.execute(f"create temporary table {name} ({columns})")
        with connection.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
            copy.write(table.write_csv(include_header=False))
        connection.execute(f"analyze {name}")
    found = connection.execute(sql)
    names = [column.name for column in found.description or ()]
    kinds = dict.fromkeys(names, pl.Int64) | dict.fromkeys(("户号", "人号", "义务人号"), pl.String)
    schema = {name: kinds[name] for name in names}
    return pl.DataFrame(found.fetchall(), schema=schema, orient="row")


def columns_of(program: Program, found: pl.DataFrame) -> Columns:
    """What a query gave, by slot, in the order of the frame."""
    others = "义务人号" in found.columns
    of_person, of_obligor = pl.col("人号").is_not_null(), pl.lit(value=False)
    if others:
        of_obligor = pl.col("义务人号").is_not_null()
    rows = {
        Level.PERSON: found.filter(of_person).sort("人号"),
        Level.OBLIGOR: found.filter(of_obligor),
        Level.HOUSEHOLD: found.filter(~of_person & ~of_obligor).sort("户号"),
    }
    if others:
        rows[Level.OBLIGOR] = rows[Level.OBLIGOR].sort("义务人号")
    made = {}
    for slot in computed(program):
        series = rows[program.level(slot)].get_column(RAW + program.nodes[slot].name)
        known = series.is_not_null().to_numpy()
        made[slot] = Column(series.fill_null(0).to_numpy().astype(np.int64), known)
    return made
