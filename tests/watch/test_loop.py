"""From alert to verdict: no step is skipped, and how it ends teaches the indicators."""

from datetime import date, timedelta

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import Task
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere, Problem
from doudi.people.models import ChainEvent, Visit
from doudi.people.visits import VisitFacts
from doudi.watch import loop, problems
from doudi.watch.models import Alert, Verdict
from doudi.watch.precision import wilson
from doudi.watch.queries import precision
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, actor, arranging
from tests.watch.village import PERIOD, TODAY, Somebody, certificate, family, stay

pytestmark = pytest.mark.django_db

CLERK = actor("township_clerk", TOWNSHIP)
LEADER = actor("township_leader", TOWNSHIP)


@pytest.fixture(autouse=True)
def seeing():
    with scope(NATION):
        yield


@pytest.fixture
def alert() -> int:
    family(Somebody(news=[stay(11000), certificate("42")]))
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    return Alert.objects.get().pk


def visit(**told: object) -> VisitFacts:
    facts = {
        "purpose": "预警核查", "manner": "入户", "visited_at": clock.business_now(),
        "visitors": ("王强", "李敏"), "findings": "户主住院，家中缺劳力",
    }  # fmt: skip
    return VisitFacts(**{**facts, **told})


def report(alert_id: int, verdict="属实", disposal="A0", *, told=True, by=CLERK, **more) -> Alert:
    return loop.report_check(
        alert_id, visit(**more), "自付大，缺劳力", verdict, disposal, told, by=by
    )


def checked(alert_id: int, **told: object) -> Alert:
    loop.receive_alert(alert_id, by=CLERK)
    return report(alert_id, **told)


def kinds_of_open_tasks() -> list[str]:
    return list(Task.objects.filter(done_at=None).values_list("kind", flat=True))


def test_an_alert_goes_from_reception_over_the_visit_to_its_end(alert):
    assert loop.receive_alert(alert, by=CLERK).state == "待走访"
    row = report(alert)
    assert (row.state, row.verdict, row.disposal) == ("待处置", "属实", "A0")
    assert Visit.objects.get().subject == f"watch.alert:{alert}"
    assert kinds_of_open_tasks() == ["预警处置"]
    task = Task.objects.get(done_at=None)
    assert f"：{row.person.name}家 A0" in task.title, "a clerk with forty of them must see whose"
    row = loop.close_alert(alert, by=CLERK)
    assert (row.state, row.closed_at) == ("已关闭", clock.business_now())
    assert kinds_of_open_tasks() == []
    titles = list(ChainEvent.objects.order_by("id").values_list("kind", flat=True))
    assert titles == ["预警", "走访", "预警"]


def refused(problem: type[Problem], step, *args, **told) -> Problem:
    with pytest.raises(problem) as caught:
        step(*args, **told)
    assert caught.value.next_step
    return caught.value


def test_an_alert_is_not_closed_without_a_visit(alert):
    refused(problems.NotVisited, loop.close_alert, alert, by=CLERK)
    loop.receive_alert(alert, by=CLERK)
    refused(problems.NotVisited, loop.close_alert, alert, by=CLERK)


def test_an_alert_is_not_closed_without_verdict_or_disposal(alert):
    checked(alert)
    with arranging():
        Alert.objects.update(verdict="")
    refused(problems.NoVerdict, loop.close_alert, alert, by=CLERK)
    with arranging():
        Alert.objects.update(verdict="属实", disposal="")
    refused(problems.NoDisposal, loop.close_alert, alert, by=CLERK)


def test_an_alert_is_not_closed_before_the_family_was_told_of_the_policy(alert):
    checked(alert, told=False)
    refused(problems.PolicyNotTold, loop.close_alert, alert, by=CLERK)
    loop.tell_policy(alert, by=CLERK)
    assert loop.close_alert(alert, by=CLERK).closed_at


