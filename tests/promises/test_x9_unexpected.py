"""X9: an unexpected error gives a number and a sentence and never goes on with the transaction."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from doudi.base.access import scope
from doudi.base.guards import guarded_models
from doudi.watch.models import Lead
from doudi.web import desk
from doudi.web.authorization import Row, table
from tests.arrange import arranging
from tests.promises.planting import planted
from tests.web.fixtures import regions
from tests.web.regions import Regions
from tests.web.walker import Visitor, address_of, form_of, ids_at, visitor

__all__ = ["regions"]
pytestmark = pytest.mark.promise("X9")
WRITES = re.compile(r"^\s*(insert|update|delete|with|copy|select doudi_add)", re.I)


SECRET = "户主的姓名在这里"


class Unexpected(RuntimeError):
    """Something nobody thought of."""


class FailAt:
    """Counts what is written and fails at the k-th write (never, for 0)."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.count = at, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        written = ("doudi_add_entry" in sql and "'A'" in sql) or bool(WRITES.match(sql))
        if written and "django_session" not in sql:
            self.count += 1
            if self.count == self.at:
                raise Unexpected(SECRET)
        return execute(sql, params, many, context)


def digest() -> dict[str, Any]:
    """Every row of every table of ours, in short."""
    found = {}
    # Sealing what is already written is work of its own and stays, whatever becomes of a request.
    with scope("000000000000"), connection.cursor() as cursor:
        for model in guarded_models():
            name = model._meta.db_table
            if name in ("base_seal", "base_unsealed"):
                continue
            cursor.execute(f"select count(*), sum(hashtextextended(t::text, 0)) from {name} t")
            found[name] = cursor.fetchone()
    return found


def asked(regions: Regions, row: Row, role: str) -> tuple[Visitor, str, dict[str, Any]]:
    who, ids = visitor(regions, role), ids_at(regions, row, role, "in")
    return who, address_of(row, ids), form_of(row, who.user, ids)


# Changing the post or signing out writes nothing of ours but a record of it.
ROWS = [
    row
    for row in table().values()
    if row.methods == ("POST",) and row.name not in ("sign_out", "switch_post")
]


def who_may(row: Row) -> str:
    return next(role for role, reach in row.reach.items() if reach != "refused")


def fail_at_the_last_write(regions: Regions, row: Row) -> tuple[str, bool]:
    """The page that comes when a request fails at its last write; whether anything is left of it.

    The first run is undone and counts; the second is not undone by anybody but the action itself.
    """
    role = who_may(row)
    who, address, form = asked(regions, row, role)
    counting = FailAt()
    with connection.execute_wrapper(counting):
        who.open("POST", address, form)
    assert counting.count > 0, "the request came to no write"
    who, address, form = asked(regions, row, role)
    who.client.cookies["sessionid"] = who.session
    before = digest()
    with connection.execute_wrapper(FailAt(counting.count)):
        answer = who.client.post(address, form)
    assert answer.status_code == 500
    return answer.content.decode(), digest() != before


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log, which the walk through the regions keeps quiet."""
    logging.disable(logging.NOTSET)
    yield caplog
    logging.disable(logging.WARNING)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_failure_at_the_last_write_of_a_page_leaves_nothing_and_says_a_number(
    regions: Regions, row: Row, log: pytest.LogCaptureFixture
):
    page, torn = fail_at_the_last_write(regions, row)
    number = re.search(r"编号 <strong>([0-9a-f]{8})</strong>", page)
    assert number is not None
    assert f"error {number[1]}" in log.text
    assert "系统出错了，这一步没有保存。" in page
    assert SECRET not in page
    assert "Unexpected" not in page
    assert not torn


def test_a_page_whose_work_is_split_over_two_transactions_is_caught(regions: Regions):
    @desk.desk("lead.triage")
    def careless(request: HttpRequest, lead_id: int) -> HttpResponse:
        for outcome in ("一半", "另一半"):
            with arranging():
                Lead.objects.filter(pk=lead_id).update(outcome=outcome)
        return HttpResponse("settled")

    with transaction.atomic(), override_settings(ROOT_URLCONF=planted(lead_settle=careless)):
        _, torn = fail_at_the_last_write(regions, table()["lead_settle"])
        transaction.set_rollback(True)
    assert torn
