"""A live award looked at again: kept, changed, stopped or phased out, always by a decision.

Each change is computed by the rules on what is known today and stored like any decision, with its
snapshot and trace; it holds from the next month (最低生活保障审核确认办法 第三十二条、第三十三条).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from doudi.base.access import Actor
from doudi.cases.awards import close_award, follow_award
from doudi.cases.decisions import snapshot_of
from doudi.cases.law import determine_case, facts_of_case, overlay_in_force
from doudi.cases.models import Award, Case, Decision
from doudi.cases.outcomes import CaseOutcome, demand_due, outcome_of
from doudi.cases.problems import NotPhasedOut, StillDue
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.rules import Determination, determine

PHASING = "低保渐退"
_MOST_MONTHS = 6  # 办法 第三十三条, 民发〔2022〕83号; the rules hold the place's own number


@dataclass(frozen=True)
class Found:
    """What the rules say today of an award's case."""

    determined: Determination
    outcome: CaseOutcome


def look_again(case: Case) -> Found:
    """What the rules say today; nothing is stored."""
    determined = determine_case(case, clock.business_today())
    return Found(determined, outcome_of(case, determined))


def phased(case: Case, award: Award) -> list[tuple[Month, int]]:
    """What each month of 渐退 would pay, from the next month on; empty where there is none."""
    today = clock.business_today()
    facts = facts_of_case(case, today)
    amounts: list[tuple[Month, int]] = []
    for at in range(1, _MOST_MONTHS + 1):
        told: Mapping[str, Any] = {
            **facts.values, "渐退第几个月": at, "渐退前保障金": award.amount_fen,
            "因就业超标": True,
        }  # fmt: skip
        found = determine(
            replace(facts, values=told), today, case.place, overlay=overlay_in_force(),
            programmes=(PHASING,),
        ).outcome(PHASING)  # fmt: skip
        if found is None or found.result != "符合" or found.monthly <= 0:
            break
        amounts.append((Month.of(today) + at, int(found.monthly)))
    return amounts


def change(award: Award, reason: str, by: Actor) -> Award:
    """Another amount or other people from the next month on; raises ``NotDue`` where nothing is."""
    found = look_again(award.decision.case)
    demand_due(found.outcome)
    decision = _decided(award, "变更", reason, found, int(found.outcome.monthly), by)
    since = Month.of(clock.business_today()).next_first_day
    return follow_award(award, decision, since, None, int(found.outcome.monthly), "变更")


def phase_out(award: Award, reason: str, by: Actor) -> list[Award]:
    """渐退 of a family whose work brought it above the line; raises ``NotPhasedOut``."""
    case = award.decision.case
    months = phased(case, award)
    require(months and award.scheme == "低保", NotPhasedOut())
    decision = _decided(award, "渐退", reason, look_again(case), months[0][1], by)
    made: list[Award] = []
    former = award
    for amount, since, before in _stretches(months):
        former = follow_award(former, decision, since, before, amount, "渐退")
        made.append(former)
    return made


def _stretches(months: list[tuple[Month, int]]) -> list[tuple[int, Any, Any]]:
    """Months with one amount together: amount, first day, first day after."""
    found: list[tuple[int, Any, Any]] = []
    for month, amount in months:
        if found and found[-1][0] == amount:
            found[-1] = (amount, found[-1][1], month.next_first_day)
        else:
            found.append((amount, month.first_day, month.next_first_day))
    return found


def stop(award: Award, reason: str, by: Actor) -> Award:
    """Stop from the next month on what the rules no longer give; raises ``StillDue``."""
    found = look_again(award.decision.case)
    require(found.outcome.result == "不符合", StillDue(result=found.outcome.result))
    _decided(award, "停发", reason, found, 0, by)
    since = Month.of(clock.business_today()).next_first_day
    close_award(award, since, "复核停发")
    return award


def _decided(
    award: Award, outcome: str, reason: str, found: Found, amount: int, by: Actor
) -> Decision:
    today = clock.business_today()
    case = award.decision.case
    rounds = Decision.objects.filter(case=case).order_by("-round").values_list("round", flat=True)
    decision: Decision = Decision.objects.create(
        case=case,
        round=(rounds.first() or 0) + 1,
        outcome=outcome,
        amount_fen=amount,
        shares=[[s.programme, s.holder, s.fen] for s in found.outcome.shares],
        people=len(found.outcome.people) or award.people,
        starts=Month.of(today).next_first_day,
        reason=reason,
        snapshot=snapshot_of(found.determined),
        trace=found.determined.as_json(),
        rules_version=found.determined.rules_version,
        decided_on=today,
        decided_at=clock.business_now(),
        by_id=by.user_id,
    )
    return decision


def shown(months: list[tuple[Month, int]]) -> str:
    """The months of 渐退 in words."""
    return "；".join(f"{month} {Fen(fen).yuan()} 元" for month, fen in months)
