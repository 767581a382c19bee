"""What comes back from the bank: settled once, in any order, every bad line named."""

import itertools
import random

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doudi.base.access import Actor, scope
from doudi.base.models import Task
from doudi.base.worklist import drain, waiting
from doudi.kernel.problems import NotThere
from doudi.payments import ledger
from doudi.payments.accrual import accrue
from doudi.payments.aftermath import tell_settled
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import make_batch
from doudi.payments.models import BankReturn, Batch, Payable, Transfer
from doudi.payments.problems import ReturnForAnotherBatch, WrongState
from doudi.payments.queries import (
    balanced,
    batch_lines,
    batch_view,
    failed_payables,
    month_at_a_glance,
    payments_of,
    problems_of,
    returns_of,
)
from doudi.payments.reconcile import receive_return
from doudi.people.models import ChainEvent, Fact
from tests.arrange import COUNTY, OTHER_COUNTY, actor, arranging
from tests.payments.world import JUNE, SCHEME, add_households, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return add_households(4)


@pytest.fixture
def batch(world):
    return released(world)


def answer(world, index, *, paid=True, fen=None, reason="账户已销户"):
    """The bank's line about one household."""
    told = "" if paid else reason
    amount = world.fen[index] if fen is None else fen
    return ReturnLine(0, world.reference(index), paid, amount, told)


def receive(world, batch, *lines, number=None):
    content = build_return(number or batch.number, lines)
    row = receive_return(batch.pk, content, "回盘.txt", by=world.maker)
    with scope(world.maker):
        drain()
    return row


def state_after(world):
    """Everything that a return file may decide, without times and row numbers."""
    with scope(world.maker):
        return {
            "ledger": sorted(Transfer.objects.values_list("reference", "kind", "fen", "reason")),
            "facts": sorted(Fact.objects.filter(kind="paid").values_list("key", "amount_fen")),
            "chain": sorted(ChainEvent.objects.values_list("household_id", "title")),
            "batch": list(Batch.objects.values_list("number", "state")),
            "holds": balanced().holds,
        }


def whys(world, row):
    with scope(world.maker):
        return [problem.why for problem in problems_of(row.pk)]


def test_paid_lines_are_posted_failed_ones_voided_and_the_batch_is_settled(world, batch):
    row = receive(world, batch, *(answer(world, k, paid=k != 2) for k in range(4)))
    assert (row.paid_lines, row.failed_lines, row.refused_lines) == (3, 1, 0)
    with scope(world.maker):
        seen = batch_view(batch.pk)
        assert seen.batch.state == "已对账"
        assert (seen.paid_lines, seen.failed_lines, seen.outstanding_lines) == (3, 1, 0)
        assert seen.paid_fen + seen.failed_fen == batch.total_fen
        (failed,) = failed_payables(batch.pk)
        assert (failed.household_id, failed.bank_reason) == (world.households[2], "账户已销户")
        assert Task.objects.get().role == "finance_maker"
        facts = Fact.objects.filter(kind="paid", known_before=None)
        assert {fact.key for fact in facts} == {world.reference(k) for k in (0, 1, 3)}
        assert ChainEvent.objects.filter(kind="发放").count() == 4
        assert balanced().holds


def test_a_return_file_read_twice_changes_nothing(world, batch):
    lines = [answer(world, k, paid=k != 2) for k in range(4)]
    first = receive(world, batch, *lines)
    once = state_after(world)
    assert receive(world, batch, *lines).pk == first.pk
    assert state_after(world) == once


def test_parts_repeats_and_shuffles_end_in_the_same_state_whatever_their_order(world, batch):
    """All orders of three parts, of which one overlaps the others (M7)."""
    lines = [answer(world, k, paid=k != 2) for k in range(4)]
    parts = [lines[:2], lines[2:], [lines[3], lines[1]]]
    ends = []
    for order in itertools.permutations(parts):
        with transaction.atomic():
            for part in order:
                receive(world, batch, *random.Random(7).sample(part, len(part)))
            ends.append(state_after(world))
            transaction.set_rollback(True)
    assert all(end == ends[0] for end in ends)
    assert ends[0]["batch"] == [(batch.number, "已对账")]


def test_a_late_file_leaves_the_rest_outstanding_to_the_fen(world, batch):
    receive(world, batch, answer(world, 0))
    with scope(world.maker):
        sums = ledger.balances(batch)
        assert sums.outstanding == world.total - world.fen[0]
        assert sums.sent == sums.paid + sums.failed + sums.outstanding
        assert batch_view(batch.pk).batch.state == "已放行"


