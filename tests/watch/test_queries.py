"""What pages read: right rows, nearest end first, in a fixed number of statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import Actor, scope
from doudi.kernel import clock
from doudi.kernel.problems import NotThere
from doudi.people.visits import VisitFacts
from doudi.watch import leads, loop, queries
from doudi.watch.leads import LeadFacts
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor
from tests.watch.village import (
    PERIOD,
    TODAY,
    Somebody,
    benefit,
    certificate,
    death,
    families,
    family,
    stay,
)

pytestmark = pytest.mark.django_db

CLERK = actor("township_clerk", TOWNSHIP)


@pytest.fixture
def county():
    """A blue alert, an orange one, a red one of somebody dead; one in another township."""
    family(Somebody(name="甲", news=[stay(11000)]))
    family(Somebody(name="乙", news=[stay(11000), certificate("42")]))
    family(Somebody(name="丙", known=[benefit("低保")], news=[death()]))
    family(Somebody(name="丁", news=[stay(11200)]), place=OTHER_TOWNSHIP[:9] + "201")
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(COUNTY):
        yield


def statements(call) -> int:
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def names(rows) -> list[str]:
    return [row.person.name for row in rows]


def test_alerts_come_with_the_nearest_end_first_and_by_filter(county):
    assert names(queries.alerts()) == ["乙", "丙", "甲", "丁"]
    assert names(queries.alerts(colour="红")) == ["丙"]
    assert names(queries.alerts(direction="退出")) == ["丙"]
    assert names(queries.alerts(place=OTHER_TOWNSHIP)) == ["丁"]
    assert names(queries.alerts(state="已关闭")) == []
    ends = [row.close_due for row in queries.alerts()]
    assert ends == sorted(ends)


def test_a_township_sees_its_own_alerts_only(county):
    with scope(CLERK):
        assert set(names(queries.alerts())) == {"甲", "乙", "丙"}
        assert queries.counts().open == 3
    with scope(COUNTY):
        other = queries.alerts(place=OTHER_TOWNSHIP).get().pk
    with scope(CLERK), pytest.raises(NotThere):
        queries.alert_view(other, CLERK)


def test_counts_add_up_by_colour_and_by_state(county):
    seen = queries.counts()
    assert (seen.open, sum(seen.by_colour.values()), sum(seen.by_state.values())) == (4, 4, 4)
    assert seen.by_colour == {"蓝": 2, "黄": 0, "橙": 1, "红": 1}
    assert seen.overdue == 0
    with clock.business_at(TODAY + timedelta(days=8)):
        assert queries.counts().overdue == 2


def test_the_page_of_an_alert_shows_the_sum_the_sentences_the_terms_and_the_next_step(county):
    alert = queries.alerts(colour="橙").get()
    view = queries.alert_view(alert.pk, CLERK)
    assert view.head == "乙"
    assert [hit.indicator for hit in view.hits] == ["R02", "R09"]
    assert view.hits[0].sentence == "2022-05-17 出院，个人自付 11,000.00 元，超过 10,000 元"
    assert sum(number for _, number in view.arithmetic) == alert.score
    assert [each.urgency for each in view.deadlines] == ["yellow", "green", "green"]
    assert [verb.code for verb in view.verbs] == ["receive"]


def verbs(alert_id: int, role: str) -> list[str]:
    by = actor(role, TOWNSHIP)
    return [verb.code for verb in queries.alert_view(alert_id, by).verbs]


def test_only_steps_that_will_be_taken_are_offered(county):
    alert = queries.alerts(colour="橙").get().pk
    assert verbs(alert, "township_leader") == []
    loop.receive_alert(alert, by=CLERK)
    assert verbs(alert, "township_clerk") == ["report"]
    visit = VisitFacts(
        purpose="预警核查", manner="入户", visited_at=clock.business_now(), visitors=("王强",),
        findings="住院",
    )  # fmt: skip
    loop.report_check(alert, visit, "属实", "属实", "A2", False, by=CLERK)
    assert verbs(alert, "township_clerk") == ["accept_case", "tell_policy"]
    assert verbs(alert, "township_leader") == ["return"]
    loop.hand_to(alert, "cases.case:1", by=CLERK)
    loop.tell_policy(alert, by=CLERK)
    assert verbs(alert, "township_clerk") == []
    assert queries.alert_view(alert, CLERK).deadlines[0].urgency == ""


def test_pages_ask_a_fixed_number_of_statements(county):
    families([(Somebody(news=[stay(20000)]),) for _ in range(40)])
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    alert = queries.alerts(colour="橙").get().pk
    assert statements(lambda: names(queries.alerts())) == 1
    assert statements(queries.counts) == 1
    assert statements(lambda: queries.alert_view(alert, CLERK)) == 2
    assert statements(queries.precision) == 1


def test_the_alerts_that_rest_on_a_delivery_are_known(county):
    family(Somebody(name="戊", news=[stay(11000)]), delivery=12)
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    assert names(queries.alerts_of_delivery(12)) == ["戊"]
    assert len(queries.alerts_of_delivery(1)) == 4


def test_leads_come_with_the_nearest_check_first():
    worker = actor("village_worker", VILLAGE)
    with clock.business_at(TODAY + timedelta(days=3)):
        late = leads.report_lead(LeadFacts(VILLAGE, "乙家", "失火"), by=worker)
    early = leads.report_lead(LeadFacts(VILLAGE, "甲家", "病重"), by=worker)
    with scope(COUNTY):
        assert [lead.pk for lead in queries.leads()] == [early.pk, late.pk]
        assert not queries.leads(place=OTHER_TOWNSHIP)
        leads.settle_lead(early.pk, "已办", by=CLERK)
        assert [lead.pk for lead in queries.leads()] == [late.pk]
        assert len(queries.leads(state="")) == 2
