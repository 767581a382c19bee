"""Price linkage on the desk: indices by two people, the month judged, the roster by two people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed
from doudi.kernel import clock
from doudi.kernel.dates import Month, parse_date
from doudi.payments import price_queries, price_rosters
from doudi.payments import prices as pricing
from doudi.payments.prices import IndexFacts
from doudi.payments.problems_price import IndexMissing, IndexUnfit, RoundNotOpen
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("payment.read")
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """Indices and rounds, the newest month first, with what may be done now."""
    return render(
        request,
        "desk/prices.html",
        {
            "indices": price_queries.indices()[:24],
            "page": page_of(request, price_queries.rounds()),
            "month": str(Month.of(clock.business_today()) - 1),
        },
    )


def _month(request: HttpRequest) -> Month:
    return Month.parse(request.POST.get("month", ""))


def _rise(request: HttpRequest, name: str, what: str) -> int:
    """A rise as published, in percent with at most two decimals, as 万分比."""
    told = request.POST.get(name, "").strip().replace("−", "-")
    sign, digits = (-1, told[1:]) if told.startswith("-") else (1, told)
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal() or not whole or len(part) > 2 or len(whole) > 3:
        raise IndexUnfit(what=what, given=told)
    return sign * (int(whole) * 100 + int(part.ljust(2, "0")))


@desk("price.enter")
@require_POST
def price_enter(request: HttpRequest) -> HttpResponse:
    """Enter a month's index."""
    actor = actor_of(request)
    facts = IndexFacts(
        request.POST.get("region", "") or f"{actor.place[:2]}0000000000",
        _month(request),
        _rise(request, "cpi", pricing.CPI),
        _rise(request, "food", pricing.FOOD),
        parse_date(request.POST.get("released_on", "")),
        request.POST.get("document", ""),
        _rise(request, "poor", pricing.POOR) if request.POST.get("poor") else None,
    )
    keyed(pricing.enter_index, key_of(request, "price.enter_index"))(facts, by=actor)
    messages.success(request, f"{facts.month} 的指数已录入，等待另一人复核。")
    return redirect("prices")


@desk("price.confirm")
@require_POST
def price_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm a month's index against what was published."""
    month = _month(request)
    row = price_queries.index_of(request.POST.get("region", ""), month)
    if row is None:
        raise IndexMissing(month=month)
    keyed(pricing.confirm_index, key_of(request, "price.confirm_index"))(
        row.pk, by=actor_of(request)
    )
    messages.success(request, f"{month} 的指数已复核，可以测算。")
    return redirect("prices")


@desk("price.enter")
@require_POST
def price_roster(request: HttpRequest) -> HttpResponse:
    """Judge a month and make its roster."""
    actor = actor_of(request)
    made = keyed(price_rosters.make_roster, key_of(request, "price.roster"))(
        actor.place, _month(request), by=actor
    )
    if made.state == price_rosters.STILL:
        messages.success(request, f"{made.month} 没有达到启动条件，不发放。")
    else:
        messages.success(request, f"{made.month} 启动，名册 {made.persons} 人，等待另一人确认。")
    return redirect("prices")


@desk("price.confirm")
@require_POST
def price_roster_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the roster of a month of one's own county."""
    month, actor = _month(request), actor_of(request)
    row = price_queries.rounds().filter(place=actor.place, month=str(month)).first()
    if row is None:
        raise RoundNotOpen(month=month, state="未编制")
    keyed(price_rosters.confirm_roster, key_of(request, "price.confirm_roster"))(row.pk, by=actor)
    messages.success(request, f"{month} 的名册已确认，可以计提发放。")
    return redirect("prices")
