"""Set-off: part of later payments goes towards a claim, beside the line, within its bounds."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.kernel import clock
from doudi.payments import setoff
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import read_batch
from doudi.payments.batches import (
    approve_batch,
    lines_of,
    make_batch,
    release_batch,
    send_back_batch,
)
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Deduction, Payable, Transfer
from doudi.payments.problems_recovery import MoreThanOwed
from doudi.payments.queries import balanced, batch_view, payments_of
from doudi.payments.recovery import PlanFacts, RepaymentFacts, agree_plan, left_of, record_repayment
from doudi.payments.setoff import Claim, Line, plan
from doudi.people.models import Fact
from tests.arrange import COUNTY, arranging
from tests.payments.owing import AUGUST, JULY, JUNE, answer, county, paid, staff
from tests.payments.test_recovery import decided
from tests.payments.world import SCHEME, record_death, released

NOW = datetime(2022, 7, 5, 9, tzinfo=clock.SHANGHAI)


# -- the pure plan


@given(
    fen=st.lists(st.integers(1, 200_000), max_size=12),
    owed=st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 40_000)), max_size=4),
    most=st.integers(1, 9_999),
)
def test_what_is_kept_is_within_the_share_the_instalment_and_the_claim(fen, owed, most):
    lines = [Line(at, at % 2, amount) for at, amount in enumerate(fen)]
    claims = [Claim(at, at % 2, left, month) for at, (left, month) in enumerate(owed)]
    kept = plan(lines, claims, most)
    for one in kept:
        line, claim = lines[one.payable_id], claims[one.recovery_id]
        assert 0 < one.fen < line.fen or most == 10_000
        assert one.fen * 10_000 <= line.fen * most
        assert line.household_id == claim.household_id
    assert len({one.payable_id for one in kept}) == len(kept)
    for claim in claims:
        total = sum(one.fen for one in kept if one.recovery_id == claim.recovery_id)
        assert total <= min(claim.left_fen, claim.month_left_fen)


def test_the_worked_case_three_tenths_of_three_hundred_yuan():
    assert [k.fen for k in plan([Line(1, 1, 30_000)], [Claim(1, 1, 60_000, 20_000)], 3_000)] == [
        9_000
    ]


def test_the_oldest_claim_of_a_family_is_served_first_and_a_line_serves_one():
    kept = plan(
        [Line(1, 1, 30_000), Line(2, 1, 30_000)],
        [Claim(8, 1, 4_000, 4_000), Claim(9, 1, 50_000, 50_000)],
        3_000,
    )
    assert [(k.recovery_id, k.payable_id, k.fen) for k in kept] == [(8, 1, 4_000), (9, 2, 9_000)]


def test_what_is_smaller_than_a_fen_is_dropped_and_nothing_is_kept_of_a_fen():
    assert plan([Line(1, 1, 3)], [Claim(1, 1, 9, 9)], 3_000) == []


# -- the money


@pytest.fixture
def july(db):
    with clock.business_at(NOW):
        load_official_years(by=Actor.system())
        yield


@pytest.fixture
def owing(july):
    """One household owes 300.00 of June, 80.00 a month from July; another owes nothing."""
    world = county(2)
    paid(world, JUNE)
    reviewer, leader = staff("county_reviewer", "审核甲"), staff("county_leader", "领导乙")
    row = decided(world, reviewer, leader)
    with arranging():
        from doudi.cases.models import Award

        Award.objects.update(before=None)  # the award goes on from July by another decision
    agree_plan(row.pk, PlanFacts("抵扣", 8_000, JULY, NOW.date()), by=reviewer)
    world.recovery = row.pk
    return world


def left(world):
    with scope(COUNTY):
        return left_of(world.recovery)


def made(world, month=JULY):
    accrue(COUNTY, SCHEME, month, by=world.maker)
    return make_batch(COUNTY, SCHEME, month, by=world.maker)


def test_part_of_the_next_payment_is_kept_and_the_line_itself_is_unchanged(owing):
    batch = made(owing)
    with scope(COUNTY):
        first, second = Payable.objects.filter(batch=batch).order_by("reference")
        assert (first.fen, first.kept_fen) == (30_000, 8_000)
        assert (second.fen, second.kept_fen) == (31_000, 0)
        assert {line.reference: line.fen for line in lines_of(batch)} == {
            first.reference: 22_000,
            second.reference: 31_000,
        }
    assert batch.total_fen == 53_000
    assert left(owing) == 22_000


def test_the_bank_the_ledger_and_the_facts_all_speak_of_what_arrives(owing):
    batch = released(owing, JULY)
    answer(owing, batch)
    with scope(COUNTY):
        assert read_batch(bytes_of(batch))[0].fen == 22_000
        assert Transfer.objects.filter(batch=batch, kind="post").order_by("reference")[0].fen == (
            22_000
        )
        assert balanced().holds
        assert batch_view(batch.pk).paid_fen == batch.total_fen == 53_000
    assert left(owing) == 22_000


def bytes_of(batch):
    from doudi.base.files import content_of

    return content_of(batch.bank_file)


def test_month_after_month_until_the_claim_is_paid_back_and_then_nothing_more(owing):
    kept = []
    for number in (7, 8, 9, 10, 11):
        month = JULY + (number - 7)
        batch = released(owing, month)
        answer(owing, batch)
        with scope(COUNTY):
            kept.append(sum(d.fen for d in Deduction.objects.filter(batch=batch)))
    assert kept == [8_000, 8_000, 8_000, 6_000, 0]
    assert left(owing) == 0


def test_a_payment_that_fails_keeps_nothing_and_the_second_try_keeps_it_once(owing):
    batch = released(owing, JULY)
    answer(owing, batch, failed=(owing.reference(0, JULY),))
    assert left(owing) == 30_000
    with scope(COUNTY):
        failed = Payable.objects.get(reference=owing.reference(0, JULY))
    resubmit_failed(batch.pk, (failed.pk,), by=owing.maker)
    again = released(owing, JULY)
    answer(owing, again)
    assert again.total_fen == 22_000
    assert left(owing) == 22_000
    with scope(COUNTY):
        assert balanced().holds


def test_a_batch_that_is_sent_back_keeps_nothing(owing):
    batch = made(owing)
    send_back_batch(batch.pk, "金额有误", by=owing.approver)
    assert left(owing) == 30_000
    with scope(COUNTY):
        assert not Payable.objects.exclude(kept_fen=0).exists()
        assert not Deduction.objects.exists()
    assert made(owing).total_fen == 53_000


def test_a_line_held_at_the_release_gives_back_what_was_kept_from_it(owing):
    batch = made(owing)
    approve_batch(batch.pk, by=owing.approver)
    record_death(owing.payees[0])
    assert release_batch(batch.pk, by=owing.releaser).total_fen == 31_000
    assert left(owing) == 30_000


def test_what_is_kept_on_its_way_cannot_be_repaid_a_second_time(owing):
    made(owing)
    with pytest.raises(MoreThanOwed, match="尚欠 22000 分"):
        record_repayment(
            owing.recovery, RepaymentFacts("票1", "现金", 30_000, NOW.date()), by=owing.maker
        )


def test_a_claim_that_is_to_be_repaid_or_begins_later_keeps_nothing(owing):
    reviewer = staff("county_reviewer", "审核丙")
    for plan_of in (
        PlanFacts("退款", 8_000, JULY, NOW.date()),
        PlanFacts("抵扣", 8_000, AUGUST, NOW.date()),
    ):
        agree_plan(owing.recovery, plan_of, by=reviewer)
        batch = made(owing)
        assert batch.total_fen == 61_000
        send_back_batch(batch.pk, "重编", by=owing.approver)


def test_the_database_itself_refuses_to_keep_a_whole_line(owing):
    made(owing)
    with (
        pytest.raises(IntegrityError, match="something_of_a_payable_always_arrives"),
        transaction.atomic(),
        arranging(),
    ):
        Payable.objects.filter(kept_fen__gt=0).update(kept_fen=30_000)


def test_a_plan_that_forgets_the_share_is_caught(owing, monkeypatch):
    """The planted bug: the whole instalment is kept, however small the payment."""
    monkeypatch.setattr(setoff, "share", lambda fen, most: fen - 1)
    with pytest.raises(AssertionError):
        assert [k.fen for k in plan([Line(1, 1, 9_000)], [Claim(1, 1, 60_000, 8_000)], 3_000)] == [
            2_700
        ]


def test_paid_facts_say_what_arrived(owing):
    from doudi.base.worklist import drain

    batch = released(owing, JULY)
    answer(owing, batch)
    drain()
    with scope(COUNTY):
        fact = Fact.objects.get(kind="paid", key=owing.reference(0, JULY), known_before=None)
    assert fact.amount_fen == 22_000


def test_a_line_that_lost_its_deduction_is_named_by_the_invariant(owing):
    made(owing)
    with arranging():
        Deduction.objects.all().delete()
    with scope(COUNTY):
        assert balanced().faults == (f"抵扣与明细不符 {owing.reference(0, JULY)}",)


def test_a_household_sees_what_was_kept_from_each_payment(owing):
    made(owing)
    with scope(COUNTY):
        first, *_ = payments_of(owing.households[0])
    assert (first.month, first.fen, first.kept_fen) == ("2022-07", 30_000, 8_000)
