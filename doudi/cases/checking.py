"""Consents of all adults, then the verification of means with other departments (核对)."""

from __future__ import annotations

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.household import MemberSeen, adults_on
from doudi.cases.models import Case
from doudi.cases.problems import CheckAsked, CheckNotAsked, ConsentMissing
from doudi.cases.procedures import PROCEDURES
from doudi.exchange import verification
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.people.consents import missing_consents


@action("case.consents", needs="case.check")
def consents_done(case_id: int, *, by: Actor) -> Case:
    """Go on to 待核对 once every living adult member has a consent in force for every item."""
    case = stages.take(case_id, "case.consents", by)
    _demand_consents(case)
    stages.move(case, "case.consents", by, to="待核对")
    return case


def adults_of_case(case: Case) -> list[MemberSeen]:
    """The adults who must consent, as the household is today."""
    adult_age = PROCEDURES[case.procedure].adult_age
    return adults_on(case.household_id, clock.business_today(), adult_age)


def _demand_consents(case: Case) -> list[int]:
    adults = adults_of_case(case)
    person_ids = [adult.person_id for adult in adults]
    items = list(PROCEDURES[case.procedure].check_items)
    missing = set(missing_consents(person_ids, items, clock.business_today()))
    if missing:
        names = "、".join(adult.name for adult in adults if adult.person_id in missing)
        raise ConsentMissing(case=case.number, people=names)
    return person_ids


@action("case.request_check", needs="case.check")
def request_check(case_id: int, *, by: Actor) -> Case:
    """Ask for the verification of all adults; exchange refuses without their consents."""
    case = stages.take(case_id, "case.request_check", by)
    require(case.verification_id is None, CheckAsked(case=case.number))
    person_ids = _demand_consents(case)
    case.verification = verification.request(
        stages.subject_of(case.pk),
        case.place,
        person_ids,
        list(PROCEDURES[case.procedure].check_items),
        by=by,
    )
    stages.move(case, "case.request_check", by)
    return case


@action("case.finish_check", needs="case.check")
def finish_check(case_id: int, *, by: Actor) -> Case:
    """Close the verification, with all that the registry knows, and go on to 待调查.

    What an outside source has not answered stands in the report as unanswered.
    """
    case = stages.take(case_id, "case.finish_check", by)
    if case.verification_id is None:
        raise CheckNotAsked(case=case.number)
    verification.answer_from_registry(case.verification_id)
    verification.finish(case.verification_id, by=by)
    stages.move(case, "case.finish_check", by, to="待调查")
    return case
