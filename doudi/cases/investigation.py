"""The visit to the family (入户调查): two people, signatures, and what it corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.law import read_means
from doudi.cases.models import Case
from doudi.cases.problems import NotAtHome, NotSigned
from doudi.kernel.problems import require
from doudi.people import facts
from doudi.people.facts import FactValue
from doudi.people.models import Visit
from doudi.people.visits import VisitFacts, record_visit


@action("case.investigate", needs="case.investigate")
def record_investigation(
    case_id: int,
    visit: VisitFacts,
    corrected: Mapping[str, Any],
    *,
    facts_found: Mapping[int, Iterable[FactValue]] | None = None,
    by: Actor,
) -> Case:
    """Record the visit and what it corrected; on to 待初审.

    ``corrected`` is what ``law.read_means`` reads and stands above everything else known;
    ``facts_found`` are dated facts per person id, recorded with the visit as their source.
    """
    case = stages.take(case_id, "case.investigate", by)
    means = read_means(corrected)
    found = visit_home(case, visit, by)
    for person_id, values in sorted((facts_found or {}).items()):
        facts.put(person_id, values, f"visit:{found.pk}")
    lay_over(case, means)
    case.visit, case.investigated_by_id = found, by.user_id
    stages.move(case, "case.investigate", by, to="待初审")
    return case


def visit_home(case: Case, visit: VisitFacts, by: Actor) -> Visit:
    """Record a visit that the law orders: at home, by two, signed by them and by the family.

    ``people.visits`` refuses an investigation by fewer than two.
    """
    told = replace(visit, purpose="入户调查", subject=stages.subject_of(case.pk))
    require(told.manner == "入户", NotAtHome(manner=told.manner))
    require(told.visitors_signed, NotSigned(who="调查人"))
    require(told.family_signed, NotSigned(who="在场家庭成员"))
    return record_visit(case.household_id, told, by=by)


def lay_over(case: Case, means: dict[str, Any]) -> None:
    """Put what was checked above everything else known of the case; the caller saves it."""
    before = case.declared.get("checked", {"household": {}, "members": {}})
    case.declared = {**case.declared, "checked": _merged(before, means)}


def _merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    members = {
        reference: {**before["members"].get(reference, {}), **now["members"].get(reference, {})}
        for reference in [*before["members"], *now["members"]]
    }
    merged = {"household": {**before["household"], **now["household"]}, "members": members}
    obligors = {**before.get("obligors", {}), **now.get("obligors", {})}
    return {**merged, "obligors": obligors} if obligors else merged
