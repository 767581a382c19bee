"""A standard raised from a past month: the difference of every month, once, beside what was."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doudi.base.access import Actor, scope
from doudi.cases.models import Award, Decision
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import raised_lines
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Payable, RaiseStep
from doudi.payments.problems_price import (
    NothingRaised,
    RaiseConfirmed,
    RaiseKnown,
    SchemeNotRaised,
)
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.queries import balanced, failed_payables
from doudi.payments.raises import RaiseFacts, Step, confirm_raise, enter_raise, steps_of
from tests.arrange import COUNTY, arranging
from tests.payments.owing import answer, county, paid, staff
from tests.payments.world import SCHEME

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (Month(2022, month) for month in (1, 2, 3, 4))
FACTS = RaiseFacts(SCHEME, date(2022, 1, 1), date(2022, 4, 18), "甘民发〔2022〕30号")


@pytest.fixture(autouse=True)
def april():
    with clock.business_at(datetime(2022, 4, 20, 9, tzinfo=clock.SHANGHAI)):
        yield


@pytest.fixture
def reviewer():
    return staff("county_reviewer", "审核甲")


@pytest.fixture
def leader():
    return staff("county_leader", "领导乙")


def raised(reviewer, leader, facts=FACTS):
    return confirm_raise(enter_raise(COUNTY, facts, by=reviewer).pk, by=leader)


def added(world, index=0):
    with scope(COUNTY):
        rows = Payable.objects.filter(household=world.households[index], line__startswith="up")
        return list(rows.order_by("month", "line").values_list("month", "fen"))


def decided_with(index, world, trace, on=date(2021, 12, 1)):
    """What the decision of a household's award says of the figures that it used."""
    with arranging():
        award = Award.objects.get(household=world.households[index])
        old = Decision.objects.get(pk=award.decision_id)
        old.pk, old.round, old.trace, old.decided_on = None, 2, {"trace": trace}, on
        old._state.adding = True
        old.save()
        Award.objects.filter(pk=award.pk).update(decision=old)


def test_what_is_gained_is_the_new_figure_less_the_old_by_the_rules():
    with arranging():
        steps = steps_of(COUNTY, date(2022, 1, 1))
    assert Step(False, "差额", 39_900, 43_900) in steps
    assert Step(True, "差额", 62_300, 67_300) in steps
    assert all(step.old_fen < step.new_fen for step in steps)


def test_every_month_since_gets_its_difference_and_the_old_lines_stay(reviewer, leader):
    world = county(2, people=3)
    paid(world, JANUARY, FEBRUARY, MARCH)
    with scope(COUNTY):
        before = list(Payable.objects.order_by("reference").values_list("reference", "fen"))
    row = raised(reviewer, leader)
    assert added(world) == [("2022-01", 12_000), ("2022-02", 12_000), ("2022-03", 12_000)]
    assert (row.lines, row.fen) == (6, 6 * 12_000)
    with scope(COUNTY):
        after = Payable.objects.filter(line="main").order_by("reference")
        assert list(after.values_list("reference", "fen")) == before


def test_later_months_get_theirs_when_they_are_accrued_and_again_changes_nothing(reviewer, leader):
    world = county(1)
    paid(world, JANUARY)
    raised(reviewer, leader)
    accrue(COUNTY, SCHEME, APRIL, by=world.maker)
    accrue(COUNTY, SCHEME, APRIL, by=world.maker)
    accrue(COUNTY, SCHEME, JANUARY, by=world.maker)
    assert added(world) == [("2022-01", 4_000), ("2022-04", 4_000)]
    with scope(COUNTY):
        assert not Payable.objects.exclude(held="").exists()


def test_months_before_the_raise_get_nothing(reviewer, leader):
    world = county(1)
    with arranging():
        Award.objects.update(since=date(2021, 11, 1))
    paid(world, Month(2021, 12))
    raised(reviewer, leader)
    assert added(world) == []


def test_the_differences_are_paid_as_a_second_part_of_each_month(reviewer, leader):
    world = county(2)
    paid(world, JANUARY, FEBRUARY)
    row = raised(reviewer, leader)
    for month in (JANUARY, FEBRUARY):
        batch = make_batch(COUNTY, SCHEME, month, by=world.maker)
        approve_batch(batch.pk, by=world.approver)
        batch = release_batch(batch.pk, by=world.releaser)
        answer(world, batch)
        assert (batch.part, batch.total_fen) == (2, 8_000)
    with scope(COUNTY):
        assert balanced().holds
        names = Payable.objects.filter(month="2022-01").order_by("reference")
        assert f"DB:H{world.households[0]}:2022-01:up{row.pk}" in {n.reference for n in names}


