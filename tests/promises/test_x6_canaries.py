"""X6: nothing personal in logs, error pages, addresses, job arguments or audit details.

The people of the three regions have names of rare characters, ids of an area that was never given
out, and cards and phones of their own, so an exact search has no false alarms. They go through
register, file, match, case and payment and every page, with everything logged at DEBUG, statements
included, and with an error forced in every page.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import DataError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from doudi.base.access import scope
from doudi.base.guards import guarded_models
from doudi.base.logs import Redact
from doudi.web.authorization import table
from tests.promises.planting import planted
from tests.web.fixtures import living_in_regions
from tests.web.regions import Regions
from tests.web.walker import address_of, form_of, ids_at, visitor

pytestmark = pytest.mark.promise("X6")
ROLES_THAT_SEE_MOST = ("township_clerk", "county_reviewer", "finance_maker")
ROLES_THAT_SEE_NOBODY = ("auditor", "system_administrator", "analyst", "citizen", "anonymous")


@dataclass
class Told:
    """The regions and everything that was said aloud while they came to be."""

    regions: Regions
    said: io.StringIO

    def heard(self) -> str:
        return self.said.getvalue()


def ways_to_write(secret: str) -> set[str]:
    """A canary as it is, and as logs, addresses and JSON may write it."""
    return {
        secret,
        quote(secret),
        secret.encode("unicode_escape").decode(),
        json.dumps(secret)[1:-1],
        repr(secret.encode())[2:-1],
    }


def canaries_in(text: str, secrets: list[str]) -> list[str]:
    """The canaries that a text gives away."""
    return [one for one in secrets if any(way in text for way in ways_to_write(one))]


@contextmanager
def listening(said: io.StringIO) -> Iterator[None]:
    """Everything at DEBUG through the product's own filter, and all that is printed."""
    handler = logging.StreamHandler(said)
    handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["plain"]["format"]))
    handler.addFilter(Redact())
    root, levels = logging.getLogger(), {}
    for name in ("", *settings.LOGGING["loggers"], "django", "django.db.backends", "psycopg"):
        logger = logging.getLogger(name)
        levels[name] = logger.level
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    connection.force_debug_cursor = True
    try:
        with redirect_stderr(said), redirect_stdout(said):
            yield
    finally:
        connection.force_debug_cursor = False
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    said = io.StringIO()
    with (
        listening(said),
        living_in_regions(django_db_blocker, tmp_path_factory.mktemp("static")) as made,
    ):
        yield Told(made, said)


@pytest.fixture
def secrets(told: Told) -> list[str]:
    return told.regions.secrets


def every_page(told: Told, role: str) -> Iterator[tuple[str, HttpResponse]]:
    """What every page answers to a role about everybody, by method and address."""
    who = visitor(told.regions, role)
    for row in table().values():
        for method in row.methods:
            ids = ids_at(told.regions, row, role, "in")
            form = form_of(row, who.user, ids) if method == "POST" else {}
            address = address_of(row, ids)
            yield f"{method} {address}", who.open(method, address, form)


def test_the_canaries_are_there_to_be_found(told: Told, secrets: list[str]):
    """Else the next tests prove nothing: pages show the names, the log hears the statements."""
    assert len(set(secrets)) == len(secrets) == 78
    who = visitor(told.regions, "township_clerk")
    page = who.open("GET", f"/households/{told.regions.near.ids['household']}").content.decode()
    assert canaries_in(page, secrets)
    assert told.heard().count("statement in") > 500
    assert "404 GET" not in told.heard()


def test_the_way_from_register_to_payment_says_nothing_aloud(told: Told, secrets: list[str]):
    assert canaries_in(told.heard(), secrets) == []


@pytest.mark.parametrize("role", ROLES_THAT_SEE_MOST)
def test_every_page_says_nothing_aloud_and_nothing_in_addresses(
    told: Told, secrets: list[str], role: str
):
    addresses = []
    for asked, response in every_page(told, role):
        addresses += [asked, *map(str, response.headers.values())]
        text = response.content.decode(errors="replace")
        addresses += re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', text)
    assert len(addresses) > 500
    assert canaries_in("\n".join(addresses), secrets) == []
    assert canaries_in(told.heard(), secrets) == []


