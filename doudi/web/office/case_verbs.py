"""What a case's page can do: each verb reads its own form and calls the action of the same name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest

from doudi.base.access import Actor
from doudi.base.actions import keyed
from doudi.cases import (
    applications,
    approval,
    care,
    checking,
    decisions,
    investigation,
    kin,
    opinions,
    publicity,
    queries,
    review,
    urgent,
)
from doudi.cases.declared.tekun import ABILITIES
from doudi.cases.procedures import PROCEDURES
from doudi.exchange import verification
from doudi.kernel.money import Fen
from doudi.kernel.problems import NotThere, Problem, require
from doudi.people.queries import household_view
from doudi.web.office.means import read_means_form
from doudi.web.office.visits import read_visit_form

Handler = Callable[[HttpRequest, int, Actor, str], object]


class DayUnreadable(Problem):
    """A day on a form cannot be read."""

    code = "case.day_unreadable"
    status = 400
    say = "“{name}”没有填，或者不是日期。"
    next = "请按“年-月-日”填写。"
    fields = ("name",)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _reason(request: HttpRequest) -> str:
    return _text(request, "reason")


def _agrees(request: HttpRequest) -> bool:
    return request.POST.get("agrees") == "1"


def _number(request: HttpRequest, name: str) -> int:
    text = _text(request, name)
    require(text.isdigit(), NotThere())
    return int(text)


def _fen(request: HttpRequest, name: str) -> int:
    return int(Fen.from_yuan(_text(request, name) or "0"))


def _day(request: HttpRequest, name: str, label: str) -> date:
    try:
        return date.fromisoformat(_text(request, name))
    except ValueError as error:
        raise DayUnreadable(name=label) from error


def _means(request: HttpRequest, case_id: int) -> dict[str, object]:
    view = queries.case_view(case_id)
    told = PROCEDURES[view.procedure]
    members = [member.person_id for member in household_view(view.household_id).members]
    return read_means_form(request, members, told.household_inputs, told.person_inputs)


def _request_check(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    asked = keyed(checking.request_check, key)(case_id, by=by)
    assert asked.verification_id is not None, "a check was just asked for"
    verification.answer_from_registry(asked.verification_id)


def _investigate(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    visit = read_visit_form(request, "入户调查", f"cases.case:{case_id}")
    keyed(investigation.record_investigation, key)(case_id, visit, _means(request, case_id), by=by)


def _verify(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    keyed(urgent.verify, key)(case_id, _reason(request), _means(request, case_id), by=by)


def _assess_care(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    subjects = queries.case_view(case_id).subjects
    able = {
        one: {
            name: request.POST.get(f"able:{one}:{name}") == "1"
            for name in ABILITIES
            if f"able:{one}:{name}" in request.POST
        }
        for one in subjects
    }
    support, assessor = _text(request, "support"), _text(request, "assessor")
    keyed(care.assess_care, key)(case_id, able, support, assessor, by=by)


def _sign_care(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    agreement = care.Agreement(
        carer=_text(request, "carer"),
        relation=_text(request, "relation"),
        services=_text(request, "services"),
        visits=_text(request, "visits"),
        fee_fen=_fen(request, "fee"),
        ends_on=_day(request, "ends_on", "到期日"),
    )
    keyed(care.sign_care, key)(case_id, agreement, by=by)


def _give_notice(request: HttpRequest, case_id: int, by: Actor, key: str) -> None:
    keyed(decisions.give_notice, key)(case_id, _text(request, "manner"), by=by)


VERBS: dict[str, Handler] = {
    "consents": lambda r, i, by, key: keyed(checking.consents_done, key)(i, by=by),
    "request_check": _request_check,
    "finish_check": lambda r, i, by, key: keyed(checking.finish_check, key)(i, by=by),
    "investigate": _investigate,
    "verify": _verify,
    "assess_care": _assess_care,
    "first_opinion": lambda r, i, by, key: keyed(opinions.give_first_opinion, key)(
        i, _agrees(r), _reason(r), by=by
    ),
    "reinvestigate": lambda r, i, by, key: keyed(opinions.ask_to_investigate_again, key)(
        i, _reason(r), by=by
    ),
    "post_notice": lambda r, i, by, key: keyed(publicity.post_notice, key)(
        i, _text(r, "where"), by=by
    ),
    "object": lambda r, i, by, key: keyed(publicity.object, key)(i, _reason(r), by=by),
    "answer_objection": lambda r, i, by, key: keyed(publicity.answer_objection, key)(
        _number(r, "objection"), _reason(r), by=by
    ),
    "end_notice": lambda r, i, by, key: keyed(publicity.end_notice, key)(i, by=by),
    "relieve": lambda r, i, by, key: keyed(urgent.relieve, key)(
        i, _fen(r, "amount"), _text(r, "form"), _text(r, "handed_to"), by=by
    ),
    "report_up": lambda r, i, by, key: keyed(approval.report_up, key)(i, _reason(r), by=by),
    "minutes": lambda r, i, by, key: keyed(approval.record_minutes, key)(
        i, _text(r, "document"), _fen(r, "amount"), by=by
    ),
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
    "sign_care": _sign_care,
    "give_notice": _give_notice,
    "declare_kin": lambda r, i, by, key: keyed(kin.declare_kin, key)(
        i, _number(r, "person"), _text(r, "relation"), by=by
    ),
    "extend": lambda r, i, by, key: keyed(applications.extend, key)(i, _text(r, "cause"), by=by),
    "terminate": lambda r, i, by, key: keyed(applications.terminate, key)(
        i, _text(r, "cause"), _reason(r), by=by
    ),
}
