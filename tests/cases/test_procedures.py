"""Every procedure of the law goes its way to the end, at the desk's verbs, with its own figures."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError

from doudi.base.access import scope
from doudi.base.models import ParameterOverlay
from doudi.cases import checking, decisions, kin, stages
from doudi.cases.models import Decision
from doudi.cases.problems import KinOfHandler
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from tests.arrange import COUNTY, arranging
from tests.cases import ways
from tests.cases import world as w
from tests.cases.world import World

pytestmark = pytest.mark.django_db

STAGES = {
    "低保": "待授权 待核对 待调查 待初审 待公示 公示中 待审核 待决定 已确认",
    "低保（乡镇确认）": "待授权 待核对 待调查 待初审 待公示 公示中 待乡镇确认 已确认",
    "单人户": "待授权 待核对 待调查 待初审 待公示 公示中 待审核 待决定 已确认",
    "特困": "待授权 待核对 待调查 待初审 待公示 公示中 待审核 待决定 待签协议 已确认",
    "低保边缘": "待授权 待核对 待调查 待初审 待审核 待决定 已确认",
    "刚性支出困难": "待授权 待核对 待调查 待初审 待审核 待决定 已确认",
    "急难型临时救助": "待先行救助 待补手续 待乡镇审批 已确认",
    "支出型临时救助": "待授权 待核对 待调查 待初审 待公示 公示中 待乡镇审批 已确认",
    "一次性临时救助金": "待查验 待乡镇审批 已确认",
    "残疾人两项补贴": "待初审 待残联审核 待决定 已确认",
    "孤儿": "待查验 待审核 待决定 已确认",
    "事实无人抚养儿童": "待查验 待审核 待决定 已确认",
}
# Where the figures of Gansu are known: another day than the other tests'.
DAY = {
    "刚性支出困难": date(2023, 11, 6),
    "孤儿": date(2021, 6, 7),
    "事实无人抚养儿童": date(2021, 6, 7),
}
WORLDS = {"特困": ways.old_and_alone}


def devolve() -> None:
    with arranging():
        ParameterOverlay.objects.create(
            name="低保审核确认权", place=COUNTY, since=date(2014, 5, 1), value="乡镇",
            document="清民发〔2022〕1号",
        )  # fmt: skip


def nursing_standard() -> None:
    with arranging():
        ParameterOverlay.objects.create(
            name="护理补贴标准", place=COUNTY, since=date(2022, 1, 1), value="100.00",
            keys={"残疾类别": "肢体", "残疾等级": "一级"}, document="清民发〔2022〕92号",
        )  # fmt: skip


FIGURES = {"低保（乡镇确认）": devolve, "残疾人两项补贴": nursing_standard}


@pytest.fixture
def arranged(request: pytest.FixtureRequest, db: None):
    """The world of a procedure, its application accepted."""
    procedure = request.param
    with clock.business_at(DAY.get(procedure, w.START)):
        world = WORLDS.get(procedure, w.build)()
        FIGURES.get(procedure, list)()
        world.day = clock.business_today()
        ways.accept(world, procedure)
        yield world


@pytest.mark.parametrize("arranged", STAGES, indirect=True)
def test_every_procedure_goes_its_way_to_a_decision(arranged: World, request):
    procedure = arranged.case().procedure
    assert ways.go_on(arranged) == STAGES[procedure].split()
    with scope(COUNTY):
        decision = Decision.objects.get(case_id=arranged.case_id)
    assert decision.outcome == "确认"
    assert (decision.amount_fen > 0) != PROCEDURES[procedure].finding


def test_every_declared_procedure_is_gone_through_here():
    assert set(STAGES) == set(PROCEDURES) == set(ways.APPLICATIONS)


def test_the_database_itself_refuses_a_decision_by_whoever_investigated(world, monkeypatch):
    w.drive(world, "待决定")
    monkeypatch.setattr(stages, "check_person", lambda *told: None)
    moved = replace(world.by("clerk2"), role="county_leader", place=COUNTY)
    with pytest.raises(IntegrityError, match="nobody decides a file that they investigated"):
        decisions.decide(world.case_id, "确认", "符合", by=moved)


def test_whoever_declared_kin_can_do_nothing_more_and_the_county_must_visit(world):
    ways.accept(world, "低保")
    kin.declare_kin(world.case_id, world.spouse_id, "兄弟姐妹", by=world.by("clerk"))
    assert world.case().kin_of_official
    with pytest.raises(KinOfHandler, match="钱桂花"):
        checking.consents_done(world.case_id, by=world.by("clerk"))
