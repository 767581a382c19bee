"""Cases: the list, one case with what may be done now, and the why of a decision."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.base.roles import role_of
from doudi.cases import applications, care, kin, papers, publicity, queries, urgent
from doudi.cases.declaration import Procedure
from doudi.cases.declared.tekun import ABILITIES
from doudi.cases.procedures import PROCEDURES, offered
from doudi.kernel import clock
from doudi.kernel.problems import NotThere, Problem, require
from doudi.people import consents
from doudi.people.means import household_means
from doudi.people.queries import adults_of, household_view, visits_of
from doudi.rules import account, inputs
from doudi.web.desk import actor_of, demand_action, desk, key_of, page_of
from doudi.web.office.case_verbs import VERBS
from doudi.web.office.means import Field, household_fields, member_fields, read_means_form
from doudi.web.office.reports import means_of_case, report_of
from doudi.web.office.visits import MANNERS

# Beside the work of the stage; the page keeps them folded.
BESIDE = frozenset(
    {"case.send_back", "case.extend", "case.terminate", "case.reinvestigate", "case.object",
     "case.answer_objection", "case.report_up", "case.minutes"}
)  # fmt: skip
PARENTS = ("父母一方", "父母另一方")
PARENT_INPUTS = ("义务人情形", "情形月数", "失联已查证", "义务人残疾类别", "义务人残疾等级")


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
    names = [stage.name for told in PROCEDURES.values() for stage in told.stages]
    names += [end for told in PROCEDURES.values() for end in told.ends]
    stages = list(dict.fromkeys(names))
    chosen = request.GET.get("stage", "")
    rows = queries.case_list(stage=chosen) if chosen in stages else queries.case_list(is_open=True)
    told = request.GET.get("procedure", "")
    if told in PROCEDURES:
        rows = rows.filter(procedure=told)
    return render(
        request,
        "desk/cases.html",
        {
            "page": page_of(request, rows, reads="cases.cases"),
            "stages": stages,
            "chosen": chosen,
            "procedures": list(PROCEDURES),
            "procedure": told if told in PROCEDURES else "",
        },
    )


@desk("case.read")
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case whole."""
    view = queries.case_view(case_id)
    actor = actor_of(request)
    record_read(f"cases.case:{case_id}", by=actor)
    told = PROCEDURES[view.procedure]
    offering = queries.verbs_for(view, actor)
    verbs = {verb.verb for verb in offering if not verb.blocked}
    today = clock.business_today()
    home = household_view(view.household_id)
    context = {
        "case": view,
        "household": home,
        "offered": offering,
        "verbs": verbs,
        "adults": _signed(view, told, today),
        "may_consent": actor.may("consent.record") and view.stage == "待授权",
        "may_tell": actor.may("case.tell") and view.to_be_told,
        "items": told.check_items,
        "now": clock.business_now(),
        "manners": MANNERS,
        "visits": visits_of(view.household_id).filter(subject=f"cases.case:{case_id}"),
        "announcements": _announcements(view),
        "aside": BESIDE if view.kin_of_official else BESIDE | {"case.visit"},
        "compared": means_of_case(case_id, view.household_id),
        "report": report_of(view.verification_id) if view.verification_id else None,
        "extension_causes": told.extension_causes,
        "termination_causes": applications.TERMINATION_CAUSES,
        "steps": [(step, role_of(step.role).label) for step in reversed(view.steps)],
        "relations": kin.RELATIONS,
        "papers": papers.kinds_of(view, visited=view.visit_id is not None),
        "told": told,
    }
    context |= _forms(view, told, verbs, today)
    return render(request, "desk/case.html", context)


def _signed(view: queries.CaseView, told: Procedure, today: date) -> list[tuple[object, bool]]:
    """The adults who must consent, and whether each has."""
    if view.stage != "待授权":
        return []
    adults = adults_of(view.household_id, today)
    missing = consents.missing_consents([a.person_id for a in adults], told.check_items, today)
    return [(adult, adult.person_id not in missing) for adult in adults]


def _forms(view: queries.CaseView, told: Procedure, verbs: set[str], today: date) -> dict[str, Any]:
    """What the forms of this moment need: the outcome, the means, those to be assessed."""
    more: dict[str, Any] = {}
    names = _names(view.household_id, today)
    if verbs & {"case.first_opinion", "case.review", "case.decide", "case.report_up"}:
        determined = queries.preview(view.id)
        more["outcome"] = queries.outcome_of(queries.Case.objects.get(pk=view.id), determined)
        lines = queries.account_of(queries.Case.objects.get(pk=view.id), determined)
        more["why"] = account(lines, called=names)
    if verbs & {"case.investigate", "case.verify"}:
        known = household_means(view.household_id, today)
        more["household_fields"] = household_fields(known, told.household_inputs)
        asked = member_fields(known, told.person_inputs) if told.person_inputs else {}
        more["member_fields"] = [(names.get(ref, ref), own) for ref, own in asked.items()]
    if "case.assess_care" in verbs:
        more |= {"abilities": ABILITIES, "support": care.SUPPORT}
        more["assessed"] = [(one, names.get(str(one), "")) for one in view.subjects]
    if "case.relieve" in verbs:
        more |= {"relief_forms": urgent.FORMS, "relief_limit": queries.relief_limit(view.id)}
    return more


