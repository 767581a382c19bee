"""Sweeps against omission (防漏保排查): who may be due and is not covered, looked at one by one.

Whom a campaign is about is computed once, at its start, from what is known that day; then people
go and look. It ends only when everybody without aid has an outcome: no blank (无空白).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.models import Post, Task
from doudi.base.tasks import finish_tasks
from doudi.kernel import clock, faults
from doudi.kernel.divisions import covers, place_range
from doudi.kernel.problems import NotThere, require
from doudi.people import chain
from doudi.people.kinds import INCOMES
from doudi.people.visits import VisitFacts, record_visit
from doudi.watch import _sweep_sql as sql
from doudi.watch.leads import LeadFacts, report_lead
from doudi.watch.models import Sweep, SweepPart, SweepPerson
from doudi.watch.parameters import told_on
from doudi.watch.problems import (
    AssigneeUnfit,
    SweepConclusionMissing,
    SweepCovered,
    SweepDatesUnfit,
    SweepEmpty,
    SweepNameless,
    SweepNoteMissing,
    SweepNotVisited,
    SweepOver,
    SweepPopulationUnknown,
    SweepReasonUnknown,
    SweepRunning,
    SweepUnfinished,
)
from doudi.watch.states import (
    LEAD_OF_SWEEP,
    SWEEP_ENDED,
    SWEEP_OPEN,
    TASK_SWEEP,
    lead_subject,
    part_subject,
    sweep_subject,
)
from doudi.watch.sweep_dictionary import Population, Reason, dictionary
from doudi.watch.writing import CLERK

ARTICLE = "国办发〔2023〕39号：主动发现；应保尽保"
PURPOSE = "防漏保排查"
MANNERS = ("入户", "电话", "视频")
BY_RECORD = "查档案"
WORKER = "village_worker"
_WAIT_MS = 300_000
_BATCH = 5000
# So many villages are named where a campaign cannot end; the page shows all of them.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class SweepFacts:
    """A campaign to be: its place, its last day, and populations (all that can be, if none)."""

    name: str
    place: str
    until: date
    populations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check of one person found; ``whole_household`` says it of the others there too."""

    reason: str
    note: str
    manner: str = ""
    visitors: tuple[str, ...] = ()
    visited_at: datetime | None = None
    whole_household: bool = False


@action("sweep.start", needs="sweep.start")
def start_sweep(facts: SweepFacts, *, by: Actor) -> Sweep:
    """Start a campaign: take down its people as known today, one task for each village.

    Takes a constant number of statements. Refused while another one of the place is running.
    """
    require(by.covers(facts.place), NotThere())
    today = clock.business_today()
    chosen = _chosen(facts.populations)
    require(facts.name.strip(), SweepNameless())
    require(facts.until >= today, SweepDatesUnfit(until=facts.until, today=today))
    lock(f"watch.sweeps:{facts.place[:6]}", wait_ms=_WAIT_MS)
    for other in Sweep.objects.filter(state=SWEEP_OPEN):
        apart = not covers(other.place, facts.place) and not covers(facts.place, other.place)
        require(apart, SweepRunning(name=other.name))
    row = Sweep.objects.create(
        place=facts.place,
        name=facts.name.strip()[:60],
        since=today,
        until=facts.until,
        definition=[one.as_plain() for one in chosen],
        started_by_id=by.user_id,
        started_at=clock.business_now(),
        state=SWEEP_OPEN,
    )
    require(_take_down(row, chosen), SweepEmpty())
    faults.here("sweep.start:taken_down")
    _send_out(row)
    return row


def _chosen(codes: Iterable[str]) -> list[Population]:
    known = dictionary().populations
    wanted = tuple(codes) or tuple(code for code, one in known.items() if not one.awaits)
    for code in wanted:
        usable = code in known and not known[code].awaits
        require(usable, SweepPopulationUnknown(population=known[code].label if code in known
                                               else code))  # fmt: skip
    return [known[code] for code in sorted(set(wanted))]


