"""What the money pages say of a month: due, arrived, failed, under way, held; nothing twice."""

from datetime import date, datetime

import pytest

from doudi.base.access import scope
from doudi.base.models import Task
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import fund_queries, raise_queries
from doudi.payments.accrual import accrue
from doudi.payments.corrections import resubmit_failed
from doudi.payments.funds import AllotmentFacts, confirm_allotment, enter_allotment, funds_of
from doudi.payments.glance import Standing, month_glance
from doudi.payments.models import Payable
from doudi.payments.raises import RaiseFacts, confirm_raise, enter_raise
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, arranging
from tests.payments.owing import JUNE, answer, county, paid, staff
from tests.payments.world import SCHEME, released

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june():
    with clock.business_at(datetime(2022, 6, 20, 9, tzinfo=clock.SHANGHAI)):
        yield


def seen(month=JUNE, scheme="", place=COUNTY):
    with scope(place):
        return month_glance(place, month, scheme)


def adds_up(one: Standing) -> bool:
    parts = one.paid + one.failed + one.under_way + one.waiting + one.held
    return one.due == parts and one.outstanding == one.due - one.paid


def test_a_month_adds_up_in_every_state_by_scheme_and_by_township():
    world = county(4)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    whole = seen().whole
    assert (whole.lines, whole.due, whole.waiting) == (4, world.total, world.total)
    batch = released(world, JUNE)
    assert seen().whole.under_way == world.total
    answer(world, batch, failed=(world.reference(0),))
    told = seen()
    assert (told.whole.paid, told.whole.failed) == (world.total - world.fen[0], world.fen[0])
    assert all(adds_up(one) for one in (told.whole, *told.by_scheme, *told.by_township))
    assert [one.name for one in told.by_scheme] == [SCHEME]
    assert [one.name for one in told.by_township] == [TOWNSHIP]


def test_a_line_made_due_again_is_counted_once():
    world = county(2)
    batch = released(world, JUNE)
    answer(world, batch, failed=(world.reference(0),))
    with scope(COUNTY):
        failed = Payable.objects.get(reference=world.reference(0)).pk
    resubmit_failed(batch.pk, (failed,), by=world.maker)
    whole = seen().whole
    assert (whole.lines, whole.due, whole.failed) == (2, world.total, 0)
    assert whole.waiting + whole.held == world.fen[0]
    assert adds_up(whole)


def test_another_scheme_another_month_and_another_township_are_not_in_it():
    world = county(2)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    with arranging():
        Payable.objects.filter(household=world.households[1]).update(place=OTHER_TOWNSHIP)
    assert seen(scheme="特困").whole.lines == 0
    assert seen(month=Month(2022, 7)).whole.lines == 0
    assert seen(place=TOWNSHIP).whole.due == world.fen[0]
    assert [one.name for one in seen().by_township] == sorted((TOWNSHIP, OTHER_TOWNSHIP))


@pytest.mark.parametrize("count", [2, 12])
def test_a_month_is_one_question_whatever_its_size(count, django_assert_num_queries):
    world = county(count)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    with scope(COUNTY), django_assert_num_queries(1):
        assert month_glance(COUNTY, JUNE).whole.lines == count


# -- where the money comes from


def allot(world, fen, source, schemes=(), document="甘财社〔2022〕1号", purpose="救助"):
    facts = AllotmentFacts(document, source, 2022, fen, date(2022, 6, 1), purpose, schemes)
    row = enter_allotment(COUNTY, facts, by=world.maker)
    return confirm_allotment(row.pk, by=world.approver)


def uses():
    with scope(COUNTY):
        return [
            (one.source, one.scheme, one.month, one.drawn, one.posted, one.pended, one.back)
            for one in fund_queries.uses(COUNTY)
        ]


def test_what_a_batch_holds_of_each_source_follows_the_bank():
    world = county(2)  # 300.00 and 310.00
    allot(world, 400_00, "中央")
    allot(world, 1_000_00, "省级")
    batch = released(world, JUNE)
    assert sorted(uses()) == [
        ("中央", SCHEME, "2022-06", 400_00, 0, 400_00, 0),
        ("省级", SCHEME, "2022-06", 210_00, 0, 210_00, 0),
    ]
    answer(world, batch, failed=(world.reference(0),))
    assert sorted(uses()) == [
        ("中央", SCHEME, "2022-06", 400_00, 310_00, 0, 90_00),
        ("省级", SCHEME, "2022-06", 210_00, 0, 0, 210_00),
    ]
    with scope(COUNTY):
        left = fund_queries.left_by_source(COUNTY)
    assert (left["中央"], left["省级"]) == (90_00, 1_000_00)
    for source, *_, drawn, posted, pended, back in uses():
        assert drawn == posted + pended + back, source


def test_what_is_available_says_for_what_it_may_be_spent():
    world = county(1)
    allot(world, 100, "中央", ("特困",))
    allot(world, 200, "中央", document="甘财社〔2022〕2号")
    allot(world, 400, "县级", purpose="服务")
    with scope(COUNTY):
        told = {one.name: one for one in fund_queries.available(funds_of(COUNTY))}
    assert (told["低保"].by_source["中央"], told["特困"].by_source["中央"]) == (200, 300)
    assert told["低保"].by_source["县级"] == 0
    assert told["只用于服务"].total == told["只用于服务"].by_source["县级"] == 400
    assert told["全部余额"].total == 700


def test_an_allotment_waits_in_the_approvers_work_until_it_is_confirmed():
    world = county(1)
    facts = AllotmentFacts("甘财社〔2022〕1号", "中央", 2022, 100, date(2022, 6, 1))
    row = enter_allotment(COUNTY, facts, by=world.maker)
    with scope(COUNTY):
        task = Task.objects.get(subject=f"payments.fund:{row.pk}")
        assert (task.role, task.done_at) == ("finance_approver", None)
    confirm_allotment(row.pk, by=world.approver)
    with scope(COUNTY):
        assert Task.objects.get(pk=task.pk).done_at is not None


# -- raised standards


def test_a_raise_shows_its_steps_and_what_became_of_each_month(django_assert_num_queries):
    world = county(2, people=3)
    january, february = Month(2022, 1), Month(2022, 2)
    paid(world, january, february)
    reviewer, leader = staff("county_reviewer", "审核甲"), staff("county_leader", "领导乙")
    facts = RaiseFacts(SCHEME, date(2022, 1, 1), date(2022, 4, 18), "甘民发〔2022〕30号")
    row = enter_raise(COUNTY, facts, by=reviewer)
    with scope(COUNTY):
        assert Task.objects.get(subject=f"payments.raise:{row.pk}").role == "county_leader"
        (one,) = raise_queries.with_steps(raise_queries.raises())
        assert one.months == ()
        assert one.steps
        assert all(step.gain_fen > 0 for step in one.steps)
    confirm_raise(row.pk, by=leader)
    answer(world, released(world, january))
    with scope(COUNTY):
        assert Task.objects.get(subject=f"payments.raise:{row.pk}").done_at is not None
        with django_assert_num_queries(3):
            (one,) = raise_queries.with_steps(raise_queries.raises())
    assert [(m.month, m.lines, m.fen, m.paid_fen) for m in one.months] == [
        ("2022-01", 2, 24_000, 24_000), ("2022-02", 2, 24_000, 0),
    ]  # fmt: skip