def _announcements(view: queries.CaseView) -> list[dict[str, object]]:
    """What the county may announce of this case, word for word (办法 第二十四条)."""
    if view.stage != "已确认":
        return []
    rows = queries.Decision.objects.select_related("case__applicant").filter(
        case_id=view.id, outcome="确认"
    )
    told = [publicity.announcement_of(decision) for decision in rows]
    return [asdict(one) for one in told if one is not None]


def _names(household_id: int, on: date) -> dict[str, str]:
    """The rules know members by number; people know them by name."""
    return {str(m.person_id): m.name for m in household_view(household_id, on).members}


@desk("case.accept")
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest, household_id: int) -> HttpResponse:
    """Accept an application (``?procedure=``); from an alert (``?alert=``) the link is kept."""
    actor = actor_of(request)
    home = household_view(household_id)
    asked = request.POST.get("procedure") or request.GET.get("procedure") or ""
    told = next((each for each in offered() if each.name == asked), PROCEDURES["低保"])
    alert = request.POST.get("alert") or request.GET.get("alert") or ""
    if request.method == "POST":
        applicant = request.POST.get("applicant", "")
        require(applicant.isdigit(), NobodyChosen())
        subjects = tuple(int(one) for one in request.POST.getlist("subject") if one.isdigit())
        made = keyed(applications.accept, key_of(request, "case.accept"))(
            household_id,
            int(applicant),
            procedure=told.name,
            channel=request.POST.get("channel", "窗口"),
            reason=request.POST.get("reason", ""),
            declared=_declared(request, told, [m.person_id for m in home.members], subjects),
            alert_id=int(alert) if alert.isdigit() else None,
            kin_of_official=request.POST.get("kin") == "1",
            subjects=subjects,
            by=actor,
        )
        messages.success(request, f"已受理，案件号 {made.number}。")
        return redirect("case", made.pk)
    record_read(f"people.household:{household_id}", by=actor, why="受理申请")
    return render(request, "desk/case_new.html", _new_form(told, home, alert))


def _new_form(told: Procedure, home: Any, alert: str) -> dict[str, Any]:
    today = clock.business_today()
    known = household_means(home.id, today)
    names = {str(m.person_id): m.name for m in home.members}
    asked = member_fields(known, told.person_inputs) if told.person_inputs else {}
    adults = adults_of(home.id, today)
    return {
        "household": home,
        "told": told,
        "procedures": [each.name for each in offered()],
        "adults": adults or (home.members if told.child else adults),
        "children": [m for m in home.members if m.age < told.adult_age],
        "alert": alert if alert.isdigit() else "",
        "household_fields": household_fields(known, told.household_inputs),
        "member_fields": [(names.get(ref, ref), own) for ref, own in asked.items()],
        "parents": _parents() if told.child else [],
    }


def _parents() -> list[tuple[str, list[Field]]]:
    """The fields about each parent, whom the rules know as those who owe support."""
    return [
        (title, [_parent_field(at, name) for name in PARENT_INPUTS])
        for at, title in enumerate(PARENTS)
    ]


def _parent_field(at: int, name: str) -> Field:
    told = inputs()[name]
    labels = tuple(told.options or ()) or (("是", "否") if told.unit == "是否" else ())
    return Field(f"o:{at}:{name}", name, told.label, "", tuple((one, False) for one in labels))


def _declared(
    request: HttpRequest, told: Procedure, members: list[int], subjects: tuple[int, ...]
) -> dict[str, Any]:
    declared = read_means_form(request, members, told.household_inputs, told.person_inputs)
    if told.child:
        declared["义务人"] = [
            {"of": list(subjects), "义务人关系": "父母", **_parent(request, at)}
            for at in range(len(PARENTS))
        ]
    return declared


def _parent(request: HttpRequest, at: int) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in PARENT_INPUTS:
        text = request.POST.get(f"o:{at}:{name}", "").strip()
        if text in ("是", "否"):
            said[name] = text == "是"
        elif text:
            said[name] = int(text) if text.isdigit() else text
    return said


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
