"""X8: every form resists CSRF, every page sends the headers, ``check --deploy`` prints nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.views.decorators.csrf import csrf_exempt

from doudi.base.roles import ROLES
from doudi.web import desk
from doudi.web.authorization import Row, table
from tests.promises.planting import planted
from tests.web.fixtures import regions
from tests.web.regions import Regions
from tests.web.walker import Visitor, address_of, form_of, ids_at, visitor

__all__ = ["regions"]
pytestmark = pytest.mark.promise("X8")
POSTED = [row for row in table().values() if "POST" in row.methods]
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def first_role(row: Row) -> str:
    """Somebody who may open the page."""
    return next(role for role, reach in row.reach.items() if reach != "refused")


def strict(regions: Regions, role: str) -> Visitor:
    """A browser of somebody whose token is asked for."""
    who = visitor(regions, role)
    who.client = Client(enforce_csrf_checks=True)
    return who


@pytest.mark.parametrize("row", POSTED, ids=lambda row: row.key)
def test_a_form_without_its_token_is_refused_in_chinese(regions: Regions, row: Row):
    role = first_role(row)
    who, ids = strict(regions, role), ids_at(regions, row, role, "in")
    answer = who.open("POST", address_of(row, ids), form_of(row, who.user, ids))
    assert answer.status_code == 403
    assert "不是从本系统的页面提交的" in answer.content.decode()


def test_a_view_that_is_exempt_from_the_token_is_caught(regions: Regions):
    @csrf_exempt
    @desk.desk("lead.triage")
    def careless(request: HttpRequest, lead_id: int) -> HttpResponse:
        return HttpResponse("settled")

    with override_settings(ROOT_URLCONF=planted(lead_settle=careless)):
        answer = strict(regions, "township_clerk").open("POST", "/leads/1/settle")
    assert answer.status_code == 200


def test_a_form_with_its_token_is_taken(regions: Regions):
    """Else the tests above would pass with everything refused."""
    who = strict(regions, "township_clerk")
    who.client.cookies["csrftoken"] = token = "a" * 32
    who.client.cookies["sessionid"] = who.session
    answer = who.client.post("/people", {"q": "王", "csrfmiddlewaretoken": token})
    assert answer.status_code == 200


@pytest.mark.parametrize("role", [*ROLES, "anonymous"])
def test_every_page_has_its_headers_and_every_form_its_token(regions: Regions, role: str):
    who, wrong, seen = visitor(regions, role), [], 0
    for row in table().values():
        if "GET" not in row.methods:
            continue
        address = address_of(row, ids_at(regions, row, role, "in"))
        answer = who.open("GET", address)
        seen += 1
        wrong += faults_of(answer, f"{row.key}", signed_in=role != "anonymous")
    assert wrong == []
    assert seen > 20


def faults_of(answer: HttpResponse, page: str, *, signed_in: bool) -> list[str]:
    """What a page lacks."""
    told = [
        f"{page}: {name}" for name, value in HEADERS.items() if answer.headers.get(name) != value
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    if (
        "default-src 'self'" not in policy
        or "unsafe" in policy
        or "frame-ancestors 'none'" not in policy
    ):
        told.append(f"{page}: policy {policy!r}")
    if signed_in and "no-store" not in answer.headers.get("Cache-Control", ""):
        told.append(f"{page}: may be cached")
    if "text/html" in answer.headers.get("Content-Type", ""):
        text = answer.content.decode()
        told += [
            f"{page}: a form without a token"
            for opening, inside in FORM.findall(text)
            if 'method="post"' in opening and "csrfmiddlewaretoken" not in inside
        ]
        told += [
            f"{page}: {said}"
            for said in re.findall(r'<script(?![^>]* src=)|<style|\son\w+="|\sstyle="', text)
        ]
    return told


def test_cookies_are_kept_from_scripts_and_from_other_sites(regions: Regions):
    browser = Client()
    page = browser.get("/sign-in")
    assert page.cookies["csrftoken"]["httponly"]
    assert page.cookies["csrftoken"]["samesite"] == "Lax"
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def deploy_check(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "doudi.cli.manage", "check", "--deploy"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "doudi.cli.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_deployment_check_prints_nothing_with_tls():
    told = deploy_check(
        DOUDI_TLS="1", DOUDI_SECRET="Zk3" * 20 + "qwertyuiopasdfgh", DOUDI_DEBUG="0"
    )
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout
    assert "WARNINGS" not in told.stdout + told.stderr
    assert told.stderr == ""


def test_the_deployment_check_speaks_up_without_tls():
    told = deploy_check(
        DOUDI_TLS="0", DOUDI_SECRET="Zk3" * 20 + "qwertyuiopasdfgh", DOUDI_DEBUG="0"
    )
    for code in ("W004", "W008", "W012", "W016"):
        assert f"security.{code}" in told.stderr


def test_a_switch_that_is_neither_on_nor_off_is_refused_with_a_sentence():
    told = deploy_check(DOUDI_TLS="yes")
    assert told.returncode != 0
    assert "DOUDI_TLS 只能是" in told.stderr
