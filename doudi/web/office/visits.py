"""The visit form, shared by alerts and cases: who went, when, how, what was found, who signed."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from doudi.kernel import clock
from doudi.kernel.problems import Problem
from doudi.people.visits import VisitFacts

MANNERS = ("入户", "电话", "视频")


class VisitTimeUnreadable(Problem):
    """The time of a visit cannot be read."""

    code = "visit.time_unreadable"
    status = 400
    say = "走访时间没有填，或者不是日期时间。"
    next = "请按“年-月-日 时:分”填写走访时间。"
    fields = ()


def read_visit_form(request: HttpRequest, purpose: str, subject: str) -> VisitFacts:
    """The visit as the form tells it; raises a problem for what cannot be read."""
    return VisitFacts(
        purpose=purpose,
        manner=request.POST.get("manner", "入户")
        if request.POST.get("manner") in MANNERS
        else "入户",
        visited_at=_moment(request.POST.get("visited_at", "")),
        visitors=tuple(
            name.strip()
            for name in request.POST.get("visitors", "").replace("，", "、").split("、")
            if name.strip()
        ),
        findings=request.POST.get("findings", "").strip(),
        subject=subject,
        family_signed=request.POST.get("family_signed") == "1",
        visitors_signed=request.POST.get("visitors_signed") == "1",
    )


def _moment(text: str) -> datetime:
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise VisitTimeUnreadable() from error
    return told if told.tzinfo else told.replace(tzinfo=clock.SHANGHAI)
