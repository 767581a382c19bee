"""Many at once: one effect, and a polite answer for everybody else (M6, C1)."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from doudi.base.access import scope
from doudi.kernel.problems import Problem
from doudi.payments import accrual, batches, reconcile
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.models import BankReturn, Batch, Payable, Transfer
from doudi.payments.queries import balanced
from tests.arrange import COUNTY
from tests.payments.world import JUNE, SCHEME, add_households, released

pytestmark = pytest.mark.usefixtures("committed_db")

AT_ONCE = 6


@pytest.fixture
def world(settings, tmp_path):
    settings.DOUDI_VAR = tmp_path
    return add_households(3)


def at_once(run):
    """Run in so many threads with their own connections; what each answered or was told."""
    barrier, answers = Barrier(AT_ONCE), []

    def one():
        barrier.wait()
        try:
            answers.append(run())
        except Problem as problem:
            answers.append(problem)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == AT_ONCE, "a thread died of something that is no Problem"
    return answers


def done(answers):
    return [answer for answer in answers if not isinstance(answer, Problem)]


def test_a_month_accrued_by_many_at_once_has_each_line_once(world):
    answers = at_once(lambda: accrual.accrue(COUNTY, SCHEME, JUNE, by=world.maker))
    assert sum(answer.new for answer in done(answers)) == 3
    with scope(world.maker):
        assert Payable.objects.count() == 3


def test_many_who_make_a_batch_at_once_make_one(world):
    accrual.accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    answers = at_once(lambda: batches.make_batch(COUNTY, SCHEME, JUNE, by=world.maker))
    assert [batch.lines for batch in done(answers)] == [3]
    with scope(world.maker):
        assert Batch.objects.count() == 1


def make_and_release(world):
    accrual.accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    batch = batches.make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    batches.approve_batch(batch.pk, by=world.approver)
    return at_once(lambda: batches.release_batch(batch.pk, by=world.releaser))


def test_a_batch_released_by_many_at_once_is_pended_once(world):
    assert len(done(make_and_release(world))) == 1
    with scope(world.maker):
        assert Transfer.objects.count() == 3


def test_without_the_lock_the_schema_still_pends_each_line_once(world, monkeypatch):
    checked, all_checked = batches._demand_same_content, Barrier(AT_ONCE)

    def check_then_wait(batch, *, step):
        content = checked(batch, step=step)
        if step == "放行":
            all_checked.wait()
        return content

    monkeypatch.setattr(batches, "lock", lambda *names: None)
    monkeypatch.setattr(batches, "_demand_same_content", check_then_wait)
    monkeypatch.setattr("threading.excepthook", lambda told: None)  # the schema's refusals
    with pytest.raises(AssertionError, match="no Problem"):
        make_and_release(world)
    with scope(world.maker):
        assert Transfer.objects.count() == 3
        assert balanced().holds


def test_a_return_file_received_by_many_at_once_counts_once(world):
    batch = released(world)
    content = build_return(
        batch.number, [ReturnLine(0, world.reference(k), True, world.fen[k]) for k in range(3)]
    )
    answers = at_once(lambda: reconcile.receive_return(batch.pk, content, "x.txt", by=world.maker))
    assert len({row.pk for row in done(answers)}) == 1
    assert len(done(answers)) == AT_ONCE
    with scope(world.maker):
        assert BankReturn.objects.count() == 1
        assert Transfer.objects.filter(kind="post").count() == 3
