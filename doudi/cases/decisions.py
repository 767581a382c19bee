"""The decision: computed again from what is known, stored with its snapshot and its trace."""

from __future__ import annotations

from datetime import date
from typing import Any

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.cases import care, stages
from doudi.cases.applications import refuse_second_award, tell_watch
from doudi.cases.approval import limit_at
from doudi.cases.awards import first_month, start_awards
from doudi.cases.declaration import CONFIRMED, REFUSED
from doudi.cases.law import determine_case, overlay_in_force, overlay_rows
from doudi.cases.models import Case, CaseStep, Decision
from doudi.cases.outcomes import CaseOutcome, demand_decidable, demand_due, outcome_of
from doudi.cases.problems import (
    NoSuchOutcome,
    NotDecided,
    NoticeGiven,
    NotPublished,
    ObjectionOpen,
)
from doudi.cases.procedures import PROCEDURES, REFUSAL_NOTICE, REFUSAL_NOTICE_CODE
from doudi.cases.publicity import open_objections, was_published
from doudi.cases.terms import parameters
from doudi.cases.topics import AWARD_CHANGED
from doudi.kernel import clock
from doudi.kernel.dates import Month, add_months
from doudi.kernel.problems import require
from doudi.people import chain
from doudi.rules import Determination, Overlay

__all__ = ["AWARD_CHANGED", "decide", "give_notice"]


@action("case.decide", needs="case.decide", fresh_seal=True)
def decide(case_id: int, outcome: str, reason: str, *, by: Actor) -> Decision:
    """Confirm (确认) or refuse (不予确认), once per round, by the rules on what is known now.

    A confirmation demands 符合, the lawful publicity and no open objection, and where amounts are
    banded an amount within the limit of whoever decides; it starts the awards. A refusal is told in
    writing within three working days (T105).
    """
    case = stages.take(case_id, "case.decide", by)
    require(outcome in ("确认", "不予确认"), NoSuchOutcome(outcome=outcome))
    said = stages.stated(reason, "决定理由")
    determined = determine_case(case, clock.business_today())
    found = outcome_of(case, determined)
    if outcome == "不予确认":
        demand_decidable(found)
    else:
        _demand_publicity(case)
        _demand_no_other_award(case, list(found.people))
    decision = _write(case, outcome, said, determined, found, by)
    _tell_chain(case, decision)
    stages.move(case, "case.decide", by, to=_after(case, outcome), note=said)
    if outcome == "确认":
        start_awards(case, decision)
    _open_notice(case, decision)
    tell_watch(case, helped=outcome == "确认")
    return decision


def _after(case: Case, outcome: str) -> str:
    """The end; a person supported at home has a care agreement to be signed first."""
    if outcome != "确认":
        return REFUSED
    procedure = PROCEDURES[case.procedure]
    if procedure.stage("待签协议") and care.support_of(case) == care.AT_HOME:
        return "待签协议"
    return CONFIRMED


def _demand_publicity(case: Case) -> None:
    if not PROCEDURES[case.procedure].published:
        return
    require(was_published(case), NotPublished(case=case.number))
    left = open_objections(case)
    require(not left, ObjectionOpen(case=case.number, count=left))


def _demand_no_other_award(case: Case, people: list[int]) -> None:
    """Another case may be covering one of these people at this moment: lock them, then look."""
    group = PROCEDURES[case.procedure].group
    lock(*[f"award.person:{group}:{person_id}" for person_id in people])
    refuse_second_award(people, group, Month.of(clock.business_today()).next_first_day)


