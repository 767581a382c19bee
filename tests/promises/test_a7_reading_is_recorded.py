"""A7: reading a person's file is itself recorded, on every page that names somebody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings

from doudi.base.models import AuditEntry
from doudi.base.roles import ROLES
from doudi.people.queries import person_view
from doudi.web import desk
from doudi.web.authorization import Row, table
from tests.promises.planting import planted
from tests.web.fixtures import regions
from tests.web.regions import Regions
from tests.web.walker import Visitor, address_of, form_of, ids_at, visitor

__all__ = ["regions"]
pytestmark = pytest.mark.promise("A7")


class Watched(Visitor):
    """A visitor who, before each request is undone, notes which reads the audit took down."""

    reads: tuple[tuple[str, dict[str, Any]], ...] = ()

    def before_undone(self) -> None:
        rows = AuditEntry.objects.filter(kind="R", id__gt=self.last).order_by("id")
        self.reads = tuple((row.name, json.loads(row.detail)) for row in rows)

    def open(self, *args: Any) -> Any:
        self.last = AuditEntry.objects.order_by("-id").values_list("id", flat=True)[0]
        return super().open(*args)


def watched(regions: Regions, role: str) -> Watched:
    plain = visitor(regions, role)
    return Watched(plain.user, plain.client.session["post"])


def names_somebody(regions: Regions, body: bytes) -> bool:
    text = body.decode(errors="replace")
    return any(secret in text for secret in regions.secrets)


def unrecorded(regions: Regions, role: str, rows: list[Row]) -> tuple[list[str], int]:
    """Pages that named somebody without a record; and how many named somebody at all."""
    who, missing, naming = watched(regions, role), [], 0
    for row in rows:
        for method in row.methods:
            ids = ids_at(regions, row, role, "in")
            form = form_of(row, who.user, ids) if method == "POST" else {}
            if row.name == "people":
                form = {"q": regions.near.secrets[0]}
            response = who.open(method, address_of(row, ids), form)
            if names_somebody(regions, response.content):
                naming += 1
                if not who.reads:
                    missing.append(f"{method} {row.key}")
    return missing, naming


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_page_names_somebody_without_a_record(regions: Regions, role: str):
    missing, naming = unrecorded(regions, role, list(table().values()))
    assert missing == []
    if role in ("township_clerk", "county_reviewer", "inspector"):
        assert naming >= 8, "the walk saw people"


@pytest.mark.parametrize(
    ("page", "subject"),
    [
        ("person", "people.person:{person}"),
        ("household", "people.household:{household}"),
        ("case_new", "people.household:{household}"),
        ("case", "cases.case:{case}"),
        ("alert", "watch.alert:{alert}"),
        ("lead", "watch.lead:{lead}"),
        ("suspension", "watch.suspension:{suspension}"),
        ("register_person", "people.person:{person}"),
        ("sweep_part", "watch.sweep_part:{sweep_part}"),
        ("sweep_person", "watch.sweep_person:{sweep_person}"),
        ("why", "cases.decision:{decision}"),
        ("batch", "payments.batch:{batch}"),
        ("recovery", "payments.recovery:{recovery}"),
        ("delivery_rejects", "exchange.delivery:{delivery}"),
    ],
)
def test_the_record_names_the_file_who_read_it_and_in_which_post(
    regions: Regions, page: str, subject: str
):
    who, row = watched(regions, "township_clerk"), table()[page]
    ids = ids_at(regions, row, "township_clerk", "in")
    assert who.open("GET", address_of(row, ids)).status_code == 200
    assert who.user is not None
    ((_, detail),) = [read for read in who.reads if read[0] == subject.format(**ids)]
    assert (detail["who"], detail["role"]) == (who.user.name, "township_clerk")
    assert detail["post"] == regions.post_of["township_clerk", "620521100000"]


def test_seeing_a_full_id_number_is_recorded_with_its_reason(regions: Regions):
    who = watched(regions, "township_clerk")
    person = regions.near.ids["person"]
    page = who.open("POST", f"/people/{person}/reveal", {"why": "案件核对"})
    assert page.status_code == 200
    assert (f"people.person:{person}", "案件核对") in [(n, d["why"]) for n, d in who.reads]
    refused = who.open("POST", f"/people/{person}/reveal", {"why": ""})
    assert refused.status_code == 400
    assert not names_somebody(regions, refused.content)


def test_an_attempt_on_somebody_elses_file_shows_nothing(regions: Regions):
    who = watched(regions, "township_clerk")
    page = who.open("GET", f"/people/{regions.beside.ids['person']}")
    assert page.status_code == 404
    assert not names_somebody(regions, page.content)


def test_a_page_that_forgets_the_record_is_caught(regions: Regions):
    @desk.desk("person.read")
    def forgetful(request: Any, person_id: int) -> Any:
        return HttpResponse(person_view(person_id).name)

    with override_settings(ROOT_URLCONF=planted(person=forgetful)):
        missing, _ = unrecorded(regions, "township_clerk", [table()["person"]])
    assert missing == ["GET person"]
