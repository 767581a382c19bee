"""A withdrawn delivery takes back what rested on it alone, and lets the corrected file speak."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base import worklist
from doudi.base.access import Actor, scope
from doudi.base.models import Task
from doudi.exchange.intake import withdraw
from doudi.people.facts import FactValue
from doudi.people.models import ChainEvent
from doudi.watch import loop
from doudi.watch.consumers import take_back
from doudi.watch.models import Alert, AlertHit, Suspension, Verdict
from doudi.watch.precision import precision
from doudi.watch.queries import hits_of
from doudi.watch.scan import scan
from doudi.watch.withdrawals import withdraw_grounds
from tests.arrange import COUNTY, TOWNSHIP, actor
from tests.watch.examples import delivery, visit
from tests.watch.village import (
    PERIOD,
    Somebody,
    benefit,
    certificate,
    death,
    families,
    family,
    stay,
    tell,
)

pytestmark = pytest.mark.django_db

CLERK = actor("township_clerk", TOWNSHIP)
REVIEWER = actor("county_reviewer")


@pytest.fixture(autouse=True)
def seen():
    with scope(COUNTY):
        yield


def run() -> None:
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))


def take(number: int, reason: str = "医保部门重传") -> None:
    withdraw(number, reason, by=REVIEWER)
    worklist.drain()


def test_an_alert_that_rests_on_the_delivery_alone_is_closed_with_the_reason():
    number = delivery()
    family(Somebody(news=[stay(11000)]), delivery=number)
    run()
    take(number)
    alert = Alert.objects.get()
    assert alert.state == "已关闭"
    assert alert.withdrawn_why == ("来文“住院.csv”已撤回（撤回原因：医保部门重传；收回事实 1 条）")
    assert Task.objects.filter(done_at=None).count() == 0
    assert ChainEvent.objects.order_by("-id")[0].title.startswith("预警撤销：来文“住院.csv”已撤回")


def test_what_was_withdrawn_says_nothing_about_how_right_an_indicator_is():
    number = delivery()
    family(Somebody(news=[stay(11000)]), delivery=number)
    run()
    take(number)
    assert not Verdict.objects.exists()
    assert precision() == []


def test_the_corrected_file_raises_the_alert_again():
    """The same settlement in the second file must not be taken for one that fired already."""
    number, second = delivery(), delivery()
    home = family(Somebody(news=[stay(11000)]), delivery=number)
    run()
    take(number)
    right = FactValue("medical.self_pay", "J1", 1200000, valid_since=date(2022, 5, 17))
    tell(home.people[0], right, source=f"delivery:{second}:1")
    run()
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert (
        AlertHit.objects.filter(indicator="R02", withdrawn=False)
        .get()
        .sentence.startswith("2022-05-17 出院，个人自付 12,000.00 元")
    )


def test_an_alert_with_other_grounds_stays_lighter_and_not_milder():
    number, second = delivery(), delivery()
    home = family(Somebody(news=[stay(11000)]), delivery=number)
    severe = FactValue("disability", "证", code="42", valid_since=date(2022, 5, 10))
    tell(home.people[0], severe, source=f"delivery:{second}:1")
    run()
    before = Alert.objects.get()
    assert (before.score, before.colour) == (70, "橙")
    take(number)
    alert = Alert.objects.get()
    assert (alert.score, alert.colour, alert.closed_at) == (40, "橙", None)
    assert (alert.visit_due, alert.close_due) == (before.visit_due, before.close_due)
    assert [hit.indicator for hit in hits_of(alert.pk)] == ["R09"]
    assert not any(words.startswith("R02") for words, _ in alert.arithmetic)


def test_a_visited_alert_stays_and_is_told():
    number = delivery()
    family(Somebody(news=[stay(11000), certificate("42")]), delivery=number)
    run()
    alert = Alert.objects.get().pk
    loop.receive_alert(alert, by=CLERK)
    loop.report_check(alert, visit(), "住院属实", "属实", "A1", True, by=CLERK)
    take(number)
    row = Alert.objects.get()
    assert (row.state, row.withdrawn_why) == ("待处置", "")
    assert ChainEvent.objects.order_by("-id")[0].title.startswith("预警依据撤回，已走访的照常办理")
    loop.close_alert(alert, by=CLERK)
    assert set(Verdict.objects.values_list("indicator", flat=True)) == {"R02", "R09"}


def test_alerts_of_other_deliveries_are_left_alone_even_of_numbers_that_begin_alike():
    number = delivery()
    family(Somebody(news=[stay(11000)]), delivery=number * 10 + 1)
    family(Somebody(news=[stay(11000)]), delivery=number)
    run()
    take(number)
    assert Alert.objects.filter(closed_at=None).count() == 1


def test_a_suspended_share_is_paid_again_when_the_list_of_the_dead_is_withdrawn():
    number = delivery()
    family(
        Somebody(known=[benefit("低保", 1000)]),
        Somebody(birth=date(1940, 1, 1), news=[death()]), delivery=number,
    )  # fmt: skip
    run()
    worklist.drain()
    assert Suspension.objects.get().state == "待核"
    take(number)
    row = Suspension.objects.get()
    assert row.state == "依据撤回"
    assert "医保部门重传" in row.finding
    assert not Task.objects.filter(done_at=None).exists()


def test_the_work_row_run_twice_takes_back_once():
    number = delivery()
    family(Somebody(news=[stay(11000)]), delivery=number)
    run()
    take(number)
    before = list(Alert.objects.values_list()), ChainEvent.objects.count()
    take_back(delivery_id=number, place=COUNTY, period=PERIOD)
    assert (list(Alert.objects.values_list()), ChainEvent.objects.count()) == before


def _statements(count: int) -> int:
    number = delivery()
    families([(Somebody(news=[stay(11000)]),)] * count, delivery=number)
    run()
    withdraw(number, "重传", by=REVIEWER)
    with CaptureQueriesContext(connection) as asked:
        withdraw_grounds(number, by=Actor.system(COUNTY))
    return len(asked)


def test_taking_back_two_hundred_alerts_asks_as_often_as_taking_back_two():
    assert _statements(2) == _statements(200)
