"""Cases: the list, one case with what may be done now, and the why of a decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.base.roles import role_of
from doudi.cases import (
    applications,
    checking,
    decisions,
    investigation,
    opinions,
    publicity,
    queries,
    review,
)
from doudi.cases.procedures import PROCEDURES
from doudi.exchange import verification
from doudi.kernel import clock
from doudi.kernel.problems import NotThere, Problem, require
from doudi.people import consents
from doudi.people.means import household_means
from doudi.people.queries import adults_of, household_view, visits_of
from doudi.rules import account
from doudi.web.desk import actor_of, demand_action, desk, key_of, page_of
from doudi.web.office.means import Field, household_fields, member_fields, read_means_form
from doudi.web.office.reports import means_of_case, report_of
from doudi.web.office.visits import MANNERS, read_visit_form

PROCEDURE = "低保"


class NobodyChosen(Problem):
    """An application without an applicant."""

    code = "case.nobody_chosen"
    status = 400
    say = "没有选择申请人。"
    next = "请从成年家庭成员中选择一名作为申请人。"
    fields = ()


@desk("case.read")
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Open cases by legal deadline; filter by stage."""
    procedure = PROCEDURES[PROCEDURE]
    stages = [stage.name for stage in procedure.stages] + list(procedure.ends)
    chosen = request.GET.get("stage", "")
    rows = queries.case_list(stage=chosen) if chosen in stages else queries.case_list(is_open=True)
    return render(
        request,
        "desk/cases.html",
        {
            "page": page_of(request, rows, reads="cases.cases"),
            "stages": stages,
            "chosen": chosen,
        },
    )