@pytest.mark.parametrize("first_paid", [True, False])
def test_an_answer_that_contradicts_an_earlier_file_is_refused_by_name(world, batch, first_paid):
    receive(world, batch, answer(world, 0, paid=first_paid))
    before = state_after(world)
    row = receive(world, batch, answer(world, 0, paid=not first_paid))
    assert (row.paid_lines, row.failed_lines, row.refused_lines) == (0, 0, 1)
    assert "互相矛盾" in whys(world, row)[0]
    assert state_after(world) == before


@pytest.mark.parametrize("turned", [False, True])
def test_two_lines_that_contradict_each_other_in_one_file_are_both_refused(world, batch, turned):
    lines = [answer(world, 0), answer(world, 0, paid=False)]
    row = receive(world, batch, *(reversed(lines) if turned else lines), answer(world, 1))
    assert (row.paid_lines, row.failed_lines, row.refused_lines) == (1, 0, 2)
    with scope(world.maker):
        assert ledger.balances(batch).paid == world.fen[1]


def test_a_line_repeated_in_one_file_counts_once_and_is_named(world, batch):
    row = receive(world, batch, answer(world, 0), answer(world, 0))
    assert (row.paid_lines, row.refused_lines) == (1, 1)
    assert whys(world, row) == ["文件内重复的一行，只采用一次"]


def test_another_amount_and_an_unknown_reference_are_named_and_good_lines_go_on(world, batch):
    stranger = ReturnLine(0, "DB:H999999:2022-06:main", True, 30_000)
    row = receive(world, batch, answer(world, 0, fen=1), stranger, answer(world, 1))
    assert (row.lines, row.paid_lines, row.refused_lines) == (3, 1, 2)
    assert whys(world, row) == [
        f"金额与送盘的 {world.fen[0]} 分不符",
        "本批次没有这个业务号",
    ]


def test_the_file_of_another_batch_is_refused_and_leaves_nothing(world, batch):
    with pytest.raises(ReturnForAnotherBatch):
        receive(world, batch, answer(world, 0), number="620521-DB-202207-1")
    with scope(world.maker):
        assert not BankReturn.objects.exists()
        assert ledger.balances(batch).paid == 0


def test_a_line_of_another_batch_is_unknown_here(world, batch):
    other = add_households(1, first=50)
    late = released(other)
    row = receive(world, batch, answer(other, 0), answer(world, 0))
    assert (row.paid_lines, row.refused_lines) == (1, 1)
    with scope(world.maker):
        assert ledger.balances(late).paid == 0


def test_a_return_before_the_release_or_from_another_county_is_refused(world, batch):
    receive(world, batch, *(answer(world, k) for k in range(4)))
    with pytest.raises(NotThere):
        receive_return(batch.pk, b"", "x", by=actor("finance_maker", OTHER_COUNTY, 9))
    add_households(1, first=60)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    second = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(WrongState):
        receive_return(second.pk, b"", "x", by=world.maker)


