"""A delivery killed at any boundary and run again ends as one that was never killed."""

import os
import signal
from typing import Any

import pytest
from django.db import connections

from doudi.base.access import scope
from doudi.base.worklist import drain, revive_stalled
from doudi.exchange import intake
from doudi.exchange.models import Delivery, DeliveryRow, Reject
from doudi.kernel import clock, faults
from tests.arrange import COUNTY
from tests.exchange.arrange import REVIEWER, facts_now, register
from tests.exchange.samples import TODAY, as_csv, good_table


def _content(trial: int) -> bytes:
    """The same facts in other bytes, so that each trial also keeps its own file."""
    rows = good_table("pension", 6)
    rows[3][1] = "1"
    return as_csv([[*row, f"备注{trial}"] for row in rows])


def _run(trial: int = 0) -> None:
    revive_stalled()  # as a worker does at its start
    intake.receive(
        _content(trial), file_name="x.csv", format_code="pension", period="2022-05", place=COUNTY,
        by=REVIEWER,
    )  # fmt: skip
    drain()


def _state() -> tuple[Any, ...]:
    with scope(COUNTY):
        return (
            list(Delivery.objects.values_list("state", "rows_read", "rows_matched", "facts_new")),
            list(DeliveryRow.objects.order_by("line").values_list("line", "tier", "person_id")),
            list(Reject.objects.order_by("line").values_list("line", "code")),
            facts_now(),
        )


def _boundaries() -> int:
    """How many boundaries a whole run passes."""
    with faults.count() as passed:
        _run()
    return passed.total


def _killed_at(number: int) -> int:
    """Run in a child that is killed at a boundary; returns the signal that ended it (0: none)."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            faults.kill_at(number)
            _run(number)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


@pytest.fixture
def _june():
    with clock.business_at(TODAY):
        yield


def _undo_and_forget() -> None:
    """Take the delivery back, so that the next kill meets the same beginning."""
    with scope(COUNTY):
        live = Delivery.objects.exclude(state="已撤回").get()
    intake.withdraw(live.pk, "下一次试验", by=REVIEWER)


@pytest.mark.usefixtures("committed_db", "_june")
def test_killed_at_any_boundary_a_delivery_is_neither_lost_nor_doubled():
    register(range(1, 6))
    total = _boundaries()
    assert total >= 15
    (_, matched, rejects, facts) = _state()
    expected = ([("已入库", 6, 5 - 1, 4)], matched, rejects, facts)
    assert _state() == expected
    for number in range(1, total + 1):
        _undo_and_forget()
        assert _killed_at(number) == signal.SIGKILL
        _run(number)
        with scope(COUNTY):
            live = Delivery.objects.exclude(state="已撤回")
            assert (
                list(live.values_list("state", "rows_read", "rows_matched", "facts_new"))
                == (expected[0])
            )
            rows = DeliveryRow.objects.filter(delivery=live.get()).order_by("line")
            assert list(rows.values_list("line", "tier", "person_id")) == matched
            found = Reject.objects.filter(delivery=live.get()).order_by("line")
            assert list(found.values_list("line", "code")) == rejects
        assert facts_now() == facts


@pytest.mark.usefixtures("committed_db", "_june")
def test_the_kills_really_kill():
    register(range(1, 6))
    assert _killed_at(3) == signal.SIGKILL