@desk("case.read")
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case whole."""
    view = queries.case_view(case_id)
    actor = actor_of(request)
    record_read(f"cases.case:{case_id}", by=actor)
    offered = queries.verbs_for(view, actor)
    verbs = {verb.verb for verb in offered if not verb.blocked}
    asked = PROCEDURES[view.procedure].check_items
    today = clock.business_today()
    adults = adults_of(view.household_id, today)
    missing = consents.missing_consents([a.person_id for a in adults], asked, today)
    context = {
        "case": view,
        "household": household_view(view.household_id),
        "offered": offered,
        "verbs": verbs,
        "adults": [(adult, adult.person_id not in missing) for adult in adults],
        "may_consent": actor.may("consent.record") and view.stage == "待授权",
        "items": asked,
        "now": clock.business_now(),
        "manners": MANNERS,
        "visits": visits_of(view.household_id).filter(subject=f"cases.case:{case_id}"),
        "announcements": _announcements(view),
        "aside": _aside(view),
        "compared": means_of_case(case_id, view.household_id),
        "report": report_of(view.verification_id) if view.verification_id else None,
        "extension_causes": PROCEDURES[view.procedure].extension_causes,
        "termination_causes": applications.TERMINATION_CAUSES,
        "steps": [(step, role_of(step.role).label) for step in reversed(view.steps)],
    }
    if verbs & {"case.first_opinion", "case.review", "case.decide"}:
        determined = queries.preview(case_id)
        context["outcome"] = determined.outcome(PROCEDURES[view.procedure].programme)
        lines = determined.why(PROCEDURES[view.procedure].programme)
        context["why"] = account(lines, called=_names(view.household_id, today))
    if "case.investigate" in verbs:
        known = household_means(view.household_id, today)
        context["household_fields"] = household_fields(known)
        context["member_fields"] = _named(view.household_id, member_fields(known))
    return render(request, "desk/case.html", context)


def _aside(view: queries.CaseView) -> set[str]:
    """What may be done beside the work of the stage; the page keeps it folded."""
    beside = {"case.send_back", "case.extend", "case.terminate", "case.reinvestigate"}
    beside |= {"case.object", "case.answer_objection"}
    return beside if view.kin_of_official else beside | {"case.visit"}


def _announcements(view: queries.CaseView) -> list[dict[str, object]]:
    """What the county may announce of this case, word for word (办法 第二十四条)."""
    if view.stage != "已确认":
        return []
    rows = queries.Decision.objects.select_related("case__applicant").filter(
        case_id=view.id, outcome="确认"
    )
    return [asdict(publicity.announcement_of(decision)) for decision in rows]


def _names(household_id: int, on: date) -> dict[str, str]:
    """The rules know members by number; people know them by name."""
    return {str(m.person_id): m.name for m in household_view(household_id, on).members}


def _named(household_id: int, fields: dict[str, list[Field]]) -> list[tuple[str, list[Field]]]:
    names = {str(m.person_id): m.name for m in household_view(household_id).members}
    return [(names.get(reference, reference), own) for reference, own in fields.items()]


@desk("case.accept")
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest, household_id: int) -> HttpResponse:
    """Accept an application; from an alert (``?alert=``) the link is kept."""
    actor = actor_of(request)
    today = clock.business_today()
    home = household_view(household_id)
    alert = request.POST.get("alert") or request.GET.get("alert") or ""
    if request.method == "POST":
        applicant = request.POST.get("applicant", "")
        require(applicant.isdigit(), NobodyChosen())
        made = keyed(applications.accept, key_of(request, "case.accept"))(
            household_id,
            int(applicant),
            procedure=PROCEDURE,
            channel=request.POST.get("channel", "窗口"),
            reason=request.POST.get("reason", ""),
            declared=read_means_form(request, [m.person_id for m in home.members]),
            alert_id=int(alert) if alert.isdigit() else None,
            kin_of_official=request.POST.get("kin") == "1",
            by=actor,
        )
        messages.success(request, f"已受理，案件号 {made.number}。")
        return redirect("case", made.pk)
    known = household_means(household_id, today)
    record_read(f"people.household:{household_id}", by=actor, why="受理申请")
    return render(
        request,
        "desk/case_new.html",
        {
            "household": home,
            "adults": adults_of(household_id, today),
            "channels": PROCEDURES[PROCEDURE].channels,
            "alert": alert if alert.isdigit() else "",
            "household_fields": household_fields(known),
            "member_fields": _named(household_id, member_fields(known)),
        },
    )


@desk("consent.record")
@require_POST
def case_consent(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """Record that an adult of the household signed the consent."""
    view = queries.case_view(case_id)
    adults = {adult.person_id for adult in adults_of(view.household_id, clock.business_today())}
    require(person_id in adults, NotThere())
    keyed(consents.record_consent, key_of(request, "consent.record"))(
        person_id,
        tuple(PROCEDURES[view.procedure].check_items),
        clock.business_today(),
        by=actor_of(request),
    )
    return redirect("case", case_id)


Handler = Callable[[HttpRequest, int, Actor, str], object]


def _agrees(request: HttpRequest) -> bool:
    return request.POST.get("agrees") == "1"


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()


def _request_check(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    asked = keyed(checking.request_check, key)(case_id, by=by)
    assert asked.verification_id is not None, "a check was just asked for"
    verification.answer_from_registry(asked.verification_id)


def _investigate(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    view = queries.case_view(case_id)
    members = household_view(view.household_id).members
    keyed(investigation.record_investigation, key)(
        case_id,
        read_visit_form(request, "入户调查", f"cases.case:{case_id}"),
        read_means_form(request, [m.person_id for m in members]),
        by=by,
    )


VERBS: dict[str, Handler] = {
    "consents": lambda r, i, by, key: keyed(checking.consents_done, key)(i, by=by),
    "request_check": _request_check,
    "finish_check": lambda r, i, by, key: keyed(checking.finish_check, key)(i, by=by),
    "investigate": _investigate,
    "first_opinion": lambda r, i, by, key: keyed(opinions.give_first_opinion, key)(
        i, _agrees(r), _reason(r), by=by
    ),
    "reinvestigate": lambda r, i, by, key: keyed(opinions.ask_to_investigate_again, key)(
        i, _reason(r), by=by
    ),
    "post_notice": lambda r, i, by, key: keyed(publicity.post_notice, key)(
        i, r.POST.get("where", ""), by=by
    ),
    "object": lambda r, i, by, key: keyed(publicity.object, key)(i, _reason(r), by=by),
    "answer_objection": lambda r, i, by, key: keyed(publicity.answer_objection, key)(
        _number(r, "objection"), _reason(r), by=by
    ),
    "end_notice": lambda r, i, by, key: keyed(publicity.end_notice, key)(i, by=by),
    "visit": lambda r, i, by, key: keyed(review.record_county_visit, key)(
        i, read_visit_form(r, "入户调查", f"cases.case:{i}"), by=by
    ),
    "review": lambda r, i, by, key: keyed(review.give_review, key)(
        i, _agrees(r), _reason(r), by=by
    ),
    "send_back": lambda r, i, by, key: keyed(review.send_back, key)(i, _reason(r), by=by),
    "decide": lambda r, i, by, key: keyed(decisions.decide, key)(
        i, "确认" if _agrees(r) else "不予确认", _reason(r), by=by
    ),
    "extend": lambda r, i, by, key: keyed(applications.extend, key)(
        i, r.POST.get("cause", ""), by=by
    ),
    "terminate": lambda r, i, by, key: keyed(applications.terminate, key)(
        i, r.POST.get("cause", ""), _reason(r), by=by
    ),
}


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    require(text.isdigit(), NotThere())
    return int(text)


@desk("case.read")
@require_POST
def case_do(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    """Do one thing with a case; the action itself decides whether this person may."""
    require(verb in VERBS, NotThere())
    demand_action(actor_of(request), f"case.{verb}")
    view = queries.case_view(case_id)
    VERBS[verb](request, case_id, actor_of(request), key_of(request, f"case.{verb}"))
    title = PROCEDURES[view.procedure].title_of(f"case.{verb}")
    messages.success(request, f"已办理：{title}。")
    return redirect("case", case_id)


@desk("case.read")
@require_safe
def why(request: HttpRequest, decision_id: int) -> HttpResponse:
    """The why of an amount, article by article, and whether it can be computed again."""
    decision = one_or_not_there(
        queries.Decision.objects.select_related("case", "case__applicant"), pk=decision_id
    )
    record_read(f"cases.decision:{decision_id}", by=actor_of(request))
    lines = queries.why(decision_id)
    return render(
        request,
        "desk/why.html",
        {
            "decision": decision,
            "account": account(
                lines, called=_names(decision.case.household_id, decision.decided_on)
            ),
            "again": queries.recompute(decision_id),
        },
    )
