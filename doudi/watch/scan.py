"""One run of all indicators over a place's facts: alerts with hits, tasks, events (docs/watch.md).

The result is a function of the facts alone, not of the order in which deliveries came; the same run
again finds every cause on record and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.kernel import clock, faults
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, require
from doudi.watch import _scan_sql as sql
from doudi.watch import gathering, writing
from doudi.watch.gathering import Reach
from doudi.watch.merging import DEATH, Cause, Change, OpenAlert, changes, counted
from doudi.watch.models import Scan
from doudi.watch.standards import standards
from doudi.watch.thresholds import told_at
from doudi.watch.topics import ALERTS_RAISED, DEATH_SUSPECTED
from doudi.watch.views import Day

# A county's scan takes a minute at most; whoever comes second waits for it.
_WAIT_MS = 300_000


@dataclass
class OnRecord:
    """What is known of alerts already: causes that fired, alerts that are open."""

    causes: set[Cause] = field(default_factory=set)
    alerts: dict[int, dict[str, OpenAlert]] = field(default_factory=dict)  # by household, direction


@action("watch.scan", needs="watch.scan")
def scan(place: str, period: str, *, by: Actor, delivery_id: int | None = None) -> Scan:
    """Run all indicators over the households of a place, or those of whom one delivery told.

    ``place`` has 12 digits, ``period`` is a month such as "2022-05". Raises ``DateUnreadable``, and
    ``NotThere`` for a place outside the actor's range.
    """
    require(by.covers(place), NotThere())
    reach = Reach(place, str(Month.parse(period)), delivery_id)
    lock(f"watch.scan:{place[:6]}", wait_ms=_WAIT_MS)
    today = clock.business_today()
    day = Day(today, told_at(place, today), standards(place, today))
    row = _scan_row(reach)
    people = gathering.choose(reach, day)
    record = _on_record()
    later = _registered_later()
    found = list(_changes(reach, day, record))
    faults.here("watch.scan:found")
    raised = writing.write(found, reach.period, day)
    hits = sum(len(change.hits) for change in found)
    _tell_deaths(found, later)
    if not found and row.finished_at is not None:
        return row
    row.people, row.hits, row.alerts = people, row.hits + hits, row.alerts + raised
    row.finished_at = clock.business_now()
    row.save(update_fields=["people", "hits", "alerts", "finished_at"])
    if found:
        ALERTS_RAISED.emit(scan_id=row.pk, place=row.place)
    return row


def _scan_row(reach: Reach) -> Scan:
    row: Scan = Scan.objects.get_or_create(
        place=reach.place,
        period=reach.period,
        delivery_id=reach.delivery_id,
        defaults={"started_at": clock.business_now()},
    )[0]
    return row


def _on_record() -> OnRecord:
    record = OnRecord()
    by_id: dict[int, OpenAlert] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.OPEN_ALERTS)
        for alert_id, household_id, direction, kinds, colour, raised_at, *_ in cursor.fetchall():
            raised_on = raised_at.astimezone(SHANGHAI).date()
            found = OpenAlert(alert_id, direction, json.loads(kinds), colour, raised_on)
            by_id[alert_id] = found
            record.alerts.setdefault(household_id, {})[direction] = found
        cursor.execute(sql.HITS_ON_RECORD, {"alerts": list(by_id)})
        for alert_id, person_id, code, cause, weight, hit_on in cursor.fetchall():
            record.causes.add((person_id, code, cause))
            if alert_id in by_id:
                by_id[alert_id].hits.append(counted(person_id, code, cause, weight, hit_on))
    return record


def _changes(reach: Reach, day: Day, record: OnRecord) -> Iterator[Change]:
    with closing(gathering.households(reach, day.on)) as households:
        for household in households:
            yield from changes(household, day, record.causes, record.alerts.get(household.id, {}))


def _registered_later() -> set[tuple[int, int]]:
    """Person and household where the register told of a death after its alert was raised."""
    with connection.cursor() as cursor:
        cursor.execute(sql.REGISTERED_LATER)
        return set(cursor.fetchall())


def _tell_deaths(found: list[Change], later: set[tuple[int, int]]) -> None:
    """Tell of each suspected death once, by ids only."""
    new = {
        (hit.person.id, change.household.id)
        for change in found
        for hit in change.hits
        if hit.indicator == DEATH
    }
    for person_id, household_id in sorted(new | later):
        DEATH_SUSPECTED.emit(person_id=person_id, household_id=household_id)
