"""Where the month stands: from hits to help by township; how right each colour and place was."""

from datetime import date, timedelta

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.kernel import clock
from doudi.people.visits import VisitFacts
from doudi.watch import funnel, loop, precision, register_queries
from doudi.watch.models import Alert, Verdict
from doudi.watch.register import refresh
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor, arranging
from tests.watch.village import (
    PERIOD,
    TODAY,
    Somebody,
    benefit,
    certificate,
    families,
    family,
    state,
    stay,
)

pytestmark = pytest.mark.django_db

CLERK = actor("township_clerk", TOWNSHIP)
OTHER_VILLAGE = f"{OTHER_TOWNSHIP[:9]}201"


def visit() -> VisitFacts:
    return VisitFacts(
        purpose="预警核查", manner="入户", visited_at=clock.business_now(), visitors=("王强",),
        findings="住院",
    )  # fmt: skip


def checked(verdict: str, disposal: str, told: bool = True) -> int:
    home = family(Somebody(news=[stay(11000), certificate("42")]))
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(NATION):
        alert = Alert.objects.get(household_id=home.id).pk
    loop.receive_alert(alert, by=CLERK)
    loop.report_check(alert, visit(), "看过", verdict, disposal, told, by=CLERK)
    return alert


def standing(on: date = TODAY, **told: object) -> dict[str, funnel.Stages]:
    with scope(COUNTY):
        return {one.place: one for one in funnel.funnel(COUNTY, on, **told)}


def test_each_township_has_its_numbers_from_hits_to_help():
    family(Somebody(news=[stay(11000)]), place=OTHER_VILLAGE)
    loop.close_alert(checked("属实", "A1"), by=CLERK)
    loop.close_alert(checked("不属实", "A0"), by=CLERK)
    loop.hand_to(checked("部分属实", "A2"), "cases.case:7", by=CLERK)
    told = standing()
    here = told[TOWNSHIP]
    assert [count for _, count in here.steps()] == [3, 3, 3, 2, 2, 1]
    assert (here.hits, here.closed, here.overdue) == (6, 2, 0)
    assert [count for _, count in told[OTHER_TOWNSHIP].steps()] == [1, 0, 0, 0, 0, 0]
    whole = funnel.together(list(told.values()))
    assert (whole.alerts, whole.helped) == (4, 1)


def test_what_is_past_a_term_is_counted_by_place_and_by_whom_nobody_took():
    checked("属实", "A1")
    family(Somebody(news=[stay(11000)]), place=OTHER_VILLAGE)
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    late = standing(TODAY + timedelta(days=120))
    assert (late[TOWNSHIP].overdue, late[TOWNSHIP].late_to_receive) == (1, 0)
    assert (late[OTHER_TOWNSHIP].overdue, late[OTHER_TOWNSHIP].late_to_receive) == (1, 1)


def test_a_month_can_be_looked_at_alone_and_withdrawn_alerts_do_not_count():
    family(Somebody(news=[stay(11000)]))
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    assert standing(period="2022-04") == {}
    assert standing(period=PERIOD)[TOWNSHIP].alerts == 1
    with scope(COUNTY):
        assert funnel.periods() == [PERIOD]
    with arranging():
        Alert.objects.update(
            withdrawn_why="来文撤回", closed_at=clock.business_now(), state="已关闭"
        )
    assert standing() == {}


def test_the_funnel_takes_two_statements_however_many_alerts(django_assert_num_queries):
    families([(Somebody(news=[stay(11000)]),) for _ in range(30)])
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(COUNTY), django_assert_num_queries(2):
        funnel.funnel(COUNTY, TODAY)


def judged(alert: int, verdict: str, colour: str, place: str, *, helped: bool = False) -> None:
    with arranging():
        for indicator in ("R01", "R09"):
            Verdict.objects.create(
                indicator=indicator, period=PERIOD, place=place, colour=colour, verdict=verdict,
                helped=helped, alert_id=alert,
            )  # fmt: skip


def test_colours_and_townships_count_each_alert_once_in_the_order_of_gravity():
    judged(1, "属实", "红", VILLAGE, helped=True)
    judged(2, "不属实", "红", OTHER_VILLAGE)
    judged(3, "部分属实", "蓝", VILLAGE)
    by_colour = precision.precision_by(precision.COLOUR, COUNTY)
    assert [(word, true.count, true.of, helped.count) for word, true, helped in by_colour] == [
        ("蓝", 1, 1, 0), ("红", 1, 2, 1),
    ]  # fmt: skip
    by_place = precision.precision_by(precision.TOWNSHIP, COUNTY, colour="红")
    assert [(code, true.count, true.of) for code, true, _ in by_place] == [
        (TOWNSHIP, 1, 1), (OTHER_TOWNSHIP, 0, 1),
    ]  # fmt: skip
    assert precision.precision_by(precision.COLOUR, OTHER_TOWNSHIP)[0][1].of == 1


def test_the_register_says_why_listings_ended_this_month():
    home = family(Somebody(known=[benefit("低保"), state("unemployment", date(2021, 1, 1))]))
    by = actor("county_reviewer")
    refresh(COUNTY, PERIOD, by=by)
    with arranging():
        from doudi.people.models import Fact

        Fact.objects.filter(person_id=home.people[0], kind="unemployment").update(
            valid_before=date(2022, 6, 1)
        )
    refresh(COUNTY, "2022-06", by=by)
    june = (date(2022, 6, 1), date(2022, 7, 1))
    with scope(COUNTY):
        assert register_queries.why_ended(*june, place=COUNTY) == [("K09", "依据到期", 1)]
        assert register_queries.why_ended(*june, place=OTHER_TOWNSHIP) == []
        (count,) = register_queries.register_counts(COUNTY, level=6)
        assert register_queries.by_class(count) == [1, 0, 0, 0, 0]
