"""A known death holds that member's share alone, until somebody has checked (README 10)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import scope
from doudi.kernel import clock
from doudi.payments import shares, stops
from doudi.payments.accrual import accrue
from doudi.payments.batches import (
    approve_batch,
    make_batch,
    release_batch,
    send_back_batch,
)
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Payable, Transfer, Withholding
from doudi.payments.overpaid import find_overpaid
from doudi.payments.queries import balanced, payments_of
from doudi.people.models import Fact
from doudi.watch.models import Suspension
from tests.arrange import COUNTY, VILLAGE, arranging
from tests.payments.owing import JULY, JUNE, answer, county, covered_by
from tests.payments.world import SCHEME, record_death, released

pytestmark = pytest.mark.django_db

MAY_20 = date(2022, 5, 20)


@pytest.fixture
def world():
    """Two families of three with 300.00 and 310.00 a month."""
    return county(2, people=3)


@pytest.fixture
def dead(world):
    """The second member of the first family, whose death of May is known."""
    person = covered_by(world.households[0])[1]
    record_death(person, MAY_20)
    return person


def suspend(world, person, share=10_000, state="待核", died_on=MAY_20):
    """The share as watch suspends it."""
    with arranging(), scope(COUNTY):
        return Suspension.objects.create(
            person_id=person, household_id=world.households[0], place=VILLAGE, scheme=SCHEME,
            household_fen=30_000, share_fen=share, died_on=died_on, ground="死亡登记",
            source="test:1", fact_id=Fact.objects.get(person=person, kind="death").pk,
            suspended_at=clock.business_now(), check_due=died_on, legal_due=died_on, state=state,
            finding="" if state == "待核" else "入户核实",
            checked_at=None if state == "待核" else clock.business_now() + timedelta(seconds=1),
        )  # fmt: skip


def checked(row, state):
    """What a person found out about the death."""
    with arranging():
        Suspension.objects.filter(pk=row.pk).update(
            state=state, finding="入户核实", checked_at=clock.business_now() + timedelta(seconds=1)
        )


def lines(world, index=0):
    """The lines of a household: name, fen, what is kept back, state."""
    with scope(COUNTY):
        return [
            (p.line.rstrip("0123456789"), p.fen, p.kept_fen, p.state)
            for p in sorted(payments_of(world.households[index]), key=lambda p: p.reference)
        ]


def accrue_again(world, month=JUNE):
    accrue(COUNTY, SCHEME, month, by=world.maker)


def pay_what_waits(world, month=JUNE):
    batch = make_batch(COUNTY, SCHEME, month, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    batch = release_batch(batch.pk, by=world.releaser)
    answer(world, batch)
    return batch


def arrived(world, index=0):
    """Fen that the bank paid to a household and that stayed there."""
    with scope(COUNTY):
        rows = Transfer.objects.filter(payable__household=world.households[index])
        posted, back = (sum(t.fen for t in rows.filter(kind=kind)) for kind in ("post", "back"))
        assert balanced().faults == ()
    return posted - back


def test_the_family_is_paid_less_the_share_of_the_dead_member(world, dead):
    batch = released(world)
    assert (batch.lines, batch.total_fen) == (2, 20_000 + 31_000)
    assert lines(world) == [("main", 30_000, 10_000, "在途")]
    with scope(COUNTY):
        (kept,) = Withholding.objects.all()
        assert (kept.person_id, kept.fen) == (dead, 10_000)
        seen = payments_of(world.households[0])[0]
    assert "暂缓成员份额 100.00 元" in seen.reason
    answer(world, batch)
    assert arrived(world) == 20_000


def test_what_watch_has_suspended_is_the_share(world, dead):
    suspend(world, dead, share=12_345)
    assert released(world).total_fen == 30_000 - 12_345 + 31_000


def test_a_household_of_one_is_held_entirely():
    world = county(2, people=1)
    record_death(world.payees[0])
    assert released(world).total_fen == 31_000
    with scope(COUNTY):
        assert Payable.objects.get(household=world.households[0]).held == stops.DEATH


def test_a_family_of_whom_all_are_dead_is_held_entirely(world):
    for person in covered_by(world.households[0]):
        record_death(person)
    assert released(world).total_fen == 31_000


def test_somebody_whom_the_award_does_not_count_takes_nothing_from_the_others(world):
    stranger = covered_by(world.households[1])[1]
    with arranging():
        from doudi.people.models import Member

        Member.objects.create(
            household_id=world.households[0], person_id=stranger, relation="其他",
            since=date(2020, 1, 1),
        )  # fmt: skip
    record_death(stranger)
    released(world)
    assert lines(world) == [("main", 30_000, 0, "在途")]
    assert lines(world, 1) == [("main", 31_000, 10_333, "在途")]


def test_a_cremation_alone_asks_for_a_check_and_holds_nothing(world):
    with arranging():
        Fact.objects.create(
            person_id=covered_by(world.households[0])[1], kind="cremation", valid_since=MAY_20,
            known_since=clock.business_now(), source="test:1",
        )  # fmt: skip
    assert released(world).total_fen == 61_000


def test_a_death_found_untrue_pays_the_share_as_a_line_of_its_own_once(world, dead):
    row = suspend(world, dead)
    answer(world, released(world))
    accrue_again(world)
    assert len(lines(world)) == 1  # nobody has checked yet
    checked(row, "不属实")
    for _ in range(3):
        accrue_again(world)
        accrue_again(world, JULY)
    assert sorted(lines(world)) == [
        ("main", 30_000, 0, "待编批"),
        ("main", 30_000, 10_000, "已到账"),
        ("sh", 10_000, 0, "待编批"),
    ]
    assert pay_what_waits(world).total_fen == 10_000
    accrue_again(world)
    assert arrived(world) == 30_000


def test_a_death_that_was_checked_and_found_untrue_holds_nothing(world, dead):
    suspend(world, dead, state="不属实")
    assert released(world).total_fen == 61_000


def test_a_death_told_again_after_the_check_holds_again(world, dead):
    suspend(world, dead, state="不属实")
    with arranging():
        Fact.objects.filter(person=dead, kind="death").update(
            known_since=clock.business_now() + timedelta(hours=1)
        )
    assert released(world).total_fen == 20_000 + 31_000


def test_a_death_indeed_lapses_what_came_after_it_and_pays_its_own_month(world):
    person = covered_by(world.households[0])[1]
    record_death(person, date(2022, 6, 10))
    row = suspend(world, person, died_on=date(2022, 6, 10))
    for month in (JUNE, JULY):
        answer(world, released(world, month))
    assert arrived(world) == 40_000
    checked(row, "属实")
    accrue_again(world)
    with scope(COUNTY):
        (back,) = Payable.objects.filter(line__startswith="sh")
        assert (back.month, back.fen, back.held) == ("2022-06", 10_000, "")
    pay_what_waits(world, JUNE)
    accrue_again(world, JULY)
    assert arrived(world) == 50_000
    assert released(world, JULY + 1).total_fen == 20_000 + 31_000


def test_a_death_known_between_approval_and_release_takes_the_line_out_and_the_next_part_pays_it(
    world,
):
    accrue_again(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    record_death(covered_by(world.households[0])[1], MAY_20)
    assert release_batch(batch.pk, by=world.releaser).total_fen == 31_000
    assert lines(world) == [("main", 30_000, 0, "暂缓")]
    assert pay_what_waits(world).total_fen == 20_000


def test_a_batch_sent_back_forgets_the_shares(world, dead):
    accrue_again(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    send_back_batch(batch.pk, "金额有误", by=world.approver)
    assert lines(world) == [("main", 30_000, 0, "待编批")]
    with scope(COUNTY):
        assert not Withholding.objects.exists()
    assert pay_what_waits(world).total_fen == 20_000 + 31_000


def fail_and_find_untrue(world, dead):
    """The bank could not pay the family's line, and then the death was found untrue."""
    row = suspend(world, dead)
    batch = released(world)
    answer(world, batch, failed=(world.reference(0),))
    checked(row, "不属实")
    with scope(COUNTY):
        failed = tuple(Payable.objects.filter(batch=batch).values_list("pk", flat=True))
    assert resubmit_failed(batch.pk, failed, by=world.maker) == 1


