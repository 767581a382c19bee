"""The low-income population register: kinds by place, the month's changes, one person's way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import check_division_code
from doudi.kernel.problems import NotThere, require
from doudi.people.queries import person_view
from doudi.places.queries import children, names_of
from doudi.watch import alike as alike_checks
from doudi.watch import funnel as funnels
from doudi.watch import register_queries as queries
from doudi.watch.kinds import dictionary
from doudi.web.desk import actor_of, desk, key_of, page_of

# Digits of a place's code by its level: province, city, county, township, village.
_DIGITS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


def _place(request: HttpRequest) -> str:
    """The place asked for, if it lies in the post's own; else the post's."""
    actor, told = actor_of(request), request.GET.get("place", "")
    known = told.isdecimal() and told.isascii() and len(told) == 12
    return told if known and actor.covers(told) else actor.place


def _month(request: HttpRequest) -> Month:
    told = request.GET.get("month", "")
    return Month.parse(told) if told else Month.of(clock.business_today())


@desk("alert.read")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Classes and kinds with the month's changes, and every township or village."""
    place, month = _place(request), _month(request)
    today = clock.business_today()
    on = min(month.last_day, today)
    level = check_division_code(place).level
    own = queries.register_counts(place, level=_DIGITS[level], on=on)
    below = queries.register_counts(place, level=_DIGITS[min(level + 1, 5)], on=on)
    names_of(one.place for one in below)
    context = {
        "place": place,
        "month": month,
        "on": on,
        "whole": own[0] if own else queries.PlaceCount(place, 0, 0),
        "classes": _classes(own[0].by_kind if own else {}, place, month),
        "below": [(one, queries.by_class(one)) for one in below],
        "class_names": list(queries.classes()),
        "deeper": level < 4,
    }
    return render(request, "desk/register.html", context)


def _classes(counts: dict[str, int], place: str, month: Month) -> list[dict[str, Any]]:
    """Each class with its kinds: how many, who came and who went this month, and why."""
    since, before = month.first_day, (month + 1).first_day
    flows = {one.kind: one for one in queries.register_flow(since, before, place=place)}
    reasons: dict[str, list[str]] = {}
    for kind, why, count in queries.why_ended(since, before, place=place):
        reasons.setdefault(kind, []).append(f"{why} {count}")
    return [
        {
            "name": name,
            "kinds": [
                (kind, counts.get(kind.code, 0), flows.get(kind.code),
                 "、".join(reasons.get(kind.code, [])))
                for kind in kinds
            ],
        }
        for name, kinds in queries.classes().items()
    ]  # fmt: skip


@desk("alert.read")
@require_safe
def register_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Who is of one kind on a day, with since when and why."""
    found = {one.code: one for one in dictionary()}.get(kind)
    require(found is not None, NotThere())
    place, month = _place(request), _month(request)
    on = min(month.last_day, clock.business_today())
    rows = queries.listings(place, kind=kind, on=on)
    return render(
        request,
        "desk/register_kind.html",
        {
            "kind": found,
            "place": place,
            "on": on,
            "page": page_of(request, rows, reads="watch.register"),
        },
    )


@desk("alert.read")
@require_safe
def register_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything that the register ever said of one person."""
    view = person_view(person_id)
    record_read(f"people.person:{person_id}", by=actor_of(request), why="低收入人口记录")
    labels = {one.code: one.label for one in dictionary()}
    rows = [(row, labels.get(row.kind, row.kind)) for row in queries.listings_of(person_id)]
    return render(request, "desk/register_person.html", {"person": view, "rows": rows})


@desk("alert.read")
@require_safe
def suspensions(request: HttpRequest) -> HttpResponse:
    """Shares that wait for a check of a death, the nearest term first; all of them on request."""
    everything = request.GET.get("all") == "1"
    rows = queries.suspensions(open_only=not everything)
    return render(
        request,
        "desk/suspensions.html",
        {"page": page_of(request, rows, reads="watch.suspensions"), "everything": everything},
    )


@desk("threshold.read")
@require_safe
def alikes(request: HttpRequest) -> HttpResponse:
    """Many equal awards of one village on one day (M14), the open ones first."""
    page = page_of(request, alike_checks.checks())
    return render(request, "desk/alikes.html", {"page": page})


@desk("threshold.read")
@require_safe
def alike(request: HttpRequest, alike_id: int) -> HttpResponse:
    """One such check: the families, and what a sample of them showed."""
    row = one_or_not_there(alike_checks.checks(), pk=alike_id)
    record_read(f"watch.alike:{alike_id}", by=actor_of(request))
    context = {"row": row, "households": alike_checks.households_of(row)}
    return render(request, "desk/alike.html", context)


@desk("alike.check")
@require_POST
def alike_check(request: HttpRequest, alike_id: int) -> HttpResponse:
    """Write down what the sample showed."""
    told = request.POST
    keyed(alike_checks.check_alike, key_of(request, "alike.check"))(
        alike_id,
        _number(told.get("sampled", "")),
        _number(told.get("wrong", "")),
        told.get("finding", ""),
        by=actor_of(request),
    )
    messages.success(request, "抽查结果已登记。")
    return redirect("alike", alike_id)


def _number(text: str) -> int:
    """A small whole number; whatever else was typed is no number of families."""
    told = text.strip()
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 9 else -1


@desk("alert.read")
@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """From hits to help, by township or village, what is past its term in red."""
    actor, asked = actor_of(request), request.GET.get("period", "")
    periods = funnels.periods()
    period = asked if asked in periods else ""
    of_county = actor.place.endswith("000000")
    rows = funnels.funnel(
        actor.place,
        clock.business_today(),
        period=period,
        level=funnels.TOWNSHIP if of_county else funnels.VILLAGE,
    )
    names_of(one.place for one in rows)
    context = {
        "rows": rows,
        "whole": funnels.together(rows, actor.place),
        "periods": periods,
        "period": period,
        "of_county": of_county,
        "townships": {one.code for one in children(actor.place)} if of_county else set(),
    }
    return render(request, "desk/funnel.html", context)
