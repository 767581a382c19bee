"""Alerts and leads: who may be in trouble, why it fired, the visit and its verdict."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.base.files import content_of
from doudi.kernel import clock
from doudi.kernel.divisions import check_division_code
from doudi.kernel.problems import NotThere, require
from doudi.places.queries import children
from doudi.watch import leads as leading
from doudi.watch import loop, photos, queries
from doudi.watch.states import LEAD_OPEN
from doudi.web.desk import actor_of, demand_action, desk, key_of, page_of
from doudi.web.office.visits import MANNERS, read_visit_form

# How somebody at the desk comes to know of a family.
SOURCES = ("村级走访", "本人申报", "热线")
PHOTOS = ("image/jpeg", "image/png")
DIRECTIONS = ("纳入", "落实", "退出", "安全")


@desk("alert.read")
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Open alerts, nearest end first; filters by colour, state, direction and township."""
    chosen = {
        "colour": _one_of(request, "colour", tuple(queries.COLOURS)),
        "state": _one_of(request, "state", tuple(queries.STATES)),
        "direction": _one_of(request, "direction", DIRECTIONS),
    }
    actor = actor_of(request)
    townships = children(actor.place) if actor.place.endswith("000000") else []
    place = _one_of(request, "place", tuple(one.code for one in townships))
    rows = queries.alerts(
        colour=chosen["colour"],
        state=chosen["state"],
        direction=chosen["direction"],
        place=place,
    )
    return render(
        request,
        "desk/alerts.html",
        {
            "page": page_of(request, rows, reads="watch.alerts"),
            "counts": queries.counts(place),
            "chosen": {**chosen, "place": place},
            "colours": queries.COLOURS,
            "states": queries.STATES,
            "directions": DIRECTIONS,
            "townships": townships,
        },
    )


