"""M4: the ledger always balances; nothing is posted without a pending; each is settled once.

A state machine releases batches, lets the bank answer, repeats and contradicts itself, and fails
at a random statement; a dictionary says what must be there. 2,000 runs of 50 steps with
``DOUDI_FULL``.
"""

import os

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from doudi.base.access import scope
from doudi.kernel.dates import Month
from doudi.kernel.faults import Injected
from doudi.payments import ledger
from doudi.payments.bankfile import FAILED, PAID, RETURNED, ReturnLine, build_return
from doudi.payments.models import Batch, Transfer
from doudi.payments.queries import balanced
from doudi.payments.reconcile import receive_return
from tests.payments.test_examples import FailAt
from tests.payments.world import add_households, released

pytestmark = [pytest.mark.promise("M4"), pytest.mark.django_db]
FULL = bool(os.environ.get("DOUDI_FULL"))
RUNS, STEPS = (2_000, 50) if FULL else (5, 8)
HOUSEHOLDS = 3


class LedgerMachine(RuleBasedStateMachine):
    """The model: every line of every batch is "under way", "post", "void" or "back"."""

    world = None

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.lines: dict[tuple[int, int], str] = {}  # (batch, household) → what became of it
        self.months = 0
        self.batches: list[Batch] = []
        self.last: tuple[Batch, bytes] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    @rule()
    def release(self) -> None:
        month = Month(2022, 1) + self.months
        self.months += 1
        batch = released(self.world, month)
        self.batches.append(batch)
        self.lines |= {(batch.pk, k): "under way" for k in range(HOUSEHOLDS)}

    def _answer(self, pick: int, told: dict[int, str]) -> tuple[Batch, bytes, dict]:
        batch = self.batches[pick % len(self.batches)]
        month = Month.parse(batch.month)
        lines = [
            ReturnLine(
                0, self.world.reference(k, month), said == PAID, self.world.fen[k], "",
                said == RETURNED,
            )
            for k, said in told.items()
        ]  # fmt: skip
        expected = {}
        for k, said in told.items():
            if self.lines[batch.pk, k] == "under way":
                expected[batch.pk, k] = "post" if said == PAID else "void"
            elif self.lines[batch.pk, k] == "post" and said == RETURNED:
                expected[batch.pk, k] = "back"
        return batch, build_return(batch.number, lines), expected

    answers = st.dictionaries(
        st.integers(0, HOUSEHOLDS - 1), st.sampled_from([PAID, FAILED, RETURNED]), min_size=1
    )

    @rule(pick=st.integers(0, 9), told=answers)
    def some_answers(self, pick: int, told: dict[int, str]) -> None:
        self.bank_answers(pick, told)

    def bank_answers(self, pick: int, told: dict[int, str]) -> None:
        """Also lines that were answered before, in the same way or in another."""
        if self.batches:
            batch, content, expected = self._answer(pick, told)
            receive_return(batch.pk, content, "x", by=self.world.maker)
            self.last = (batch, content)
            self.lines |= expected

    @rule(pick=st.integers(0, 9), first=st.sampled_from([PAID, RETURNED]))
    def everything_comes_back(self, pick: int, first: str) -> None:
        """Also before we were told that it was paid."""
        for said in (first, RETURNED):
            self.bank_answers(pick, dict.fromkeys(range(HOUSEHOLDS), said))

    @rule()
    def the_same_file_again(self) -> None:
        if self.last is not None:
            receive_return(self.last[0].pk, self.last[1], "x", by=self.world.maker)

    @rule(pick=st.integers(0, 9), told=answers, at=st.integers(1, 25))
    def crash(self, pick: int, told: dict[int, str], at: int) -> None:
        if self.batches:
            batch, content, expected = self._answer(pick, told)
            try:
                with connection.execute_wrapper(FailAt(at)):
                    receive_return(batch.pk, content, "x", by=self.world.maker)
                self.lines |= expected
            except Injected:
                pass

    @invariant()
    def the_ledger_is_the_model(self) -> None:
        fen = self.world.fen
        wanted = {
            state: sum(fen[k] for (_, k), now in self.lines.items() if now == state)
            for state in ("under way", "post", "void", "back")
        }
        wanted["void"] += wanted.pop("back")
        with scope(self.world.maker):
            sums = ledger.balances()
            assert balanced().faults == ()
            rows = list(Transfer.objects.exclude(kind="pend").values_list("settles_id", flat=True))
        assert (sums.outstanding, sums.paid, sums.failed) == tuple(wanted.values())
        assert sums.sent == sum(fen[k] for _, k in self.lines)
        assert len(rows) == len(set(rows))


def run(world, runs=RUNS, steps=STEPS) -> None:
    machine = type("Machine", (LedgerMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],  # what fails is told at once; making it small takes minutes
        ),
    )


def test_the_ledger_is_what_a_dictionary_says_after_any_events():
    run(add_households(HOUSEHOLDS))


PLANTED = {
    "the sign of a void is wrong": ("_SETTLE", "else p.debit end", "else p.credit end"),
    "what failed is posted": ("_SETTLE", "p.outcome, p.payable_id", "'post', p.payable_id"),
    "what came back is taken from another account": (
        "_TAKE_BACK", "s.credit, p.debit, p.fen", "p.credit, p.debit, p.fen",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), PLANTED.values(), ids=list(PLANTED))
def test_a_bug_planted_in_the_ledger_is_caught(monkeypatch, name, old, new):
    assert old in getattr(ledger, name)
    monkeypatch.setattr(ledger, name, getattr(ledger, name).replace(old, new))
    with pytest.raises(AssertionError):
        run(add_households(HOUSEHOLDS), 8, 10)
