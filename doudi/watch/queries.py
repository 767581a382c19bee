"""What others may read of alerts and leads; lists are query sets, everything else is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.tasks import urgency
from doudi.kernel import clock
from doudi.kernel.divisions import place_range
from doudi.watch.indicators import INDICATORS
from doudi.watch.loop import WORKER, closed_by_village
from doudi.watch.models import Alert, AlertHit, Lead, Scan
from doudi.watch.precision import Precision, precision
from doudi.watch.score import COLOURS
from doudi.watch.states import (
    CLOSED,
    DISPOSALS,
    HANDED_ON,
    LEAD_OPEN,
    STATES,
    TO_DISPOSE,
    TO_RECEIVE,
    TO_VISIT,
    VERDICTS,
)

# What may be done in each state: verb, its words on the button, the permission it needs.
_VERBS: dict[str, tuple[tuple[str, str, str], ...]] = {
    TO_RECEIVE: (("receive", "接收", "alert.receive"),),
    TO_VISIT: (("report", "反馈核查", "alert.report"),),
    TO_DISPOSE: (
        ("accept_case", "受理申请", "case.accept"),
        ("tell_policy", "登记政策告知", "alert.report"),
        ("close", "关闭", "alert.close"),
        ("return", "退回重核", "alert.return"),
    ),
    HANDED_ON: (
        ("tell_policy", "登记政策告知", "alert.report"),
        ("close", "关闭", "alert.close"),
    ),
    CLOSED: (),
}
_CASE = "cases.case:"


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that this actor may do now."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A term of the alert with the colour of its urgency (red, yellow, green; "" when met)."""

    label: str
    due: date
    urgency: str


@dataclass(frozen=True, slots=True)
class HitSeen:
    """A hit as the page shows it."""

    indicator: str
    label: str
    article: str
    person_id: int
    person: str
    sentence: str
    weight: int
    happened_on: date
    source: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """Everything about one alert: whom, why, the sum, until when, and what may be done now."""

    alert: Alert
    household_number: str
    head: str
    hits: tuple[HitSeen, ...]
    arithmetic: tuple[tuple[str, int], ...]
    deadlines: tuple[Deadline, ...]
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """Open alerts by colour and by state, and how many are past a term."""

    open: int
    by_colour: dict[str, int]
    by_state: dict[str, int]
    overdue: int


def alerts(
    *, colour: str = "", state: str = "", direction: str = "", place: str = "", closed: bool = False
) -> QuerySet[Alert]:
    """Alerts of the range with household and person, the nearest end first.

    ``place`` narrows to a township or village; closed ones only on request or by ``state``.
    """
    rows = Alert.objects.select_related("household", "person")
    if state:
        rows = rows.filter(state=state)
    elif not closed:
        rows = rows.filter(closed_at=None)
    if colour:
        rows = rows.filter(colour=colour)
    if direction:
        rows = rows.filter(direction=direction)
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    return rows.order_by("close_due", "-score", "id")


def alert_view(alert_id: int, by: Actor) -> AlertView:
    """One alert as its page shows it to this actor, in two statements; raises ``NotThere``."""
    rows = Alert.objects.select_related("household__head", "person", "visit", "received_by")
    alert = one_or_not_there(rows, pk=alert_id)
    head = alert.household.head
    return AlertView(
        alert=alert,
        household_number=alert.household.number,
        head=head.name if head is not None else "",
        hits=tuple(_seen(hit) for hit in hits_of(alert.pk)),
        arithmetic=tuple((str(words), int(number)) for words, number in alert.arithmetic),
        deadlines=_deadlines(alert, clock.business_today()),
        verbs=verbs_for(alert, by),
    )


def hits_of(alert_id: int) -> QuerySet[AlertHit]:
    """The hits of an alert with their persons, the heaviest first.

    Hits whose ground was withdrawn are shown only where the whole alert fell with them.
    """
    rows: QuerySet[AlertHit] = AlertHit.objects.filter(
        Q(withdrawn=False) | ~Q(alert__withdrawn_why=""), alert_id=alert_id
    )
    return rows.select_related("person").order_by("-weight", "indicator", "id")


