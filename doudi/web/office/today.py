"""The home page of every role: today's work by legal deadline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from doudi.base.models import Task
from doudi.base.tasks import open_tasks_for, urgency
from doudi.kernel import clock
from doudi.web.desk import page_of, signed_in

# Where a task leads: the kind of its subject to the page that shows it.
PAGES = {
    "watch.alert": "alert",
    "watch.lead": "lead",
    "watch.suspension": "suspension",
    "watch.sweep_part": "sweep_part",
    "watch.alike": "alike",
    "cases.case": "case",
    "cases.review": "review",
    "payments.batch": "batch",
    "payments.recovery": "recovery",
    "exchange.delivery": "delivery",
    "people.household": "household",
}
# Pages that show all of a kind at once.
SHARED_PAGES = {
    "payments.price": "prices",
    "payments.fund": "funds",
    "payments.service": "funds",
    "payments.raise": "raises",
}


def address_of(subject: str) -> str:
    """The page of a subject like ``cases.case:12``; the home page where there is none."""
    kind, _, number = subject.partition(":")
    if kind in SHARED_PAGES:
        return reverse(SHARED_PAGES[kind])
    try:
        return reverse(PAGES[kind], args=[int(number)])
    except (KeyError, ValueError, NoReverseMatch):
        return reverse("today")


@signed_in
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Open tasks of the post, most urgent first, with their counts by colour."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return render(request, "desk/no_post.html")
    on = clock.business_today()
    tasks = open_tasks_for(actor)
    page = page_of(request, tasks, reads="base.tasks")
    for task in page.object_list:
        task.address = address_of(task.subject)
    colours = {"red": 0, "yellow": 0, "green": 0}
    for due_on in tasks.values_list("due_on", flat=True):
        colours[urgency(due_on, on)] += 1
    home = reverse("today")
    counts = [
        ("已到期或超期", colours["red"], "red", home),
        ("三天内到期", colours["yellow"], "yellow", home),
        ("其余待办", colours["green"], "green", home),
        ("今天办结", _done_today(), "secondary", home),
    ]
    return render(request, "desk/today.html", {"page": page, "counts": counts})


def _done_today() -> int:
    midnight = clock.business_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Task.objects.filter(done_at__gte=midnight).count()
