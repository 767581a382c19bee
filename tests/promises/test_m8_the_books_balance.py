"""M8: sent = paid + failed + outstanding, to the fen, after every step that moves money.

A month with everything in it: a dead member's share kept back, a line that fails and is paid again,
money that comes back, an answer that comes in parts. After each step the four sums are asked for,
of all and of each batch, and every fault of the books.
"""

import pytest

from doudi.base.access import scope
from doudi.payments import ledger, queries
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Batch, Payable, Transfer
from doudi.payments.reconcile import receive_return
from tests.arrange import COUNTY
from tests.payments.owing import JUNE, county, covered_by
from tests.payments.world import SCHEME, record_death

pytestmark = [pytest.mark.promise("M8"), pytest.mark.django_db]


@pytest.fixture
def world():
    """Four families of two; a member of the first is dead."""
    world = county(4, people=2)
    record_death(covered_by(world.households[0])[1])
    return world


def off(world):
    """What does not balance now, of all and of each batch."""
    with scope(world.maker):
        batches = list(Batch.objects.all())
        found = list(queries.balanced().faults)
        for batch in (None, *batches):
            sums = ledger.balances(batch)
            if sums.sent != sums.paid + sums.failed + sums.outstanding:
                found.append(f"{batch.number if batch else 'all'}: {sums}")
            if batch is not None and sums.sent != (batch.total_fen if batch.released_at else 0):
                found.append(f"{batch.number}: sent {sums.sent} of {batch.total_fen}")
    return found


def part(world):
    """The waiting lines, through three people."""
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    yield
    approve_batch(batch.pk, by=world.approver)
    yield
    release_batch(batch.pk, by=world.releaser)
    yield


def answer(world, results):
    """The bank says of lines by their household and name: 成功, 失败 or 退汇."""
    with scope(world.maker):
        rows = {
            (row.payable.household_id, row.payable.line): row
            for row in Transfer.objects.filter(kind="pend").select_related("payable", "batch")
        }
    for (k, line), result in results.items():
        row = rows[world.households[k], line]
        told = ReturnLine(0, row.payable.reference, result == "成功", row.fen, "", result == "退汇")
        receive_return(row.batch_id, build_return(row.batch.number, [told]), "x", by=world.maker)
        yield


def again(world):
    """Every line that did not arrive is due again."""
    with scope(world.maker):
        batches = list(Batch.objects.all())
        lines = tuple(Payable.objects.values_list("pk", flat=True))
    for batch in batches:
        resubmit_failed(batch.pk, lines, by=world.maker)
    yield


def month(world):
    """The whole month, step by step."""
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    yield
    yield from part(world)
    yield from answer(world, {(0, "main"): "成功", (1, "main"): "失败", (2, "main"): "成功"})
    yield from answer(world, {(2, "main"): "退汇"})
    yield from again(world)
    yield from part(world)
    yield from answer(world, {(1, "redo1"): "成功", (2, "redo1"): "失败", (3, "main"): "成功"})


def faults(world):
    return [fault for _ in month(world) for fault in off(world)]


def test_the_books_balance_to_the_fen_after_every_step(world):
    assert faults(world) == []
    with scope(world.maker):
        sums = ledger.balances()
    # The first family's share of the dead member waits; the third's money waits for a third try.
    assert sums.paid == 15_000 + 31_000 + 33_000
    assert sums.failed == 31_000 + 32_000 + 32_000
    assert (sums.sent, sums.outstanding) == (sums.paid + sums.failed, 0)


PLANTED = {
    "voids are forgotten in the sum": (
        "_SUMS", "kind in ('void', 'back')", "kind = 'back'",
    ),
    "what came back still counts as paid": (
        "_SUMS", "- coalesce(sum(fen) filter (where kind = 'back'), 0)", "",
    ),
    "a reversal takes from what is under way": (
        "_TAKE_BACK", "s.credit, p.debit, p.fen", "p.credit, p.debit, p.fen",
    ),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED.values(), ids=list(PLANTED))
def test_a_planted_bug_is_caught(world, monkeypatch, plant):
    name, old, new = plant
    assert old in getattr(ledger, name)
    monkeypatch.setattr(ledger, name, getattr(ledger, name).replace(old, new))
    assert faults(world) != []
