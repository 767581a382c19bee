"""Brings households with their facts before the indicators: few statements, however many people."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection

from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.watch import _scan_sql as sql
from doudi.watch import indicators, kinds
from doudi.watch.views import Day, FactView, HouseholdView, PersonView

# Rows fetched from the server at once: bounds the memory of a county, not the number of statements.
_ROWS = 20_000


@dataclass(frozen=True)
class Reach:
    """Where and about what is looked: a place, a period, all of it or what one delivery told."""

    place: str
    period: str
    delivery_id: int | None

    @property
    def cut(self) -> datetime:
        """What became known from this moment on is news of the period."""
        first = Month.parse(self.period).first_day
        return datetime.combine(first, time(0), tzinfo=SHANGHAI)


def choose(reach: Reach, day: Day) -> int:
    """Note whom the scan is about, with their households, in temporary tables; how many people."""
    low, high = place_range(reach.place)
    told: dict[str, Any] = {
        "triggers": list(indicators.triggers()),
        "standing": list(indicators.standing_triggers()),
        "source": f"delivery:{reach.delivery_id}",
        "cut": reach.cut,
        "since": day.news_since,
        "on": day.on,
        "low": low,
        "high": high,
    }
    by_delivery = reach.delivery_id is not None
    concerned = sql.CONCERNED_BY_DELIVERY if by_delivery else sql.CONCERNED_BY_PERIOD
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET)
        for statement, table in (
            (concerned, "watch_concerned"),
            (sql.HOUSEHOLDS, "watch_households"),
            (sql.PEOPLE, "watch_people"),
        ):
            cursor.execute(statement, told)
            cursor.execute(sql.ANALYZE.format(table))
        cursor.execute("select count(*) from watch_people")
        return int(cursor.fetchone()[0])


def households(
    reach: Reach, on: date, *, as_known: datetime | None = None
) -> Generator[HouseholdView]:
    """The chosen households with members, facts and kinds, one after another.

    ``as_known`` looks back: facts as they were known before that moment.
    """
    wanted = sorted(indicators.facts_read() | kinds.facts_needed())
    told: dict[str, Any] = {"cut": reach.cut, "kinds": wanted, "until": as_known}
    statement = sql.FACTS if as_known is None else sql.FACTS_AS_KNOWN
    # Closed here whatever happens: left to the garbage collector, a server-side cursor may be
    # closed in the middle of another statement, or in the next transaction.
    with (
        closing(_grouped(statement, told)) as facts,
        closing(_grouped(sql.MEMBERS, {})) as together,
    ):
        household_id, rows = next(facts, (None, []))
        for number, members in together:
            known: dict[int, dict[str, list[FactView]]] = {}
            if number == household_id:
                for row in rows:
                    by_kind = known.setdefault(row[1], {})
                    by_kind.setdefault(row[3], []).append(_fact(row))
                household_id, rows = next(facts, (None, []))
            view = _household(members, known)
            kinds.tag(view, on)
            yield view


def _fact(row: tuple[Any, ...]) -> FactView:
    """A row of ``FACTS``; JSON comes as text from the driver."""
    number, kind, key, amount, code, detail, since, before, fresh, source = row[2:]
    told = None if detail is None else json.loads(detail)
    return FactView(number, kind, key, amount, code, told, since, before, fresh, source)


def _household(
    members: list[tuple[Any, ...]], known: dict[int, dict[str, list[FactView]]]
) -> HouseholdView:
    number, place, urban, head_id = members[0][:4]
    people = tuple(
        PersonView(person_id, name, sex, birth, relation, present, known.get(person_id, {}))
        for person_id, name, sex, birth, relation, present in (row[4:] for row in members)
    )
    return HouseholdView(number, place, urban, head_id, people)


def _grouped(statement: str, told: dict[str, Any]) -> Generator[tuple[int, list[tuple[Any, ...]]]]:
    """Rows of a server-side cursor, together by their first column."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, told)
        rows = (row for part in iter(lambda: cursor.fetchmany(_ROWS), []) for row in part)
        for number, together in groupby(rows, key=lambda row: row[0]):
            yield number, list(together)
