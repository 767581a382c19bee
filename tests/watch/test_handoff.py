"""Work handed on is never skipped (F8), and scans at once do not raise twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, connections

from doudi.base import worklist
from doudi.base.access import NATION, Actor, scope
from doudi.base.actions import action
from doudi.exchange.topics import FACTS_CHANGED
from doudi.watch.consumers import scan_delivery
from doudi.watch.models import Alert, AlertHit
from doudi.watch.scan import scan
from tests.arrange import COUNTY
from tests.watch.village import PERIOD, Somebody, certificate, families, stay

WRITERS = 8


@action("test.facts_changed", needs="watch.scan")
def change(delivery_id: int, emitted: Callable[[], object], *, by: Actor) -> None:
    FACTS_CHANGED.emit(delivery_id=delivery_id, place=COUNTY, period=PERIOD)
    emitted()


def in_thread(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connections.close_all()


def waiting_jobs() -> list[tuple[int, int]]:
    """(number of the work row, delivery) of rows to do that can be seen now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, (args->'facts'->>'delivery_id')::int from procrastinate_jobs "
            "where status = 'todo' and args->>'topic' = 'facts.changed' order by id"
        )
        return cursor.fetchall()


def seen_alerts() -> int:
    with scope(NATION):
        return Alert.objects.count()


def test_work_of_transactions_that_commit_late_is_done_too(committed_db):
    """Eight transactions write their rows together and commit in reverse order of their rows."""
    for delivery in range(1, WRITERS + 1):
        families([(Somebody(news=[stay(11000)]),)], delivery=delivery)
    written = Barrier(WRITERS + 1)
    may_commit = {delivery: Event() for delivery in range(1, WRITERS + 1)}

    def write(delivery: int) -> None:
        def emitted() -> None:
            written.wait(timeout=30)
            may_commit[delivery].wait(timeout=30)

        change(delivery, emitted, by=Actor.system(COUNTY))

    numbers: list[int] = []
    with ThreadPoolExecutor(WRITERS) as pool:
        running = {
            delivery: pool.submit(in_thread, lambda d=delivery: write(d)) for delivery in may_commit
        }
        written.wait(timeout=30)
        assert waiting_jobs() == []
        for done, delivery in enumerate(reversed(may_commit), start=1):
            may_commit[delivery].set()
            running[delivery].result(timeout=30)
            numbers += [number for number, _ in waiting_jobs()]
            worklist.drain()
            assert seen_alerts() == done
    # The race was there: a reader that remembers the highest number would have passed some by.
    assert numbers != sorted(numbers)
    assert (len(set(numbers)), worklist.waiting()) == (WRITERS, 0)


def test_work_of_a_transaction_that_fails_is_never_done(committed_db):
    families([(Somebody(news=[stay(11000)]),)], delivery=1)

    def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(1, fails, by=Actor.system(COUNTY))
    assert worklist.drain() == 0
    assert seen_alerts() == 0


def test_a_consumer_called_twice_raises_once(committed_db):
    families([(Somebody(news=[stay(11000)]),)], delivery=1)
    for _ in range(2):
        scan_delivery(delivery_id=1, place=COUNTY, period=PERIOD)
    assert seen_alerts() == 1


def test_scans_at_once_raise_one_alert_with_each_cause_once(committed_db):
    families([(Somebody(news=[stay(11000), certificate("42")]),)] * 5, delivery=1)
    start = Barrier(4)

    def run() -> None:
        start.wait(timeout=30)
        scan(COUNTY, PERIOD, by=Actor.system(COUNTY), delivery_id=1)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(in_thread, run) for _ in range(4)]:
            done.result(timeout=60)
    with scope(NATION):
        assert (Alert.objects.count(), AlertHit.objects.count()) == (5, 10)
