"""Reviews: each month, who is due to be looked at and whose facts changed; a person decides.

《最低生活保障审核确认办法》第三十一条: every twelve months where little changes, every six where
income is unsteady and somebody can work. Who is not due is looked at all the same when the rules,
asked on what is known today, say another amount or another finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.models import Task
from doudi.base.tasks import finish_tasks
from doudi.cases import changing, stages
from doudi.cases.awards import class_of
from doudi.cases.decisions import snapshot_with
from doudi.cases.exclusions import check_person
from doudi.cases.kin import check_kin
from doudi.cases.law import facts_seen, overlay_in_force
from doudi.cases.models import Award, Case, Review
from doudi.cases.outcomes import outcome_of
from doudi.cases.problems import NoSuchOutcome, ReviewSettled
from doudi.cases.procedures import PROCEDURES
from doudi.cases.terms import parameters
from doudi.kernel import clock
from doudi.kernel.dates import Month, add_months
from doudi.kernel.divisions import place_range
from doudi.kernel.problems import require
from doudi.kernel.workdays import Term
from doudi.people import chain
from doudi.people.means import means_of
from doudi.rules import Determination, Overlay, determine

DUE, CHANGED = "定期核查", "情况变化"
OUTCOMES = ("维持", "变更", "停发", "渐退")
ARTICLE = "最低生活保障审核确认办法 第三十一条"
STEADY_CLASSES = ("一类", "二类")
_DAYS = Term(20, "工作日")


@dataclass(frozen=True)
class _Looked:
    award: Award
    found: Determination
    why: str
    after: int | None
    result: str
    reasons: tuple[str, ...]


def months_between(award: Award) -> int:
    """After how many months an award is reviewed: 12 where little changes, else 6 (T112)."""
    unsteady = award.scheme == "低保" and class_of(award.decision) not in STEADY_CLASSES
    code = "T112B" if unsteady else "T112"
    return int(parameters()[code].on(clock.business_today()).value)


@action("review.prepare", needs="case.review")
def prepare(place: str, month: Month, *, by: Actor) -> str:
    """Open the reviews of a month under a place; again it opens only what is missing.

    Answers in words how many were looked at, are due, and changed; a fixed number of queries
    whatever the number of awards.
    """
    lock(f"review:{place}:{month}")
    awards = _live(place, month)
    last = _last_looked(awards)
    asked = _Asked(awards)
    looked = [one for award in awards if (one := _look(award, last, month, asked)) is not None]
    ends = _DAYS.due(clock.business_today(), calendar()).day
    reviews = Review.objects.bulk_create(_review(one, month, ends, asked.overlay) for one in looked)
    _open_tasks(reviews)
    due = sum(one.why == DUE for one in looked)
    changed = len(looked) - due
    return f"已核对 {len(awards)} 份待遇：到期 {due} 件，情况变化 {changed} 件。"


def _live(place: str, month: Month) -> list[Award]:
    """Live awards without an open review or one of this month, with what they stand on."""
    low, high = place_range(place)
    day = month.first_day
    rows = Award.objects.filter(place__gte=low, place__lt=high, since__lte=day, before=None)
    open_ones = Review.objects.filter(place__gte=low, place__lt=high, outcome="")
    rows = rows.exclude(pk__in=open_ones.values("award_id"))
    rows = rows.exclude(reviews__month=str(month))
    return list(rows.select_related("decision__case__applicant", "household").order_by("id"))


def _last_looked(awards: list[Award]) -> dict[int, date]:
    """When each award was last looked at: its latest settled review."""
    rows = Review.objects.filter(award__in=awards, settled_at__isnull=False)
    return {
        number: moment.astimezone(clock.SHANGHAI).date()
        for number, moment in rows.order_by("settled_at").values_list("award_id", "settled_at")
        if moment is not None
    }


def _look(award: Award, last: dict[int, date], month: Month, asked: _Asked) -> _Looked | None:
    """What there is to look at, None where neither the months are over nor anything changed."""
    since = last.get(award.pk, award.decision.decided_on)
    due = Month.of(add_months(since, months_between(award))) <= month
    case, procedure = award.decision.case, PROCEDURES[award.decision.case.procedure]
    if not procedure.check_items and not due:
        return None
    found = asked.of(case)
    outcome = outcome_of(case, found)
    decided = outcome.result in ("符合", "不符合")
    after = (int(outcome.monthly) if outcome.result == "符合" else 0) if decided else None
    alike = after is None or after == award.amount_fen or not asked.facts_changed(award)
    if not due and alike:
        return None
    return _Looked(award, found, DUE if due else CHANGED, after, outcome.result, outcome.reasons)


class _Asked:
    """The rules asked of many cases, their households' means read together."""

    def __init__(self, awards: list[Award]) -> None:
        self.on = clock.business_today()
        cases = [award.decision.case for award in awards]
        applicants: dict[int, int | None] = {c.household_id: c.applicant_id for c in cases}
        self.means = means_of(applicants, self.on, applicants=applicants)
        self.overlay = overlay_in_force()

    def of(self, case: Case, on: date | None = None) -> Determination:
        facts = facts_seen(case, self.means[case.household_id], self.on)
        return determine(
            facts, on or self.on, case.place, overlay=self.overlay,
            programmes=PROCEDURES[case.procedure].programmes,
        )  # fmt: skip

    def facts_changed(self, award: Award) -> bool:
        """Whether today's facts give another amount by the figures of the decision's day.

        What a new standard changes is for the raise of standards, not for a review.
        """
        case = award.decision.case
        outcome = outcome_of(case, self.of(case, award.decision.decided_on))
        return outcome.result != "符合" or int(outcome.monthly) != award.decision.amount_fen


