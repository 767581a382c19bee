"""What is known of everybody, written as the files of a screening: numbers, no names, no ids."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction

from doudi.base.access import NATION, scope
from doudi.kernel.divisions import place_range
from doudi.watch.screening import layout
from doudi.watch.screening.reading import wanted_kinds

READ_ONLY = "set transaction read only"
AT_ONCE = 200_000

_COUNTIES = """
select distinct left(place, 6) from people_household
where place >= %(low)s and place < %(high)s order by 1
"""
_HOUSEHOLDS = """
select id, place, urban from people_household
where place >= %(low)s and place < %(high)s order by id
"""
_PERSONS = """
select m.person_id, m.household_id, e.birth, m.since, m.before, (
  select min(n.since) from people_member n where n.person_id = m.person_id and n.since > m.since)
from people_member m join people_household h on h.id = m.household_id
join people_person e on e.id = m.person_id
where h.place >= %(low)s and h.place < %(high)s
order by m.household_id, m.person_id
"""
_THRESHOLDS = """
select name, place, since, value from watch_thresholdchange
where left(place, 6) = left(%(low)s, 6) order by since, id
"""
# What came and went within one month was never seen by a month's scan.
_FACTS = """
with people as materialized (
  select distinct m.person_id from people_member m
  join people_household h on h.id = m.household_id
  where h.place >= %(low)s and h.place < %(high)s
), dated as (
  select f.*, to_char(known_since at time zone 'Asia/Shanghai', 'YYYY-MM') as came,
    to_char(known_before at time zone 'Asia/Shanghai', 'YYYY-MM') as went
  from people_fact f join people using (person_id) where f.kind = any(%(kinds)s)
)
select came as month, person_id, kind, key, amount_fen, code, detail::text, valid_since,
  valid_before, false, id, source
from dated where went is null or went > came
union all
select went, person_id, kind, key, null, '', null, valid_since, null, true, id, source
from dated where went > came
order by 1, 2, 3, 4, 8
"""
_FACT_COLUMNS = {
    layout.PERSON: pl.Int64, layout.KIND: pl.String, layout.KEY: pl.String,
    layout.AMOUNT: pl.Int64, layout.CODE: pl.String, layout.DETAIL: pl.String,
    layout.SINCE: pl.Date, layout.BEFORE: pl.Date, layout.RETRACTED: pl.Boolean,
    layout.FACT: pl.Int64, layout.SOURCE: pl.String,
}  # fmt: skip


@dataclass(slots=True)
class Written:
    """How much was written."""

    counties: int = 0
    households: int = 0
    persons: int = 0
    facts: int = 0


def write_screen_files(folder: Path, place: str = NATION) -> Written:
    """Write everybody at or below a place, a part for each county, and say how many.

    The database is told to refuse writing meanwhile (promise C10). What stood in the folder is
    replaced at the end.
    """
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    written = Written()
    with scope(place), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(READ_ONLY)
            low, high = place_range(place)
            cursor.execute(_COUNTIES, {"low": low, "high": high})
            counties = [county for (county,) in cursor.fetchall()]
        for county in counties:
            first, before = place_range(county.ljust(12, "0"))
            _write_county(half / county, (max(low, first), min(high, before)), written)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    return written


def _write_county(folder: Path, within: tuple[str, str], written: Written) -> None:
    (folder / layout.FACTS).mkdir(parents=True)
    told: dict[str, Any] = {"low": within[0], "high": within[1], "kinds": wanted_kinds()}
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLDS, told)
        households = pl.DataFrame(
            cursor.fetchall(), orient="row",
            schema={layout.HOUSEHOLD: pl.Int64, layout.PLACE: pl.String, layout.URBAN: pl.Boolean},
        )  # fmt: skip
        cursor.execute(_PERSONS, told)
        persons = pl.DataFrame(
            cursor.fetchall(), orient="row",
            schema={
                layout.PERSON: pl.Int64, layout.HOUSEHOLD: pl.Int64, layout.BIRTH: pl.Date,
                layout.JOINED: pl.Date, layout.LEFT: pl.Date, layout.MOVED: pl.Date,
            },
        )  # fmt: skip
        cursor.execute(_THRESHOLDS, told)
        thresholds = pl.DataFrame(
            cursor.fetchall(), orient="row",
            schema={
                layout.NAME: pl.String, layout.PLACE: pl.String, layout.SINCE: pl.Date,
                layout.VALUE: pl.Int64,
            },
        )  # fmt: skip
    if thresholds.height:
        thresholds.write_parquet(folder / layout.THRESHOLDS)
    households.write_parquet(folder / layout.HOUSEHOLDS)
    persons.write_parquet(folder / layout.PERSONS)
    for month, number, rows in _by_month(told):
        frame = pl.DataFrame(rows, schema=_FACT_COLUMNS, orient="row")
        frame.write_parquet(folder / layout.FACTS / f"{month}-{number:04}.parquet")
        written.facts += frame.height
    written.counties += 1
    written.households += households.height
    written.persons += persons.height


def _by_month(told: dict[str, Any]) -> Iterator[tuple[str, int, list[tuple[Any, ...]]]]:
    """Facts month after month, so many at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_FACTS, told)
        rows = (row for part in iter(lambda: cursor.fetchmany(AT_ONCE), []) for row in part)
        for month, group in groupby(rows, key=lambda row: row[0]):
            waiting: list[tuple[Any, ...]] = []
            number = 0
            for row in group:
                waiting.append(row[1:])
                if len(waiting) == AT_ONCE:
                    yield month, number, waiting
                    waiting, number = [], number + 1
            if waiting:
                yield month, number, waiting