def _take_down(row: Sweep, chosen: list[Population]) -> int:
    """Write who is of the population and who is covered; how many people."""
    low, high = place_range(row.place)
    figures = told_on(row.since)
    told: dict[str, Any] = {
        "low": low, "high": high, "on": row.since, "sweep": row.pk, "name": row.name,
        "until": row.until, "now": clock.business_now(), "incomes": [*INCOMES, "pension"],
        "kinds": sorted({one.fact for one in chosen if one.fact}
                        | {"benefit", "income.reviewed", "pension", *INCOMES}),
    }  # fmt: skip
    definitions = [
        {**one.as_plain(), "years": figures[one.alone_from] if one.alone_from else None}
        for one in chosen
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET)
        cursor.execute(sql.DEFINITIONS, [json.dumps(definitions)])
        cursor.execute(sql.COVERING, [covering(row.since)])
        cursor.execute(sql.DEAD)
        cursor.execute(sql.PEOPLE, told)
        cursor.execute("create index on sweep_people (person_id)")
        cursor.execute("create index on sweep_people (household_id)")
        cursor.execute("analyze sweep_people, sweep_definitions, sweep_covering")
        cursor.execute(sql.FACTS, told)
        cursor.execute("analyze sweep_facts")
        cursor.execute(sql.GROUNDS, told)
        cursor.execute("analyze sweep_grounds")
        cursor.execute(sql.INCOMES, told)
        cursor.execute(sql.PARTS, told)
        cursor.execute(sql.EVERYBODY, told)
        return int(cursor.rowcount)


def covering(on: date) -> str:
    """The benefits that count as help already, as the statements read them."""
    rows = [
        {"scheme": scheme, "whole": spread == "户"}
        for scheme, spread in told_on(on)["sweep.covering"]
    ]
    return json.dumps(rows, ensure_ascii=False)


def _send_out(row: Sweep) -> None:
    """A task for each village: for its own worker where it has just one, else for the township."""
    parts = list(SweepPart.objects.filter(sweep_id=row.pk, uncovered__gt=0).order_by("place"))
    low, high = place_range(row.place)
    workers: dict[str, list[int]] = {}
    posts = Post.objects.filter(role=WORKER, before=None, place__gte=low, place__lt=high)
    for place, user_id in posts.order_by("id").values_list("place", "user_id"):
        workers.setdefault(place, []).append(user_id)
    tasks = []
    for part in parts:
        mine = workers.get(part.place, [])
        if len(mine) == 1:
            part.assigned_to_id, part.assigned_at = mine[0], row.started_at
        tasks.append(
            Task(
                kind=TASK_SWEEP,
                title=_title(part),
                place=part.place,
                role=WORKER if mine else CLERK,
                assignee_id=part.assigned_to_id,
                subject=part_subject(part.pk),
                opened_on=row.since,
                due_on=row.until,
                article=ARTICLE,
            )
        )
    SweepPart.objects.bulk_update(
        [part for part in parts if part.assigned_to_id], ["assigned_to", "assigned_at"], _BATCH
    )
    Task.objects.bulk_create(tasks, batch_size=_BATCH)


def _title(part: SweepPart) -> str:
    return f"{part.name}：{part.uncovered} 人没有享受救助，逐人核实"[:200]


def helpers_of(place: str) -> list[Post]:
    """Who may be sent to a village: its workers and the township's clerks, by place and name."""
    rows = Post.objects.filter(role__in=(WORKER, CLERK), before=None).select_related("user")
    return [
        post
        for post in rows.filter(place__in=(place, place[:9] + "000")).order_by("-place", "user_id")
        if post.user.is_active
    ]


@action("sweep.assign", needs="sweep.assign")
def assign_part(part_id: int, user_id: int, *, by: Actor) -> SweepPart:
    """Send somebody to one village of a campaign; the task follows."""
    part = _part(part_id)
    fit = [post for post in helpers_of(part.place) if post.user_id == user_id]
    require(fit, AssigneeUnfit())
    part.assigned_to_id, part.assigned_at = user_id, clock.business_now()
    part.save(update_fields=["assigned_to", "assigned_at"])
    Task.objects.filter(subject=part_subject(part.pk), kind=TASK_SWEEP, done_at=None).update(
        assignee_id=user_id, role=fit[0].role
    )
    return part


def _part(part_id: int) -> SweepPart:
    lock(part_subject(part_id))
    part: SweepPart = one_or_not_there(SweepPart.objects.select_for_update(), pk=part_id)
    require(part.ended_at is None, SweepOver())
    return part


