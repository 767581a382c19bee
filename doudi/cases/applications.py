"""Accept an application, extend its term, end it early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.cases import stages
from doudi.cases.household import MemberSeen, make_visible, member_ids, members_on
from doudi.cases.kin import has_kin
from doudi.cases.law import local_value, read_means
from doudi.cases.models import AwardPerson, Case
from doudi.cases.problems import (
    AlreadyAwarded,
    AlreadyExtended,
    NobodyNamed,
    NoSuchCause,
    NoSuchChannel,
    NoSuchProcedure,
    NotAdult,
    NotAMember,
    OpenCaseExists,
    OutsideTownship,
)
from doudi.cases.procedures import (
    EXCLUSIVE,
    LAW,
    PROCEDURES,
    Procedure,
    Way,
    same_scheme,
    低保,
    低保乡镇,
)
from doudi.cases.standing import spared
from doudi.kernel import clock
from doudi.kernel.divisions import check_division_code
from doudi.kernel.problems import require
from doudi.kernel.workdays import Due
from doudi.people.facts import facts_of
from doudi.people.models import Household, Person
from doudi.watch import loop

ACCEPT = Way("case.accept", "受理申请", ("township_clerk",), ("待授权",), LAW, (), "申请")
TERMINATION_CAUSES = ("申请人撤回", "拒不配合")


@action("case.accept", needs="case.accept")
def accept(
    household_id: int,
    applicant_id: int,
    *,
    procedure: str = "低保",
    channel: str,
    reason: str,
    declared: Mapping[str, Any],
    alert_id: int | None = None,
    kin_of_official: bool = False,
    applied_on: date | None = None,
    subjects: tuple[int, ...] = (),
    by: Actor,
) -> Case:
    """Accept an application in the township of the actor (受理地): the terms begin today.

    ``declared`` is what ``law.read_means`` reads; ``subjects`` are the members for whom it is,
    where a person is the holder. Refused where the household has an open case or a live award of
    the scheme, or where the applicant is not an adult member.
    """
    _demand_township(by)
    today = clock.business_today()
    told = _procedure(procedure, channel)
    means = read_means(declared)
    said = stages.stated(reason, "申请理由")
    lock(f"case.household:{household_id}:{told.scheme}", f"case.number:{by.place}")
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    _refuse_second_case(household_id, told)
    members = member_ids(household_id, today)
    kin = kin_of_official or has_kin(members)
    told = _confirmed_by(told, by.place, today, kin=kin)
    due = told.whole.due(today, calendar()) if told.whole else Due(today)
    case: Case = Case.objects.create(
        number=_next_number(told, by.place, today.year),
        procedure=told.name,
        place=by.place,
        household=household,
        applicant_id=_known_member(household_id, applicant_id, today),
        channel=channel,
        reason=said,
        stage=_first_stage(told, members, today),
        subjects=_subjects(told, subjects, members),
        alert_subject=f"watch.alert:{alert_id}" if alert_id else "",
        applied_on=applied_on or today,
        accepted_on=today,
        due_on=due.day,
        due_provisional=due.provisional,
        kin_of_official=kin,
        accepted_by_id=by.user_id,
        declared={"declared": means},
    )
    make_visible(case, by)
    _check_people(case, told, members_on(household_id, today), applicant_id, today)
    stages.write_step(case, replace(ACCEPT, article=told.law), "", by, said)
    stages.hand_on(case)
    if alert_id is not None:
        _link_alert(alert_id, case, by)
    return case


def _procedure(name: str, channel: str) -> Procedure:
    require(name in PROCEDURES, NoSuchProcedure(procedure=name))
    told = PROCEDURES[name]
    allowed = "、".join(told.channels)
    require(channel in told.channels, NoSuchChannel(channel=channel, allowed=allowed))
    return told


def _demand_township(by: Actor) -> None:
    require(check_division_code(by.place).level == 4, OutsideTownship())


def _refuse_second_case(household_id: int, told: Procedure) -> None:
    names = same_scheme(told)
    found = Case.objects.filter(household_id=household_id, procedure__in=names, closed_at=None)
    for number, stage in found.values_list("number", "stage"):
        raise OpenCaseExists(procedure=told.scheme, case=number, stage=stage)


def _first_stage(told: Procedure, members: list[int], today: date) -> str:
    """The first stage; who holds 低保 or 特困 is not asked about means again."""
    if told.spares_check and spared(members, today):
        return "待调查"
    return told.stages[0].name


def _subjects(told: Procedure, subjects: tuple[int, ...], members: list[int]) -> list[int]:
    if told.holder == "户":
        return []
    named = sorted(set(subjects))
    require(named and set(named) <= set(members), NobodyNamed(procedure=told.name))
    return named


def _known_member(household_id: int, applicant_id: int, today: date) -> int:
    require(applicant_id in member_ids(household_id, today), NotAMember())
    return applicant_id


def _confirmed_by(told: Procedure, place: str, today: date, *, kin: bool) -> Procedure:
    """Whose way a file of 低保 takes: the township's where the county gave it the confirmation.

    Where kin of an official apply the county must visit, so the county confirms.
    """
    devolved = local_value("低保审核确认权", place, today) == "乡镇"
    return 低保乡镇 if told is 低保 and devolved and not kin else told


def _next_number(told: Procedure, place: str, year: int) -> str:
    """Readable and unique: 低保, township, year, the count of that township in that year."""
    prefix = f"{told.letters}-{place[:9]}-{year}-"
    last = Case.objects.filter(number__startswith=prefix).order_by("-number").first()
    return f"{prefix}{int(last.number[len(prefix) :]) + 1 if last else 1:05d}"


def _check_people(
    case: Case, told: Procedure, members: list[MemberSeen], applicant_id: int, today: date
) -> None:
    applicant = next(member for member in members if member.person_id == applicant_id)
    age = 0 if told.child else told.adult_age  # the village applies for a child without guardian
    adult = applicant.age >= age and not applicant.dead
    require(adult, NotAdult(name=applicant.name, age=age))
    named = case.subjects or [member.person_id for member in members]
    refuse_second_award(named, told.group, today)


def refuse_second_award(person_ids: list[int], group: str, on: date) -> None:
    """Raise ``AlreadyAwarded`` where one of these stands in a live award of the group.

    临时救助 is no group: the rules see to it that one cause is helped once a year.
    """
    if not EXCLUSIVE[group]:
        return
    rows = AwardPerson.objects.filter(person_id__in=person_ids, group=group)
    found = [
        (name, scheme)
        for name, scheme, since, before in rows.order_by("person_id").values_list(
            "person__name", "award__scheme", "since", "before"
        )
        if before is None or (before > on and before > since)
    ]
    found += _known_benefits(person_ids, group, on)
    if found:
        names = "、".join(dict.fromkeys(name for name, _ in found))
        raise AlreadyAwarded(people=names, scheme=found[0][1])


def _known_benefits(person_ids: list[int], group: str, on: date) -> list[tuple[str, str]]:
    """Benefits of the group that these people hold as facts: granted before this desk was there."""
    known = facts_of(person_ids, on=on, kinds=["benefit"])
    held = {
        person_id: fact.key
        for person_id, facts in known.items()
        for fact in facts
        if fact.key in EXCLUSIVE[group]
    }
    names = dict(Person.objects.filter(pk__in=held).values_list("pk", "name"))
    return [(names.get(person_id, ""), scheme) for person_id, scheme in sorted(held.items())]


def _link_alert(alert_id: int, case: Case, by: Actor) -> None:
    """The alert's way ends in this case; watch hears of the outcome when the case ends."""
    loop.hand_to(alert_id, stages.subject_of(case.pk), by=by)


