"""What a case comes to: the outcomes of its programmes for those it is about, made one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.cases.models import Case
from doudi.cases.problems import LawNotInForce, NotDecidable, NotDue
from doudi.cases.procedures import PROCEDURES
from doudi.cases.standing import benefits_of
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.rules import Determination, Outcome
from doudi.rules.missing import Want

UNDECIDED = ("缺资料", "需复核")


@dataclass(frozen=True)
class Share:
    """What one programme gives one holder ("" is the household), in fen."""

    programme: str
    holder: str
    fen: int


@dataclass(frozen=True)
class CaseOutcome:
    """符合 where something is due and nothing is open; ``monthly`` in fen, for ``per`` (月 or 次).

    ``people`` are those whom a confirmation would cover, in order.
    """

    result: str
    monthly: Fen
    per: str
    reasons: tuple[str, ...]
    missing: tuple[Want, ...]
    shares: tuple[Share, ...]
    people: tuple[int, ...]
    finding: bool = False


def outcome_of(case: Case, determined: Determination) -> CaseOutcome:
    """What the rules say of this case; raises ``LawNotInForce`` where they do not know it yet."""
    procedure = PROCEDURES[case.procedure]
    holders = [str(one) for one in case.subjects] if procedure.holder == "人" else [""]
    found = [
        told
        for programme in procedure.programmes
        for holder in holders
        if (told := determined.outcome(programme, holder)) is not None
    ]
    require(found, LawNotInForce(procedure=procedure.name, on=determined.on))
    if len(procedure.programmes) > 1:
        found = _without_held(found, holders, determined.on) or found[:1]
    due = [told for told in found if told.result == "符合"]
    paid = [told for told in due if procedure.finding or told.monthly > 0]
    shares = tuple(Share(told.programme, told.holder, int(told.monthly)) for told in paid)
    return CaseOutcome(
        result=_result(found),
        monthly=Fen(sum(share.fen for share in shares)),
        per=found[0].per,
        reasons=_reasons(found),
        missing=tuple(want for told in found for want in told.missing),
        shares=shares,
        people=_people(case, determined, shares),
        finding=procedure.finding,
    )


def _without_held(found: list[Outcome], holders: list[str], on: date) -> list[Outcome]:
    """Of several programmes those which the holder does not have yet."""
    held = benefits_of([int(holder) for holder in holders], on)
    has = {(fact.key, str(one)) for one, facts in held.items() for fact in facts}
    return [told for told in found if (told.programme, told.holder) not in has]


def _result(found: list[Outcome]) -> str:
    results = {told.result for told in found}
    return next(
        (word for word in (*UNDECIDED, "符合", "不符合") if word in results), found[0].result
    )


def _reasons(found: list[Outcome]) -> tuple[str, ...]:
    if len(found) == 1:
        return found[0].reasons
    return tuple(f"{told.programme}：{told.result}（{'；'.join(told.reasons)}）" for told in found)


def _people(case: Case, determined: Determination, shares: tuple[Share, ...]) -> tuple[int, ...]:
    """The subjects who are due, or whom the rules count as members of the household."""
    if PROCEDURES[case.procedure].holder == "人":
        return tuple(sorted({int(share.holder) for share in shares}))
    counted = counted_people(determined)
    everybody = [int(member.reference) for member in determined.facts.members]
    return tuple(counted or sorted(everybody))


def counted_people(determined: Determination) -> list[int]:
    """Ids of the persons whom the rules count as members of the household, in order."""
    return sorted(
        int(step.holder)
        for step in determined.trace
        if step.name == "共同生活" and step.holder and step.value
    )


def demand_due(outcome: CaseOutcome) -> Fen:
    """The amount; raises ``NotDue`` unless the rules say 符合, with money or as a finding."""
    if outcome.result != "符合" or (not outcome.finding and outcome.monthly <= 0):
        raise NotDue(result=outcome.result, reasons="；".join(outcome.reasons))
    return outcome.monthly


def demand_decidable(outcome: CaseOutcome) -> None:
    """Raise ``NotDecidable`` while something is unknown or under review: unknown is not "no"."""
    if outcome.result not in ("符合", "不符合"):
        raise NotDecidable(result=outcome.result, reasons="；".join(outcome.reasons))