@action("sweep.settle", needs="sweep.settle")
def settle_person(sweep_person_id: int, outcome: Outcome, *, by: Actor) -> SweepPerson:
    """Say what the check of somebody found; until the campaign ends it can be corrected.

    Most outcomes need a visit, which is recorded; "due, not applied" becomes a lead for the
    township, so that the application is accepted within the term of a lead.
    """
    row: SweepPerson = one_or_not_there(SweepPerson.objects.all(), pk=sweep_person_id)
    part = _part(row.part_id)
    require(not row.covered_by, SweepCovered(scheme=row.covered_by))
    reason = dictionary().reasons.get(outcome.reason)
    if reason is None:
        raise SweepReasonUnknown(reason=outcome.reason)
    require(outcome.note.strip(), SweepNoteMissing())
    seen = outcome.manner in MANNERS
    require(seen or reason.by_record, SweepNotVisited(label=reason.label))
    visit = _record(row, outcome, by) if seen else None
    rows = _with_household(row) if outcome.whole_household else [row]
    subject = next((one.outcome_subject for one in rows if one.outcome_subject), "")
    if reason.leads and not subject:
        subject = _report(row, outcome, by)
    for one in rows:
        one.reason, one.note = reason.code, outcome.note.strip()[:300]
        one.manner = outcome.manner if seen else BY_RECORD
        one.visit_id = visit
        one.settled_on, one.settled_by_id = clock.business_today(), by.user_id
        one.outcome_subject = subject if reason.leads else one.outcome_subject
        one.save()
    _tell(rows, reason, part)
    _close_when_done(part, by)
    return SweepPerson.objects.get(pk=row.pk)


def _with_household(row: SweepPerson) -> list[SweepPerson]:
    """Everybody of the household who is without aid and without an outcome, and this one."""
    rows = SweepPerson.objects.filter(
        part_id=row.part_id, household_id=row.household_id, covered_by=""
    ).order_by("id")
    return [one for one in rows if one.pk == row.pk or not one.reason]


def _record(row: SweepPerson, outcome: Outcome, by: Actor) -> int:
    visit = VisitFacts(
        purpose=PURPOSE,
        manner=outcome.manner,
        visited_at=outcome.visited_at or clock.business_now(),
        visitors=outcome.visitors or (by.name,),
        findings=outcome.note.strip(),
        subject=part_subject(row.part_id),
        person_id=row.person_id,
    )
    return int(record_visit(row.household_id, visit, by=by).pk)


def _report(row: SweepPerson, outcome: Outcome, by: Actor) -> str:
    lead = LeadFacts(
        place=row.place,
        about=f"{row.person.name}家（防漏保排查）",
        story=outcome.note.strip(),
        source=LEAD_OF_SWEEP,
        household_id=row.household_id,
    )
    return lead_subject(report_lead(lead, by=by).pk)


def _tell(rows: list[SweepPerson], reason: Reason, part: SweepPart) -> None:
    chain.append_many(
        chain.ChainRow(
            row.household_id,
            "线索",
            f"防漏保排查核实：{reason.label}",
            person_id=row.person_id,
            detail={"sweep_person": row.pk, "reason": reason.code},
            subject=part_subject(part.pk),
        )
        for row in rows
    )


def _close_when_done(part: SweepPart, by: Actor) -> None:
    open_ones = SweepPerson.objects.filter(part_id=part.pk, covered_by="", reason="")
    if part.done_at is None and not open_ones.exists():
        part.done_at = clock.business_now()
        part.save(update_fields=["done_at"])
        finish_tasks(part_subject(part.pk), by=by, kinds=(TASK_SWEEP,))


@action("sweep.end", needs="sweep.end")
def end_sweep(sweep_id: int, conclusion: str, *, by: Actor) -> Sweep:
    """End a campaign with words; refused while anybody without aid has no outcome."""
    lock(sweep_subject(sweep_id))
    row: Sweep = one_or_not_there(Sweep.objects.select_for_update(), pk=sweep_id)
    require(row.state == SWEEP_OPEN, SweepOver())
    require(conclusion.strip(), SweepConclusionMissing())
    parts = list(SweepPart.objects.filter(sweep_id=sweep_id).order_by("place"))
    # Whoever settles one holds its village: after these locks nothing can change any more.
    lock(*(part_subject(part.pk) for part in parts))
    open_ones = SweepPerson.objects.filter(sweep_id=sweep_id, covered_by="", reason="")
    places = [place for (place,) in open_ones.values_list("place")]
    require(not places, SweepUnfinished(count=len(places), where=_named(places)))
    now = clock.business_now()
    row.state, row.ended_at, row.ended_by_id = SWEEP_ENDED, now, by.user_id
    row.conclusion = conclusion.strip()
    row.save()
    SweepPart.objects.filter(sweep_id=sweep_id).update(ended_at=now)
    return row


def _named(places: list[str]) -> str:
    from doudi.places.queries import names_of

    distinct = sorted(set(places))
    names = names_of(distinct[:_NAMED])
    shown = "、".join(f"{names[code]} {places.count(code)} 人" for code in distinct[:_NAMED])
    return shown if len(distinct) <= _NAMED else f"{shown}，等 {len(distinct)} 个村"


__all__ = [
    "BY_RECORD",
    "MANNERS",
    "Outcome",
    "SweepFacts",
    "assign_part",
    "covering",
    "end_sweep",
    "helpers_of",
    "settle_person",
    "start_sweep",
]