def test_a_difference_that_the_bank_could_not_pay_is_paid_by_a_line_of_its_own(reviewer, leader):
    world = county(1)
    paid(world, JANUARY)
    row = raised(reviewer, leader)
    name = f"DB:H{world.households[0]}:2022-01:up{row.pk}"
    batch = make_batch(COUNTY, SCHEME, JANUARY, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    release_batch(batch.pk, by=world.releaser)
    answer(world, batch, failed=(name,))
    with scope(COUNTY):
        (failed,) = failed_payables(batch.pk)
    assert resubmit_failed(batch.pk, (failed.pk,), by=world.maker) == 1
    assert resubmit_failed(batch.pk, (failed.pk,), by=world.maker) == 0
    with scope(COUNTY):
        again = Payable.objects.get(reference=f"{name}r1")
        assert (again.fen, again.line, again.held) == (4_000, f"up{row.pk}r1", "")
        assert not failed_payables(batch.pk).exists()


def test_a_failed_main_line_is_not_made_good_by_a_difference(reviewer, leader):
    from tests.payments.world import released

    world = county(1)
    batch = released(world, JANUARY)
    answer(world, batch, failed=(world.reference(0, JANUARY),))
    raised(reviewer, leader)
    with scope(COUNTY):
        (failed,) = failed_payables(batch.pk)
    assert resubmit_failed(batch.pk, (failed.pk,), by=world.maker) == 1


def test_an_award_decided_by_the_new_figure_gets_no_difference(reviewer, leader):
    world = county(3)
    new = [{"name": "低保标准", "since": "2022-01-01", "shown": "439.00 元"}]
    old = [{"name": "低保标准", "since": "2021-01-01", "shown": "399.00 元"}]
    decided_with(0, world, new)
    decided_with(1, world, old, on=date(2022, 4, 19))  # the trace speaks, not the day
    decided_with(2, world, [], on=date(2022, 4, 19))
    paid(world, JANUARY)
    raised(reviewer, leader)
    assert [bool(added(world, index)) for index in range(3)] == [False, True, False]


def test_a_raise_that_forgets_who_has_the_new_figure_already_is_caught(
    reviewer, leader, monkeypatch
):
    """The planted bug: everybody gets the difference, also those whose award contains it."""
    planted = raised_lines._ADD.replace(raised_lines._BY_OLD, "true")
    assert planted != raised_lines._ADD
    monkeypatch.setattr(raised_lines, "_ADD", planted)
    with pytest.raises(AssertionError):
        test_an_award_decided_by_the_new_figure_gets_no_difference(reviewer, leader)


def test_classes_gain_what_their_class_gains(reviewer, leader):
    world = county(2, people=2)
    for index, class_ in enumerate(("一类", "三类")):
        decided_with(
            index,
            world,
            [
                {"name": "低保计发方式", "shown": "分档"},
                {"name": "评定类别", "shown": class_},
                {"name": "低保分档标准", "since": "2021-01-01"},
            ],
        )
    paid(world, JANUARY)
    row = enter_raise(COUNTY, FACTS, by=reviewer)
    with arranging():
        RaiseStep.objects.filter(standard_raise=row, urban=False).exclude(code="差额").delete()
        RaiseStep.objects.create(
            standard_raise=row, urban=False, code="一类", old_fen=40_000, new_fen=43_200
        )
    confirm_raise(row.pk, by=leader)
    assert added(world, 0) == [("2022-01", 6_400)]
    assert added(world, 1) == []


def test_an_ended_award_gets_no_difference_for_months_after_its_end(reviewer, leader):
    world = county(1)
    paid(world, JANUARY, FEBRUARY)
    with arranging():
        Award.objects.update(before=date(2022, 2, 1))
    raised(reviewer, leader)
    assert added(world) == [("2022-01", 4_000)]


def test_nothing_is_added_before_a_second_person_has_confirmed(reviewer, leader):
    world = county(1)
    paid(world, JANUARY)
    row = enter_raise(COUNTY, FACTS, by=reviewer)
    accrue(COUNTY, SCHEME, JANUARY, by=world.maker)
    assert added(world) == []
    both = Actor(reviewer.user_id, "甲", "county_leader", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        confirm_raise(row.pk, by=both)
    with (
        pytest.raises(IntegrityError, match="a_raise_is_confirmed_by_another_person"),
        transaction.atomic(),
        arranging(),
    ):
        type(row).objects.update(confirmed_by=reviewer.user_id)
    confirm_raise(row.pk, by=leader)
    with pytest.raises(RaiseConfirmed):
        confirm_raise(row.pk, by=leader)


def test_the_same_raise_is_found_and_another_from_the_same_day_refused(reviewer):
    assert enter_raise(COUNTY, FACTS, by=reviewer) == enter_raise(COUNTY, FACTS, by=reviewer)
    with pytest.raises(RaiseKnown, match="甘民发〔2022〕30号"):
        enter_raise(
            COUNTY, RaiseFacts(SCHEME, FACTS.since, FACTS.announced_on, "别的"), by=reviewer
        )


def test_a_day_on_which_nothing_rises_and_another_scheme_are_refused_in_words(reviewer):
    for scheme, since, problem in (
        (SCHEME, date(2022, 3, 1), NothingRaised),
        ("价格临时补贴", date(2022, 1, 1), SchemeNotRaised),
    ):
        with pytest.raises(problem):
            enter_raise(COUNTY, RaiseFacts(scheme, since, since, "文"), by=reviewer)


def test_confirming_takes_as_many_questions_for_forty_households_as_for_four(reviewer, leader):
    counts = []
    for count, first, since in ((4, 0, date(2022, 1, 1)), (40, 100, date(2021, 1, 1))):
        world = county(count, first=first)
        accrue(COUNTY, SCHEME, JANUARY, by=world.maker)
        row = enter_raise(
            COUNTY, RaiseFacts(SCHEME, since, date(2022, 4, 18), f"文{count}"), by=reviewer
        )
        with CaptureQueriesContext(connection) as asked:
            assert confirm_raise(row.pk, by=leader).lines >= count
        counts.append(len(asked))
    assert counts[0] == counts[1]
