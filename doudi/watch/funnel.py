"""From hits to help by township: how many alerts came how far, and what is past its term."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from doudi.kernel.divisions import place_range
from doudi.watch.models import Alert, AlertHit, Verdict
from doudi.watch.states import TO_RECEIVE

_TRUE = ("属实", "部分属实")
TOWNSHIP, VILLAGE = 9, 12


@dataclass(frozen=True, slots=True)
class Stages:
    """One place: each number is a part of the one before it, except hits, closed and overdue.

    ``overdue`` counts open alerts past a term today, ``late_to_receive`` those nobody has taken.
    """

    place: str
    hits: int
    alerts: int
    received: int
    visited: int
    true: int
    handed_on: int
    helped: int
    closed: int
    overdue: int
    late_to_receive: int

    def steps(self) -> tuple[tuple[str, int], ...]:
        """The way from alerts to help in words."""
        return (
            ("预警", self.alerts),
            ("已接收", self.received),
            ("已走访", self.visited),
            ("属实", self.true),
            ("已转办或落实", self.handed_on),
            ("已得到帮助", self.helped),
        )


def funnel(place: str, on: date, *, period: str = "", level: int = TOWNSHIP) -> list[Stages]:
    """Every township (or village) with an alert, of one month or of all; two statements.

    Withdrawn alerts do not count: nobody was to look into them.
    """
    rows = _alerts(place, period).annotate(part=Left("place", level))
    aid = Verdict.objects.filter(alert_id=OuterRef("pk"), helped=True)
    true = Q(verdict__in=_TRUE, visit__isnull=False)
    late = Q(closed_at=None) & (Q(close_due__lt=on) | Q(visit_due__lt=on, visit=None))
    counted = rows.annotate(aided=Exists(aid)).values_list("part").annotate(
        alerts=Count("id"),
        received=Count("id", filter=~Q(state=TO_RECEIVE)),
        visited=Count("id", filter=Q(visit__isnull=False)),
        true=Count("id", filter=true),
        handed_on=Count("id", filter=true & (~Q(outcome_subject="") | Q(aided=True))),
        helped=Count("id", filter=true & Q(aided=True)),
        closed=Count("id", filter=Q(closed_at__isnull=False)),
        overdue=Count("id", filter=late),
        late_to_receive=Count("id", filter=late & Q(state=TO_RECEIVE)),
    )  # fmt: skip
    hits = dict(
        AlertHit.objects.filter(alert__in=_alerts(place, period), withdrawn=False)
        .annotate(part=Left("alert__place", level))
        .values_list("part")
        .annotate(Count("id"))
        .order_by()
    )
    return [
        Stages(part.ljust(12, "0"), hits.get(part, 0), *rest)
        for part, *rest in counted.order_by("part")
    ]


def _alerts(place: str, period: str) -> QuerySet[Alert]:
    low, high = place_range(place)
    rows: QuerySet[Alert] = Alert.objects.filter(place__gte=low, place__lt=high, withdrawn_why="")
    return rows.filter(period=period) if period else rows


def together(rows: list[Stages], place: str = "") -> Stages:
    """The sum of some rows."""
    names = [one.name for one in fields(Stages)][1:]
    return Stages(place, *(sum(getattr(row, name) for row in rows) for name in names))


def periods() -> list[str]:
    """Months with an alert in the range, the latest first."""
    rows = Alert.objects.values_list("period", flat=True).order_by("-period").distinct()
    return list(rows)
