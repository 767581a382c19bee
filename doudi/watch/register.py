"""The low-income population register (低收入人口数据库): 5 classes, 13 kinds, since when and why.

Computed from what is known of awards, findings and files, all of which are facts; set-based, so a
county takes a few statements. What has not changed is not written again.
"""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.kernel import clock, faults
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.kernel.problems import NotThere, require
from doudi.people.kinds import label_of
from doudi.watch import _register_sql as sql
from doudi.watch.kinds import dictionary
from doudi.watch.models import RegisterRun
from doudi.watch.topics import REGISTER_DUE

_WAIT_MS = 300_000


@action("register.ask", needs="register.refresh")
def ask_refresh(place: str, period: str, *, by: Actor) -> RegisterRun:
    """Put the month's refresh of a place on the work list; one that waits there is enough."""
    require(by.covers(place), NotThere())
    row = _run(place, str(Month.parse(period)))
    if row.pk is not None and row.finished_at is None:
        return row
    row.asked_at, row.finished_at = clock.business_now(), None
    row.save()
    REGISTER_DUE.emit(place=row.place, period=row.period)
    return row


def _run(place: str, period: str) -> RegisterRun:
    lock(f"watch.register:{place}:{period}", wait_ms=_WAIT_MS)
    known: RegisterRun | None = RegisterRun.objects.filter(place=place, period=period).first()
    return known or RegisterRun(place=place, period=period, asked_at=clock.business_now())


@action("register.refresh", needs="register.refresh")
def refresh(place: str, period: str, *, by: Actor) -> int:
    """Bring the register of a place in line with today's facts; returns how many listings changed.

    Again changes nothing; what the month's refreshes did together stands in its ``RegisterRun``.
    ``period`` is a month such as "2022-05": illnesses heard of in it or later wait to be verified
    (核实后才打标签). Raises ``DateUnreadable``, and ``NotThere`` for a place elsewhere.
    """
    require(by.covers(place), NotThere())
    first = Month.parse(period).first_day
    lock(f"watch.register:{place[:6]}", wait_ms=_WAIT_MS)
    # Held to the end: who asks meanwhile waits, and then finds this one done and asks anew.
    row = _run(place, str(Month.parse(period)))
    low, high = place_range(place)
    told: dict[str, Any] = {
        "low": low,
        "high": high,
        "on": clock.business_today(),
        "cut": datetime.combine(first, time(0), tzinfo=SHANGHAI),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET)
        cursor.execute(sql.KINDS, [_dictionary_rows()])
        cursor.execute(sql.PEOPLE, told)
        cursor.execute("create index on register_people (person_id)")
        cursor.execute("create index on register_people (household_id)")
        cursor.execute("analyze register_people, register_kinds")
        cursor.execute(sql.FACTS, told)
        cursor.execute("analyze register_facts")
        cursor.execute(sql.WANTED, told)
        cursor.execute("create index on register_wanted (person_id, kind)")
        cursor.execute("analyze register_wanted")
        cursor.execute(sql.CLOSE, told)
        ended = int(cursor.rowcount)
        faults.here("register.refresh:closed")
        cursor.execute(sql.OPEN, told)
        new = int(cursor.rowcount)
        cursor.execute(sql.COUNT.format("register_wanted"))
        _, people, households = cursor.fetchone()
    if row.finished_at is None or new or ended:
        row.new, row.ended = row.new + new, row.ended + ended
        row.people, row.households = int(people), int(households)
        row.finished_at = clock.business_now()
        row.save()
    return new + ended


def _dictionary_rows() -> str:
    """The dictionary of kinds as the statements read it."""
    return json.dumps(
        [
            {
                "code": kind.code,
                "label": kind.label,
                "fact": kind.fact,
                "fact_label": label_of(kind.fact),
                "key": kind.key,
                "of_code": kind.of_code,
                "urban": kind.urban,
                "whole": kind.whole_household,
                "verified": kind.verified,
            }
            for kind in dictionary()
        ],
        ensure_ascii=False,
    )
