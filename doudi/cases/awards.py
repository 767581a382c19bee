"""Awards: what a decision starts and what ends it; the truth about who is due (DESIGN §8.1)."""

from __future__ import annotations

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.cases import stages
from doudi.cases.models import Award, AwardPerson, Case, Decision
from doudi.cases.problems import AwardEnded, NoSuchCause
from doudi.cases.procedures import PROCEDURES
from doudi.cases.topics import AWARD_CHANGED
from doudi.kernel.dates import Month
from doudi.kernel.divisions import covers
from doudi.kernel.problems import require
from doudi.people import chain, facts
from doudi.people.facts import FactValue

STOP_REASONS = (
    "收入超标", "财产超标", "死亡", "转入特困", "自愿退出", "拒绝核查", "骗取", "重复享受", "服刑",
)  # fmt: skip


def start_award(case: Case, decision: Decision, people: list[int]) -> Award:
    """Start what the decision gives, covering the counted members; inside the decision's action."""
    household = case.household
    assert decision.starts is not None, "a confirmation has a first month"
    award: Award = Award.objects.create(
        scheme=case.procedure,
        place=household.place if covers(case.place, household.place) else case.place,
        household=household,
        payee_id=case.applicant_id,
        decision=decision,
        amount_fen=decision.amount_fen,
        people=decision.people,
        urban=household.urban,
        since=decision.starts,
    )
    group = PROCEDURES[case.procedure].group
    AwardPerson.objects.bulk_create(
        AwardPerson(award=award, person_id=person_id, group=group, since=award.since)
        for person_id in people
    )
    _write_benefit(award)
    AWARD_CHANGED.emit(award_id=award.pk, place=award.place)
    return award


def _class_of(decision: Decision) -> str:
    """The class by which the amount was computed: 一类 to 四类, or 差额."""
    shown = {step["name"]: step.get("shown", "") for step in decision.trace["trace"]}
    return shown["评定类别"] if shown.get("低保计发方式") == "分档" else "差额"


def _source(award: Award) -> str:
    return f"decision:{award.decision_id}"


def _write_benefit(award: Award) -> None:
    """What a person receives is a fact too, so that watch and rules see it (DESIGN §2)."""
    value = FactValue(
        kind="benefit",
        key=award.scheme,
        amount_fen=award.amount_fen,
        code=_class_of(award.decision),
        detail={"award": award.pk, "people": award.people},
        valid_since=award.since,
        valid_before=award.before,
    )
    facts.put(award.payee_id, [value], _source(award))


@action("award.end", needs="case.decide", fresh_seal=True)
def end_award(award_id: int, before: Month, reason: str, *, by: Actor) -> Award:
    """Stop an award from the month ``before`` on; a month before its first undoes it altogether.

    Months already paid are for payments to recover; they hear of it by ``award.changed``.
    """
    lock(f"award:{award_id}")
    award: Award = one_or_not_there(Award.objects.select_related("decision"), pk=award_id)
    require(reason in STOP_REASONS, NoSuchCause(cause=reason, allowed="、".join(STOP_REASONS)))
    ends = max(before.first_day, award.since)
    require(award.before is None or ends < award.before, AwardEnded(before=award.before))
    award.before, award.stop_reason = ends, reason
    award.save()
    AwardPerson.objects.filter(award=award).update(before=ends)
    if ends > award.since:
        _write_benefit(award)
    else:
        facts.close_source(_source(award))
    chain.append(
        award.household_id,
        "停发",
        f"{award.scheme}自{Month.of(ends)}起停发：{reason}",
        scheme=award.scheme,
        person_id=award.payee_id,
        subject=stages.subject_of(award.decision.case_id),
    )
    AWARD_CHANGED.emit(award_id=award.pk, place=award.place)
    return award
