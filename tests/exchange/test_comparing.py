"""A list beside the one before: who is new, gone, changed, worse; what has not come at all."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import scope
from doudi.exchange import intake
from doudi.exchange.comparing import CHANGED, GONE, NEW, SAME, WORSE, Changes, compare, late
from doudi.exchange.comparing import people_of as people_in
from doudi.kernel import clock
from tests.arrange import COUNTY
from tests.exchange.arrange import REVIEWER, facts_now, register, send
from tests.exchange.lists import pensions
from tests.exchange.samples import TODAY, as_csv, good_table, record, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


def compared(delivery):
    with scope(COUNTY):
        return compare(delivery)


def two_months():
    known = register(range(1, 8))
    send(pensions(range(1, 7)), period="2022-04")
    may = send(
        pensions(
            range(2, 8),
            n2={"月待遇金额": "99.00"},
            n3={"月待遇金额": "999.00"},
            n4={"发放状态": "停发"},
        ),
        period="2022-05",
    )
    return known, may


def test_each_person_stands_in_one_verdict_by_what_the_files_say_of_them():
    known, may = two_months()
    two = compared(may)
    assert two.counts == {NEW: 1, GONE: 1, CHANGED: 1, WORSE: 2, SAME: 2}
    assert (two.period_before, two.period, two.most_are_gone) == ("2022-04", "2022-05", False)
    with scope(COUNTY):
        assert people_in(two, NEW) == [known[7]]
        assert people_in(two, GONE) == [known[1]]
        assert people_in(two, CHANGED) == [known[3]]
        assert people_in(two, WORSE) == [known[2], known[4]]
        told = {each.person_id: (each.was, each.now) for each in Changes(two, WORSE)}
    assert told == {
        known[2]: ("养老金 122.36 元", "养老金 99.00 元"),
        known[4]: ("养老金 124.36 元", "养老金 124.36 元（已终止）"),
    }


def test_whoever_is_gone_keeps_what_was_known():
    known, may = two_months()
    assert compared(may).counts[GONE] == 1
    assert [fact for fact in facts_now() if fact[0] == known[1]], "silence ends nothing"


def test_the_same_list_a_month_later_changes_nobody_whatever_the_order():
    register(range(1, 6))
    send(pensions(range(1, 6), "202204"), period="2022-04")
    may = send(pensions(reversed(range(1, 6)), "202205"), period="2022-05")
    assert compared(may).counts == {SAME: 5}


def test_a_period_that_came_in_two_files_is_one_list():
    register(range(1, 7))
    send(pensions(range(1, 4)), period="2022-04")
    send(pensions(range(4, 7)), period="2022-04")
    may = send(pensions(range(1, 7), "202205"), period="2022-05")
    assert compared(may).counts == {SAME: 6}


def test_a_withdrawn_list_is_no_list():
    register(range(1, 4))
    april = send(pensions(range(1, 4)), period="2022-04")
    may = send(pensions(range(1, 3), "202205"), period="2022-05")
    assert compared(may).counts == {SAME: 2, GONE: 1}
    intake.withdraw(april.pk, "送错", by=REVIEWER)
    assert compared(may) is None


def test_of_events_nobody_can_be_gone():
    register((1, 2))
    send(as_csv(good_table("medical", 2)), "medical", "2022-04")
    may = send(as_csv(table("medical", [record("medical", 1)])), "medical", "2022-05")
    assert compared(may) is None


def test_a_list_that_lost_most_of_its_people_is_itself_in_doubt():
    register(range(1, 6))
    send(pensions(range(1, 6)), period="2022-04")
    may = send(pensions((1, 2), "202205"), period="2022-05")
    assert compared(may).most_are_gone


def test_the_number_of_queries_does_not_depend_on_the_number_of_people():
    counts = []
    for many in (5, 60):
        register(range(100 * many, 100 * many + many))
        numbers = range(100 * many, 100 * many + many)
        send(pensions(numbers), period=f"20{many:02d}-04")
        may = send(pensions(list(numbers)[1:], "202205"), period=f"20{many:02d}-05")
        with CaptureQueriesContext(connection) as told:
            two = compared(may)
            with scope(COUNTY):
                list(Changes(two, GONE)[0:50])
        counts.append(len(told))
    assert counts[0] == counts[1] < 20


def test_late_is_not_nobody_and_only_what_came_before_is_expected():
    register((1,))
    send(pensions((1,)), period="2022-04")
    send(as_csv(good_table("lifted", 1)), "lifted", "2022-03")
    with scope(COUNTY):
        assert late(date(2022, 5, 31)) == []
        (one,) = late(date(2022, 6, 1))
        assert (one.label, one.last, one.missing) == ("人社养老金", "2022-04", "2022-05")
        assert [each.missing for each in late(date(2022, 7, 1))] == ["2022-05", "2022-06"]
