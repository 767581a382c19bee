"""Leads: who told us is protected, the first check is due in three working days."""

from datetime import date

import pytest
from django.db import connection

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import AuditEntry, Task
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.models import ChainEvent
from doudi.watch import leads, problems
from doudi.watch.leads import LeadFacts
from doudi.watch.models import Alert, Lead
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor
from tests.watch.village import PERIOD, Somebody, certificate, family, stay

pytestmark = pytest.mark.django_db

WORKER = actor("village_worker", VILLAGE)
CLERK = actor("township_clerk", TOWNSHIP)


@pytest.fixture(autouse=True)
def seeing():
    with scope(NATION):
        yield


def facts(**told: object) -> LeadFacts:
    return LeadFacts(**{"place": VILLAGE, "about": "村东头张老汉", "story": "独居，摔伤", **told})


def test_a_lead_is_checked_within_three_working_days_by_the_township():
    lead = leads.report_lead(facts(), by=WORKER)
    assert (lead.state, lead.check_due) == ("待初核", date(2022, 6, 9))
    task = Task.objects.get()
    assert (task.kind, task.place, task.role, task.due_on) == (
        "线索初核", VILLAGE, "township_clerk", date(2022, 6, 9),
    )  # fmt: skip


def test_the_reporter_is_encrypted_and_shown_only_for_a_reason_that_is_recorded():
    lead = leads.report_lead(facts(reporter="李四 13900000000"), by=WORKER)
    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(l)::text from watch_lead l")
        assert "李四" not in cursor.fetchone()[0]
    assert leads.reveal_reporter(lead.pk, "核实情况", by=CLERK) == "李四 13900000000"
    assert AuditEntry.objects.filter(kind="R", name=f"watch.lead:{lead.pk}").count() == 1
    with pytest.raises(NotAllowed):
        leads.reveal_reporter(lead.pk, "好奇", by=WORKER)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"about": " "}, problems.LeadIncomplete),
        ({"story": ""}, problems.LeadIncomplete),
        ({"source": "听说"}, problems.LeadSourceUnknown),
        ({"place": OTHER_TOWNSHIP}, problems.LeadPlaceNotYours),
        ({"household_id": 10**9}, NotThere),
        ({"photo_id": 10**9}, NotThere),
    ],
)
def test_a_lead_that_says_too_little_or_of_elsewhere_is_refused(told, problem):
    with pytest.raises(problem):
        leads.report_lead(facts(**told), by=WORKER)
    assert not Lead.objects.exists()


def test_a_lead_is_settled_once_with_words():
    home = family()
    lead = leads.report_lead(facts(household_id=home.id), by=WORKER)
    with pytest.raises(problems.OutcomeMissing):
        leads.settle_lead(lead.pk, "", by=CLERK)
    assert leads.settle_lead(lead.pk, "已上门，情况属实，告知申请", by=CLERK).state == "已了结"
    assert Task.objects.get().done_at is not None
    assert ChainEvent.objects.filter(kind="线索").count() == 2
    with pytest.raises(problems.LeadSettled):
        leads.settle_lead(lead.pk, "再了结", by=CLERK)


def test_a_lead_that_led_to_a_case_names_it():
    lead = leads.report_lead(facts(), by=WORKER)
    row = leads.settle_lead(lead.pk, "受理低保申请", by=CLERK, subject="cases.case:3")
    assert (row.state, row.outcome_subject) == ("已转办", "cases.case:3")


def test_an_alert_becomes_one_lead_with_the_sentences_of_its_hits():
    family(Somebody(name="马有福", news=[stay(11000), certificate("42")]))
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    alert = Alert.objects.get()
    lead = leads.lead_from_alert(alert.pk, by=CLERK)
    assert (lead.source, lead.about, lead.household_id) == ("预警", "马有福家", alert.household_id)
    assert "11,000.00 元" in lead.story
    assert "肢体二级" in lead.story
    assert leads.lead_from_alert(alert.pk, by=CLERK).pk == lead.pk


def test_the_same_form_twice_is_one_lead():
    user = actor("village_worker", VILLAGE)
    first = leads.report_lead(facts(), by=user, key="k1")
    assert leads.report_lead(facts(), by=user, key="k1").pk == first.pk
    assert Lead.objects.count() == 1
