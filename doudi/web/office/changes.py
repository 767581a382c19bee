"""A department's list beside the one before: who is new, gone, changed, and what was answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed
from doudi.exchange import queries
from doudi.exchange.comparing import GONE, VERDICTS, Changes, compare
from doudi.watch import vanished
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("delivery.read")
@require_safe
def delivery_changes(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Counts of each verdict, and the people of one of them; recorded."""
    row = queries.delivery_of(delivery_id)
    two = compare(row)
    chosen = request.GET.get("verdict", GONE)
    chosen = chosen if chosen in VERDICTS else GONE
    reads = f"exchange.delivery:{delivery_id}"
    return render(
        request,
        "desk/delivery_changes.html",
        {
            "delivery": row,
            "two": two,
            "chosen": chosen,
            "verdicts": [(each, two.counts.get(each, 0) if two else 0) for each in VERDICTS],
            "page": page_of(request, Changes(two, chosen), reads=reads) if two else None,
            "asked": vanished.is_asked(delivery_id),
        },
    )


@desk("match.review")
@require_POST
def delivery_vanished(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Write down what the department answered about the people who are gone from its list."""
    count = keyed(vanished.settle_vanished, key_of(request, "vanished.settle"))(
        delivery_id, request.POST.get("finding", ""), by=actor_of(request)
    )
    messages.success(request, f"已登记答复，写入 {count} 人所在家庭的救助链。")
    return redirect("delivery_changes", delivery_id)
