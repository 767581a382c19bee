"""Reviews of awards: this month's list with before and after, and the decision on each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.cases import changing, reviews
from doudi.cases.models import Review
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.web.desk import actor_of, desk, key_of, page_of

_NEEDED = ("award__decision__case__applicant", "award__payee", "settled_by")


@desk("case.read")
@require_safe
def reviews_page(request: HttpRequest) -> HttpResponse:
    """Reviews that wait, the most urgent first; ``?done=1`` those that are settled."""
    done = request.GET.get("done") == "1"
    rows = Review.objects.select_related(*_NEEDED).defer("snapshot", "trace")
    rows = rows.exclude(outcome="") if done else rows.filter(outcome="")
    page = page_of(request, rows.order_by("due_on", "id"), reads="cases.reviews")
    month = str(Month.of(clock.business_today()))
    return render(request, "desk/reviews.html", {"page": page, "done": done, "month": month})


@desk("case.review")
@require_POST
def reviews_prepare(request: HttpRequest) -> HttpResponse:
    """Look through all live awards of the post's range for this month."""
    actor = actor_of(request)
    month = Month.of(clock.business_today())
    told = keyed(reviews.prepare, key_of(request, "review.prepare"))(actor.place, month, by=actor)
    messages.success(request, told)
    return redirect("reviews")


@desk("case.read")
@require_safe
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """One review: what stands, what the rules say, and what may be decided."""
    row = one_or_not_there(Review.objects.select_related(*_NEEDED), pk=review_id)
    record_read(f"cases.review:{review_id}", by=actor_of(request))
    case = row.award.decision.case
    months = [] if row.outcome else changing.phased(case, row.award)
    return render(
        request,
        "desk/review.html",
        {
            "review": row,
            "case": case,
            "outcomes": reviews.OUTCOMES,
            "phased": changing.shown(months),
            "article": reviews.ARTICLE,
        },
    )


@desk("award.change")
@require_POST
def review_settle(request: HttpRequest, review_id: int) -> HttpResponse:
    """Decide a review."""
    keyed(reviews.settle, key_of(request, "review.settle"))(
        review_id,
        request.POST.get("outcome", ""),
        request.POST.get("reason", ""),
        by=actor_of(request),
    )
    messages.success(request, "复核已办结，自下月起执行。")
    return redirect("review", review_id)