def _review(one: _Looked, month: Month, ends: date, overlay: Overlay | None) -> Review:
    return Review(
        place=one.award.place, award=one.award, month=str(month), why=one.why, due_on=ends,
        before_fen=one.award.amount_fen, after_fen=one.after, result=one.result,
        reasons=list(one.reasons), snapshot=snapshot_with(one.found, overlay),
        trace=one.found.as_json(), rules_version=one.found.rules_version,
    )  # fmt: skip


def _open_tasks(reviews: list[Review]) -> None:
    today = clock.business_today()
    Task.objects.bulk_create(
        Task(
            kind="review.settle",
            title=f"{row.award.scheme} {row.award.decision.case.applicant.name}：{row.why}",
            place=row.place, role="county_reviewer", subject=subject_of(row.pk),
            article=ARTICLE, opened_on=today, due_on=row.due_on,
        )
        for row in reviews
    )  # fmt: skip


def subject_of(review_id: int) -> str:
    """How tasks name a review."""
    return f"cases.review:{review_id}"


@action("review.settle", needs="award.change", fresh_seal=True)
def settle(review_id: int, outcome: str, reason: str, *, by: Actor) -> Review:
    """Keep (维持), change, stop or phase out an award, by the rules on what is known now; once."""
    review: Review = one_or_not_there(
        Review.objects.select_related("award__decision__case"), pk=review_id
    )
    lock(f"award:{review.award_id}")
    review.refresh_from_db(fields=["outcome"])
    require(not review.outcome, ReviewSettled(outcome=review.outcome))
    require(outcome in OUTCOMES, NoSuchOutcome(outcome=outcome))
    said = stages.stated(reason, "处理理由")
    check_person(review.award.decision.case, "case.decide", by)
    check_kin(review.award.decision.case, by)
    if outcome == "变更":
        changing.change(review.award, said, by)
    elif outcome == "停发":
        changing.stop(review.award, said, by)
    elif outcome == "渐退":
        changing.phase_out(review.award, said, by)
    review.outcome, review.reason = outcome, said
    review.settled_by_id, review.settled_at = by.user_id, clock.business_now()
    review.save()
    finish_tasks(subject_of(review.pk), by=by)
    chain.append(
        review.award.household_id, "复核", f"{review.award.scheme}{review.why}：{outcome}",
        scheme=review.award.scheme, person_id=review.award.payee_id,
        subject=subject_of(review.pk),
    )  # fmt: skip
    return review