def test_a2_is_not_closed_without_a_case_and_then_only_by_the_case(alert):
    checked(alert, disposal="A2")
    refused(problems.NotLinked, loop.close_alert, alert, by=CLERK)
    loop.hand_to(alert, "cases.case:3", by=CLERK)
    said = refused(problems.WaitsForCase, loop.close_alert, alert, by=CLERK)
    assert "cases.case:3" in str(said)


def test_a_referral_is_closed_by_hand_after_it_was_noted(alert):
    checked(alert, disposal="A2")
    loop.hand_to(alert, "cases.referral:9", by=CLERK)
    assert loop.close_alert(alert, by=CLERK, helped=True).state == "已关闭"
    assert set(Verdict.objects.values_list("helped", flat=True)) == {True}


def test_only_a_checked_a2_is_handed_on_once_and_to_something_that_is_one(alert):
    refused(problems.AlertElsewhere, loop.hand_to, alert, "cases.case:3", by=CLERK)
    checked(alert, disposal="A1")
    refused(problems.NotForHandingOn, loop.hand_to, alert, "cases.case:3", by=CLERK)
    with arranging():
        Alert.objects.update(disposal="A2")
    refused(problems.SubjectUnreadable, loop.hand_to, alert, "随便", by=CLERK)
    loop.hand_to(alert, "cases.case:3", by=CLERK)
    events = ChainEvent.objects.count()
    assert loop.hand_to(alert, "cases.case:3", by=CLERK).state == "已转办"
    assert ChainEvent.objects.count() == events
    refused(problems.LinkedElsewhere, loop.hand_to, alert, "cases.case:4", by=CLERK)


@pytest.mark.parametrize("helped", [True, False])
def test_the_end_of_a_case_closes_its_alert_and_leaves_a_verdict_for_each_indicator(alert, helped):
    checked(alert, disposal="A2", told=False)
    loop.hand_to(alert, "cases.case:3", by=CLERK)
    with arranging():
        assert loop.record_outcome("cases.case:33", helped) == 0
        assert loop.record_outcome("cases.case:3", helped) == 1
        assert loop.record_outcome("cases.case:3", helped) == 0
    row = Alert.objects.get()
    assert (row.state, row.policy_told_at is None) == ("已关闭", False)
    assert list(
        Verdict.objects.order_by("indicator").values_list("indicator", "verdict", "helped")
    ) == [("R02", "属实", helped), ("R09", "属实", helped)]
    assert kinds_of_open_tasks() == []


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"verdict": "大概属实"}, problems.VerdictUnknown),
        ({"disposal": "A9"}, problems.DisposalUnknown),
        ({"verdict": "不属实", "disposal": "A2"}, problems.VerdictContradicts),
        ({"purpose": "定期探访"}, problems.VisitOfOtherKind),
    ],
)
def test_a_report_that_cannot_be_is_refused_and_nothing_is_kept(alert, told, problem):
    loop.receive_alert(alert, by=CLERK)
    refused(problem, report, alert, **told)
    assert not Visit.objects.exists()
    assert Alert.objects.get().state == "待走访"


def test_a_report_needs_words(alert):
    loop.receive_alert(alert, by=CLERK)
    refused(
        problems.FindingMissing,
        loop.report_check,
        alert,
        visit(),
        " ",
        "属实",
        "A0",
        True,
        by=CLERK,
    )


def test_a_check_goes_back_twice_and_not_a_third_time(alert):
    loop.receive_alert(alert, by=CLERK)
    for times in (1, 2):
        report(alert)
        row = loop.return_alert(alert, "没有写明收入来源", by=LEADER)
        assert (row.returned, row.state, row.verdict, row.visit_id) == (times, "待走访", "", None)
        assert kinds_of_open_tasks() == ["预警核查"]
    report(alert)
    refused(problems.ReturnedTooOften, loop.return_alert, alert, "再核", by=LEADER)
    assert Visit.objects.count() == 3
    loop.close_alert(alert, by=CLERK)


def test_sending_back_needs_a_reason_and_a_check(alert):
    refused(problems.AlertElsewhere, loop.return_alert, alert, "再核", by=LEADER)
    checked(alert)
    refused(problems.ReasonMissing, loop.return_alert, alert, "", by=LEADER)


