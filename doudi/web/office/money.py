"""Money pages beside the batches: cover sheet, published totals, what is late, one family's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, require
from doudi.payments import glance, payees, public, queries
from doudi.payments.parameters import figure
from doudi.payments.schemes import CODES
from doudi.people.queries import household_view
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("payment.read")
@require_safe
def batch_cover(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The cover sheet of a batch, to be printed and kept with the file."""
    sheet = public.cover_sheet(batch_id)
    require(sheet is not None, NotThere())
    return render(request, "desk/batch_cover.html", {"sheet": sheet})


@desk("payment.read")
@require_safe
def money_public(request: HttpRequest) -> HttpResponse:
    """Totals by township and village that may be published."""
    actor, text = actor_of(request), request.GET.get("month", "")
    month = Month.parse(text) if text else Month.of(clock.business_today())
    asked = request.GET.get("scheme", "")
    scheme = asked if asked in CODES else "低保"
    context = {
        "month": str(month),
        "scheme": scheme,
        "schemes": list(CODES),
        "fewest": figure("payment.fewest_told", clock.business_today()),
        "townships": public.published_totals(actor.place, scheme, month),
        "villages": public.published_totals(actor.place, scheme, month, by_village=True),
    }
    return render(request, "desk/money_public.html", context)


@desk("payment.read")
@require_safe
def money_month(request: HttpRequest) -> HttpResponse:
    """A month at a glance: due, paid, failed and outstanding, by scheme and township."""
    text, asked = request.GET.get("month", ""), request.GET.get("scheme", "")
    month = Month.parse(text) if text else Month.of(clock.business_today())
    scheme = asked if asked in CODES else ""
    context = {
        "month": str(month),
        "scheme": scheme,
        "schemes": list(CODES),
        "glance": glance.month_glance(actor_of(request).place, month, scheme),
    }
    return render(request, "desk/money_month.html", context)


@desk("payment.read")
@require_safe
def money_late(request: HttpRequest) -> HttpResponse:
    """What was due and has not arrived after so many days; cards that many households share."""
    actor, asked = actor_of(request), request.GET.get("days", "")
    told = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 4 else None
    shared = payees.shared_cards(actor.place)
    if shared:
        record_read("payments.shared_cards", by=actor, why=f"同卡多户，{len(shared)} 组")
    context = {
        "days": figure("payment.unpaid_days", clock.business_today()) if told is None else told,
        "page": page_of(request, public.late_lines(told), reads="payments.late"),
        "shared": shared,
    }
    return render(request, "desk/money_late.html", context)


@desk("payment.read")
@require_safe
def household_money(request: HttpRequest, household_id: int) -> HttpResponse:
    """Every payment of one family with what became of it and why, and who receives it."""
    view = household_view(household_id)
    record_read(f"people.household:{household_id}", by=actor_of(request), why="查看发放记录")
    context = {
        "household": view,
        "payments": queries.payments_of(household_id),
        "arrangements": payees.arrangements_of(household_id),
        "kinds": payees.KINDS,
        "schemes": list(CODES),
    }
    return render(request, "desk/household_money.html", context)


@desk("account.enter")
@require_POST
def payee_enter(request: HttpRequest, household_id: int) -> HttpResponse:
    """Enter who receives in the household's place."""
    told = request.POST
    keyed(payees.enter_arrangement, key_of(request, "payee.enter"))(
        household_id,
        told.get("scheme", ""),
        told.get("kind", ""),
        told.get("holder_name", ""),
        told.get("bank", ""),
        told.get("card", ""),
        told.get("agreement", ""),
        by=actor_of(request),
    )
    messages.success(request, "已保存，须由另一名工作人员确认后才会按此发放。")
    return redirect("household_money", household_id)


@desk("account.confirm")
@require_POST
def payee_confirm(request: HttpRequest, arrangement_id: int) -> HttpResponse:
    """Confirm what somebody else entered."""
    made = keyed(payees.confirm_arrangement, key_of(request, "payee.confirm"))(
        arrangement_id, by=actor_of(request)
    )
    messages.success(request, "已确认，冷静期满后按此发放。")
    return redirect("household_money", made.household_id)


@desk("account.confirm")
@require_POST
def payee_end(request: HttpRequest, arrangement_id: int) -> HttpResponse:
    """End an arrangement: the holder is paid again."""
    made = keyed(payees.end_arrangement, key_of(request, "payee.end"))(
        arrangement_id, by=actor_of(request)
    )
    messages.success(request, "已停用，今后发放给本人。")
    return redirect("household_money", made.household_id)
