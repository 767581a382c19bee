"""What is printed and published of payments, and what is late."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.base.access import scope
from doudi.kernel import clock
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.models import Batch, Payable
from doudi.payments.public import PlaceTotal, cover_sheet, late_lines, published_totals, together
from doudi.payments.reconcile import receive_return
from tests.arrange import COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, actor, arranging
from tests.payments.world import JUNE, SCHEME, add_households, released


def total(k, lines):
    return PlaceTotal(f"62052110{k:04d}", lines, 100 * lines + k)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.integers(1, 6), max_size=8))
def test_published_totals_lose_nobody_and_never_tell_of_fewer_than_allowed(sizes):
    rows = [total(k, lines) for k, lines in enumerate(sizes)]
    shown = together(rows, 3)
    assert all(row.lines >= 3 for row in shown)
    if sum(sizes) >= 3:
        assert sum(row.lines for row in shown) == sum(sizes)
        assert sum(row.fen for row in shown) == sum(row.fen for row in rows)
    else:
        assert shown == []


def test_a_single_small_place_cannot_be_found_by_subtraction():
    """The next smallest joins it, so that "others" is never one family."""
    shown = together([total(1, 1), total(2, 5), total(3, 9)], 3)
    assert [(row.place, row.lines) for row in shown] == [(total(3, 9).place, 9), ("", 6)]


@pytest.fixture
def world(db):
    return add_households(4)


@pytest.fixture
def batch(world):
    return released(world)


def answer(world, batch, results):
    lines = [
        ReturnLine(0, world.reference(k), paid, world.fen[k], "" if paid else "已销户")
        for k, paid in results.items()
    ]
    receive_return(batch.pk, build_return(batch.number, lines), "x", by=world.maker)


def test_the_cover_sheet_adds_up_and_names_digest_and_checkpoint(
    world, batch, django_assert_num_queries
):
    answer(world, batch, {0: True, 1: False})
    with scope(world.maker), django_assert_num_queries(5):
        sheet = cover_sheet(batch.pk)
    assert sheet.adds_up
    assert sheet.townships == (PlaceTotal(TOWNSHIP, 4, world.total),)
    assert sheet.seen.batch.digest == batch.digest
    assert (sheet.seen.paid_fen, sheet.seen.failed_fen) == (world.fen[0], world.fen[1])
    assert sheet.checkpoint is not None


def test_a_total_that_was_changed_afterwards_does_not_add_up(world, batch):
    with arranging():
        Batch.objects.filter(pk=batch.pk).update(total_fen=1)
    with scope(world.maker):
        assert not cover_sheet(batch.pk).adds_up


def test_the_cover_sheet_of_another_county_is_not_there(world, batch):
    with scope(actor("finance_maker", OTHER_COUNTY, 9)):
        assert cover_sheet(batch.pk) is None


def test_only_what_arrived_is_published(world, batch, django_assert_num_queries):
    answer(world, batch, {0: True, 1: False, 2: True, 3: True})
    fen = world.fen[0] + world.fen[2] + world.fen[3]
    with scope(world.maker):
        with django_assert_num_queries(1):
            assert published_totals(COUNTY, SCHEME, JUNE) == [PlaceTotal(TOWNSHIP, 3, fen)]
        assert published_totals(COUNTY, SCHEME, JUNE, by_village=True) == [
            PlaceTotal(VILLAGE, 3, fen)
        ]
        assert published_totals(OTHER_COUNTY, SCHEME, JUNE) == []


def test_what_has_not_arrived_is_late_after_so_many_days_with_its_state_and_reason(
    world, batch, django_assert_num_queries
):
    answer(world, batch, {0: True, 1: False})
    now = clock.business_now()

    def late():
        with scope(world.maker), django_assert_num_queries(1):
            return {line.household_id: (line.outcome, line.bank_reason) for line in late_lines(15)}

    with clock.business_at(now + timedelta(days=14, hours=23)):
        assert late() == {}
    with clock.business_at(now + timedelta(days=15, minutes=1)):
        assert late() == {
            world.households[1]: ("发放失败", "已销户"),
            world.households[2]: ("在途", None),
            world.households[3]: ("在途", None),
        }


def test_a_failed_line_that_was_made_good_is_not_late_itself(world, batch):
    from doudi.payments.corrections import resubmit_failed

    answer(world, batch, {0: True, 1: False, 2: True, 3: True})
    with scope(world.maker):
        failed = tuple(Payable.objects.values_list("pk", flat=True))
    resubmit_failed(batch.pk, failed, by=world.maker)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    with clock.business_at(clock.business_now() + timedelta(days=40)), scope(world.maker):
        assert [line.line for line in late_lines(15)] == ["redo1"]
