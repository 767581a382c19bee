"""Sweeps against omission on the desk: county, township, village, one person, and on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.kernel import clock
from doudi.kernel.dates import parse_date
from doudi.places.queries import names_of
from doudi.watch import sweep_queries as queries
from doudi.watch import sweeps as sweeping
from doudi.watch.parameters import told_on
from doudi.watch.sweep_dictionary import dictionary
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("sweep.read")
@require_safe
def sweeps(request: HttpRequest) -> HttpResponse:
    """Campaigns, the latest first, and for the county the form that starts one."""
    today = clock.business_today()
    return render(
        request,
        "desk/sweeps.html",
        {
            "sweeps": queries.sweeps(),
            "populations": dictionary().populations.values(),
            "until": today + timedelta(days=int(told_on(today)["sweep.days"])),
            "name": f"{today.year}年{today.month}月防漏保排查",
        },
    )


@desk("sweep.start")
@require_POST
def sweep_start(request: HttpRequest) -> HttpResponse:
    """Start a campaign in the post's place."""
    actor = actor_of(request)
    facts = sweeping.SweepFacts(
        request.POST.get("name", ""),
        actor.place,
        parse_date(request.POST.get("until", "")),
        tuple(request.POST.getlist("population")),
    )
    made = keyed(sweeping.start_sweep, key_of(request, "sweep.start"))(facts, by=actor)
    messages.success(request, "排查已经开始，各村的任务已派出。")
    return redirect("sweep", made.pk)


@desk("sweep.read")
@require_safe
def sweep(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """One campaign as far as the post reaches: leakage, progress, reasons, townships, villages."""
    header = queries.sweep_header(sweep_id)
    villages = queries.sweep_totals(sweep_id, queries.VILLAGE)
    _know(row.place for row in villages)
    return render(
        request,
        "desk/sweep.html",
        {
            "header": header,
            "own": queries.sweep_of(sweep_id),
            "whole": queries.together(villages),
            "townships": queries.sweep_totals(sweep_id),
            "reasons": queries.reasons_of(sweep_id),
            "times": queries.timeliness(sweep_id, header.since),
            "late": header.ended_at is None and header.until < clock.business_today(),
            "page": page_of(request, queries.parts_of(sweep_id)),
        },
    )


def _know(places: Iterable[str]) -> None:
    """Look all these names up at once; the page then finds them one by one."""
    names_of({code for place in places for code in (place, place[:9] + "000") if code})


@desk("sweep.end")
@require_POST
def sweep_end(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """End a campaign with its conclusion."""
    keyed(sweeping.end_sweep, key_of(request, "sweep.end"))(
        sweep_id, request.POST.get("conclusion", ""), by=actor_of(request)
    )
    messages.success(request, "排查已经结束。")
    return redirect("sweep", sweep_id)


@desk("sweep.read")
@require_safe
def sweep_print(request: HttpRequest, sweep_id: int) -> HttpResponse:
    """The result on paper, without names; small places together where it is to be published."""
    header = queries.sweep_header(sweep_id)
    public = request.GET.get("for") == "public"
    fewest = int(told_on(clock.business_today())["told.fewest"])
    tables = []
    for title, level in (("按乡镇", queries.TOWNSHIP), ("按村（社区）", queries.VILLAGE)):
        rows = queries.sweep_totals(sweep_id, level)
        rows = queries.may_be_told(rows, fewest) if public else rows
        _know(row.place for row in rows)
        tables.append((title, rows, queries.together(rows)))
    return render(
        request,
        "desk/sweep_print.html",
        {
            "header": header,
            "own": queries.sweep_of(sweep_id),
            "public": public,
            "fewest": fewest,
            "tables": tables,
            "reasons": [] if public else queries.reasons_of(sweep_id),
            "times": None if public else queries.timeliness(sweep_id, header.since),
        },
    )


@desk("sweep.read")
@require_safe
def sweep_part(request: HttpRequest, sweep_part_id: int) -> HttpResponse:
    """One village: who is to be looked up, on a phone, the open ones first."""
    part = one_or_not_there(queries.parts(), pk=sweep_part_id)
    rows = queries.people_of_part(sweep_part_id)
    page = page_of(request, rows, reads=f"watch.sweep_part:{sweep_part_id}")
    reasons = dictionary().reasons
    for row in page.object_list:
        row.grounds_words = queries.grounds_words(row.grounds)
        row.reason_words = reasons[row.reason].label if row.reason in reasons else row.reason
    may_send = part.ended_at is None and actor_of(request).may("sweep.assign")
    return render(
        request,
        "desk/sweep_part.html",
        {
            "part": part,
            "page": page,
            "left": queries.people_of_part(sweep_part_id).filter(reason="").count(),
            "helpers": sweeping.helpers_of(part.place) if may_send else [],
        },
    )


@desk("sweep.assign")
@require_POST
def sweep_assign(request: HttpRequest, sweep_part_id: int) -> HttpResponse:
    """Send somebody to one village."""
    told = request.POST.get("user", "")
    keyed(sweeping.assign_part, key_of(request, "sweep.assign"))(
        sweep_part_id, int(told) if told.isdecimal() and len(told) < 18 else 0, by=actor_of(request)
    )
    messages.success(request, "已派人。")
    return redirect("sweep_part", sweep_part_id)


@desk("sweep.read")
@require_safe
def sweep_person(request: HttpRequest, sweep_person_id: int) -> HttpResponse:
    """Somebody to be looked up: on what ground, what is known, and what was found."""
    row = one_or_not_there(queries.people(), pk=sweep_person_id)
    record_read(f"watch.sweep_person:{sweep_person_id}", by=actor_of(request))
    known = dictionary().reasons
    others = queries.people_of_part(row.part_id).filter(household_id=row.household_id, reason="")
    return render(
        request,
        "desk/sweep_person.html",
        {
            "row": row,
            "grounds": queries.grounds_words(row.grounds),
            "reason": known[row.reason].label if row.reason in known else row.reason,
            "reasons": known.values(),
            "manners": (*sweeping.MANNERS, sweeping.BY_RECORD),
            "others": [one.person.name for one in others if one.pk != row.pk],
            "open": not row.covered_by and row.part.ended_at is None,
        },
    )


@desk("sweep.settle")
@require_POST
def sweep_settle(request: HttpRequest, sweep_person_id: int) -> HttpResponse:
    """Write down what was found."""
    told = request.POST
    outcome = sweeping.Outcome(
        reason=told.get("reason", ""),
        note=told.get("note", ""),
        manner=told.get("manner", ""),
        whole_household=told.get("whole_household") == "1",
    )
    row = keyed(sweeping.settle_person, key_of(request, "sweep.settle"))(
        sweep_person_id, outcome, by=actor_of(request)
    )
    lead = "，已转乡镇受理" if row.outcome_subject else ""
    messages.success(request, f"{row.person.name}的结果已登记{lead}。")
    return redirect("sweep_part", row.part_id)
