"""M1, M3: the month's river of files survives the death of its process and of the database.

Files are received, read, matched, stored and scanned. The process is killed at its boundaries (SQL
statements and outside effects), PostgreSQL at any instant. Running again ends with the very facts,
alerts and deliveries of a river that nobody disturbed, and running once more changes nothing.
"""

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import django.db
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from procrastinate.exceptions import ConnectorException

from doudi.base import worklist
from doudi.base.access import Actor, scope
from doudi.base.embedded import Server
from doudi.base.models import StoredFile, Task
from doudi.exchange import intake
from doudi.exchange.models import Delivery, DeliveryRow, Reject
from doudi.kernel import clock, faults
from doudi.people.models import Fact, Household, Member
from doudi.watch.models import Alert, AlertHit
from doudi.watch.scan import scan
from tests.arrange import COUNTY, VILLAGE, arranging
from tests.conftest import _owner_statement
from tests.exchange.arrange import REVIEWER, register
from tests.exchange.samples import TODAY, as_csv, record, table

pytestmark = pytest.mark.promise("M1 M3 F8")

PEOPLE, IN_A_HOUSEHOLD, PERIOD = 60, 3, "2022-05"
FULL = bool(os.environ.get("DOUDI_FULL"))
KILLS_OF_THE_PROCESS, KILLS_OF_POSTGRESQL = 25, 50 if FULL else 5
# What the death of the server looks like from here.
LOST = (django.db.Error, psycopg.Error, ConnectorException)


def chance() -> random.Random:
    seed = int(os.environ.get("DOUDI_SEED", "0")) or random.randrange(2**32)
    sys.stderr.write(f"DOUDI_SEED={seed}\n")
    return random.Random(seed)


# -- the river


def open_households() -> None:
    """Sixty registered people in twenty households."""
    people = list(register(range(1, PEOPLE + 1)).values())
    with arranging():
        for first in range(0, PEOPLE, IN_A_HOUSEHOLD):
            members = people[first : first + IN_A_HOUSEHOLD]
            home = Household.objects.create(
                number=f"H{first}", place=VILLAGE, urban=False, head_id=members[0],
                since=date(2015, 1, 1),
            )  # fmt: skip
            Member.objects.bulk_create(
                Member(household=home, person_id=one, relation=relation, since=date(2015, 1, 1))
                for one, relation in zip(members, ("户主", "配偶", "子"), strict=True)
            )


def files() -> dict[str, bytes]:
    """Three small files: stays in hospital, certificates, deaths; one row of each is unusable."""
    found = {}
    for code, numbers in {
        "medical": range(1, 40, 2), "disability": range(1, 62, 4), "death": (5, 26, 90)
    }.items():  # fmt: skip
        rows = [record(code, number) for number in numbers]
        if code == "medical":
            rows = [row | {"个人自付": "21000.00", "总费用": "50000.00"} for row in rows]
        broken = table(code, rows)
        at = next(k for k, cell in enumerate(broken[1]) if len(str(cell)) == 18)
        broken[2][at] = "1"
        found[code] = as_csv(broken)
    return found


def run_river() -> None:
    """As the month runs: the worker starts, files come in, the work list runs, all are scanned."""
    worklist.revive_stalled()
    for code, content in files().items():
        intake.receive(
            content, file_name=f"{code}.csv", format_code=code, period=PERIOD, place=COUNTY,
            by=REVIEWER,
        )  # fmt: skip
    worklist.drain()
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))


def outcome() -> dict[str, Any]:
    """Everything the river brought, by its own names: numbers of rows may differ."""
    with scope(COUNTY):
        told = {
            "deliveries": Delivery.objects.values_list(
                "format", "state", "rows_read", "rows_accepted", "rows_rejected", "rows_matched",
                "facts_new", "facts_changed", "facts_same",
            ),
            "rows": DeliveryRow.objects.values_list(
                "delivery__format", "line", "tier", "person_id"
            ),
            "rejects": Reject.objects.values_list("delivery__format", "line", "column", "code"),
            "facts": Fact.objects.values_list(
                "person_id", "kind", "key", "amount_fen", "code", "valid_since", "valid_before",
                "known_before",
            ),
            "alerts": Alert.objects.values_list(
                "household_id", "person_id", "period", "direction", "score", "colour", "state"
            ),
            "hits": AlertHit.objects.values_list("alert__household_id", "person_id", "indicator"),
            "tasks": Task.objects.values_list("kind", "place", "role", "due_on"),
            "files": StoredFile.objects.values_list("digest"),
        }  # fmt: skip
        return {name: sorted(rows, key=repr) for name, rows in told.items()} | {
            "work left": worklist.waiting()
        }


