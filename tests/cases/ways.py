"""One application of every procedure: what is declared, and its way by the real verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

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
from doudi.cases.declared.tekun import ABILITIES
from doudi.cases.models import Case
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from tests.arrange import TOWNSHIP, arranging
from tests.cases import world as w
from tests.cases.world import NO_INCOME, World

ABLE = dict.fromkeys(ABILITIES, True)
SECOND_LEADER = "leader2"


def second_leader(world: World) -> Actor:
    """Another leader of the same township: whoever gave the opinion does not decide."""
    if SECOND_LEADER not in world.actors:
        with arranging():
            number = w.users(SECOND_LEADER)[SECOND_LEADER]
        world.actors[SECOND_LEADER] = Actor(number, "测试乡镇长", "township_leader", TOWNSHIP)
    return world.actors[SECOND_LEADER]


def old_and_alone() -> World:
    """One man of seventy without anybody."""
    world = w.build("620521100201-0070")
    with arranging():
        household, (man,) = w.family((("孙老汉", date(1952, 1, 5), "本人"),), "620521100201-0071")
    world.household_id, world.applicant_id, world.people = household.pk, man.pk, [man.pk]
    return world


@dataclass(frozen=True)
class Told:
    """What is told at acceptance: declared means and, where a person is the holder, for whom."""

    declared: Callable[[World], dict[str, object]]
    subjects: Callable[[World], tuple[int, ...]] = lambda world: ()


def _own(world: World, **values: object) -> dict[str, object]:
    return {str(world.applicant_id): values}


def _child_without_parents(world: World) -> dict[str, object]:
    gone = {"of": [str(world.child_id)], "义务人关系": "父母"}
    return {
        "义务人": [{**gone, "义务人情形": "死亡"}, {**gone, "义务人情形": "死亡"}],
        str(world.child_id): {"养育方式": "社会散居"},
    }


def _child_unsupported(world: World) -> dict[str, object]:
    parent = {"of": [str(world.child_id)], "义务人关系": "父母"}
    return {
        "义务人": [{**parent, "义务人情形": "死亡"}, {**parent, "义务人情形": "重病"}],
        str(world.child_id): {"养育方式": "社会散居"},
    }


def _near(world: World) -> dict[str, object]:
    """Incomes a little above the line of 低保: 4788 a year in the country of 2022."""
    means = world.means()
    for one in (world.applicant_id, world.spouse_id):
        means[str(one)] = {**means[str(one)], "工资性收入": 900_000}  # type: ignore[dict-item]
    return means


def _rigid(world: World) -> dict[str, object]:
    """Two wages, most of which goes to the school."""
    means = world.means()
    for one in (world.applicant_id, world.spouse_id):
        means[str(one)] = {**means[str(one)], "工资性收入": 3_000_000}  # type: ignore[dict-item]
    means[str(world.child_id)] = {  # type: ignore[dict-item]
        **means[str(world.child_id)], "自付教育费": 2_500_000,
    }  # fmt: skip
    return means


def _severely_disabled(world: World) -> dict[str, object]:
    means = _near(world)
    told = {"残疾类别": "肢体", "残疾等级": "一级", "工资性收入": 0}
    means[str(world.applicant_id)] = {**means[str(world.applicant_id)], **told}  # type: ignore[dict-item]
    means[str(world.spouse_id)] = {  # type: ignore[dict-item]
        **means[str(world.spouse_id)], "工资性收入": 1_800_000,
    }  # fmt: skip
    return means


APPLICATIONS: dict[str, Told] = {
    "低保": Told(lambda x: x.means()),
    "低保（乡镇确认）": Told(lambda x: x.means()),
    "单人户": Told(_severely_disabled, lambda x: (x.applicant_id,)),
    "特困": Told(
        lambda x: {
            "金融资产": 0, "住房套数": 1, "机动车数": 0, "经营企业数": 0, "非居住房产数": 0,
            **_own(x, **NO_INCOME, 法定义务人情况="没有"),
        },
        lambda x: (x.applicant_id,),
    ),
    "低保边缘": Told(_near),
    "刚性支出困难": Told(_rigid),
    "急难型临时救助": Told(lambda x: {"急难程度": "较轻", "实际需要额": 50_000}),
    "支出型临时救助": Told(lambda x: {**x.means(), "需救助人数": 1, "困难持续月数": 2}),
    "一次性临时救助金": Told(
        lambda x: _own(x, 一次性申请="未参保失业人员", 连续无收入月数=4, 失业保险覆盖=False),
        lambda x: (x.applicant_id,),
    ),
    "残疾人两项补贴": Told(
        lambda x: _own(x, 残疾类别="肢体", 残疾等级="一级", 长期照护月数=12),
        lambda x: (x.applicant_id,),
    ),
    "孤儿": Told(_child_without_parents, lambda x: (x.child_id,)),
    "事实无人抚养儿童": Told(_child_unsupported, lambda x: (x.child_id,)),
}  # fmt: skip


def accept(world: World, procedure: str, **changes: object) -> Case:
    """The application of a procedure at the township's desk."""
    told = APPLICATIONS[procedure]
    name = "低保" if procedure == "低保（乡镇确认）" else procedure
    case = applications.accept(
        world.household_id, world.applicant_id, procedure=name, channel="窗口",
        reason="生活困难", declared=told.declared(world), subjects=told.subjects(world),
        by=world.by("clerk"), **changes,  # type: ignore[arg-type]
    )  # fmt: skip
    world.case_id = case.pk
    return case


