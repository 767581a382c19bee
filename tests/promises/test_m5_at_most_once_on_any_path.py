"""M5: a household gets a month at most once, whatever the path and the order of the paths.

Six paths: accrual, a batch through its three people, the bank failing or paying what is under way,
a failed line made due again, a batch sent back. All 1,956 orders of up to six of them with
``DOUDI_FULL``, else a sample; orders that begin alike are played once, each from where they part.
"""

import os
import random
from collections import Counter
from itertools import permutations

import pytest
from django.db import transaction

from doudi.base.access import scope
from doudi.kernel.problems import Problem
from doudi.payments import corrections
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, make_batch, release_batch, send_back_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Batch, Payable, Transfer
from doudi.payments.queries import balanced
from doudi.payments.reconcile import receive_return
from tests.arrange import COUNTY
from tests.payments.world import JUNE, SCHEME, add_households

pytestmark = [pytest.mark.promise("M5"), pytest.mark.django_db]
FULL = bool(os.environ.get("DOUDI_FULL"))


@pytest.fixture
def world():
    """A settled month: the first household's line failed, the second's is paid."""
    world = add_households(2)
    accrue_month(world)
    pay_batch(world)
    answer(world, lambda k: k != 0)
    return world


def accrue_month(world):
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)


def pay_batch(world):
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    release_batch(batch.pk, by=world.releaser)


def batch_sent_back(world):
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    send_back_batch(batch.pk, "金额有误", by=world.approver)


def answer(world, paid):
    """The bank answers every line under way."""
    with scope(world.maker):
        open_lines = list(
            Transfer.objects.filter(kind="pend", settled_by=None).values_list(
                "batch_id", "batch__number", "payable__reference", "fen"
            )
        )
    homes = {f":H{home}:": k for k, home in enumerate(world.households)}
    for batch_id, number, reference, fen in open_lines:
        k = next(k for home, k in homes.items() if home in reference)
        line = ReturnLine(0, reference, paid(k), fen, "" if paid(k) else "已销户")
        receive_return(batch_id, build_return(number, [line]), "x", by=world.maker)


def bank_fails(world):
    answer(world, lambda k: False)


def bank_pays(world):
    answer(world, lambda k: True)


def failed_made_due(world):
    with scope(world.maker):
        batches = list(Batch.objects.filter(state__in=["已放行", "已对账"]))
        lines = tuple(Payable.objects.values_list("pk", flat=True))
    for batch in batches:
        resubmit_failed(batch.pk, lines, by=world.maker)


PATHS = (accrue_month, pay_batch, bank_fails, bank_pays, failed_made_due, batch_sent_back)
ORDERS = [order for n in range(1, 7) for order in permutations(range(6), n)]


def faults(world):
    """What is wrong now: a month paid twice, two lines open at once, or a ledger that is off."""
    with scope(world.maker):
        paid = Counter(
            Transfer.objects.filter(kind="post").values_list("payable__household_id", flat=True)
        )
        voided = Transfer.objects.filter(kind="void").values("payable_id")
        standing = Counter(
            Payable.objects.exclude(pk__in=voided).values_list("household_id", flat=True)
        )
        off = list(balanced().faults)
    return [
        *(f"household {home} was paid {n} times" for home, n in paid.items() if n > 1),
        *(f"household {home} has {n} lines" for home, n in standing.items() if n > 1),
        *off,
    ]


def faults_of(world, orders):
    found = []

    def play(orders, depth):
        for path in sorted({order[depth] for order in orders if len(order) > depth}):
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        PATHS[path](world)
                except Problem:
                    pass  # refused with a sentence: nothing happened
                found.extend(faults(world))
                play([order for order in orders if len(order) > depth and order[depth] == path],
                     depth + 1)  # fmt: skip
                transaction.set_rollback(True)

    play(orders, 0)
    return found


def test_any_order_of_paths_pays_a_household_a_month_at_most_once(world):
    orders = ORDERS if FULL else random.Random(5).sample(ORDERS, 12)
    assert faults_of(world, orders) == []


def test_orders_are_all_orders_of_up_to_six_paths():
    assert len(ORDERS) == len(set(ORDERS)) == 1_956


def test_a_path_that_does_not_look_at_the_others_is_caught(world, monkeypatch):
    planted = corrections._REDO.replace("and lines.all_void", "")
    assert planted != corrections._REDO
    monkeypatch.setattr(corrections, "_REDO", planted)
    assert faults_of(world, [(4, 1, 3)]) != []
