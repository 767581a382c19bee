"""M2: a month killed at random instants, up to three times in a row, also while it recovers.

1,000 runs with ``DOUDI_FULL``; the seed is told with a failure and taken from ``DOUDI_SEED``.
"""

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from django.db import connections

from doudi.kernel.dates import Month
from tests.payments.bank import Bank
from tests.payments.world import World
from tests.promises import test_m1_kill_at_every_boundary as m1
from tests.promises.test_m1_kill_at_every_boundary import bank, faults_of, run_month, world

__all__ = ["bank", "world"]  # the fixtures of M1
pytestmark = [pytest.mark.promise("M2"), pytest.mark.usefixtures("committed_db")]
RUNS = 1_000 if os.environ.get("DOUDI_FULL") else 5


class Killer:
    """Forks the processes that die, from one without a connection, and kills them by the clock."""

    def __init__(self, world: World, bank: Bank) -> None:
        orders, self.orders = os.pipe()
        self.answers, answers = os.pipe()
        connections.close_all()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.orders)
            try:
                while order := os.read(orders, 64).decode().split():
                    os.write(answers, _die(int(order[0]), world, Month.parse(order[1]), bank))
            finally:
                os._exit(0)
        os.close(orders)
        os.close(answers)

    def killed_after(self, delay_us: int, month: Month) -> bool:
        """Run a month in a process that is killed after so long; say whether it was."""
        os.write(self.orders, f"{delay_us} {month}".encode())
        answer = os.read(self.answers, 1)
        assert answer in (b"K", b"D"), "the month itself failed"
        return answer == b"K"

    def end(self) -> None:
        os.close(self.orders)
        os.waitpid(self.process, 0)
        os.close(self.answers)


def _die(delay_us: int, world: World, month: Month, bank: Bank) -> bytes:
    child = os.fork()
    if child == 0:
        status = 1
        # The system ends it when the time is up: no line of ours runs any more, as with kill -9.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(delay_us, 1) / 1e6)
        try:
            run_month(world, month, bank)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return b"K"
    return b"D" if os.waitstatus_to_exitcode(status) == 0 else b"F"


@pytest.fixture
def killer(world, bank) -> Iterator[Killer]:
    killer = Killer(world, bank)
    yield killer
    killer.end()


def runs(world, bank, killer, count, seed, until="") -> tuple[int, list[str]]:
    """How many kills there were, and what was wrong, up to the first fault that says `until`."""
    began = time.monotonic()
    run_month(world, Month(2022, 5), bank)
    duration_us = int((time.monotonic() - began) * 1e6)
    chance, month, kills, found = random.Random(seed), Month(2022, 6), 0, []
    for _ in range(count):
        for _ in range(chance.randrange(1, 4)):
            kills += killer.killed_after(int(chance.random() * duration_us), month)
            bank.collect()
        for _ in range(2):  # recovery, and once more after success
            run_month(world, month, bank)
            bank.collect()
            found += faults_of(world, month, bank)
        if any(until in fault for fault in found):
            break
        month += 1
    return kills, found


def test_kills_at_random_instants_pay_each_household_exactly_once(world, bank, killer):
    seed = int(os.environ.get("DOUDI_SEED", "20220604"))
    kills, found = runs(world, bank, killer, RUNS, seed)
    assert found == [], f"DOUDI_SEED={seed}"
    assert kills >= RUNS


def test_a_bank_that_pays_a_name_twice_is_caught(world, bank, monkeypatch):
    m1.file_named_by_process(monkeypatch)
    killer = Killer(world, bank)
    _, found = runs(world, bank, killer, 400, 7, until=m1.PAID_WRONGLY)
    killer.end()
    assert any(m1.PAID_WRONGLY in fault for fault in found)
