"""X1: every page × role × in/out of region × method answers as authorization.toml says.

X2: "not yours" and "does not exist" are the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from doudi.base.access import NATION, scope
from doudi.base.roles import ROLES
from doudi.watch.models import Alert
from doudi.web import authorization, desk
from doudi.web.authorization import table
from doudi.web.middleware import not_found
from doudi.web.office import alerts, cases
from tests.promises.planting import planted
from tests.web.fixtures import regions
from tests.web.regions import Regions, form_key
from tests.web.walker import Answer, Cell, visitor, walk, wrong_cells

__all__ = ["regions"]
EVERYBODY = (*ROLES, "anonymous")
Walked = Callable[[str], dict[Cell, Answer]]


@pytest.fixture(scope="module")
def walked(regions: Regions) -> Walked:
    """Each role walks all pages once; X1 and X2 look at the same answers."""
    known: dict[str, dict[Cell, Answer]] = {}

    def answers(role: str) -> dict[Cell, Answer]:
        if role not in known:
            known[role] = walk(regions, role, table().values())
        return known[role]

    return answers


@pytest.mark.promise("X1")
def test_every_page_has_a_row_and_every_row_a_page():
    assert authorization.every_page_has_a_row(None) == []


@pytest.mark.promise("X1")
def test_every_verb_of_a_page_has_a_row_and_every_row_a_verb():
    told = {(row.name, row.verb) for row in table().values() if row.verb}
    alert_verbs = {("alert_do", verb) for verb in alerts._DONE}
    assert told == alert_verbs | {("case_do", verb) for verb in cases.VERBS}


@pytest.mark.promise("X1")
@pytest.mark.parametrize("role", EVERYBODY)
def test_every_page_answers_a_role_exactly_as_the_table_says(walked: Walked, role: str):
    assert wrong_cells(table(), role, walked(role)) == []


@pytest.mark.promise("X2")
@pytest.mark.parametrize("role", EVERYBODY)
def test_not_yours_and_does_not_exist_are_the_same_bytes(walked: Walked, role: str):
    found = walked(role)
    told = [
        (key, method)
        for (key, where, method), answer in found.items()
        if where == "out"
        and table()[key].reach.get(role) != "any"
        and answer != found[key, "unknown", method]
    ]
    assert told == []


@pytest.mark.promise("X2")
def test_an_unknown_address_answers_like_a_record_that_is_not_there(regions: Regions):
    who = visitor(regions, "township_clerk")
    nowhere, missing = (who.open("GET", at) for at in ("/no-such-page", "/cases/9000000000000"))
    assert nowhere.status_code == missing.status_code == 404
    assert "没有这条记录" in nowhere.content.decode()


@pytest.mark.promise("X1")
@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/cases/{near_case}/do/answer_objection", {"objection": "{far_objection}"}),
        ("/households/{near_household}/apply", {"applicant": "{far_person}"}),
        (
            "/households/{near_household}/apply",
            {"applicant": "{near_person}", "alert": "{far_alert}"},
        ),
    ],
)  # fmt: skip
def test_a_form_in_ones_region_does_not_reach_a_record_of_another(
    regions: Regions, page: str, form: dict[str, str]
):
    """The number in the address is one's own, the number inside the form is not."""
    ids = {f"near_{k}": v for k, v in regions.near.ids.items()}
    ids |= {f"far_{k}": v for k, v in regions.beside.ids.items()}
    who = visitor(regions, "township_clerk")
    action = "case.answer_objection" if "objection" in page else "case.accept"
    told = {name: value.format(**ids) for name, value in form.items()}
    told |= {"key": form_key(who.user, action), "reason": "困难", "channel": "窗口"}
    answer = who.open("POST", page.format(**ids), told)
    assert answer.status_code in (400, 404, 409)


@pytest.mark.promise("X1")
@pytest.mark.parametrize("role", ["township_clerk", "finance_approver"])
def test_who_may_do_something_is_led_on_to_a_page_that_they_may_open(regions: Regions, role: str):
    who = visitor(regions, role)
    form = {"key": form_key(who.user, "account.confirm")}
    answer = who.open("POST", f"/accounts/{regions.near.ids['account']}/confirm", form)
    assert answer.status_code == 302
    assert who.open("GET", answer.headers["Location"]).status_code == 200


@pytest.mark.promise("X1")
def test_a_consent_is_recorded_only_for_members_of_the_case(regions: Regions):
    who = visitor(regions, "township_clerk")
    case, stranger = regions.near.ids["case"], regions.beside.ids["person"]
    form = {"key": form_key(who.user, "consent.record")}
    assert who.open("POST", f"/cases/{case}/consents/{stranger}", form).status_code == 404


@pytest.mark.promise("X1")
def test_a_lead_is_not_reported_for_a_place_outside_the_region(regions: Regions):
    who = visitor(regions, "village_worker")
    form = {"key": form_key(who.user, "lead.report"), "place": regions.beside.village,
            "about": "一户", "story": "住院"}  # fmt: skip
    assert who.open("POST", "/leads/new", form).status_code in (403, 404)


# ---- The walker itself: each planted bug must be named by its cell


def unguarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


@desk.desk("alert.read")
def without_scope(request: HttpRequest, alert_id: int) -> HttpResponse:
    with scope(NATION):
        desk_row = Alert.objects.filter(pk=alert_id).first()
    return HttpResponse(desk_row.state) if desk_row else not_found(request)


@desk.desk("alert.read")
def with_two_answers(request: HttpRequest, alert_id: int) -> HttpResponse:
    with scope(NATION):
        there = Alert.objects.filter(pk=alert_id).exists()
    answer = not_found(request)
    if there:
        answer.content = answer.content.replace("没有这条记录".encode(), "不归您管".encode())
    return answer


def walk_planted(regions: Regions, role: str, key: str, views: dict) -> dict[Cell, Answer]:
    with override_settings(ROOT_URLCONF=planted(**views)):
        return walk(regions, role, [table()[key]])


@pytest.mark.promise("X1")
@pytest.mark.parametrize("role", ["finance_maker", "auditor", "anonymous"])
def test_a_view_without_its_decorator_is_caught(regions: Regions, role: str):
    found = walk_planted(regions, role, "alerts", {"alerts": unguarded})
    assert "GET alerts in: 200" in wrong_cells(table(), role, found)


@pytest.mark.promise("X1")
def test_a_view_that_forgets_its_scope_is_caught(regions: Regions):
    found = walk_planted(regions, "township_clerk", "alert", {"alert": without_scope})
    assert "GET alert out: 200" in wrong_cells(table(), "township_clerk", found)


@pytest.mark.promise("X2")
def test_a_view_that_tells_not_yours_from_not_there_is_caught(regions: Regions):
    found = walk_planted(regions, "township_clerk", "alert", {"alert": with_two_answers})
    assert found["alert", "out", "GET"] != found["alert", "unknown", "GET"]


@pytest.mark.promise("X1")
def test_a_page_that_nobody_reviewed_is_caught():
    there = planted()
    vars(there)["urlpatterns"].append(path("backdoor", unguarded, name="backdoor"))
    with override_settings(ROOT_URLCONF=there):
        assert [error.id for error in authorization.every_page_has_a_row(None)] == ["doudi.E301"]