@action("case.extend", needs="case.extend")
def extend(case_id: int, cause: str, *, by: Actor) -> Case:
    """Extend the whole to 45 working days from acceptance, once, for one of the listed causes."""
    case = stages.take(case_id, "case.extend", by)
    told = PROCEDURES[case.procedure]
    assert told.whole_special is not None, "only a procedure with such a term has the verb"
    allowed = "、".join(told.extension_causes)
    require(cause in told.extension_causes, NoSuchCause(cause=cause, allowed=allowed))
    due = told.whole_special.due(case.accepted_on, calendar())
    require(case.due_on < due.day, AlreadyExtended(case=case.number, due=case.due_on))
    case.due_on, case.due_provisional = due.day, due.provisional
    stages.move(case, "case.extend", by, note=cause)
    stages.renew_task(case, by)
    return case


@action("case.terminate", needs="case.opinion")
def terminate(case_id: int, cause: str, reason: str, *, by: Actor) -> Case:
    """End the procedure without a decision: withdrawn, or the family will not cooperate."""
    case = stages.take(case_id, "case.terminate", by)
    allowed = "、".join(TERMINATION_CAUSES)
    require(cause in TERMINATION_CAUSES, NoSuchCause(cause=cause, allowed=allowed))
    said = stages.stated(reason, "终止理由")
    stages.move(case, "case.terminate", by, to="已终止", note=f"{cause}：{said}")
    tell_watch(case, helped=False)
    return case


def tell_watch(case: Case, *, helped: bool) -> None:
    """A case that began with an alert teaches the indicators how it ended."""
    if case.alert_subject:
        loop.record_outcome(stages.subject_of(case.pk), helped)
