"""Raised standards on the desk: what each class gains, the differences made, two people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed
from doudi.kernel.dates import parse_date
from doudi.payments import raise_queries
from doudi.payments import raises as raising
from doudi.payments.raises import RaiseFacts
from doudi.web.desk import actor_of, desk, key_of, page_of
from doudi.web.office.funds import text_of


@desk("payment.read")
@require_safe
def raises(request: HttpRequest) -> HttpResponse:
    """Raises in view, the newest first, each with its steps and what became of the differences."""
    page = page_of(request, raise_queries.raises())
    seen = raise_queries.with_steps(page.object_list)
    return render(request, "desk/raises.html", {"page": page, "seen": seen})


@desk("raise.enter")
@require_POST
def raise_enter(request: HttpRequest) -> HttpResponse:
    """Enter a raise; what each class gains comes from the rules."""
    actor = actor_of(request)
    facts = RaiseFacts(
        "低保",
        parse_date(request.POST.get("since", "")),
        parse_date(request.POST.get("announced_on", "")),
        text_of(request, "document", "文号", 120),
    )
    keyed(raising.enter_raise, key_of(request, "raise.enter"))(actor.place, facts, by=actor)
    messages.success(request, f"{facts.document} 已登记，须由另一人复核后才会产生补发。")
    return redirect("raises")


@desk("raise.confirm")
@require_POST
def raise_confirm(request: HttpRequest, raise_id: int) -> HttpResponse:
    """Confirm a raise: every month since gets its difference, once."""
    made = keyed(raising.confirm_raise, key_of(request, "raise.confirm"))(
        raise_id, by=actor_of(request)
    )
    messages.success(request, f"已复核，产生补发 {made.lines} 笔，随下一批次发放。")
    return redirect("raises")
