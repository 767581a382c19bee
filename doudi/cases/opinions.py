"""The township's first opinion (初审意见)."""

from __future__ import annotations

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.approval import approval_stage
from doudi.cases.law import determine_case
from doudi.cases.models import Case, Opinion
from doudi.cases.outcomes import demand_decidable, demand_due, outcome_of
from doudi.cases.procedures import PROCEDURES
from doudi.cases.publicity import was_published
from doudi.kernel import clock


@action("case.first_opinion", needs="case.opinion")
def give_first_opinion(case_id: int, agrees: bool, reason: str, *, by: Actor) -> Opinion:
    """Agree (only where the rules say 符合, with their amount) or not, on the facts of today.

    On to 待公示; straight on where it refuses, where the procedure publishes nothing, or where the
    case was already published and comes back after an objection: there is no second publicity
    (办法 第十九条), except of 特困 (特困人员认定办法 第十五条).
    """
    case = stages.take(case_id, "case.first_opinion", by)
    said = stages.stated(reason, "初审意见")
    amount = amount_today(case, agrees)
    opinion: Opinion = Opinion.objects.create(
        case=case, round=case.round, kind="初审", agrees=agrees, reason=said,
        amount_fen=amount, by_id=by.user_id, at=clock.business_now(),
    )  # fmt: skip
    note = f"{'同意' if agrees else '不同意'}：{said}"
    stages.move(case, "case.first_opinion", by, to=_after(case, agrees=agrees), note=note)
    return opinion


def _after(case: Case, *, agrees: bool) -> str:
    procedure = PROCEDURES[case.procedure]
    way = procedure.way(case.stage, "case.first_opinion")
    assert way is not None, "take has found it"
    if procedure.published and agrees and not was_published(case):
        return "待公示"
    onward = [stage for stage in way.leads_to if stage != "待公示"]
    if len(onward) == 1:
        return onward[0]
    return approval_stage(case, determine_case(case, clock.business_today()))


def amount_today(case: Case, agrees: bool) -> int | None:
    """What the rules give today: demanded of an opinion that agrees, told with one that refuses."""
    outcome = outcome_of(case, determine_case(case, clock.business_today()))
    if agrees:
        return int(demand_due(outcome))
    demand_decidable(outcome)
    return int(outcome.monthly) if outcome.result == "符合" else None


@action("case.reinvestigate", needs="case.opinion")
def ask_to_investigate_again(case_id: int, reason: str, *, by: Actor) -> Case:
    """Give the case back for more investigation where something is missing or doubtful."""
    case = stages.take(case_id, "case.reinvestigate", by)
    stages.move(
        case, "case.reinvestigate", by, to="待调查", note=stages.stated(reason, "补充调查的事项")
    )
    return case
