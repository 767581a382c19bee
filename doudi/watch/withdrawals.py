"""A delivery was taken back: what rested on it alone, and nobody has looked at yet, falls with it.

A visit stands by itself: an alert that was visited stays and is told of the withdrawal. Hits that
fall may fire again, for the corrected file will tell most of them a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.models import Task
from doudi.exchange.queries import delivery_of
from doudi.kernel import clock, faults
from doudi.people.chain import ChainRow, append_many
from doudi.watch.merging import counted
from doudi.watch.models import Alert, AlertHit, Suspension
from doudi.watch.parameters import told_on
from doudi.watch.score import score
from doudi.watch.states import (
    CLOSED,
    GROUND_WITHDRAWN,
    SUSPENDED,
    TO_RECEIVE,
    TO_VISIT,
    alert_subject,
)
from doudi.watch.suspensions import lift
from doudi.watch.views import Day

_BATCH = 2000
_WAIT_MS = 300_000


@dataclass
class Fallen:
    """Alerts that a withdrawal closes, makes lighter, or only mentions."""

    closed: list[Alert] = field(default_factory=list)
    lighter: list[Alert] = field(default_factory=list)
    visited: list[Alert] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)


@action("alert.withdraw", needs="alert.withdraw")
def withdraw_grounds(delivery_id: int, *, by: Actor) -> int:
    """Take back what rests on a withdrawn delivery; returns how many alerts closed. Again: none."""
    lock(f"watch.scan:{by.place[:6]}", wait_ms=_WAIT_MS)
    delivery = delivery_of(delivery_id)
    why = f"来文“{delivery.file_name}”已撤回（{delivery.problem}）"[:200]
    source = f"delivery:{delivery_id}:"
    fallen = _sort_out(source)
    faults.here("alert.withdraw:sorted")
    AlertHit.objects.filter(pk__in=fallen.hits).update(withdrawn=True)
    _close(fallen.closed, why, by)
    Alert.objects.bulk_update(fallen.lighter, ["score", "arithmetic"], batch_size=_BATCH)
    append_many(_events(fallen, why))
    rows = Suspension.objects.select_for_update().filter(state=SUSPENDED, source__startswith=source)
    for row in rows.order_by("id"):
        lift(row, GROUND_WITHDRAWN, why, by)
    return len(fallen.closed)


def _sort_out(source: str) -> Fallen:
    """Look at every open alert with a hit that rests on the source."""
    mine = AlertHit.objects.filter(
        alert_id=OuterRef("pk"), source__startswith=source, withdrawn=False
    )
    alerts = list(
        Alert.objects.select_for_update()
        .filter(Exists(mine), closed_at=None, withdrawn_why="")
        .order_by("id")
    )
    hits: dict[int, list[AlertHit]] = {}
    for hit in AlertHit.objects.filter(alert__in=alerts, withdrawn=False).order_by("id"):
        hits.setdefault(hit.alert_id, []).append(hit)
    today = clock.business_today()
    day, fallen = Day(today, told_on(today)), Fallen()
    for alert in alerts:
        if alert.state in (TO_RECEIVE, TO_VISIT) and alert.returned == 0:
            _weigh(alert, hits[alert.pk], source, day, fallen)
        else:
            fallen.visited.append(alert)
    return fallen


def _weigh(alert: Alert, hits: list[AlertHit], source: str, day: Day, fallen: Fallen) -> None:
    """Close the alert where too little is left; its colour and terms never become milder."""
    left = [hit for hit in hits if not hit.source.startswith(source)]
    summed = score(
        alert.kinds,
        [counted(h.person_id, h.indicator, h.cause, h.weight, h.hit_on) for h in left],
        day,
    )
    if not left or not summed.colour:
        fallen.closed.append(alert)
        fallen.hits += [hit.pk for hit in hits]
        return
    alert.score = summed.points
    alert.arithmetic = [list(line) for line in summed.arithmetic]
    fallen.lighter.append(alert)
    fallen.hits += [hit.pk for hit in hits if hit.source.startswith(source)]


def _close(alerts: list[Alert], why: str, by: Actor) -> None:
    numbers, now = [alert.pk for alert in alerts], clock.business_now()
    Alert.objects.filter(pk__in=numbers).update(state=CLOSED, closed_at=now, withdrawn_why=why)
    subjects = [alert_subject(number) for number in numbers]
    Task.objects.filter(subject__in=subjects, done_at=None).update(
        done_at=now, done_by_id=by.user_id
    )


def _events(fallen: Fallen, why: str) -> Iterable[ChainRow]:
    for alerts, said in (
        (fallen.closed, "预警撤销"),
        (fallen.lighter, "预警部分依据撤回"),
        (fallen.visited, "预警依据撤回，已走访的照常办理"),
    ):
        for alert in alerts:
            yield ChainRow(
                alert.household_id,
                "预警",
                f"{said}：{why}",
                person_id=alert.person_id,
                detail={"alert": alert.pk, "why": why},
                subject=alert_subject(alert.pk),
            )
