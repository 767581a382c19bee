"""The notice in the village: permitted fields only, for seven natural days, objections answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.cases import stages
from doudi.cases.approval import approval_stage
from doudi.cases.law import determine_case, local_value
from doudi.cases.models import Case, Decision, Objection, Opinion, Publicity
from doudi.cases.outcomes import outcome_of
from doudi.cases.problems import NoticeNotOver, ObjectionAnswered, ObjectionOpen
from doudi.cases.procedures import PROCEDURES
from doudi.cases.terms import term_of
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.kernel.workdays import publicity_ends, publicity_over
from doudi.people.models import Person
from doudi.places.queries import name_of


@dataclass(frozen=True)
class Notice:
    """Everything that may be published (办法 第十九、二十四条); there is no way to say more.

    The opinion is one fixed sentence, never the reason that somebody wrote: a reason may name an
    illness or a child.
    """

    申请人姓名: str
    家庭人数: int
    拟保障金额: str
    初审意见: str
    监督电话: str
    村: str


@dataclass(frozen=True)
class Announcement:
    """What the county announces after a confirmation (办法 第二十四条)."""

    申请人姓名: str
    家庭成员数量: int
    保障金额: str


def notice_of(
    applicant: str,
    people: int,
    amount_fen: int,
    procedure: str,
    phone: str,
    village: str,
    *,
    once: bool = False,
) -> Notice:
    """The notice, built from the permitted fields only."""
    return Notice(
        申请人姓名=applicant,
        家庭人数=people,
        拟保障金额=f"{'一次性' if once else '每月'}{Fen(amount_fen).yuan()}元",
        初审意见=f"拟同意{'给予' if once else '纳入'}{procedure}",
        监督电话=phone,
        村=village,
    )


def announcement_of(decision: Decision) -> Announcement | None:
    """What may be announced of a confirmed case; nothing of children and of mere findings.

    Of 两项补贴 the amount only: the name of a subsidy tells of a disability.
    """
    assert decision.outcome == "确认", "a refusal is told to the family only"
    procedure = PROCEDURES[decision.case.procedure]
    if procedure.child or procedure.finding:
        return None
    often = "一次性" if procedure.once else "每月"
    return Announcement(
        decision.case.applicant.name, decision.people, f"{often}{Fen(decision.amount_fen).yuan()}元"
    )


@action("case.post_notice", needs="case.publicise")
def post_notice(case_id: int, where: str, *, photo_id: int | None = None, by: Actor) -> Publicity:
    """Post the notice today in the village; its natural days begin with the day after."""
    case = stages.take(case_id, "case.post_notice", by)
    said = stages.stated(where, "张贴地点")
    today = clock.business_today()
    days = _days_of(case)
    notice: Publicity = Publicity.objects.create(
        case=case,
        round=case.round,
        posted_on=today,
        days=days,
        ends_on=publicity_ends(today, days),
        where=said,
        content=asdict(_content(case)),
        posted_photo_id=photo_id,
    )
    stages.move(case, "case.post_notice", by, to="公示中", note=said)
    return notice


def _days_of(case: Case) -> int:
    """Seven by the law (T103, T202); of 支出型临时救助 those of the place (T404)."""
    procedure = PROCEDURES[case.procedure]
    stage = procedure.stage("公示中")
    assert stage is not None, "only a procedure that publishes posts a notice"
    local = term_of(stage.term_code, case.place, case.accepted_on)
    return local.count if local else procedure.publicity_days


def _content(case: Case) -> Notice:
    today = clock.business_today()
    procedure = PROCEDURES[case.procedure]
    opinion = Opinion.objects.get(case=case, round=case.round, kind="初审")
    assert opinion.amount_fen is not None, "an opinion that agrees has an amount"
    return notice_of(
        Person.objects.get(pk=case.applicant_id).name,
        len(outcome_of(case, determine_case(case, today)).people),
        opinion.amount_fen,
        procedure.scheme,
        local_value("社会救助监督电话", case.place, today),
        name_of(case.household.place),
        once=procedure.once,
    )


@action("case.object", needs="case.object")
def object(case_id: int, text: str, *, by: Actor) -> Objection:
    """Register an objection to the notice; a task to answer it is opened."""
    case = stages.take(case_id, "case.object", by)
    said = stages.stated(text, "异议内容")
    notice = Publicity.objects.get(case=case, round=case.round)
    objection: Objection = Objection.objects.create(
        publicity=notice, raised_at=clock.business_now(), text=said
    )
    stages.move(case, "case.object", by)
    open_task(
        TaskFacts(
            kind="case.answer_objection",
            title=f"{case.procedure} {case.applicant.name}：调查并答复公示异议",
            place=case.place,
            role="township_clerk",
            subject=f"cases.objection:{objection.pk}",
            article=_article(case),
        )
    )
    return objection


def _article(case: Case) -> str:
    way = PROCEDURES[case.procedure].way("公示中", "case.object")
    assert way is not None, "take has found it"
    return way.article


@action("case.answer_objection", needs="case.object")
def answer_objection(objection_id: int, answer: str, *, by: Actor) -> Objection:
    """Answer an objection, once; the case goes on when the notice ends."""
    found = one_or_not_there(Objection.objects.select_related("publicity"), pk=objection_id)
    case = stages.take(found.publicity.case_id, "case.answer_objection", by)
    objection: Objection = Objection.objects.get(pk=objection_id)
    require(objection.answered_at is None, ObjectionAnswered())
    objection.answer = stages.stated(answer, "异议答复")
    objection.answered_at = clock.business_now()
    objection.save()
    finish_tasks(f"cases.objection:{objection_id}", by=by)
    stages.move(case, "case.answer_objection", by)
    return objection


@action("case.end_notice", needs="case.publicise")
def end_notice(case_id: int, *, by: Actor) -> Case:
    """Take the notice down and report; refused before its last day is over.

    Where somebody objected (and all are answered) the township gives a new first opinion instead,
    in the next round; of 特困 it investigates and publishes again.
    """
    case = stages.take(case_id, "case.end_notice", by)
    notice = Publicity.objects.get(case=case, round=case.round)
    today = clock.business_today()
    over = publicity_over(notice.posted_on, notice.days, today)
    require(over, NoticeNotOver(case=case.number, ends=notice.ends_on))
    answered = [row.answered_at is not None for row in notice.objections.all()]
    left = answered.count(False)
    require(not left, ObjectionOpen(case=case.number, count=left))
    notice.removed_on = today
    notice.save()
    way = PROCEDURES[case.procedure].way(case.stage, "case.end_notice")
    assert way is not None, "take has found it"
    *onward, again = way.leads_to
    to = onward[0]
    if answered:
        case.round, to = case.round + 1, again
    elif len(onward) > 1:
        to = approval_stage(case, determine_case(case, today))
    stages.move(case, "case.end_notice", by, to=to)
    return case


def was_published(case: Case) -> bool:
    """Whether a notice of this case stood for its lawful days and was taken down afterwards.

    Where the law has it published again after an objection, one without an objection.
    """
    notices = Publicity.objects.filter(case=case, removed_on__isnull=False)
    if PROCEDURES[case.procedure].published_again:
        notices = notices.filter(objections=None)
    return any(
        n.removed_on is not None and publicity_over(n.posted_on, n.days, n.removed_on)
        for n in notices
    )


def open_objections(case: Case) -> int:
    """How many objections to notices of this case wait for an answer."""
    return Objection.objects.filter(publicity__case=case, answered_at=None).count()
