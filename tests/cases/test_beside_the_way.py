"""What else a case meets: alerts that end in it, missing facts, benefits held, query counts."""

from datetime import date

import pytest

from doudi.base.access import scope
from doudi.cases import decisions, queries
from doudi.cases.models import Decision
from doudi.cases.problems import (
    AlreadyAwarded,
    NotDecidable,
)
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.people import facts
from doudi.people.facts import FactValue
from tests.arrange import COUNTY, arranging
from tests.cases import world as w
from tests.cases.world import World, accept, drive

pytestmark = pytest.mark.django_db


def checked_alert(world: World) -> int:
    """An alert of the family, visited and found true, to be handed to an application (A2)."""
    from dataclasses import replace

    from doudi.watch import loop
    from doudi.watch.models import Alert, AlertHit

    with arranging():
        alert = Alert.objects.create(
            household_id=world.household_id, person_id=world.applicant_id, place=w.VILLAGE,
            period="2022-05", direction="纳入", kinds=["K04"], score=40, arithmetic=[], colour="橙",
            state="待接收", raised_at=clock.business_now(), visit_due=date(2022, 6, 9),
            report_due=date(2022, 6, 9), close_due=date(2022, 6, 20),
        )  # fmt: skip
        AlertHit.objects.create(
            alert=alert, person_id=world.applicant_id, indicator="R01", cause="x", weight=30,
            sentence="自付医疗费高", source="delivery:1:1", hit_on=date(2022, 6, 1),
        )  # fmt: skip
    clerk = world.by("clerk")
    loop.receive_alert(alert.pk, by=clerk)
    visit = replace(world.visit(), purpose="预警核查")
    loop.report_check(alert.pk, visit, "确有困难", "属实", "A2", True, by=clerk)
    return alert.pk


@pytest.mark.parametrize(("outcome", "helped"), [("确认", True), ("不予确认", False)])
def test_an_alert_handed_to_a_case_is_closed_by_its_decision_and_learns_from_it(
    world, outcome, helped
):
    from doudi.watch.models import Alert, Verdict

    alert_id = checked_alert(world)
    accept(world, alert_id=alert_id, channel="主动发现")
    for _, step in w.STEPS[1:9]:
        step(world)
    with scope(COUNTY):
        alert = Alert.objects.get(pk=alert_id)
        assert (alert.state, alert.outcome_subject) == ("已转办", f"cases.case:{world.case_id}")
    decisions.decide(world.case_id, outcome, "按规定", by=world.by("chief"))
    with scope(COUNTY):
        assert Alert.objects.get(pk=alert_id).state == "已关闭"
        assert Verdict.objects.get(alert_id=alert_id).helped is helped


def test_lists_and_accounts_take_one_query_each(world, django_assert_num_queries):
    drive(world, "已确认")
    case = world.case()
    with scope(COUNTY):
        decision = Decision.objects.get()
        with django_assert_num_queries(1):
            (award,) = queries.live_awards(COUNTY, "低保", Month(2022, 7))
            assert (award.household.number, award.payee.name) == ("620521100201-0001", "赵有田")
        with django_assert_num_queries(1):
            queries.why(decision.pk)
        with django_assert_num_queries(1):
            queries.recompute(decision.pk)
        with django_assert_num_queries(0):
            assert queries.verbs_for(case, world.by("clerk")) == []
    case.stage = "待审核"
    with scope(COUNTY), django_assert_num_queries(1):
        offered = queries.verbs_for(case, world.by("reviewer"))
    assert {verb.verb for verb in offered} == {"case.visit", "case.review", "case.send_back"}


def test_what_is_unknown_blocks_a_refusal_and_goes_back_to_the_investigators(world):
    drive(world, "待初审")
    case = world.case()
    with arranging():
        told = {**case.declared, "checked": {"household": {"金融资产": None}, "members": {}}}
        type(case).objects.filter(pk=case.pk).update(declared=told)
    with pytest.raises(NotDecidable, match="缺资料"):
        w.opinions.give_first_opinion(world.case_id, False, "资料不全", by=world.by("leader"))
    again = w.opinions.ask_to_investigate_again(
        world.case_id, "补充核实存款", by=world.by("leader")
    )
    assert again.stage == "待调查"


def test_a_family_whose_benefit_is_known_from_before_cannot_apply_for_a_second(world):
    with arranging():
        facts.put(
            world.applicant_id,
            [FactValue("benefit", "低保", 43900, "二类", None, date(2020, 1, 1), None)],
            "registry:旧名册",
        )
    with pytest.raises(AlreadyAwarded, match="低保"):
        accept(world)
