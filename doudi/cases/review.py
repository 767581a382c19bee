"""The county's review (审核意见), its own visit where the law orders one, and the way back."""

from __future__ import annotations

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.care import demand_assessed
from doudi.cases.investigation import visit_home
from doudi.cases.law import determine_case
from doudi.cases.models import Case, CaseStep, Opinion
from doudi.cases.outcomes import demand_decidable, demand_due, outcome_of
from doudi.cases.problems import CountyVisitMissing
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.people.visits import VisitFacts


@action("case.visit", needs="case.visit")
def record_county_visit(case_id: int, visit: VisitFacts, *, by: Actor) -> Case:
    """Record the county's own visit, which a registered near relative of an official demands."""
    case = stages.take(case_id, "case.visit", by)
    visit_home(case, visit, by)
    stages.move(case, "case.visit", by)
    return case


@action("case.review", needs="case.review")
def give_review(case_id: int, agrees: bool, reason: str, *, by: Actor) -> Opinion:
    """The county's opinion, on the facts of today; on to 待决定."""
    case = stages.take(case_id, "case.review", by)
    said = stages.stated(reason, "审核意见")
    procedure = PROCEDURES[case.procedure]
    if case.kin_of_official and procedure.way(case.stage, "case.visit"):
        visited = CaseStep.objects.filter(case=case, verb="case.visit").exists()
        require(visited, CountyVisitMissing(case=case.number))
    if agrees and procedure.way(case.stage, "case.assess_care"):
        demand_assessed(case)
    outcome = outcome_of(case, determine_case(case, clock.business_today()))
    amount = int(demand_due(outcome)) if agrees else None
    if not agrees:
        demand_decidable(outcome)
    opinion: Opinion = Opinion.objects.create(
        case=case, round=case.round, kind="审核", agrees=agrees, reason=said,
        amount_fen=amount, by_id=by.user_id, at=clock.business_now(),
    )  # fmt: skip
    note = f"{'同意' if agrees else '不同意'}：{said}"
    stages.move(case, "case.review", by, to="待决定", note=note)
    return opinion


@action("case.send_back", needs="case.review")
def send_back(case_id: int, reason: str, *, by: Actor) -> Case:
    """Give the case back to the township for a new first opinion, in the next round."""
    case = stages.take(case_id, "case.send_back", by)
    said = stages.stated(reason, "退回理由")
    way = PROCEDURES[case.procedure].way(case.stage, "case.send_back")
    assert way is not None, "take has found it"
    case.round += 1
    stages.move(case, "case.send_back", by, to=way.leads_to[0], note=said)
    return case
