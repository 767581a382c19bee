"""One example of every action of cases: prepare a world, then answer a call that performs it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta

from doudi.base.access import scope
from doudi.cases import (
    applications,
    approval,
    care,
    checking,
    decisions,
    investigation,
    kin,
    opinions,
    publicity,
    review,
    reviews,
    urgent,
)
from doudi.cases.awards import end_award
from doudi.cases.models import Award, Case, Review
from doudi.kernel import clock
from doudi.kernel.dates import Month
from tests.arrange import COUNTY, arranging
from tests.cases import ways
from tests.cases import world as w
from tests.cases.world import START, World

Prepare = Callable[[], Callable[[], object]]
_numbers = itertools.count(1)


def _example(
    arrange: Callable[[World], object], act: Callable[[World], object], days: int = 0
) -> Prepare:
    """``arrange`` is done at once on a Monday in June, ``act`` so many days later."""

    def prepare() -> Callable[[], object]:
        with clock.business_at(START):
            world = w.build(f"620521100299-{next(_numbers):05d}")
            arrange(world)

        def run() -> object:
            with clock.business_at(START + timedelta(days=days)):
                return act(world)

        return run

    return prepare


def _at(stage: str) -> Callable[[World], object]:
    return lambda world: w.place_at(world, stage)


def _consented(world: World) -> None:
    w.place_at(world, "待授权")
    w.consent(world)


def _asked(world: World) -> None:
    w.place_at(world, "待核对")
    w.consent(world)
    checking.request_check(world.case_id, by=world.by("clerk"))


def _ready_to_ask(world: World) -> None:
    w.place_at(world, "待核对")
    w.consent(world)


def _objected(world: World) -> None:
    w.place_at(world, "公示中")
    world.objection_id = publicity.object(world.case_id, "异议", by=world.by("clerk")).pk


def _refused(world: World) -> None:
    w.place_at(world, "待决定")
    world.decision_id = decisions.decide(
        world.case_id, "不予确认", "不符合", by=world.by("chief")
    ).pk


def _awarded(world: World) -> None:
    w.place_at(world, "待决定")
    decision = decisions.decide(world.case_id, "确认", "符合", by=world.by("chief"))
    with scope(COUNTY):
        world.award_id = Award.objects.get(decision=decision).pk


def _urgent(until: str) -> Callable[[World], object]:
    def arrange(world: World) -> None:
        ways.accept(world, "急难型临时救助")
        ways.go_on(world, until)

    return arrange


def _major(world: World) -> None:
    """A house burnt down: more than the township may approve."""
    ways.accept(world, "急难型临时救助")
    urgent.relieve(world.case_id, 50_000, "食宿", "旅社三天", by=world.by("leader"))
    told = {"急难程度": "较重", "需救助人数": 5, "困难持续月数": 6}
    urgent.verify(world.case_id, "房屋全毁", told, by=world.by("clerk2"))


def _within(world: World) -> None:
    _urgent("待乡镇审批")(world)
    with arranging():
        Case.objects.filter(pk=world.case_id).update(kin_of_official=True)


def _destitute(until: str) -> Callable[[World], object]:
    def arrange(world: World) -> None:
        with arranging():
            household, (man,) = w.family(
                (("孙老汉", date(1952, 1, 5), "本人"),), f"620521100298-{next(_numbers):05d}"
            )
        world.household_id, world.applicant_id, world.people = household.pk, man.pk, [man.pk]
        ways.accept(world, "特困")
        ways.go_on(world, until)

    return arrange


STRANGER = urgent.Stranger("过路人", w.VILLAGE, sex="男", birth=date(1980, 1, 1))


def _reviewed(world: World) -> None:
    """A year later the review of the award waits."""
    _awarded(world)
    with clock.business_at(START + timedelta(days=366)):
        reviews.prepare(COUNTY, Month(2023, 6), by=world.by("reviewer"))
        with scope(COUNTY):
            world.decision_id = Review.objects.get(award_id=world.award_id).pk


EXAMPLES: dict[str, Prepare] = {
    "case.accept": _example(lambda x: None, w.accept),
    "case.extend": _example(
        _at("待调查"), lambda x: applications.extend(x.case_id, "异地申办", by=x.by("chief"))
    ),
    "case.terminate": _example(
        _at("待调查"),
        lambda x: applications.terminate(x.case_id, "拒不配合", "三次未开门", by=x.by("leader")),
    ),
    "case.consents": _example(
        _consented, lambda x: checking.consents_done(x.case_id, by=x.by("clerk"))
    ),
    "case.request_check": _example(
        _ready_to_ask, lambda x: checking.request_check(x.case_id, by=x.by("clerk"))
    ),
    "case.finish_check": _example(
        _asked, lambda x: checking.finish_check(x.case_id, by=x.by("clerk"))
    ),
    "case.investigate": _example(
        _at("待调查"),
        lambda x: investigation.record_investigation(
            x.case_id, x.visit(), {"住房套数": 1}, by=x.by("clerk2")
        ),
    ),
    "case.first_opinion": _example(
        _at("待初审"),
        lambda x: opinions.give_first_opinion(x.case_id, True, "同意", by=x.by("leader")),
    ),
    "case.reinvestigate": _example(
        _at("待初审"),
        lambda x: opinions.ask_to_investigate_again(x.case_id, "补充核实", by=x.by("leader")),
    ),
    "case.post_notice": _example(
        _at("待公示"), lambda x: publicity.post_notice(x.case_id, "公开栏", by=x.by("clerk"))
    ),
    "case.object": _example(
        _at("公示中"), lambda x: publicity.object(x.case_id, "异议", by=x.by("clerk"))
    ),
    "case.answer_objection": _example(
        _objected,
        lambda x: publicity.answer_objection(x.objection_id, "已核实", by=x.by("clerk")),
    ),
    "case.end_notice": _example(
        _at("公示中"), lambda x: publicity.end_notice(x.case_id, by=x.by("clerk")), days=8
    ),
    "case.visit": _example(
        _at("待审核"),
        lambda x: review.record_county_visit(x.case_id, x.visit(), by=x.by("reviewer")),
    ),
    "case.review": _example(
        _at("待审核"), lambda x: review.give_review(x.case_id, True, "同意", by=x.by("reviewer"))
    ),
    "case.send_back": _example(
        _at("待审核"), lambda x: review.send_back(x.case_id, "退回", by=x.by("reviewer"))
    ),
    "case.decide": _example(
        _at("待决定"), lambda x: decisions.decide(x.case_id, "确认", "符合", by=x.by("chief"))
    ),
    "case.give_notice": _example(
        _refused,
        lambda x: decisions.give_notice(x.case_id, "当面送达", by=x.by("reviewer")),
    ),
    "case.declare_kin": _example(
        _at("待调查"),
        lambda x: kin.declare_kin(x.case_id, x.spouse_id, "兄弟姐妹", by=x.by("clerk")),
    ),
    "case.accept_urgent": _example(
        lambda x: None,
        lambda x: urgent.accept_urgent(
            STRANGER, "车祸", {"急难程度": "较轻", "实际需要额": 50_000}, by=x.by("clerk")
        ),
    ),
    "case.relieve": _example(
        _urgent("待先行救助"),
        lambda x: urgent.relieve(x.case_id, 30_000, "现金", "本人", by=x.by("leader")),
    ),
    "case.verify": _example(
        _urgent("待补手续"), lambda x: urgent.verify(x.case_id, "属实", {}, by=x.by("clerk2"))
    ),
    "case.report_up": _example(_within, ways.report_up),
    "case.minutes": _example(
        _major,
        lambda x: approval.record_minutes(x.case_id, "纪要1号", 6_000_000, by=x.by("reviewer")),
    ),
    "case.assess_care": _example(
        _destitute("待审核"),
        lambda x: care.assess_care(
            x.case_id, {x.applicant_id: ways.ABLE}, "分散供养", "王医生", by=x.by("reviewer")
        ),
        days=8,
    ),
    "case.sign_care": _example(
        _destitute("待签协议"),
        lambda x: care.sign_care(x.case_id, ways.agreement(), by=x.by("clerk2")),
        days=8,
    ),
    "review.prepare": _example(
        _awarded,
        lambda x: reviews.prepare(COUNTY, Month(2023, 6), by=x.by("reviewer")),
        days=365,
    ),
    "review.settle": _example(
        _reviewed,
        lambda x: reviews.settle(x.decision_id, "维持", "没有变化", by=x.by("chief")),
        days=366,
    ),
    "award.end": _example(
        _awarded,
        lambda x: end_award(x.award_id, Month(2022, 9), "死亡", by=x.by("chief")),
    ),
}
