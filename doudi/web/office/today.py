"""The home page of every role: today's work by legal deadline."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from doudi.base.models import Task
from doudi.base.tasks import open_tasks_for, urgency
from doudi.cases.queries import case_list
from doudi.exchange.queries import verifications
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


def lead_on(tasks: Iterable[Task]) -> None:
    """Give each task its ``address``; what is worked on within a case leads there.

    Two questions for any number of tasks, none where there is no such task.
    """
    rows = list(tasks)
    within = _objections([row.subject for row in rows])
    within |= _verifications([row.subject for row in rows])
    for row in rows:
        row.address = address_of(within.get(row.subject, row.subject))  # type: ignore[attr-defined]


OBJECTION, VERIFICATION = "cases.objection", "exchange.verification"


def _numbers(kind: str, subjects: Iterable[str]) -> list[int]:
    parts = (subject.partition(":") for subject in subjects)
    return [int(number) for told, _, number in parts if told == kind and number.isdecimal()]


def _objections(subjects: list[str]) -> dict[str, str]:
    numbers = _numbers(OBJECTION, subjects)
    if not numbers:
        return {}
    rows = case_list().filter(publicities__objections__in=numbers).order_by()
    found = rows.values_list("publicities__objections", "pk")
    return {f"{OBJECTION}:{number}": f"cases.case:{case}" for number, case in found}


def _verifications(subjects: list[str]) -> dict[str, str]:
    numbers = _numbers(VERIFICATION, subjects)
    if not numbers:
        return {}
    rows = verifications().filter(pk__in=numbers).order_by()
    return {f"{VERIFICATION}:{pk}": told for pk, told in rows.values_list("pk", "subject")}


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
    lead_on(page.object_list)
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
