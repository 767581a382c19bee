"""退汇: what the bank had paid comes back: once, in any order, never a second payment."""

import random
from itertools import permutations

import pytest
from django.db import IntegrityError, transaction

from doudi.base.access import Actor, scope
from doudi.base.models import Task
from doudi.payments import ledger, settling
from doudi.payments.aftermath import tell_settled
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import BankReturn, Payable, Transfer
from doudi.payments.public import published_totals
from doudi.payments.queries import balanced, batch_view, failed_payables, payments_of, problems_of
from doudi.payments.reconcile import receive_return
from doudi.people.models import ChainEvent, Fact
from tests.arrange import COUNTY, arranging
from tests.payments.iso_bank import camt053, pain002
from tests.payments.world import JUNE, SCHEME, add_households, released

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M7")]

BUILDERS = (build_return, pain002, camt053)


@pytest.fixture
def world():
    return add_households(3)


@pytest.fixture
def batch(world):
    return released(world)


def paid(world, k):
    return ReturnLine(0, world.reference(k), True, world.fen[k])


def back(world, k, reason="账户已销户"):
    return ReturnLine(0, world.reference(k), False, world.fen[k], reason, True)


def receive(world, batch, *lines, build=build_return):
    return receive_return(batch.pk, build(batch.number, list(lines)), "x", by=world.maker)


@pytest.fixture
def returned(world, batch):
    """All three were paid, and the first one's money came back."""
    receive(world, batch, *(paid(world, k) for k in range(3)))
    return receive(world, batch, back(world, 0))


def tell(world):
    with scope(COUNTY):
        rows = list(BankReturn.objects.order_by("pk").values_list("pk", flat=True))
    for pk in rows:
        tell_settled(pk, by=Actor.system(COUNTY))


def state(world, batch):
    """What everybody sees of a batch: sums, and of each line what became of it."""
    with scope(world.maker):
        seen = batch_view(batch.pk)
        return (
            ledger.balances(batch),
            (seen.paid_lines, seen.failed_lines, seen.outstanding_lines),
            tuple(line.pk for line in failed_payables(batch.pk)),
            seen.batch.state,
            balanced().faults,
        )


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_money_that_comes_back_after_it_was_paid_is_taken_back_in_the_ledger(world, batch, build):
    receive(world, batch, *(paid(world, k) for k in range(3)))
    row = receive(world, batch, back(world, 0), build=build)
    assert (row.returned_lines, row.returned_fen, row.refused_lines) == (1, world.fen[0], 0)
    with scope(world.maker):
        moved = Transfer.objects.filter(payable__household=world.households[0]).order_by("pk")
        assert [t.kind for t in moved] == ["pend", "post", "back"]
        assert moved[2].settles_id == moved[1].pk
        assert moved[2].debit == moved[1].credit
        assert moved[2].credit == moved[0].debit
        sums = ledger.balances(batch)
        assert (sums.paid, sums.failed, sums.outstanding) == (63_000, 30_000, 0)
        assert balanced().faults == ()


def test_the_line_goes_back_to_the_clerk_with_the_banks_reason(world, returned, batch):
    with scope(world.maker):
        (line,) = failed_payables(batch.pk)
        assert (line.outcome, line.bank_reason) == ("发放失败", "退汇：账户已销户")
        (seen,) = payments_of(world.households[0])
        assert (seen.state, seen.reason) == ("发放失败", "退汇：账户已销户")
        assert Task.objects.filter(kind="发放失败更正", done_at=None).count() == 1


def test_it_is_paid_again_by_a_new_line_and_the_old_one_never_becomes_a_second_payment(
    world, returned, batch
):
    failed = every_line(world)
    assert resubmit_failed(batch.pk, failed, by=world.maker) == 1
    assert resubmit_failed(batch.pk, failed, by=world.maker) == 0
    second = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(second.pk, by=world.approver)
    second = release_batch(second.pk, by=world.releaser)
    redo = world.reference(0).replace("main", "redo1")
    receive(world, second, ReturnLine(0, redo, True, world.fen[0]))
    # The bank repeats what it said of the first try: late, twice, and in another format.
    receive(world, batch, back(world, 0), paid(world, 0), build=camt053)
    receive(world, batch, back(world, 0), build=pain002)
    receive(world, batch, paid(world, 0))
    assert resubmit_failed(batch.pk, failed, by=world.maker) == 0
    with scope(world.maker):
        told = [(p.line, p.state) for p in payments_of(world.households[0])]
        assert told == [("main", "发放失败"), ("redo1", "已到账")]
        assert ledger.balances().paid == world.total
        assert balanced().faults == ()


def every_line(world):
    with scope(world.maker):
        return tuple(Payable.objects.values_list("pk", flat=True))


