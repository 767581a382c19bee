"""Awards: what a decision starts and what ends it; the truth about who is due (DESIGN §8.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.cases import stages
from doudi.cases.models import Award, AwardPerson, Case, CaseRecord, Decision
from doudi.cases.outcomes import outcome_of
from doudi.cases.problems import AwardEnded, NoSuchCause
from doudi.cases.procedures import PROCEDURES
from doudi.cases.topics import AWARD_CHANGED
from doudi.kernel.dates import Month
from doudi.kernel.divisions import covers
from doudi.kernel.problems import require
from doudi.people import chain, facts
from doudi.people.facts import FactValue
from doudi.rules import Determination

STOP_REASONS = (
    "收入超标", "财产超标", "死亡", "转入特困", "自愿退出", "拒绝核查", "骗取", "重复享受", "服刑",
)  # fmt: skip


def first_month(case: Case, today: date) -> date:
    """First day of the first month: the next (T108, T206), that of the application, or this one."""
    starts = PROCEDURES[case.procedure].starts
    if PROCEDURES[case.procedure].finding:
        return Month.of(today).first_day
    if starts == "申请当月":
        return Month.of(case.applied_on).first_day
    return Month.of(today).first_day if starts == "当月" else Month.of(today).next_first_day


def start_awards(case: Case, decision: Decision) -> list[Award]:
    """Start what the decision gives, covering those whom it counts; inside the action.

    Each holder's benefit becomes a fact. A finding has no award; what was given before the papers
    is taken from what is given now.
    """
    procedure = PROCEDURES[case.procedure]
    for scheme, shares in _by_scheme(case, decision).items():
        for _, holder, fen in shares:
            if procedure.finding or procedure.holder == "人":
                _write_finding(case, decision, scheme, int(holder or case.applicant_id), fen)
    if procedure.finding:
        return []
    return [
        award
        for scheme, shares in _by_scheme(case, decision).items()
        if (award := _start(case, decision, scheme, shares)) is not None
    ]


def _by_scheme(case: Case, decision: Decision) -> dict[str, list[list[Any]]]:
    procedure = PROCEDURES[case.procedure]
    found: dict[str, list[list[Any]]] = {}
    for share in decision.shares:
        scheme = share[0] if len(procedure.programmes) > 1 else procedure.scheme
        found.setdefault(scheme, []).append(share)
    return found


def _start(case: Case, decision: Decision, scheme: str, shares: list[list[Any]]) -> Award | None:
    procedure, household = PROCEDURES[case.procedure], case.household
    assert decision.starts is not None, "a confirmation has a first month"
    people = covered_by(case, decision, shares)
    amount = sum(fen for _, _, fen in shares)
    since, before = decision.starts, decision.before
    if procedure.once:
        amount -= _given_first(case)
        since = _free_month(case, scheme, since)
        before = Month.of(since).next_first_day
    elif procedure.holder == "人":
        joined = _join(case, scheme, Month.of(decision.decided_on).next_first_day)
        if joined is not None:
            since, amount = joined.before or since, amount + joined.amount_fen
            people += [row.person_id for row in joined.covered.all()]
    if amount <= 0:
        return None
    award: Award = Award.objects.create(
        scheme=scheme,
        place=household.place if covers(case.place, household.place) else case.place,
        household=household,
        payee_id=case.applicant_id,
        decision=decision,
        amount_fen=amount,
        people=len(people),
        urban=household.urban,
        since=since,
        before=before,
    )
    group = scheme if len(procedure.programmes) > 1 or procedure.once else procedure.group
    if procedure.once:
        group = f"{group}:{award.pk}"  # nobody is excluded by having been helped once
    AwardPerson.objects.bulk_create(
        AwardPerson(award=award, person_id=person_id, group=group, since=award.since, before=before)
        for person_id in people
    )
    if procedure.holder == "户" and not procedure.once:
        _write_benefit(award)
    AWARD_CHANGED.emit(award_id=award.pk, place=award.place)
    return award


def _join(case: Case, scheme: str, since: date) -> Award | None:
    """Another holder of the household has the scheme: one award for both from the next month on.

    The household is paid a scheme by one line a month, so the former award ends where this begins.
    """
    live = Award.objects.filter(household_id=case.household_id, scheme=scheme)
    former: Award | None = live.filter(before=None).first()
    if former is None:
        return None
    former.before = max(since, Month.of(former.since).next_first_day)
    former.stop_reason = "并入"
    former.save()
    AwardPerson.objects.filter(award=former).update(before=former.before)
    AWARD_CHANGED.emit(award_id=former.pk, place=former.place)
    return former


def covered_by(case: Case, decision: Decision, shares: list[list[Any]]) -> list[int]:
    """The persons whom an award covers: its holders, or the members that the rules counted."""
    if PROCEDURES[case.procedure].holder == "人":
        return sorted({int(holder) for _, holder, _ in shares})
    determined = Determination.from_json(decision.trace)
    return list(outcome_of(case, determined).people)


def _given_first(case: Case) -> int:
    rows = CaseRecord.objects.filter(case=case, kind="先行救助")
    return int(rows.values_list("amount_fen", flat=True).first() or 0)


def _free_month(case: Case, scheme: str, since: date) -> date:
    """The first month from this one on in which the household is not already paid the scheme."""
    taken = set(
        Award.objects.filter(household_id=case.household_id, scheme=scheme, since__gte=since)
        .exclude(before=F("since"))
        .values_list("since", flat=True)
    )
    while since in taken:
        since = Month.of(since).next_first_day
    return since


def class_of(decision: Decision) -> str:
    """The class by which the amount was computed: 一类 to 四类, or 差额."""
    shown = {step["name"]: step.get("shown", "") for step in decision.trace["trace"]}
    if shown.get("低保计发方式") == "分档" and "评定类别" in shown:
        return str(shown["评定类别"])
    return "差额"


def _source(award: Award) -> str:
    return f"decision:{award.decision_id}"


def _write_benefit(award: Award) -> None:
    """What a person receives is a fact too, so that watch and rules see it (DESIGN §2)."""
    value = FactValue(
        kind="benefit",
        key=award.scheme,
        amount_fen=award.amount_fen,
        code=class_of(award.decision),
        detail={"award": award.pk, "people": award.people},
        valid_since=award.since,
        valid_before=award.before,
    )
    facts.put(award.payee_id, [value], _source(award))


def _write_finding(case: Case, decision: Decision, scheme: str, person_id: int, fen: int) -> None:
    """What a decision finds of a person is a fact: a finding, or a benefit of their own."""
    assert decision.starts is not None, "a confirmation has a first month"
    before = decision.before
    if PROCEDURES[case.procedure].once:
        before = Month.of(decision.starts).next_first_day
    value = FactValue(
        kind="benefit",
        key=scheme,
        amount_fen=fen or None,
        detail={"people": 1},
        valid_since=decision.starts,
        valid_before=before,
    )
    facts.put(person_id, [value], f"decision:{decision.pk}")


def follow_award(
    former: Award, decision: Decision, since: date, before: date | None, amount: int, why: str
) -> Award:
    """End an award where another of the same holder begins, with another amount."""
    close_award(former, since, why)
    award: Award = Award.objects.create(
        scheme=former.scheme, place=former.place, household_id=former.household_id,
        payee_id=former.payee_id, decision=decision, amount_fen=amount, people=decision.people,
        urban=former.urban, since=since, before=before,
    )  # fmt: skip
    people = covered_by(decision.case, decision, decision.shares) if decision.shares else []
    rows = AwardPerson.objects.filter(award=former).order_by("id")
    groups = dict(rows.values_list("person_id", "group"))
    group = next(iter(groups.values()), PROCEDURES[decision.case.procedure].group)
    AwardPerson.objects.bulk_create(
        AwardPerson(award=award, person_id=one, group=group, since=since, before=before)
        for one in (people or list(groups))
    )
    if PROCEDURES[decision.case.procedure].holder == "户":
        _write_benefit(award)
    else:
        for _, holder, fen in decision.shares:
            _write_finding(decision.case, decision, award.scheme, int(holder), fen)
    AWARD_CHANGED.emit(award_id=award.pk, place=award.place)
    return award


def close_award(award: Award, before: date, why: str) -> None:
    """End an award where another begins or by a review; its facts end with it."""
    ends = max(before, award.since)
    if award.before is not None and award.before <= ends:
        return
    award.before, award.stop_reason = ends, why
    award.save()
    AwardPerson.objects.filter(award=award).update(before=ends)
    _end_benefits(award, ends)
    AWARD_CHANGED.emit(award_id=award.pk, place=award.place)


@action("award.end", needs="award.change", fresh_seal=True)
def end_award(award_id: int, before: Month, reason: str, *, by: Actor) -> Award:
    """Stop an award from the month ``before`` on; a month before its first undoes it altogether.

    Months already paid are for payments to recover; they hear of it by ``award.changed``.
    """
    lock(f"award:{award_id}")
    award: Award = one_or_not_there(Award.objects.select_related("decision__case"), pk=award_id)
    require(reason in STOP_REASONS, NoSuchCause(cause=reason, allowed="、".join(STOP_REASONS)))
    ends = max(before.first_day, award.since)
    require(award.before is None or ends < award.before, AwardEnded(before=award.before))
    award.before, award.stop_reason = ends, reason
    award.save()
    AwardPerson.objects.filter(award=award).update(before=ends)
    _end_benefits(award, ends)
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


def _end_benefits(award: Award, ends: date) -> None:
    """The facts of an ended award end with it; those of one undone are closed."""
    if ends <= award.since:
        facts.close_source(_source(award))
    elif PROCEDURES[award.decision.case.procedure].holder == "户":
        _write_benefit(award)
    else:
        for programme, holder, fen in award.decision.shares:
            case, decision = award.decision.case, award.decision
            decision.before = ends
            scheme = award.scheme
            if scheme in (programme, PROCEDURES[case.procedure].scheme):
                _write_finding(case, decision, scheme, int(holder), fen)
