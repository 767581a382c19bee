"""The leader's page: what is late, and where it sits."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from doudi.base.models import Task
from doudi.base.roles import role_of
from doudi.kernel import clock
from doudi.places.queries import short_name
from doudi.web.desk import desk, page_of
from doudi.web.office.today import lead_on

TOWNSHIP_DIGITS = 9
_SOON = timedelta(days=3)


@desk("case.read")
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """By township and post: late, due within three days, the rest; then the late ones one by one.

    A fixed number of queries, however much is late.
    """
    today = clock.business_today()
    open_tasks = Task.objects.filter(done_at=None, due_on__isnull=False)
    seats = (
        open_tasks.annotate(township=Left("place", TOWNSHIP_DIGITS))
        .values("township", "role")
        .annotate(
            red=Count("id", filter=Q(due_on__lt=today)),
            yellow=Count("id", filter=Q(due_on__gte=today, due_on__lte=today + _SOON)),
            green=Count("id", filter=Q(due_on__gt=today + _SOON)),
            oldest=Min("due_on"),
        )
        .order_by("-red", F("oldest").asc(), "township", "role")
    )
    told = [
        {
            **seat,
            "name": short_name(f"{seat['township']}000"),
            "label": role_of(seat["role"]).label,
            "days": max((today - seat["oldest"]).days, 0),
        }
        for seat in seats
    ]
    rows = open_tasks.filter(due_on__lt=today).order_by("due_on", "id")
    page = page_of(request, rows, reads="base.tasks")
    lead_on(page.object_list)
    for task in page.object_list:
        task.label = role_of(task.role).label
        task.days = (today - task.due_on).days
    total = sum(seat["red"] for seat in told)
    return render(request, "desk/late.html", {"seats": told, "page": page, "total": total})
