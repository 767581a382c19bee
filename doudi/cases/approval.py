"""Who may approve how much (分级审批): the limits are the rules', the database holds them too."""

from __future__ import annotations

from typing import NamedTuple

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.law import determine_case
from doudi.cases.models import Case, CaseRecord
from doudi.cases.outcomes import outcome_of
from doudi.cases.problems import BeyondLimit, WithinLimit
from doudi.cases.standing import MINUTES
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.rules import Determination

TOWNSHIP, COUNTY = "待乡镇审批", "待县级审批"
_MEETING = 4  # 一事一议, as the rules number the levels


class Limits(NamedTuple):
    """What township and county may approve, in fen; whether a meeting must agree on the amount."""

    township: int
    county: int
    meeting: bool


def limits_of(determined: Determination) -> Limits:
    """The limits that the rules give this case."""
    told = {step.name: step.value for step in determined.trace}
    return Limits(
        int(told.get("乡镇审批限额") or 0),
        int(told.get("县级审批限额") or 0),
        told.get("临时救助审批级") == _MEETING,
    )


def approval_stage(case: Case, determined: Determination) -> str:
    """Where a file goes for approval: to the township within its limit, else to the county.

    Kin of an official are for the county, whatever the amount.
    """
    limits, due = limits_of(determined), outcome_of(case, determined)
    small = due.monthly <= limits.township and not limits.meeting
    return TOWNSHIP if small and not case.kin_of_official else COUNTY


def limit_at(case: Case, determined: Determination, amount: int) -> int | None:
    """The limit at the case's stage, None where there is none; raises ``BeyondLimit`` above it."""
    if case.stage not in (TOWNSHIP, COUNTY):
        return None
    limits = limits_of(determined)
    agreed = CaseRecord.objects.filter(case=case, kind=MINUTES).exists()
    if case.stage == COUNTY and agreed:
        return None
    limit = limits.township if case.stage == TOWNSHIP else limits.county
    beyond = amount > limit or (limits.meeting and not agreed)
    told = {"amount": Fen(amount).yuan(), "limit": Fen(limit).yuan()}
    require(not beyond, BeyondLimit(**told, band=case.stage.removeprefix("待")))
    return limit


@action("case.report_up", needs="case.opinion")
def report_up(case_id: int, reason: str, *, by: Actor) -> Case:
    """Hand a file beyond the township's limit to the county."""
    case = stages.take(case_id, "case.report_up", by)
    said = stages.stated(reason, "上报理由")
    determined = determine_case(case, clock.business_today())
    due, limits = outcome_of(case, determined), limits_of(determined)
    within = approval_stage(case, determined) == TOWNSHIP and due.result == "符合"
    told = {"amount": due.monthly.yuan(), "limit": Fen(limits.township).yuan()}
    require(not within, WithinLimit(**told))
    stages.move(case, "case.report_up", by, to=COUNTY, note=said)
    return case


@action("case.minutes", needs="case.review")
def record_minutes(case_id: int, document: str, amount_fen: int, *, by: Actor) -> CaseRecord:
    """Record what the county's meeting (一事一议) agreed on: number of its minutes, amount."""
    case = stages.take(case_id, "case.minutes", by)
    said = stages.stated(document, "会议纪要文号")
    require(
        amount_fen > 0, BeyondLimit(amount=Fen(amount_fen).yuan(), limit="0.00", band="一事一议")
    )
    minutes: CaseRecord = CaseRecord.objects.create(
        case=case, kind=MINUTES, content={"文号": said}, amount_fen=amount_fen, by_id=by.user_id,
        at=clock.business_now(),
    )  # fmt: skip
    stages.move(case, "case.minutes", by, note=f"{said}：{Fen(amount_fen).yuan()} 元")
    return minutes