@pytest.mark.parametrize(
    ("role", "steps"),
    [
        ("village_worker", {"report", "close"}),
        ("township_clerk", {"receive", "report", "close"}),
        ("township_leader", {"return"}),
        ("county_reviewer", {"return"}),
        ("county_leader", set()),
        ("inspector", set()),
        ("finance_maker", set()),
    ],
)
def test_each_step_is_for_the_listed_roles(alert, role, steps):
    by = actor(role, COUNTY)
    calls = {
        "receive": lambda: loop.receive_alert(alert, by=by),
        "report": lambda: report(alert, by=by),
        "return": lambda: loop.return_alert(alert, "再核", by=by),
        "close": lambda: loop.close_alert(alert, by=by),
    }
    allowed = set()
    for name, call in calls.items():
        try:
            call()
        except NotAllowed:
            continue
        except Problem:
            pass
        allowed.add(name)
    assert allowed == steps


def test_an_alert_of_another_township_is_not_there(alert):
    with pytest.raises(NotThere):
        loop.receive_alert(alert, by=actor("township_clerk", OTHER_TOWNSHIP))


def test_a_visit_may_leave_facts_that_stay_with_its_number(alert):
    from doudi.people.facts import FactValue
    from doudi.people.models import Fact

    loop.receive_alert(alert, by=CLERK)
    learned = FactValue("income.wage", key="务工", amount_fen=200000, valid_since=date(2022, 6, 1))
    report(alert, facts=(learned,))
    assert Fact.objects.get(kind="income.wage").source == f"visit:{Visit.objects.get().pk}"


def test_a3_becomes_work_of_the_countys_reviewer_in_that_township(alert):
    checked(alert, disposal="A3")
    task = Task.objects.get(done_at=None)
    assert (task.role, task.place, task.due_on) == (
        "county_reviewer", TOWNSHIP, Alert.objects.get().close_due,
    )  # fmt: skip


def test_new_hits_after_a_check_do_not_undo_it(alert):
    from doudi.people.facts import FactValue
    from tests.watch.village import tell

    row = checked(alert)
    ill = FactValue("illness.major", key="C34", code="C34", valid_since=date(2022, 5, 3))
    tell(row.person_id, ill)
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    after = Alert.objects.get()
    assert (after.state, after.verdict, after.hits.count()) == ("待处置", "属实", 3)


def _verdicts(true: int, false: int, helped: int) -> None:
    with arranging():
        Verdict.objects.bulk_create(
            Verdict(indicator="R02", period=PERIOD, place="620521100201", colour="蓝",
                    verdict="属实" if n < true else "不属实", helped=n < helped, alert_id=n)
            for n in range(true + false)
        )  # fmt: skip


def test_precision_counts_what_visits_found_true_and_what_led_to_aid():
    _verdicts(true=8, false=2, helped=5)
    (row,) = precision()
    assert (row.indicator, row.true.of, row.true.count, row.true.point) == ("R02", 10, 8, 8000)
    assert (row.helped.count, row.helped.point) == (5, 5000)
    assert precision(place=OTHER_TOWNSHIP) == []


def test_the_wilson_interval_agrees_with_published_values():
    """8 of 10: 0.4902 to 0.9433; 0 of 10: 0 to 0.2775; 50 of 100: 0.4038 to 0.5962."""
    assert (wilson(8, 10).low, wilson(8, 10).high) == (4901, 9434)
    assert (wilson(0, 10).low, wilson(0, 10).high) == (0, 2776)
    assert (wilson(50, 100).low, wilson(50, 100).high) == (4038, 5962)
    assert wilson(0, 0).point is None


def test_terms_of_a_sent_back_check_begin_anew(alert):
    checked(alert)
    with clock.business_at(TODAY + timedelta(days=7)):
        loop.return_alert(alert, "没有写明收入来源", by=LEADER)
    assert Task.objects.get(done_at=None).due_on > TODAY + timedelta(days=7)