def _consents(world: World) -> None:
    from doudi.people.consents import record_consent

    case = world.case()
    with arranging():
        adults = checking.adults_of_case(case)
    for adult in adults:
        record_consent(adult.person_id, w.ITEMS, clock.business_today(), by=world.by("clerk"))
    checking.consents_done(world.case_id, by=world.by("clerk"))


def _checked(world: World) -> None:
    checking.request_check(world.case_id, by=world.by("clerk"))
    checking.finish_check(world.case_id, by=world.by("clerk"))


def _noticed(world: World) -> None:
    with arranging():
        notice = world.case().publicities.order_by("-id").first()
    assert notice is not None
    w.pass_days(world, (notice.ends_on - world.day).days + 1)
    publicity.end_notice(world.case_id, by=world.by("clerk"))


def _assess(world: World, by: str) -> None:
    able = dict.fromkeys(world.case().subjects, ABLE)
    care.assess_care(world.case_id, able, "分散供养", "县医院 王医生", by=world.by(by))


def _investigated(world: World) -> None:
    if PROCEDURES[world.case().procedure].way("待调查", "case.assess_care"):
        _assess(world, "clerk2")
    investigation.record_investigation(world.case_id, world.visit(), {}, by=world.by("clerk2"))


def _county(world: World) -> None:
    procedure = PROCEDURES[world.case().procedure]
    if procedure.way(world.case().stage, "case.assess_care"):
        _assess(world, "reviewer")
    review.give_review(world.case_id, True, "同意", by=world.by("reviewer"))


def agreement(**changes: object) -> care.Agreement:
    told: dict[str, object] = {
        "carer": "孙邻居", "relation": "邻居", "services": "做饭、洗衣、送医", "visits": "每周一次",
        "fee_fen": 15_000, "ends_on": clock.business_today() + timedelta(days=365),
    }  # fmt: skip
    return care.Agreement(**{**told, **changes})  # type: ignore[arg-type]


# What whoever has the work of a stage does there to bring the case on.
ONWARD: dict[str, Callable[[World], object]] = {
    "待授权": _consents,
    "待核对": _checked,
    "待调查": lambda x: _investigated(x),
    "待查验": lambda x: urgent.verify(x.case_id, "部门数据与材料一致", {}, by=x.by("clerk2")),
    "待初审": lambda x: opinions.give_first_opinion(x.case_id, True, "属实", by=x.by("leader")),
    "待公示": lambda x: publicity.post_notice(x.case_id, "村务公开栏", by=x.by("clerk")),
    "公示中": _noticed,
    "待审核": _county,
    "待残联审核": _county,
    "待决定": lambda x: decisions.decide(x.case_id, "确认", "符合规定", by=x.by("chief")),
    "待乡镇确认": lambda x: decisions.decide(x.case_id, "确认", "符合", by=second_leader(x)),
    "待乡镇审批": lambda x: decisions.decide(x.case_id, "确认", "符合", by=second_leader(x)),
    "待县级审批": lambda x: decisions.decide(x.case_id, "确认", "符合", by=x.by("chief")),
    "待先行救助": lambda x: urgent.relieve(
        x.case_id, 30_000, "现金", "本人领取", by=x.by("leader")
    ),
    "待补手续": lambda x: urgent.verify(x.case_id, "交通事故，住院两天", {}, by=x.by("clerk2")),
    "待签协议": lambda x: care.sign_care(x.case_id, agreement(), by=x.by("clerk2")),
}


def go_on(world: World, until: str = "") -> list[str]:
    """Bring the case to a stage, or its end; answers the stages it stood at, the end included."""
    seen = [world.case().stage]
    while seen[-1] != until and seen[-1] in ONWARD:
        ONWARD[seen[-1]](world)
        seen.append(world.case().stage)
        assert len(seen) < 15, seen
    return seen


def report_up(world: World) -> Case:
    return approval.report_up(world.case_id, "超过限额", by=world.by("leader"))