@pytest.mark.parametrize(
    "statement",
    [
        "update payments_transfer set fen = fen + 1",
        "delete from payments_transfer",
        "truncate payments_transfer",
    ],
)
def test_rows_of_the_ledger_can_be_neither_changed_nor_removed_by_the_application(
    world, batch, statement
):
    with (
        scope(world.maker),
        pytest.raises(DatabaseError, match=r"permission denied|never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def movement(world, **changed):
    """A settlement of the first household's line as the code would write it, with changes."""
    with scope(world.maker):
        pend = Transfer.objects.get(kind="pend", payable__household_id=world.households[0])
    told = {
        "reference": "甲", "kind": "void", "payable_id": pend.payable_id,
        "batch_id": pend.batch_id, "settles_id": pend.pk, "debit": pend.credit,
        "credit": pend.debit, "fen": pend.fen, "made_at": pend.made_at,
    }  # fmt: skip
    return Transfer(**{**told, **changed})


def test_a_pending_movement_cannot_be_settled_twice_even_past_the_code(world, batch):
    receive(world, batch, answer(world, 0))
    with pytest.raises(DatabaseError, match="settled_once"), arranging():
        movement(world).save(force_insert=True)


WRONG_MOVEMENTS = {
    "another amount": {"fen": 1},
    "another line": {"payable_id": 999_999},
    "another batch": {"batch_id": 999_999},
    "nothing pending": {"settles_id": 999_999},
    "a pending movement of other money": {"kind": "pend", "settles_id": None, "fen": 1},
}


@pytest.mark.parametrize("changed", WRONG_MOVEMENTS.values(), ids=list(WRONG_MOVEMENTS))
def test_the_database_refuses_a_movement_that_does_not_agree_with_what_it_moves(
    world, batch, changed
):
    with pytest.raises(DatabaseError, match=r"does not agree|row-level security"), arranging():
        movement(world, **changed).save(force_insert=True)


def test_a_settlement_of_a_settlement_is_refused(world, batch):
    receive(world, batch, answer(world, 0))
    with scope(world.maker):
        post = Transfer.objects.get(kind="post")
    with pytest.raises(DatabaseError, match=r"does not agree|row-level security"), arranging():
        movement(world, settles_id=post.pk).save(force_insert=True)


WRONG_LINES = {
    "a card of somebody else": lambda world: {"account_id": world.accounts[1]},
    "no such household": lambda world: {"household_id": 999_999},
    "no such payee": lambda world: {"payee_id": 999_999, "account_id": None},
    "no such batch": lambda world: {"batch_id": 999_999},
    "another month than the batch's": lambda world: {"month": "2022-07"},
}


@pytest.mark.parametrize("changed", WRONG_LINES.values(), ids=list(WRONG_LINES))
def test_the_database_refuses_a_line_that_does_not_agree_with_what_it_names(world, batch, changed):
    with pytest.raises(DatabaseError, match=r"does not agree|row-level security"), arranging():
        Payable.objects.filter(household_id=world.households[0]).update(**changed(world))


@pytest.mark.parametrize("table", ["payments_payable", "payments_batch", "people_payeeaccount"])
def test_what_the_ledger_names_cannot_be_removed(world, batch, table):
    with (
        pytest.raises(DatabaseError, match=r"and stays?"),
        arranging(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"delete from {table}")


def test_the_households_files_are_told_once_after_the_money_is_counted(world, batch):
    drain()
    content = build_return(batch.number, [answer(world, 0), answer(world, 1, paid=False)])
    row = receive_return(batch.pk, content, "回盘.txt", by=world.maker)
    assert waiting() == 1
    with scope(world.maker):
        assert not ChainEvent.objects.filter(kind="发放").exists()
    assert tell_settled(row.pk, by=Actor.system(COUNTY)) == 2
    assert tell_settled(row.pk, by=Actor.system(COUNTY)) == 0
    drain()
    with scope(world.maker):
        titles = ChainEvent.objects.filter(kind="发放").order_by("title")
        assert [event.title for event in titles] == [
            "低保 2022-06 发放失败：账户已销户",
            "低保 2022-06 已到账",
        ]
        assert Fact.objects.filter(kind="paid", known_before=None).count() == 1


def test_each_part_tells_only_what_it_settled_also_at_the_same_moment(world, batch):
    rows = [
        receive_return(
            batch.pk, build_return(batch.number, [answer(world, k)]), f"{k}", by=world.maker
        )
        for k in range(2)
    ]
    assert [tell_settled(row.pk, by=Actor.system(COUNTY)) for row in rows] == [1, 1]


def test_the_invariant_fails_where_a_batch_says_other_than_its_ledger(world, batch):
    with arranging():
        Batch.objects.filter(pk=batch.pk).update(total_fen=batch.total_fen + 1)
    with scope(world.maker):
        assert balanced().faults == (f"批次总额与挂账不符 {batch.number}",)


def test_pages_ask_a_fixed_number_of_questions(world, batch, django_assert_num_queries):
    receive(world, batch, *(answer(world, k, paid=k != 2) for k in range(4)))
    with scope(world.maker):
        with django_assert_num_queries(2):
            batch_view(batch.pk)
        with django_assert_num_queries(1):
            told = [(row.payee.name, row.outcome) for row in batch_lines(batch.pk)]
        assert sorted(outcome for _, outcome in told) == ["发放失败"] + ["已到账"] * 3
        with django_assert_num_queries(1):
            seen = month_at_a_glance(COUNTY, SCHEME, JUNE)
        assert (seen.lines, seen.fen) == (4, world.total)
        assert seen.by_state["发放失败"] == (1, world.fen[2])
        with django_assert_num_queries(1):
            (line,) = payments_of(world.households[2])
        assert (line.state, line.reason, line.batch_number) == (
            "发放失败",
            "账户已销户",
            batch.number,
        )
        with django_assert_num_queries(1):
            assert len(list(returns_of(batch.pk))) == 1


def test_the_number_of_statements_of_a_return_does_not_grow_with_its_lines(world, batch):
    def statements(lines):
        with CaptureQueriesContext(connection) as captured:
            receive(world, batch, *lines)
        return len(captured)

    drain()  # the file of the release
    few = statements([answer(world, 0)])
    assert statements([answer(world, 1), answer(world, 2)]) == few
