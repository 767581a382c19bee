"""C3 over all procedures: at every stage only the listed verbs, by the listed roles, at home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from doudi.base.access import Actor
from doudi.cases import (
    applications,
    approval,
    care,
    checking,
    decisions,
    investigation,
    opinions,
    publicity,
    review,
    urgent,
)
from doudi.cases.models import Case
from doudi.cases.problems import WrongStage
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, arranging
from tests.cases import ways
from tests.cases import world as w
from tests.cases.test_promises_c import answer_of, state_of
from tests.cases.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.promise("C3")]

CHECKED = """
待授权 consents:clerk
待核对 request_check:clerk finish_check:clerk finish_check:reviewer
"""
OPINION = "待初审 first_opinion:leader reinvestigate:leader"
PUBLISHED = """
待公示 post_notice:clerk
公示中 object:clerk answer_objection:clerk end_notice:clerk
"""
COUNTY_WAY = """
待审核 visit:reviewer review:reviewer send_back:reviewer
待决定 decide:chief
"""
BANDS = """
待乡镇审批 decide:leader report_up:leader
待县级审批 minutes:reviewer decide:chief
"""
# Written down a second time, from the law and not from the declarations. What ends a case early
# (the township's leader) and extends its term (the county's) is said beside.
LISTED = {
    "低保": f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{PUBLISHED}{COUNTY_WAY}",
    "低保（乡镇确认）": (
        f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{PUBLISHED} 待乡镇确认 decide:leader"
    ),
    "单人户": f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{PUBLISHED}{COUNTY_WAY}",
    "低保边缘": f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{COUNTY_WAY}",
    "刚性支出困难": f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{COUNTY_WAY}",
    "特困": f"""{CHECKED} 待调查 investigate:clerk assess_care:clerk
        {OPINION}{PUBLISHED}
        待审核 visit:reviewer assess_care:reviewer review:reviewer send_back:reviewer
        待决定 decide:chief
        待签协议 sign_care:clerk""",
    "急难型临时救助": f"""
        待先行救助 relieve:leader
        待补手续 verify:clerk {BANDS}""",
    "支出型临时救助": f"{CHECKED} 待调查 investigate:clerk\n{OPINION}{PUBLISHED}{BANDS}",
    "一次性临时救助金": f"待查验 verify:clerk {BANDS}",
    "残疾人两项补贴": """
        待初审 first_opinion:leader
        待残联审核 review:reviewer send_back:reviewer
        待决定 decide:chief""",
    "孤儿": f"待查验 verify:clerk {COUNTY_WAY}",
    "事实无人抚养儿童": f"待查验 verify:clerk {COUNTY_WAY}",
}
EXTENDED = {"低保", "低保（乡镇确认）", "单人户", "低保边缘", "刚性支出困难"}
NOT_ENDED_AT = {"待审核", "待决定", "待残联审核", "待县级审批", "待签协议"}
ROLE = {
    "clerk": "township_clerk", "leader": "township_leader", "reviewer": "county_reviewer",
    "chief": "county_leader",
}  # fmt: skip
WATCHED = (*ROLE.values(), "village_worker", "inspector", "finance_maker", "citizen")


def listed(procedure: str) -> dict[str, dict[str, set[str]]]:
    """Stage to verb to roles, as told above."""
    told: dict[str, dict[str, set[str]]] = {}
    for line in LISTED[procedure].strip().splitlines():
        for word in line.split():
            if ":" not in word:
                stage = told.setdefault(word, {})
                continue
            verb, who = word.split(":")
            stage.setdefault(f"case.{verb}", set()).add(ROLE[who])
    for name, verbs in told.items():
        if procedure in EXTENDED:
            verbs["case.extend"] = {"county_leader"}
        if name not in NOT_ENDED_AT:
            verbs["case.terminate"] = {"township_leader"}
    return told


VERBS: dict[str, Callable[[World, Actor], object]] = {
    "case.consents": lambda x, by: checking.consents_done(x.case_id, by=by),
    "case.request_check": lambda x, by: checking.request_check(x.case_id, by=by),
    "case.finish_check": lambda x, by: checking.finish_check(x.case_id, by=by),
    "case.investigate": lambda x, by: investigation.record_investigation(
        x.case_id, x.visit(), {}, by=by
    ),
    "case.verify": lambda x, by: urgent.verify(x.case_id, "属实", {}, by=by),
    "case.assess_care": lambda x, by: care.assess_care(x.case_id, {}, "分散供养", "王医生", by=by),
    "case.first_opinion": lambda x, by: opinions.give_first_opinion(
        x.case_id, False, "不同意", by=by
    ),
    "case.reinvestigate": lambda x, by: opinions.ask_to_investigate_again(x.case_id, "补充", by=by),
    "case.post_notice": lambda x, by: publicity.post_notice(x.case_id, "", by=by),
    "case.object": lambda x, by: publicity.object(x.case_id, "", by=by),
    "case.answer_objection": lambda x, by: publicity.answer_objection(x.objection_id, "", by=by),
    "case.end_notice": lambda x, by: publicity.end_notice(x.case_id, by=by),
    "case.relieve": lambda x, by: urgent.relieve(x.case_id, 100, "现金", "本人", by=by),
    "case.report_up": lambda x, by: approval.report_up(x.case_id, "超限", by=by),
    "case.minutes": lambda x, by: approval.record_minutes(x.case_id, "1号", 100, by=by),
    "case.visit": lambda x, by: review.record_county_visit(x.case_id, x.visit(), by=by),
    "case.review": lambda x, by: review.give_review(x.case_id, False, "不同意", by=by),
    "case.send_back": lambda x, by: review.send_back(x.case_id, "退回", by=by),
    "case.decide": lambda x, by: decisions.decide(x.case_id, "不予确认", "不符合", by=by),
    "case.sign_care": lambda x, by: care.sign_care(x.case_id, ways.agreement(), by=by),
    "case.extend": lambda x, by: applications.extend(x.case_id, "没有这个事由", by=by),
    "case.terminate": lambda x, by: applications.terminate(x.case_id, "申请人撤回", "", by=by),
}
REFUSED = {NotAllowed.__name__, WrongStage.__name__}


def placed(procedure: str) -> World:
    """A case of the procedure with a notice and an objection, to be set to any stage."""
    world = w.build()
    subjects = [world.child_id] if PROCEDURES[procedure].child else [world.applicant_id]
    with arranging():
        case = Case.objects.create(
            number="T-1", procedure=procedure, place=TOWNSHIP, household_id=world.household_id,
            applicant_id=world.applicant_id, channel="窗口", reason="困难", stage="待授权",
            subjects=subjects, applied_on=w.START, accepted_on=w.START,
            due_on=date(2022, 7, 18),
        )  # fmt: skip
        notice = w.publish(case, None, 1)
        world.objection_id = notice.objections.create(
            raised_at=clock.business_now(), text="异议"
        ).pk
    world.case_id = case.pk
    return world


@pytest.mark.parametrize("procedure", LISTED, ids=lambda name: PROCEDURES[name].letters)
def test_only_listed_verbs_by_listed_roles_in_their_place_move_a_case(procedure, june):
    world = placed(procedure)
    with arranging():
        ids = w.users(*(f"move-{role}" for role in WATCHED))
    told = listed(procedure)
    for stage in (*told, *PROCEDURES[procedure].ends):
        with arranging():
            Case.objects.filter(pk=world.case_id).update(stage=stage)
        before = state_of(world.case_id)
        for role in WATCHED:
            number = ids[f"move-{role}"]
            home = TOWNSHIP if role.startswith(("township", "village")) else COUNTY
            for verb, run in VERBS.items():
                answer = answer_of(lambda run=run, r=role, n=number, h=home: run(
                    world, Actor(n, r, r, h)))  # fmt: skip
                may = role in told.get(stage, {}).get(verb, set())
                assert (answer not in REFUSED) == may, f"{role} {verb} at {stage}: {answer}"
                if may and role.startswith("township"):
                    away = Actor(number, role, role, OTHER_TOWNSHIP)
                    assert answer_of(lambda run=run, a=away: run(world, a)) == NotThere.__name__
        assert state_of(world.case_id) == before, f"something at {stage} left a trace"


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_declarations_list_the_same_as_the_law_read_a_second_time(procedure):
    said = {
        stage.name: {way.verb: set(way.roles) for way in stage.ways}
        for stage in PROCEDURES[procedure].stages
    }
    assert said == listed(procedure)


def test_every_verb_of_the_declarations_is_tried():
    assert set(VERBS) == {verb for each in PROCEDURES.values() for verb in each.verbs()}
