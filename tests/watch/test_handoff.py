"""Work handed on is never skipped (F8), and scans at once do not raise twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, connections

from doudi.base import worklist
from doudi.base.access import NATION, Actor, scope
from doudi.base.actions import action
from doudi.exchange.topics import FACTS_CHANGED
from doudi.people.facts import FactValue
from doudi.people.models import Person
from doudi.watch import scan as scanning
from doudi.watch.consumers import scan_delivery
from doudi.watch.models import Alert, AlertHit
from doudi.watch.scan import scan
from tests.arrange import COUNTY
from tests.watch.examples import delivery as received
from tests.watch.village import PERIOD, Somebody, families, stay, tell

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
    may_commit = {received(f"住院{number}.csv"): Event() for number in range(WRITERS)}
    for delivery in may_commit:
        families([(Somebody(news=[stay(11000)]),)], delivery=delivery)
    written = Barrier(WRITERS + 1)

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
    rows = WRITERS * len(FACTS_CHANGED.consumers)
    assert (len(set(numbers)), worklist.waiting()) == (rows, 0)


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


def _scan_two_deliveries_at_once(monkeypatch) -> None:
    """Two deliveries about one household; the second scan starts while the first writes."""
    families([(Somebody(news=[stay(11000)]),)], delivery=1)
    with scope(NATION):
        person = Person.objects.get().pk
    severe = FactValue("disability", key="证", code="42", valid_since=date(2022, 5, 10))
    tell(person, severe, source="delivery:2:1")
    first_writes, second_writes = Event(), Event()
    write = scanning.writing.write

    def slow_write(*args):
        if first_writes.is_set():
            second_writes.set()
        else:
            first_writes.set()
            # Under the lock nobody else comes this far, and the wait runs out.
            second_writes.wait(timeout=1)
        return write(*args)

    monkeypatch.setattr(scanning.writing, "write", slow_write)

    def run(delivery: int) -> None:
        scan(COUNTY, PERIOD, by=Actor.system(COUNTY), delivery_id=delivery)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(in_thread, lambda: run(1))
        assert first_writes.wait(timeout=30)
        second = pool.submit(in_thread, lambda: run(2))
        first.result(timeout=60)
        second.result(timeout=60)


def test_without_the_lock_two_scans_of_one_household_collide(committed_db, monkeypatch):
    monkeypatch.setattr(scanning, "lock", lambda *names, **told: None)
    with pytest.raises(IntegrityError, match="one_open_alert_per_household_and_direction"):
        _scan_two_deliveries_at_once(monkeypatch)


def test_two_scans_of_one_household_at_once_end_in_one_alert(committed_db, monkeypatch):
    _scan_two_deliveries_at_once(monkeypatch)
    with scope(NATION):
        assert Alert.objects.get().score == 70
        assert AlertHit.objects.count() == 2
