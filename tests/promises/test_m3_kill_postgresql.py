"""M3: kill -9 of PostgreSQL itself, in the middle of a payment month and right after each answer.

Killed at a random instant, the month is run again and pays each household exactly once. Killed
right after a step has answered, the step is there when the server is: nothing acknowledged is lost.
200 kills with ``DOUDI_FULL``; the seed is told with a failure and taken from ``DOUDI_SEED``.
"""

import os
import random
import threading
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from doudi.base.access import scope
from doudi.base.embedded import Server
from doudi.kernel.dates import Month
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.models import Batch, Payable, Transfer
from doudi.payments.sending import outbox
from tests.arrange import COUNTY
from tests.payments.bank import Bank
from tests.payments.world import SCHEME, add_households
from tests.promises import test_m1_kill_at_every_boundary as m1
from tests.promises.test_river_survives_kills import LOST, start

# A server-side cursor cannot be closed on a server that is gone; psycopg says so later.
pytestmark = [
    pytest.mark.promise("M3"),
    pytest.mark.filterwarnings(
        "ignore:.*ServerCursorMixin.__del__:pytest.PytestUnraisableExceptionWarning"
    ),
]
FULL = bool(os.environ.get("DOUDI_FULL"))
KILLS = 200 if FULL else 4
SEED = int(os.environ.get("DOUDI_SEED", "20220605"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup, django_db_blocker):
    """A PostgreSQL that these tests may kill, with our tables, in place of the usual one."""
    server = Server(tmp_path_factory.mktemp("killed") / "pg")
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


@pytest.fixture(scope="module")
def world(server):
    """The same households for all of it: each test has months of its own."""
    return add_households(m1.HOUSEHOLDS)


@pytest.fixture
def bank(world, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DOUDI_VAR", tmp_path)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    return Bank(tmp_path / "bank", outbox())


def again(server):
    """The server is dead: it comes back on its files, and everybody connects anew."""
    connections.close_all()
    start(server)


def cut_short(server, world, month, bank, after):
    """Run a month whose database dies so many seconds after its begin; whether it met the month."""
    killer = threading.Timer(after, server.kill)
    killer.start()
    try:
        m1.run_month(world, month, bank)
        met = False
    except LOST:
        met = True
    killer.join()
    bank.collect()
    again(server)
    return met


def test_a_month_whose_database_is_killed_pays_each_household_exactly_once(server, world, bank):
    chance, met, lasting = random.Random(SEED), 0, 0.0
    for number in range(KILLS):
        month = Month(2022, 6) + 2 * number
        began = time.monotonic()
        m1.run_month(world, month, bank)  # an undisturbed one says how long a month takes now
        lasting = time.monotonic() - began
        month += 1
        met += cut_short(server, world, month, bank, chance.random() * lasting)
        for _ in range(2):  # recovery, and once more after success
            m1.run_month(world, month, bank)
            bank.collect()
            assert m1.faults_of(world, month, bank) == [], f"DOUDI_SEED={SEED}, kill {number}"
    assert met, "no kill met a month at work"


def steps_of(world, month):
    """The steps to the release, each with what must be there once it has answered."""
    number = f"620521-DB-{str(month).replace('-', '')}-1"

    def batch():
        return Batch.objects.get(number=number)

    def at(state):
        return lambda: Batch.objects.filter(number=number, state=state).exists()

    lines = m1.HOUSEHOLDS
    return [
        (
            lambda: accrue(COUNTY, SCHEME, month, by=world.maker),
            lambda: Payable.objects.filter(month=str(month)).count() == lines,
        ),
        (lambda: make_batch(COUNTY, SCHEME, month, by=world.maker), at("已编制")),
        (lambda: approve_batch(pk_of(batch), by=world.approver), at("已复核")),
        (
            lambda: release_batch(pk_of(batch), by=world.releaser),
            lambda: Transfer.objects.filter(payable__month=str(month)).count() == lines,
        ),
    ]


def pk_of(batch):
    with scope(COUNTY):
        return batch().pk


def lost_after_an_answer(server, world, month):
    """Steps that had answered and were gone when the server was back; the month ends there."""
    for at, (step, there) in enumerate(steps_of(world, month)):
        step()
        server.kill()
        again(server)
        with scope(COUNTY):
            if not there():
                return [at]
    return []


def test_nothing_that_was_answered_is_lost(server, world):
    for number in range(max(1, KILLS // 8)):
        assert lost_after_an_answer(server, world, Month(2100, 1) + number) == []


def test_a_server_that_answers_before_it_writes_is_caught(server, world, monkeypatch):
    """Ten months at most: what is not written yet is written after a fifth of a second."""
    told = connections["default"].settings_dict
    options = {**told.get("OPTIONS", {}), "options": "-c synchronous_commit=off"}
    monkeypatch.setitem(told, "OPTIONS", options)
    connections.close_all()
    lost = (lost_after_an_answer(server, world, Month(2150, 1) + number) for number in range(10))
    assert any(lost)
