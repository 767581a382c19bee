"""Writes what a scan found: alerts, hits, tasks and events, each in one statement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from doudi.base.calendars import calendar
from doudi.base.models import Task
from doudi.kernel import clock
from doudi.kernel.workdays import Calendar
from doudi.people.chain import ChainRow, append_many
from doudi.watch import _scan_sql as sql
from doudi.watch.merging import Change, summary
from doudi.watch.models import Alert, AlertHit
from doudi.watch.score import Deadlines, deadlines
from doudi.watch.states import TASK_CHECK, TO_RECEIVE, alert_subject
from doudi.watch.views import Day

_BATCH = 5000
CLERK = "township_clerk"
ARTICLE = "国办发〔2023〕39号三（四）"


@dataclass(frozen=True)
class _Terms:
    """Deadlines by colour, counted once for all alerts of the day."""

    day: Day
    calendar: Calendar
    found: dict[tuple[str, bool], Deadlines]

    def of(self, change: Change) -> Deadlines:
        asked = (change.colour, change.death)
        if asked not in self.found:
            self.found[asked] = deadlines(
                change.colour, self.day.on, self.day, self.calendar, death=change.death
            )
        return self.found[asked]


def township_of(place: str) -> str:
    """The township in which a village lies."""
    return f"{place[:9]}000"


def write(found: list[Change], period: str, day: Day) -> int:
    """Raise new alerts and let open ones grow; returns how many were raised."""
    if not found:
        return 0
    terms = _Terms(day, calendar(), {})
    new = [change for change in found if change.open_id is None]
    grown = [change for change in found if change.open_id is not None]
    numbered = list(zip(_numbers(len(new)), new, strict=True))
    _raise(numbered, period, terms)
    _grow(grown, terms)
    everything = numbered + [(change.open_id or 0, change) for change in grown]
    _hits(everything)
    _tasks(numbered, day, terms)
    _events(everything)
    return len(new)


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_NUMBERS, [count])
        return [number for (number,) in cursor.fetchall()]


def _raise(new: list[tuple[int, Change]], period: str, terms: _Terms) -> None:
    now = clock.business_now()
    rows = []
    for number, change in new:
        due = terms.of(change)
        rows.append(
            Alert(
                id=number,
                household_id=change.household.id,
                person_id=change.heaviest.person.id,
                place=change.household.place,
                period=period,
                direction=change.direction,
                kinds=list(change.kinds),
                score=change.score.points,
                arithmetic=[list(line) for line in change.score.arithmetic],
                colour=change.colour,
                state=TO_RECEIVE,
                raised_at=now,
                visit_due=due.visit.day,
                report_due=due.report.day,
                close_due=due.close.day,
                due_provisional=due.close.provisional,
            )
        )
    Alert.objects.bulk_create(rows, batch_size=_BATCH)


def _grow(grown: list[Change], terms: _Terms) -> None:
    """Rewrite the score of open alerts; a deadline may come nearer, it never moves away."""
    if not grown:
        return
    dues = {
        row.id: row for row in Alert.objects.filter(pk__in=[change.open_id for change in grown])
    }
    rows, tasks = [], []
    for change in grown:
        alert, due = dues[change.open_id or 0], terms.of(change)
        close = min(alert.close_due, due.close.day)
        provisional = alert.due_provisional if close == alert.close_due else due.close.provisional
        rows.append(
            {
                "id": alert.pk,
                "kinds": list(change.kinds),
                "score": change.score.points,
                "arithmetic": change.score.arithmetic,
                "colour": change.colour,
                "visit_due": min(alert.visit_due, due.visit.day).isoformat(),
                "report_due": min(alert.report_due, due.report.day).isoformat(),
                "close_due": close.isoformat(),
                "due_provisional": provisional,
            }
        )
        tasks.append(
            {
                "kind": TASK_CHECK,
                "subject": alert_subject(alert.pk),
                "title": _title(change),
                "due_on": min(alert.visit_due, due.visit.day).isoformat(),
                "due_provisional": provisional,
            }
        )
    with connection.cursor() as cursor:
        cursor.execute(sql.GROW, [json.dumps(rows, ensure_ascii=False)])
        cursor.execute(sql.GROW_TASKS, [json.dumps(tasks, ensure_ascii=False)])


def _hits(everything: list[tuple[int, Change]]) -> None:
    AlertHit.objects.bulk_create(
        [
            AlertHit(
                alert_id=number,
                person_id=found.person.id,
                indicator=found.indicator,
                cause=found.hit.cause,
                weight=found.weight,
                sentence=found.hit.sentence[:200],
                fact_id=found.hit.fact_id,
                source=found.hit.source,
                hit_on=found.hit.happened_on,
            )
            for number, change in everything
            for found in change.hits
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def _title(change: Change) -> str:
    name = change.heaviest.person.name
    return f"{change.colour}色预警（{change.direction}）：{name}家 {summary(change.hits)}"[:200]


def _tasks(new: list[tuple[int, Change]], day: Day, terms: _Terms) -> None:
    rows: list[Task] = []
    for number, change in new:
        due = terms.of(change).visit
        rows.append(
            Task(
                kind=TASK_CHECK,
                title=_title(change),
                place=township_of(change.household.place),
                role=CLERK,
                subject=alert_subject(number),
                opened_on=day.on,
                due_on=due.day,
                due_provisional=due.provisional,
                article=ARTICLE,
            )
        )
    Task.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _events(everything: list[tuple[int, Change]]) -> None:
    append_many(
        ChainRow(
            change.household.id,
            "预警",
            f"{change.colour}色预警（{change.direction}）"
            f"{'新增风险' if change.open_id else ''}：{summary(change.hits)}",
            person_id=change.heaviest.person.id,
            detail=_detail(number, change),
            subject=alert_subject(number),
        )
        for number, change in everything
    )


def _detail(number: int, change: Change) -> dict[str, Any]:
    return {
        "alert": number,
        "score": change.score.points,
        "hits": [[found.indicator, found.hit.sentence] for found in change.hits],
    }