def _seen(hit: AlertHit) -> HitSeen:
    indicator = INDICATORS[hit.indicator]
    return HitSeen(
        hit.indicator, indicator.label, indicator.article, hit.person_id, hit.person.name,
        hit.sentence, hit.weight, hit.hit_on, hit.source,
    )  # fmt: skip


def _deadlines(alert: Alert, on: date) -> tuple[Deadline, ...]:
    visited, closed = alert.visit_id is not None, alert.closed_at is not None
    return tuple(
        Deadline(label, due, "" if met else urgency(due, on))
        for label, due, met in (
            ("入户核查", alert.visit_due, visited or closed),
            ("反馈录入", alert.report_due, visited or closed),
            ("处置办结", alert.close_due, closed),
        )
    )


def verbs_for(alert: Alert, by: Actor) -> tuple[Verb, ...]:
    """What this actor may do with the alert now; a step that would be refused is not offered."""
    return tuple(
        Verb(code, label)
        for code, label, needs in _VERBS[alert.state]
        if by.may(needs) and by.covers(alert.place) and _sensible(alert, code, by)
    )


def _sensible(alert: Alert, verb: str, by: Actor) -> bool:
    in_case = alert.outcome_subject.startswith(_CASE)
    if verb == "tell_policy":
        return alert.policy_told_at is None
    if verb == "accept_case":
        return alert.disposal == "A2" and not alert.outcome_subject
    if verb == "close" and by.role == WORKER and not closed_by_village(alert):
        return False
    if verb == "close":
        linked = alert.disposal != "A2" or bool(alert.outcome_subject)
        return linked and not in_case and alert.policy_told_at is not None
    return True


def counts(place: str = "") -> AlertCounts:
    """Open alerts at a glance, in one statement."""
    rows = Alert.objects.filter(closed_at=None)
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    today = clock.business_today()
    late = Q(close_due__lt=today) | Q(visit_due__lt=today, visit=None)
    colours, states, everything, overdue = dict.fromkeys(COLOURS, 0), dict.fromkeys(STATES, 0), 0, 0
    for colour, state, count, past in rows.values_list("colour", "state").annotate(
        count=Count("id"), past=Count("id", filter=late)
    ):
        colours[colour] += count
        states[state] += count
        everything, overdue = everything + count, overdue + past
    return AlertCounts(everything, colours, states, overdue)


def alerts_of_household(household_id: int) -> QuerySet[Alert]:
    """All alerts of a household, the latest first."""
    return Alert.objects.filter(household_id=household_id).order_by("-raised_at", "-id")


def alerts_of_delivery(delivery_id: int) -> QuerySet[Alert]:
    """Alerts with a hit that rests on a delivery: what its withdrawal would concern."""
    source = f"delivery:{delivery_id}:"
    mine = AlertHit.objects.filter(source__startswith=source)
    rows = Alert.objects.filter(Exists(mine.filter(alert_id=OuterRef("pk"))))
    return rows.select_related("household", "person").order_by("id")


def leads(*, state: str = LEAD_OPEN, place: str = "") -> QuerySet[Lead]:
    """Leads of the range, the nearest check first; ``state`` "" for all."""
    rows: QuerySet[Lead] = Lead.objects.select_related("household", "alert")
    if state:
        rows = rows.filter(state=state)
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    return rows.order_by("check_due", "id")


def scans(period: str = "") -> QuerySet[Scan]:
    """Runs of the indicators, the latest first."""
    rows: QuerySet[Scan] = Scan.objects.all()
    return (rows.filter(period=period) if period else rows).order_by("-started_at", "-id")


__all__ = [
    "COLOURS",
    "DISPOSALS",
    "STATES",
    "VERDICTS",
    "Alert",
    "AlertCounts",
    "AlertHit",
    "AlertView",
    "Deadline",
    "HitSeen",
    "Lead",
    "Precision",
    "Scan",
    "Verb",
    "alert_view",
    "alerts",
    "alerts_of_delivery",
    "alerts_of_household",
    "counts",
    "hits_of",
    "leads",
    "precision",
    "scans",
    "verbs_for",
]
