"""Take a case in hand and move it on: the two steps that every verb on a case begins and ends with.

``take`` locks, reads again, and asks the declaration and the exclusions; ``move`` writes the step,
the stage, the event on the aid chain, and hands the work to whoever is next.
"""

from __future__ import annotations

from datetime import date

from doudi.base.access import Actor, one_or_not_there
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.cases.declaration import AT_THE_COUNTY
from doudi.cases.exclusions import check_person
from doudi.cases.kin import check_kin
from doudi.cases.models import Case, CaseStep
from doudi.cases.problems import ReasonMissing, WrongStage
from doudi.cases.procedures import PROCEDURES, Stage, Way
from doudi.cases.terms import term_of
from doudi.kernel import clock, faults
from doudi.kernel.problems import NotAllowed, require
from doudi.kernel.workdays import Due
from doudi.people import chain
from doudi.people.visibility import end_case_visibility


def subject_of(case_id: int) -> str:
    """How tasks, visits and the chain name a case."""
    return f"cases.case:{case_id}"


def stated(text: str, field: str) -> str:
    """The text without blanks around it; raises ``ReasonMissing`` where nothing is left."""
    require(text.strip(), ReasonMissing(field=field))
    return text.strip()


def take(case_id: int, verb: str, by: Actor) -> Case:
    """Lock a case, read it again and check that this person may do this now.

    Raises ``NotThere``, ``WrongStage``, ``NotAllowed``, ``SamePerson`` or ``KinOfHandler``; nothing
    is changed.
    """
    lock(f"case:{case_id}")
    case: Case = one_or_not_there(Case.objects.select_related("household", "applicant"), pk=case_id)
    faults.wait_here("case:after-read", 0.05)
    procedure = PROCEDURES[case.procedure]
    way = procedure.way(case.stage, verb)
    if way is None:
        raise WrongStage(case=case.number, stage=case.stage, action=procedure.title_of(verb))
    require(by.role in way.roles, NotAllowed(action=way.title))
    check_person(case, verb, by)
    check_kin(case, by)
    return case


def move(case: Case, verb: str, by: Actor, *, to: str | None = None, note: str = "") -> CaseStep:
    """Write the step and the new stage (None: it stays), tell the chain, hand the work on."""
    procedure = PROCEDURES[case.procedure]
    way = procedure.way(case.stage, verb)
    assert way is not None, f"{verb} at {case.stage} was not taken first"
    before, after = case.stage, to or case.stage
    assert after in way.leads_to, f"{verb} does not lead from {before} to {after}"
    case.stage = after
    if after in procedure.ends:
        case.closed_at = clock.business_now()
    case.save()
    step = write_step(case, way, before, by, note)
    if case.closed_at is not None:
        end_case_visibility(subject_of(case.pk))
    if after != before:
        finish_tasks(subject_of(case.pk), by=by)
        hand_on(case)
    return step


def write_step(case: Case, way: Way, before: str, by: Actor, note: str) -> CaseStep:
    """One row of the case's way, and its event on the aid chain."""
    if way.chain:
        chain.append(
            case.household_id,
            way.chain,
            f"{case.procedure}申请：{way.title}",
            scheme=PROCEDURES[case.procedure].scheme,
            person_id=case.applicant_id,
            subject=subject_of(case.pk),
        )
    step: CaseStep = CaseStep.objects.create(
        case=case,
        verb=way.verb,
        title=way.title,
        before_stage=before,
        after_stage=case.stage,
        article=way.article,
        note=note,
        by_id=by.user_id,
        role=by.role,
        at=clock.business_now(),
    )
    return step


def hand_on(case: Case) -> None:
    """Open the work of the stage at which the case now stands; none where it has ended.

    Where the law names no whole, the case is due when its stage is.
    """
    procedure = PROCEDURES[case.procedure]
    stage = procedure.stage(case.stage)
    if stage is None:
        return
    due = due_of(case, stage)
    if procedure.whole is None:
        case.due_on, case.due_provisional = due.day, due.provisional
        case.save()
    open_task(
        TaskFacts(
            kind=f"case.{stage.name}",
            title=f"{case.procedure} {case.applicant.name}：{stage.task}",
            place=case.place,
            role=stage.role,
            subject=subject_of(case.pk),
            article=f"{stage.article}（{stage.term_code}）",
        ),
        due=due,
    )


def renew_task(case: Case, by: Actor) -> None:
    """Open the work of the stage anew, after its term has changed."""
    finish_tasks(subject_of(case.pk), by=by, kinds=(f"case.{case.stage}",))
    hand_on(case)


def due_of(case: Case, stage: Stage) -> Due:
    """The last lawful day of a stage, never later than that of the whole."""
    whole = Due(case.due_on, case.due_provisional)
    term = stage.term or term_of(stage.term_code, case.place, case.accepted_on)
    if term is None:
        return whole
    own = term.due(_counted_from(case, stage), calendar())
    if stage.name == "公示中":
        # What is to be done there may be done from the day after the last one on.
        own = calendar().add_workdays(own.day, 1)
    if PROCEDURES[case.procedure].whole is None:
        return own
    return min(own, whole, key=lambda due: due.day)


def _counted_from(case: Case, stage: Stage) -> date:
    if stage.counts_from == "受理":
        return case.accepted_on
    steps = CaseStep.objects.filter(case=case)
    if stage.counts_from == "上报":
        steps = steps.filter(after_stage__in=AT_THE_COUNTY).exclude(before_stage__in=AT_THE_COUNTY)
    else:
        steps = steps.filter(after_stage=stage.name).exclude(before_stage=stage.name)
    moment = steps.order_by("-id").values_list("at", flat=True).first()
    return moment.astimezone(clock.SHANGHAI).date() if moment else clock.business_today()
