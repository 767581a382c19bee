"""F8: work handed on is never skipped, in whatever order the transactions commit."""

import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from doudi.base import handoff, worklist
from doudi.base.access import Actor
from doudi.base.actions import action

pytestmark = [pytest.mark.promise("F8"), pytest.mark.usefixtures("committed_db")]

WRITERS = 8
EACH = 60 if os.environ.get("DOUDI_FULL") else 12
LONGEST_SECONDS = 0.1
HANDED = handoff.topic("test.handed", "number")
seen: list[int] = []


@handoff.consumes(HANDED)
def see(number: int) -> None:
    seen.append(number)


@action("test.hand_on", needs="calendar.load")
def hand_on(number: int, commit_after_seconds: float, *, by: Actor) -> None:
    HANDED.emit(number=number)
    with connection.cursor() as cursor:  # the row is numbered, and not yet committed
        cursor.execute("select pg_sleep(%s)", [commit_after_seconds])


def write(writer: int, seed: int) -> None:
    chance = random.Random(f"{seed}:{writer}")
    try:
        for number in range(writer, WRITERS * EACH, WRITERS):
            hand_on(number, chance.random() * LONGEST_SECONDS, by=Actor.system())
    finally:
        connections.close_all()


@pytest.fixture
def writing() -> Iterator[list]:
    """Eight writers at work, whose transactions commit out of the order of their rows."""
    seen.clear()
    seed = int(os.environ.get("DOUDI_SEED", "0")) or random.randrange(2**32)
    sys.stderr.write(f"DOUDI_SEED={seed}\n")
    with ThreadPoolExecutor(WRITERS) as pool:
        yield [pool.submit(write, writer, seed) for writer in range(WRITERS)]


def test_a_drain_beside_eight_late_writers_sees_every_row_once(writing):
    while not all(writer.done() for writer in writing):
        worklist.drain()
    for writer in writing:
        writer.result()
    worklist.drain()
    assert sorted(seen) == list(range(WRITERS * EACH))
    assert worklist.waiting() == 0


def test_a_reader_that_remembers_the_highest_number_skips_rows(writing):
    """The planted bug: the same rows, read by a cursor."""
    highest, found = 0, []

    def read_on() -> None:
        nonlocal highest
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, (args->'facts'->>'number')::int from procrastinate_jobs "
                "where id > %s order by id",
                [highest],
            )
            for row, number in cursor.fetchall():
                highest = row
                found.append(number)

    while not all(writer.done() for writer in writing):
        read_on()
    read_on()
    assert len(found) < WRITERS * EACH