def faults_of(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What is lost or doubled, one sentence a kind of rows."""
    said = []
    for name, rows in found.items():
        if rows == expected[name]:
            continue
        if not isinstance(rows, list):
            said.append(f"{name}: {rows}")
            continue
        lost = [row for row in expected[name] if row not in rows]
        said.append(f"{name}: {len(rows)} of {len(expected[name])}, lost {lost[:3]}")
    return said


@contextmanager
def every_statement_is_a_boundary() -> Iterator[None]:
    def boundary(execute, sql, params, many, context):
        faults.here("sql")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(boundary):
        yield


class Beginning:
    """The state before the month: put back before each kill."""

    def __init__(self, database: str) -> None:
        self.database, self.kept = database, f"{database}_river"
        open_households()
        self._copy(self.database, self.kept)

    def _copy(self, source: str, target: str) -> None:
        """By files, behind a checkpoint: in a copy by way of the log a crash sets sequences back.

        (What a sequence has logged ahead counts for its original only.)
        """
        connections.close_all()
        _owner_statement(
            f'drop database if exists "{target}" with (force)',
            f'create database "{target}" template "{source}" strategy file_copy',
        )

    def put_back(self) -> None:
        self._copy(self.kept, self.database)
        shutil.rmtree(settings.DOUDI_FILES, ignore_errors=True)

    def forget(self) -> None:
        _owner_statement(f'drop database if exists "{self.kept}" with (force)')


@pytest.fixture(autouse=True)
def _world(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DOUDI_FILES", tmp_path / "files")
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    with clock.business_at(TODAY):
        yield


@pytest.fixture
def beginning(committed_db, database_name) -> Iterator[Beginning]:
    beginning = Beginning(database_name)
    yield beginning
    beginning.forget()


def undisturbed(beginning: Beginning) -> tuple[int, dict[str, Any]]:
    """How many boundaries the river passes, and what it brings."""
    beginning.put_back()
    with faults.count() as passed, every_statement_is_a_boundary():
        run_river()
    expected = outcome()
    assert len(expected["deliveries"]) == 3
    assert min(len(expected[each]) for each in ("facts", "alerts", "hits", "rejects")) >= 3
    return passed.total, expected


def killed_at(number: int) -> bool:
    """Run the river in a child that dies at a boundary; whether it did."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            faults.kill_at(number)
            with every_statement_is_a_boundary():
                run_river()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) == signal.SIGKILL


def survive(beginning: Beginning, number: int, expected: dict[str, Any]) -> list[str]:
    """Kill once, run again, look; run once more, look again."""
    beginning.put_back()
    assert killed_at(number), f"boundary {number} was not reached"
    run_river()
    found = faults_of(outcome(), expected)
    run_river()
    return found + [f"once more: {each}" for each in faults_of(outcome(), expected)]


def test_a_river_killed_at_its_boundaries_ends_as_one_that_was_never_disturbed(beginning):
    total, expected = undisturbed(beginning)
    assert total > 100, "the river has more boundaries than this: something is not counted"
    numbers = list(range(1, total + 1))
    if not FULL:
        numbers = sorted(chance().sample(numbers, KILLS_OF_THE_PROCESS))
    for number in numbers:
        assert survive(beginning, number, expected) == [], f"killed at boundary {number}"


def test_a_scan_that_is_forgotten_after_a_kill_is_caught(beginning, monkeypatch):
    """The planted bug: what a killed worker left half way is never taken up again."""
    total, expected = undisturbed(beginning)
    monkeypatch.setattr(worklist, "revive_stalled", lambda: 0)
    numbers = range(total // 4, total, max(1, total // 12))
    assert any(survive(beginning, number, expected) for number in numbers)


# -- the database


@pytest.fixture
def own_server(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Server]:
    """A PostgreSQL that this test may kill, with our tables, in place of the tests' usual one."""
    server = Server(tmp_path_factory.mktemp("river") / "pg")
    usual = {alias: dict(connections[alias].settings_dict) for alias in connections}
    with django_db_blocker.unblock():
        try:
            start(server)
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            yield server
        finally:
            connections.close_all()
            for alias, told in usual.items():
                connections[alias].settings_dict.update(told)
            server.destroy()


def start(server: Server) -> None:
    """Start it as our own child, so that it can be killed and reaped, and turn to it."""
    info = server.start(
        child=True, shared_buffers="64MB", max_wal_size="256MB", recovery_init_sync_method="syncfs"
    )
    for alias, user in (("default", "doudi_app"), ("owner", "doudi_owner")):
        connections[alias].close()
        connections[alias].settings_dict.update(
            HOST=info.host, PORT=str(info.port), USER=user, PASSWORD=info.passwords[user],
            NAME="doudi",
        )  # fmt: skip


# A server-side cursor cannot be closed on a server that is gone; psycopg says so later.
@pytest.mark.filterwarnings(
    "ignore:.*ServerCursorMixin.__del__:pytest.PytestUnraisableExceptionWarning"
)
def test_a_river_whose_database_is_killed_at_any_instant_ends_as_if_nothing_was(own_server):
    beginning = Beginning("doudi")
    _, expected = undisturbed(beginning)
    beginning.put_back()
    began = time.monotonic()
    run_river()
    lasting, dice = time.monotonic() - began, chance()
    interrupted = 0
    for number in range(KILLS_OF_POSTGRESQL):
        beginning.put_back()
        after = dice.random() * lasting * 0.9
        killer = threading.Timer(after, own_server.kill)
        killer.start()
        try:
            run_river()
        except LOST:
            interrupted += 1
        killer.join()
        connections.close_all()
        start(own_server)
        run_river()
        assert faults_of(outcome(), expected) == [], f"kill {number}, after {after:.3f} s"
        run_river()
        assert faults_of(outcome(), expected) == [], f"kill {number}, once more"
    assert interrupted, "no kill met the river at work"