def _one_of(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    told = request.GET.get(name, "")
    return told if told in allowed else ""


@desk("alert.read")
@require_safe
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """One alert: the family, every hit with its figures, the sum, and what may be done now."""
    view = queries.alert_view(alert_id, actor_of(request))
    record_read(f"watch.alert:{alert_id}", by=actor_of(request))
    village = actor_of(request).role == loop.WORKER
    return render(
        request,
        "desk/alert.html",
        {
            "view": view,
            "alert": view.alert,
            "verbs": {verb.code for verb in view.verbs},
            "verdicts": queries.VERDICTS,
            "disposals": queries.DISPOSALS.items(),
            "now": clock.business_now(),
            "manners": MANNERS,
            "outcome_address": _address(view.alert.outcome_subject),
            "at_once": not village or loop.closed_by_village(view.alert),
        },
    )


def _address(subject: str) -> str:
    kind, _, number = subject.partition(":")
    return reverse("case", args=[int(number)]) if kind == "cases.case" else ""


def _report(request: HttpRequest, alert_id: int, key: str) -> None:
    """The check, and with it the closing where that was pressed: both or neither."""
    at_once = request.POST.get("then") == "close"
    if at_once:
        demand_action(actor_of(request), "alert.close")
    visit = read_visit_form(request, "预警核查", f"watch.alert:{alert_id}")
    with transaction.atomic():
        keyed(loop.report_check, key)(
            alert_id,
            visit,
            visit.findings,
            request.POST.get("verdict", ""),
            request.POST.get("disposal", ""),
            request.POST.get("policy_told") == "1",
            by=actor_of(request),
        )
        if at_once:
            keyed(loop.close_alert, key)(alert_id, by=actor_of(request))


_DONE = {
    "receive": "已接收，请在期限内入户核查。",
    "report": "核查已反馈。",
    "tell_policy": "已登记政策告知。",
    "return": "已退回重核。",
    "close": "预警已关闭。",
}


@desk("alert.read")
@require_POST
def alert_do(request: HttpRequest, alert_id: int, verb: str) -> HttpResponse:
    """Do one thing with an alert; the action itself decides whether this person may."""
    require(verb in _DONE, NotThere())
    demand_action(actor_of(request), f"alert.{verb}")
    key, actor = key_of(request, f"alert.{verb}"), actor_of(request)
    if verb == "receive":
        keyed(loop.receive_alert, key)(alert_id, by=actor)
    elif verb == "report":
        _report(request, alert_id, key)
    elif verb == "tell_policy":
        keyed(loop.tell_policy, key)(alert_id, by=actor)
    elif verb == "return":
        keyed(loop.return_alert, key)(alert_id, request.POST.get("reason", ""), by=actor)
    else:
        keyed(loop.close_alert, key)(alert_id, by=actor)
    at_once = verb == "report" and request.POST.get("then") == "close"
    messages.success(request, "核查已反馈，预警已办结。" if at_once else _DONE[verb])
    return redirect("alert", alert_id)


@desk("lead.read")
@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """Leads from people, nearest check first."""
    state = request.GET.get("state", LEAD_OPEN)
    return render(
        request,
        "desk/leads.html",
        {
            "page": page_of(request, queries.leads(state=state), reads="watch.leads"),
            "state": state,
        },
    )


@desk("lead.report")
@require_http_methods(["GET", "POST"])
def lead_new(request: HttpRequest) -> HttpResponse:
    """Report a family in trouble, on a phone, in under a minute."""
    actor = actor_of(request)
    if request.method == "POST":
        place = check_division_code(request.POST.get("place", "")).code
        made = keyed(leading.report_lead, key_of(request, "lead.report"))(
            leading.LeadFacts(
                place=place,
                about=request.POST.get("about", ""),
                story=request.POST.get("story", ""),
                source=request.POST.get("source", SOURCES[0]),
                reporter=request.POST.get("reporter", ""),
            ),
            by=actor,
            photo=_photo(request),
        )
        messages.success(request, "已上报，乡镇会在三个工作日内初核。")
        return redirect("lead", made.pk)
    villages = children(actor.place) if actor.place.endswith("000") else []
    return render(request, "desk/lead_new.html", {"villages": villages, "sources": SOURCES})


def _photo(request: HttpRequest) -> bytes:
    """The photo, if there is one; too large a one is not read whole."""
    file = request.FILES.get("photo")
    return file.read(photos.LARGEST + 1) if file is not None else b""


@desk("lead.read")
@require_safe
def lead(request: HttpRequest, lead_id: int) -> HttpResponse:
    """One lead."""
    row = one_or_not_there(queries.leads(state=""), pk=lead_id)
    record_read(f"watch.lead:{lead_id}", by=actor_of(request))
    return render(request, "desk/lead.html", {"lead": row})


@desk("lead.read")
@require_safe
def lead_photo(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The photo of a lead; never kept by a cache."""
    row = one_or_not_there(queries.leads(state="").select_related("photo"), pk=lead_id)
    photo = row.photo
    if photo is None or photo.media_type not in PHOTOS:
        raise NotThere()
    record_read(f"watch.lead:{lead_id}", by=actor_of(request), why="查看照片")
    response = HttpResponse(content_of(photo), content_type=photo.media_type)
    response["Cache-Control"] = "no-store"
    return response


@desk("lead.triage")
@require_POST
def lead_reveal(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Who reported, for a reason, recorded."""
    reporter = leading.reveal_reporter(lead_id, request.POST.get("why", ""), by=actor_of(request))
    response = render(
        request, "desk/lead_reporter.html", {"lead_id": lead_id, "reporter": reporter}
    )
    response["Cache-Control"] = "no-store"
    return response


@desk("lead.triage")
@require_POST
def lead_settle(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Say what became of a lead."""
    keyed(leading.settle_lead, key_of(request, "lead.settle"))(
        lead_id, request.POST.get("outcome", ""), by=actor_of(request)
    )
    messages.success(request, "线索已了结。")
    return redirect("lead", lead_id)
