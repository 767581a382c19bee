"""M7: return files may come late, twice, split, shuffled, in any format, or for the wrong batch.

Six events in any order end in the same state. All 720 orders with ``DOUDI_FULL``, else a sample;
orders that begin alike are played once, each from where they part.
"""

import os
import random
from itertools import permutations

import pytest
from django.db import transaction

from doudi.base.access import scope
from doudi.payments import settling
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.models import Batch, Transfer
from doudi.payments.problems import ReturnForAnotherBatch
from doudi.payments.queries import balanced
from doudi.payments.reconcile import receive_return
from tests.payments.iso_bank import camt053, pain002
from tests.payments.world import add_households, released

pytestmark = [pytest.mark.promise("M7"), pytest.mark.django_db]
FULL = bool(os.environ.get("DOUDI_FULL"))
ORDERS = list(permutations(range(6)))
RANDOM = 5_000 if FULL else 12
FOREIGN = "620521-DB-202207-1"


@pytest.fixture
def world():
    return add_households(5)


@pytest.fixture
def batch(world):
    return released(world)


def line(world, k, *, paid=None):
    arrived = k != 2 if paid is None else paid
    return ReturnLine(0, world.reference(k), arrived, world.fen[k], "" if arrived else "已销户")


def six_events(world, batch):
    """Parts of the answer in three formats, one of them twice, one torn, one for another batch.

    One part contradicts itself about a line: of that line neither statement is used.
    """
    whole = [line(world, k) for k in range(5)]
    part = build_return(batch.number, [*whole[:2], line(world, 4), line(world, 4, paid=False)])
    report = pain002(batch.number, random.Random(1).sample(whole, 5))
    torn = build_return(batch.number, whole[::-1])
    return [
        part,
        part,
        camt053(batch.number, whole[2:]),
        report,
        torn[: len(torn) * 2 // 3],
        build_return(FOREIGN, [line(world, k, paid=not line(world, k).paid) for k in range(5)]),
    ]


def state(world):
    with scope(world.maker):
        moved = Transfer.objects.exclude(kind="pend").values_list("settles_id", "kind", "fen")
        return (
            tuple(sorted(moved)),
            tuple(Batch.objects.values_list("number", "state")),
            balanced().holds,
        )


def receive(world, batch, content):
    try:
        receive_return(batch.pk, content, "x", by=world.maker)
    except ReturnForAnotherBatch:
        assert FOREIGN.encode() in content


def ends(world, batch, events, orders):
    """The end of each order; a shared beginning is played once."""
    found = set()

    def play(orders, depth):
        for event in sorted({order[depth] for order in orders if len(order) > depth}):
            with transaction.atomic():
                receive(world, batch, events[event])
                rest = [order for order in orders if order[depth] == event]
                if depth + 1 == len(rest[0]):
                    found.add(state(world))
                else:
                    play(rest, depth + 1)
                transaction.set_rollback(True)

    play(orders, 0)
    return found


def sample(count):
    return ORDERS if FULL else random.Random(7).sample(ORDERS, count)


def test_any_order_of_six_return_files_ends_in_the_same_state(world, batch):
    (end,) = ends(world, batch, six_events(world, batch), sample(24))
    moved, batches, holds = end
    assert sorted(kind for _, kind, _ in moved) == ["post"] * 4 + ["void"]
    assert batches == ((batch.number, "已对账"),)
    assert holds


def test_random_parts_of_one_answer_end_in_the_same_state(world, batch):
    chance = random.Random(11)
    whole = [line(world, k) for k in range(5)]
    builders = (build_return, pain002, camt053)
    found = set()
    for _ in range(RANDOM):
        with transaction.atomic():
            parts = [chance.sample(whole, chance.randrange(1, 6)) for _ in range(3)] + [whole]
            chance.shuffle(parts)
            for part in parts:
                receive(world, batch, chance.choice(builders)(batch.number, part))
            found.add(state(world))
            transaction.set_rollback(True)
    assert len(found) == 1


def test_the_last_line_wins_is_caught(world, batch, monkeypatch):
    planted = settling._OUTCOME.replace("when not told.agrees then 'contradiction'", "")
    for what, told in (("paid", "paid"), ("failed", "not paid and not returned")):
        assert f"bool_or({told}) as {what}" in planted
        last = f"(array_agg({told} order by line desc))[1] as {what}"
        planted = planted.replace(f"bool_or({told}) as {what}", last)
    monkeypatch.setattr(settling, "_OUTCOME", planted)
    assert len(ends(world, batch, six_events(world, batch), ORDERS[::90])) > 1
