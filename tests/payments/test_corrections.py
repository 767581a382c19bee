"""A payment that failed is made good once, by a new line with a derived name (M5)."""

import pytest

from doudi.base.access import scope
from doudi.base.models import Task
from doudi.payments import stops
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Payable
from doudi.payments.queries import balanced, failed_payables, payments_of
from doudi.payments.reconcile import receive_return
from doudi.people.models import PayeeAccount
from tests.arrange import COUNTY, arranging
from tests.payments.world import JUNE, SCHEME, add_households, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return add_households(2)


@pytest.fixture
def batch(world):
    """A settled batch of which the first household was not paid."""
    batch = released(world)
    receive(world, batch, {world.reference(0): False, world.reference(1): True})
    return batch


def receive(world, batch, results):
    fen = {world.reference(k): world.fen[k] for k in range(2)}
    lines = [
        ReturnLine(0, reference, paid, fen.get(reference, world.fen[0]), "" if paid else "已销户")
        for reference, paid in results.items()
    ]
    return receive_return(batch.pk, build_return(batch.number, lines), "x", by=world.maker)


def lines_of_household(world, k=0):
    with scope(world.maker):
        return [(p.reference[-5:], p.state) for p in payments_of(world.households[k])]


def every_payable(world):
    with scope(world.maker):
        return tuple(Payable.objects.values_list("pk", flat=True))


def next_part(world):
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    return release_batch(batch.pk, by=world.releaser)


def test_a_failed_line_is_paid_by_a_new_line_in_the_next_part(world, batch):
    assert resubmit_failed(batch.pk, every_payable(world), by=world.maker) == 1
    second = next_part(world)
    assert (second.part, second.lines, second.total_fen) == (2, 1, world.fen[0])
    redo = world.reference(0).replace("main", "redo1")
    receive(world, second, {redo: True})
    assert lines_of_household(world) == [(":main", "发放失败"), ("redo1", "已到账")]
    with scope(world.maker):
        assert balanced().holds


def test_asking_again_or_for_a_paid_line_makes_nothing(world, batch):
    wanted = every_payable(world)
    assert resubmit_failed(batch.pk, wanted, by=world.maker) == 1
    assert resubmit_failed(batch.pk, wanted, by=world.maker) == 0
    assert lines_of_household(world, 1) == [(":main", "已到账")]
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    assert len(lines_of_household(world)) == 2


def test_a_second_failure_is_made_good_by_redo2_and_never_while_a_line_is_open(world, batch):
    resubmit_failed(batch.pk, every_payable(world), by=world.maker)
    second = next_part(world)
    assert resubmit_failed(second.pk, every_payable(world), by=world.maker) == 0
    receive(world, second, {world.reference(0).replace("main", "redo1"): False})
    assert resubmit_failed(batch.pk, every_payable(world), by=world.maker) == 1
    assert resubmit_failed(second.pk, every_payable(world), by=world.maker) == 0
    assert [name for name, _ in lines_of_household(world)] == [":main", "redo1", "redo2"]


def test_the_new_line_takes_the_account_that_is_confirmed_now_and_waits_without_one(world, batch):
    with arranging():
        PayeeAccount.objects.filter(person=world.payees[0]).update(before="2022-06-10")
    resubmit_failed(batch.pk, every_payable(world), by=world.maker)
    with scope(world.maker):
        assert Payable.objects.get(line="redo1").held == stops.NO_ACCOUNT


def test_the_task_to_correct_is_done_when_no_failed_line_is_left(world, batch):
    with scope(world.maker):
        assert failed_payables(batch.pk).count() == 1
        assert Task.objects.get().done_at is None
    resubmit_failed(batch.pk, every_payable(world), by=world.maker)
    with scope(world.maker):
        assert not failed_payables(batch.pk).exists()
        assert Task.objects.get().done_at is not None