def _write(
    case: Case,
    outcome: str,
    said: str,
    determined: Determination,
    found: CaseOutcome,
    by: Actor,
) -> Decision:
    today = clock.business_today()
    confirmed = outcome == "确认"
    amount = int(demand_due(found)) if confirmed else 0
    starts = first_month(case, today) if confirmed else None
    decision: Decision = Decision.objects.create(
        case=case,
        round=case.round,
        outcome=outcome,
        amount_fen=amount,
        limit_fen=limit_at(case, determined, amount) if confirmed else None,
        shares=[[s.programme, s.holder, s.fen] for s in found.shares] if confirmed else [],
        people=len(found.people),
        starts=starts,
        before=_ends(case, starts),
        reason=said,
        snapshot=snapshot_of(determined),
        trace=determined.as_json(),
        rules_version=determined.rules_version,
        decided_on=today,
        decided_at=clock.business_now(),
        by_id=by.user_id,
    )
    return decision


def _ends(case: Case, starts: date | None) -> date | None:
    """The first day on which a finding no longer stands (T302); None for what has no end."""
    code = PROCEDURES[case.procedure].valid_code
    if not code or starts is None:
        return None
    return add_months(starts, int(parameters()[code].on(case.accepted_on).value))


def snapshot_of(determined: Determination) -> dict[str, Any]:
    """Everything needed to ask again: the household as the rules saw it, day, place, overlay."""
    return snapshot_with(determined, overlay_in_force())


def snapshot_with(determined: Determination, overlay: Overlay | None) -> dict[str, Any]:
    """The same with the local figures at hand, so that many are written together."""
    return {
        "facts": determined.facts.as_json(),
        "on": determined.on.isoformat(),
        "place": determined.place,
        "programmes": list(determined.roots),
        "overlay": overlay_rows(overlay),
    }


def _tell_chain(case: Case, decision: Decision) -> None:
    chain.append(
        case.household_id,
        "决定",
        f"{case.procedure}申请：{decision.outcome}",
        scheme=PROCEDURES[case.procedure].scheme,
        person_id=case.applicant_id,
        amount_fen=decision.amount_fen or None,
        subject=stages.subject_of(case.pk),
    )


def _open_notice(case: Case, decision: Decision) -> None:
    refused = decision.outcome != "确认"
    due = REFUSAL_NOTICE.due(decision.decided_on, calendar()) if refused else None
    procedure = PROCEDURES[case.procedure]
    secret = procedure.child or procedure.finding
    todo = "书面告知不予确认并说明理由" if refused else "发放确认通知书"
    if not refused and not secret:
        todo += "并公布"
    article = procedure.decision_article
    open_task(
        TaskFacts(
            kind="case.give_notice",
            title=f"{case.procedure} {case.applicant.name}：{todo}",
            place=case.place,
            role="township_clerk" if in_township(case) else "county_reviewer",
            subject=stages.subject_of(case.pk),
            article=f"{article}（{REFUSAL_NOTICE_CODE}）" if refused else article,
        ),
        due=due,
    )


def in_township(case: Case) -> bool:
    """Whether the township decided this case."""
    steps = CaseStep.objects.filter(case=case, verb="case.decide").order_by("-id")
    return steps.values_list("role", flat=True).first() == "township_leader"


@action("case.give_notice", needs="case.tell")
def give_notice(case_id: int, manner: str, *, by: Actor) -> CaseStep:
    """Record that the family was told of the decision in writing, and how; once.

    Raises ``NotDecided``, ``NoticeGiven``, and ``NotThere`` for a case elsewhere.
    """
    lock(f"case:{case_id}")
    case: Case = one_or_not_there(Case.objects.all(), pk=case_id)
    require(Decision.objects.filter(case=case).exists(), NotDecided(case=case.number))
    said = stages.stated(manner, "送达方式")
    told = CaseStep.objects.filter(case=case, verb="case.give_notice").exists()
    require(not told, NoticeGiven(case=case.number))
    finish_tasks(stages.subject_of(case.pk), by=by, kinds=("case.give_notice",))
    step: CaseStep = CaseStep.objects.create(
        case=case, verb="case.give_notice", title="送达决定", before_stage=case.stage,
        after_stage=case.stage, article=PROCEDURES[case.procedure].decision_article,
        note=said, by_id=by.user_id,
        role=by.role, at=clock.business_now(),
    )  # fmt: skip
    return step