def test_the_second_try_of_a_failed_line_pays_the_whole_where_nothing_is_kept_back_now(world, dead):
    fail_and_find_untrue(world, dead)
    accrue_again(world)
    assert pay_what_waits(world).total_fen == 30_000
    accrue_again(world)
    assert arrived(world) == 30_000
    assert [name for name, *_ in lines(world)] == ["main", "redo"]


def test_months_after_a_death_of_which_the_share_was_kept_back_are_not_overpaid(world, dead):
    answer(world, released(world))
    assert find_overpaid(COUNTY, by=world.maker.__class__.system(COUNTY)) == 0


def test_the_number_of_statements_does_not_grow_with_the_shares(world, dead):
    def statements(month):
        accrue_again(world, month)
        with CaptureQueriesContext(connection) as captured:
            make_batch(COUNTY, SCHEME, month, by=world.maker)
        return len(captured)

    few = statements(JUNE)
    record_death(covered_by(world.households[1])[1], MAY_20)
    assert statements(JULY) == few


def wrong_sums(world, dead):
    """A month in which one line fails and one death waits: everything that is not as it ought."""
    other = covered_by(world.households[1])[1]
    record_death(other, MAY_20)
    batch = released(world)
    answer(world, batch, failed=(world.reference(0),))
    accrue_again(world)
    waiting = (arrived(world), arrived(world, 1), len(lines(world)), len(lines(world, 1)))
    with arranging():
        Fact.objects.filter(person=dead).update(known_before=clock.business_now())
    accrue_again(world)
    return [] if (waiting, len(lines(world))) == ((0, 20_667, 1, 1), 1) else [waiting]


def test_a_share_waits_for_its_check_and_for_the_payment_of_which_it_was_kept(world, dead):
    assert wrong_sums(world, dead) == []


PLANTED = {
    "another sum is kept back than is noted": (
        "_TOTAL", ("set kept_fen = w.fen", "set kept_fen = 1"),
    ),
    "a share is given back before anybody checked": (
        "_GIVE_BACK", ("(h.person_id is null or", "(true or"),
    ),
    "a share is given back although the payment failed": (
        "_GIVE_BACK", ("t.kind = 'post'", "true"), ("kind in ('void', 'back')", "kind = 'back'"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED.values(), ids=list(PLANTED))
def test_a_planted_bug_pays_another_sum(world, dead, monkeypatch, plant):
    name, *replaced = plant
    planted = getattr(shares, name)
    for old, new in replaced:
        assert old in planted
        planted = planted.replace(old, new)
    monkeypatch.setattr(shares, name, planted)
    with pytest.raises(AssertionError):
        assert wrong_sums(world, dead) == []