@pytest.mark.parametrize("role", ROLES_THAT_SEE_NOBODY)
def test_who_may_see_nobody_sees_no_canary_on_any_page(told: Told, secrets: list[str], role: str):
    pages = {asked: page.content.decode(errors="replace") for asked, page in every_page(told, role)}
    assert [asked for asked, text in pages.items() if canaries_in(text, secrets)] == []


def failing(secrets: list[str]) -> Callable[..., HttpResponse]:
    """A page whose statement PostgreSQL refuses, repeating the value, inside another error."""

    def view(request: HttpRequest, **numbers: object) -> HttpResponse:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select %s::int", [" ".join(secrets[:4])])
        except DataError as error:
            raise RuntimeError(f"not for {secrets[4]}") from error
        raise AssertionError("PostgreSQL took it")

    return view


def test_an_error_forced_in_every_page_gives_nothing_away(told: Told, secrets: list[str]):
    view = failing(secrets)
    bad = dict.fromkeys({row.name for row in table().values()}, view)
    before = len(told.heard())
    with override_settings(ROOT_URLCONF=planted(**bad)):
        pages = [page for _, page in every_page(told, "township_clerk")]
    assert {page.status_code for page in pages} == {500}
    assert canaries_in("".join(page.content.decode() for page in pages), secrets) == []
    heard = told.heard()[before:]
    assert "InvalidTextRepresentation 22P02" in heard, "the error itself is told"
    assert "test_x6_canaries.py" in heard, "and where it was"
    assert canaries_in(heard, secrets) == []


def test_an_address_that_somebody_typed_is_not_repeated(told: Told, secrets: list[str]):
    who = visitor(told.regions, "township_clerk")
    for secret in secrets[:4]:
        page = who.open("GET", f"/people/{secret}")
        assert page.status_code == 404
        assert canaries_in(page.content.decode(), secrets) == []
    assert canaries_in(told.heard(), secrets) == []


def test_a_name_or_number_in_an_address_is_not_searched_and_a_search_is_posted(
    told: Told, secrets: list[str]
):
    who = visitor(told.regions, "township_clerk")
    for secret in secrets[:2]:
        assert (
            canaries_in(who.open("GET", "/people", {"q": secret}).content.decode(), secrets) == []
        )
    found = who.open("POST", "/people", {"q": secrets[1]})
    assert secrets[0] in found.content.decode()
    assert "HX-Replace-Url" not in found.headers


def test_jobs_audit_and_machinery_name_ids_and_codes_only(told: Told, secrets: list[str]):
    with connection.cursor() as cursor:
        for query in (
            "select args::text from procrastinate_jobs",
            "select name || detail from base_auditentry",
            "select coalesce(answer::text, '') || key from base_idempotency",
            "select row_to_json(t)::text from axes_accessattempt t",
        ):
            cursor.execute(query)
            rows = "\n".join(text for (text,) in cursor.fetchall())
            assert canaries_in(rows, secrets) == [], query


def test_ids_cards_and_phones_stand_in_no_table_in_the_clear(told: Told, secrets: list[str]):
    numbers = [secret for secret in secrets if secret[:6].isdigit()]
    assert len(numbers) == 57
    with scope("000000000000"), connection.cursor() as cursor:
        for model in guarded_models():
            name = model._meta.db_table
            cursor.execute(f"select row_to_json(t)::text from {name} t")
            rows = "\n".join(text for (text,) in cursor.fetchall())
            assert canaries_in(rows, numbers) == [], name


def test_files_are_kept_sealed(told: Told, secrets: list[str]):
    kept = [path for path in Path(settings.DOUDI_FILES).rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert canaries_in(path.read_bytes().decode(errors="replace"), secrets) == []


def test_without_the_filter_the_same_error_would_give_them_away(told: Told, secrets: list[str]):
    """The planted bug: a handler that somebody adds without the filter."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    # In front, because the filter of the handler behind it cleans the record for all that follow.
    logging.getLogger().handlers.insert(0, handler)
    try:
        with override_settings(ROOT_URLCONF=planted(today=failing(secrets))):
            visitor(told.regions, "township_clerk").open("GET", "/")
    finally:
        logging.getLogger().removeHandler(handler)
    assert canaries_in(said.getvalue(), secrets)


def test_every_handler_of_the_product_has_the_filter():
    filters = settings.LOGGING["filters"]
    for name, handler in settings.LOGGING["handlers"].items():
        assert [filters[one]["()"] for one in handler["filters"]] == ["doudi.base.logs.Redact"], (
            name
        )
