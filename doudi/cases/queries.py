"""What others may read of cases: lists, one case whole, the why of a decision, live awards."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.models import Task
from doudi.base.tasks import urgency
from doudi.cases.exclusions import excluded_by
from doudi.cases.law import MeansLine, compare_means, determine_case, overlay_of
from doudi.cases.models import (
    Award,
    AwardPerson,
    Case,
    CaseRecord,
    CaseStep,
    Decision,
    Objection,
    Opinion,
    Publicity,
)
from doudi.cases.outcomes import CaseOutcome, outcome_of
from doudi.cases.procedures import PROCEDURES
from doudi.cases.stages import subject_of
from doudi.cases.urgent import small_limit
from doudi.cases.views import (
    CaseView,
    Deadline,
    DecisionSeen,
    NoticeSeen,
    ObjectionSeen,
    OpinionSeen,
    Recomputed,
    RecordSeen,
    StepSeen,
    VerbOffered,
)
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.kernel.money import Fen
from doudi.rules import Determination, HouseholdFacts, WhyLine, determine

__all__ = [
    "Award",
    "AwardPerson",
    "Case",
    "CaseOutcome",
    "CaseView",
    "Decision",
    "MeansLine",
    "VerbOffered",
    "account_of",
    "case_list",
    "case_view",
    "live_awards",
    "means_compared",
    "outcome_of",
    "preview",
    "recompute",
    "relief_limit",
    "verbs_for",
    "why",
]


def case_list(stage: str | None = None, *, is_open: bool | None = None) -> QuerySet[Case]:
    """Cases in the scope, the most urgent first, with household and applicant."""
    rows = Case.objects.select_related("household", "applicant").order_by("due_on", "id")
    if stage is not None:
        rows = rows.filter(stage=stage)
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    return rows


def case_view(case_id: int) -> CaseView:
    """One case with everything on its page, in a fixed number of queries; else ``NotThere``."""
    case = one_or_not_there(Case.objects.select_related("applicant"), pk=case_id)
    today = clock.business_today()
    return CaseView(
        id=case.pk,
        number=case.number,
        procedure=case.procedure,
        place=case.place,
        household_id=case.household_id,
        applicant_id=case.applicant_id,
        applicant=case.applicant.name,
        channel=case.channel,
        reason=case.reason,
        stage=case.stage,
        round=case.round,
        applied_on=case.applied_on,
        accepted_on=case.accepted_on,
        due_on=case.due_on,
        due_provisional=case.due_provisional,
        colour="green" if case.closed_at else urgency(case.due_on, today),
        closed=case.closed_at is not None,
        kin_of_official=case.kin_of_official,
        alert_subject=case.alert_subject,
        declared=case.declared,
        verification_id=case.verification_id,
        visit_id=case.visit_id,
        steps=_steps(case),
        deadlines=_deadlines(case, today),
        opinions=_opinions(case),
        notices=_notices(case),
        decisions=_decisions(case),
        awards=tuple(Award.objects.filter(decision__case=case).order_by("id")),
        subjects=tuple(case.subjects),
        records=_records(case),
    )


def _records(case: Case) -> tuple[RecordSeen, ...]:
    rows = CaseRecord.objects.filter(case=case).select_related("by").order_by("id")
    return tuple(
        RecordSeen(
            row.pk, row.kind, row.content, row.amount_fen, row.by.name if row.by else "", row.at
        )
        for row in rows
    )


def _steps(case: Case) -> tuple[StepSeen, ...]:
    rows = CaseStep.objects.filter(case=case).select_related("by").order_by("id")
    return tuple(
        StepSeen(
            row.verb, row.title, row.before_stage, row.after_stage, row.article, row.note,
            row.by.name if row.by else "", row.role, row.at,
        )
        for row in rows
    )  # fmt: skip


def _deadlines(case: Case, today: date) -> tuple[Deadline, ...]:
    rows = Task.objects.filter(subject=subject_of(case.pk), done_at=None).order_by("due_on", "id")
    return tuple(
        Deadline(
            row.title, row.role, row.due_on, row.due_provisional, row.article,
            urgency(row.due_on, today),
        )
        for row in rows
    )  # fmt: skip


def _opinions(case: Case) -> tuple[OpinionSeen, ...]:
    rows = Opinion.objects.filter(case=case).select_related("by").order_by("id")
    return tuple(
        OpinionSeen(
            row.round, row.kind, row.agrees, row.reason, row.amount_fen,
            row.by.name if row.by else "", row.at,
        )
        for row in rows
    )  # fmt: skip


def _notices(case: Case) -> tuple[NoticeSeen, ...]:
    objections: dict[int, list[ObjectionSeen]] = {}
    for row in Objection.objects.filter(publicity__case=case).order_by("id"):
        seen = ObjectionSeen(row.pk, row.raised_at, row.text, row.answer, row.answered_at)
        objections.setdefault(row.publicity_id, []).append(seen)
    return tuple(
        NoticeSeen(
            row.pk, row.round, row.posted_on, row.ends_on, row.removed_on, row.where,
            row.content, tuple(objections.get(row.pk, ())),
        )
        for row in Publicity.objects.filter(case=case).order_by("round")
    )  # fmt: skip


def _decisions(case: Case) -> tuple[DecisionSeen, ...]:
    rows = Decision.objects.filter(case=case).select_related("by").defer("snapshot", "trace")
    return tuple(
        DecisionSeen(
            row.pk, row.round, row.outcome, row.amount_fen, row.people, row.starts, row.reason,
            row.decided_on, row.rules_version, row.by.name if row.by else "",
            tuple((p, h, f) for p, h, f in row.shares), row.before,
        )
        for row in rows.order_by("round")
    )  # fmt: skip


def verbs_for(case: Case | CaseView, actor: Actor) -> list[VerbOffered]:
    """What this actor's role may do at the case's stage; at most one query.

    A verb that the exclusions close to this person is listed with the reason, so that the page can
    say why somebody else has to do it.
    """
    case_id = case.id if isinstance(case, CaseView) else case.pk
    stage = PROCEDURES[case.procedure].stage(case.stage)
    ways = [way for way in stage.ways if actor.role in way.roles] if stage else []
    if not ways:
        return []
    done = set(
        CaseStep.objects.filter(case_id=case_id, by_id=actor.user_id).values_list("verb", flat=True)
    )
    offered = []
    for way in ways:
        closed = [why for verb, why in excluded_by(way.verb).items() if verb in done]
        blocked = f"{closed[0]}，须由其他人办理" if closed else ""
        offered.append(VerbOffered(way.verb, way.title, way.article, way.demands, blocked))
    return offered


def preview(case_id: int) -> Determination:
    """What the rules say of a case on the facts of today; nothing is stored."""
    case = one_or_not_there(Case.objects.select_related("household"), pk=case_id)
    return determine_case(case, clock.business_today())


def relief_limit(case_id: int) -> int:
    """What may be given at once in an emergency, in fen."""
    return small_limit(one_or_not_there(Case.objects.all(), pk=case_id))


def means_compared(case_id: int) -> list[MeansLine]:
    """What was declared, what others know and what was checked, side by side."""
    case = one_or_not_there(Case.objects.all(), pk=case_id)
    return compare_means(case, clock.business_today())


def why(decision_id: int) -> list[WhyLine]:
    """The account of a decision from its stored trace: indent, text, article, document."""
    decision = one_or_not_there(Decision.objects.select_related("case"), pk=decision_id)
    return account_of(decision.case, Determination.from_json(decision.trace))


def account_of(case: Case, determined: Determination) -> list[WhyLine]:
    """The account of all programmes of a case, for each of those it is about."""
    procedure = PROCEDURES[case.procedure]
    holders = [str(one) for one in case.subjects] if procedure.holder == "人" else [""]
    return [
        line
        for programme in procedure.programmes
        for holder in holders
        for line in determined.why(programme, holder)
    ]


def recompute(decision_id: int) -> Recomputed:
    """Compute a decision again from its snapshot alone and compare (promise C7)."""
    decision = one_or_not_there(Decision.objects.select_related("case"), pk=decision_id)
    stored = decision.snapshot
    again = determine(
        HouseholdFacts.from_json(stored["facts"]),
        date.fromisoformat(stored["on"]),
        stored["place"],
        overlay=overlay_of(stored["overlay"]),
        programmes=tuple(stored["programmes"]),
    )
    outcome = outcome_of(decision.case, again)
    differences = _differences(decision, again)
    amount = int(outcome.monthly)
    if decision.outcome in ("确认", "变更") and amount != decision.amount_fen:
        was, now = Fen(decision.amount_fen).yuan(), Fen(amount).yuan()
        differences.insert(0, f"保障金：原 {was} 元，现 {now} 元")
    same_rules = again.rules_version == decision.rules_version
    return Recomputed(not differences, same_rules, amount, tuple(differences))


def _differences(decision: Decision, again: Determination) -> list[str]:
    before = Determination.from_json(decision.trace)
    then = {(step.name, step.holder): step for step in before.trace}
    now = {(step.name, step.holder): step for step in again.trace}
    differences = [
        f"{name} {holder}：原 {then[name, holder].shown if (name, holder) in then else '没有'}，"
        f"现 {now[name, holder].shown if (name, holder) in now else '没有'}"
        for name, holder in dict.fromkeys([*then, *now])
        if then.get((name, holder)) != now.get((name, holder))
    ]
    if before.outcomes != again.outcomes and not differences:
        differences.append("判定的结果或者理由不同")
    return differences


def live_awards(place: str, scheme: str, month: Month) -> QuerySet[Award]:
    """Awards under a place that are due for a month, one per household, with payee."""
    low, high = place_range(place)
    day = month.first_day
    return (
        Award.objects.filter(
            Q(before=None) | Q(before__gt=day),
            place__gte=low,
            place__lt=high,
            scheme=scheme,
            since__lte=day,
        )
        .select_related("household", "payee")
        .order_by("id")
    )
