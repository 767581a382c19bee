"""M2: a month killed at random instants, up to three times in a row, also while it recovers.

1,000 runs with ``DOUDI_FULL``; the seed is told with a failure and taken from ``DOUDI_SEED``.
"""

import os
import random
import time
from functools import partial

import pytest

from doudi.kernel.dates import Month
from doudi.payments import sending
from doudi.payments.models import Batch
from tests.payments.bank import Bank
from tests.payments.world import World
from tests.promises import test_m1_kill_at_every_boundary as m1
from tests.promises.killing import Killer, after_microseconds, killing
from tests.promises.test_m1_kill_at_every_boundary import bank, faults_of, run_month, world

__all__ = ["bank", "world"]  # the fixtures of M1
pytestmark = [pytest.mark.promise("M2"), pytest.mark.usefixtures("committed_db")]
RUNS = 1_000 if os.environ.get("DOUDI_FULL") else 5


class Instants:
    """Random instants spread evenly over a whole month's run, however fast the machine is now.

    The length of a run is measured on a process like those that will be killed, and again with
    each one that ends before its instant; where none does, the run may last longer than thought.
    """

    def __init__(self, killer: Killer, month: Month, seed: int) -> None:
        self.killer, self.chance = killer, random.Random(seed)
        killer.kills(0, month)  # the first process of all is a cold one
        self.length = self._length_of(month + 1)

    def _length_of(self, month: Month, microseconds: int = 0) -> float:
        """Seconds of a run that went through; 0 where it was killed."""
        began = time.monotonic()
        killed = self.killer.kills(microseconds, month)
        return 0.0 if killed else time.monotonic() - began

    def kill(self, month: Month) -> int:
        """Kill a month that nobody has run yet, up to three times; how often it was killed."""
        times = self.chance.randrange(1, 4)
        whole = self._length_of(month, self._instant())
        self.length = whole or self.length * 1.05
        return (not whole) + sum(
            self.killer.kills(self._instant(), month) for _ in range(times - 1)
        )

    def _instant(self) -> int:
        return int(self.chance.random() * self.length * 1e6) + 1


def runs(world: World, bank: Bank, count: int, seed: int, until: str = "") -> tuple[int, list[str]]:
    """Months until there were so many and so many kills, or a fault that says `until`.

    Returns the number of kills, and everything that was wrong.
    """
    found: list[str] = []
    kills = months = 0
    with killing(partial(run_month, world, bank=bank), after_microseconds) as killer:
        instants = Instants(killer, Month(2022, 4), seed)
        while (months < count or kills < count) and not any(until in fault for fault in found):
            month = Month(2022, 6) + months
            kills += instants.kill(month)
            bank.collect()
            for _ in range(2):  # recovery, and once more after success
                run_month(world, month, bank)
                bank.collect()
                found += faults_of(world, month, bank)
            months += 1
    return kills, found


def test_kills_at_random_instants_pay_each_household_exactly_once(world, bank):
    seed = int(os.environ.get("DOUDI_SEED", "20220604"))
    kills, found = runs(world, bank, RUNS, seed)
    assert found == [], f"DOUDI_SEED={seed}"
    assert kills >= RUNS


def file_named_by_process_and_noted_with_the_answer(patch: pytest.MonkeyPatch) -> None:
    """Right while nobody dies. From the file to the answer, a kill pays twice.

    The window is a good part of the month, so it is met in a few months on any machine.
    """
    write = sending._write

    def without_a_note(batch: Batch) -> None:
        write(batch)
        batch.save = lambda **fields: None

    patch.setattr(sending, "file_name", lambda number, layout: f"{number}@{os.getpid()}.txt")
    patch.setattr(sending, "_write", without_a_note)


def test_a_file_written_again_under_another_name_is_caught_by_kills_alone(world, bank, monkeypatch):
    file_named_by_process_and_noted_with_the_answer(monkeypatch)
    run_month(world, Month(2022, 3), bank)
    assert not any(m1.PAID_WRONGLY in fault for fault in faults_of(world, Month(2022, 3), bank))
    _, found = runs(world, bank, 200, 7, until=m1.PAID_WRONGLY)
    assert any(m1.PAID_WRONGLY in fault for fault in found)