def test_the_households_file_no_longer_says_paid_and_says_what_happened(world, returned, batch):
    tell(world)
    with scope(world.maker):
        known = Fact.objects.filter(kind="paid", known_before=None)
        assert {f.key for f in known} == {world.reference(1), world.reference(2)}
        titles = ChainEvent.objects.filter(household=world.households[0], kind="发放")
        assert [e.title for e in titles.order_by("pk")] == [
            "低保 2022-06 已到账",
            "低保 2022-06 退汇：账户已销户",
        ]


def test_told_in_the_other_order_the_file_is_the_same(world, returned, batch):
    with scope(COUNTY):
        rows = list(BankReturn.objects.order_by("-pk").values_list("pk", flat=True))
    for pk in rows:
        tell_settled(pk, by=Actor.system(COUNTY))
    with scope(world.maker):
        known = Fact.objects.filter(kind="paid", known_before=None)
        assert {f.key for f in known} == {world.reference(1), world.reference(2)}


def test_what_came_back_is_not_among_the_published_totals(world, returned, batch):
    with scope(world.maker):
        # Two households are too few to be told; three were enough.
        assert published_totals(COUNTY, SCHEME, JUNE) == []


def events(world, batch):
    """Everything the bank says of the month, split, one part twice, in three formats."""
    return [
        (build_return, [paid(world, k) for k in range(3)]),
        (pain002, [paid(world, 1), paid(world, 0)]),
        (camt053, [back(world, 0)]),
        (camt053, [paid(world, 2), paid(world, 0), back(world, 0)]),
        (build_return, [back(world, 0, "户名不符")]),
    ]


def ends(world, batch, orders):
    found = set()
    told = events(world, batch)
    for order in orders:
        with transaction.atomic():
            for at in order:
                build, lines = told[at]
                receive(world, batch, *lines, build=build)
            found.add(state(world, batch))
            transaction.set_rollback(True)
    return found


def test_late_twice_split_and_shuffled_it_ends_in_the_same_state(world, batch):
    orders = random.Random(3).sample(list(permutations(range(5))), 20)
    (end,) = ends(world, batch, [*orders, (0, 1, 2, 3, 4), (4, 3, 2, 1, 0)])
    sums, counts, failed, batch_state, faults = end
    assert (sums.paid, sums.failed, sums.outstanding) == (63_000, 30_000, 0)
    assert (counts, len(failed), batch_state, faults) == ((2, 1, 0), 1, "已对账", ())


def test_a_failure_after_a_payment_is_still_a_contradiction_and_moves_nothing(world, batch):
    receive(world, batch, *(paid(world, k) for k in range(3)))
    row = receive(world, batch, ReturnLine(0, world.reference(0), False, world.fen[0], "已销户"))
    assert (row.returned_lines, row.refused_lines) == (0, 1)
    with scope(world.maker):
        assert "互相矛盾" in problems_of(row.pk)[0].why
        assert ledger.balances(batch).failed == 0


def test_another_amount_comes_back_for_nothing(world, batch):
    receive(world, batch, *(paid(world, k) for k in range(3)))
    row = receive(world, batch, back(world, 0)._replace(fen=1))
    assert (row.returned_lines, row.refused_lines) == (0, 1)


def test_the_database_takes_a_posting_back_once_and_nothing_else(world, returned, batch):
    with scope(world.maker):
        post = Transfer.objects.get(kind="post", payable__household=world.households[0])
        pend = Transfer.objects.get(kind="pend", payable__household=world.households[1])
    for name, settles in (("again", post), ("of a pending one", pend)):
        with pytest.raises(IntegrityError), transaction.atomic(), arranging():
            Transfer.objects.create(
                reference=f"{name}:back", kind="back", payable_id=settles.payable_id,
                batch_id=batch.pk, settles=settles, debit="到账", credit="应付",
                fen=settles.fen, made_at=returned.received_at,
            )  # fmt: skip


def demand_one_end(world, batch):
    """Whole answers in some orders, and what came back told first, last and once only."""
    for orders in ([(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (0, 2, 4, 1, 3)], [(2, 0, 1), (0, 1, 2)]):
        found = ends(world, batch, orders)
        assert [end[1] for end in found] == [(2, 1, 0)]


def test_each_order_of_what_is_known_ends_alike(world, batch):
    demand_one_end(world, batch)


PLANTED = {
    "money that came back again is taken back again": (
        "_SENT", "then 'back' else s.kind end", "then 'post' else s.kind end",
    ),
    "what came back before we were told of it is paid": (
        "_OUTCOME", "told.failed or told.returned", "told.failed",
    ),
    "what came back counts as a contradiction": (
        "_OUTCOME", "when sent.settled = 'post' and told.returned then 'back'", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED.values(), ids=list(PLANTED))
def test_a_planted_bug_is_caught(world, batch, monkeypatch, plant):
    name, old, new = plant
    assert old in getattr(settling, name)
    monkeypatch.setattr(settling, name, getattr(settling, name).replace(old, new))
    with pytest.raises((AssertionError, IntegrityError)):
        demand_one_end(world, batch)
