"""The loop of an alert: received, visited, disposed of, closed with a verdict (§8.6).

Every step re-reads the alert under lock, so two clerks at once end in one result. No alert closes
without a visit, a verdict, a disposal and the family told what it may apply for.
"""

from __future__ import annotations

import re
from dataclasses import replace

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.models import Post, Task
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.kernel.workdays import Due
from doudi.people import chain
from doudi.people.visits import VisitFacts, record_visit
from doudi.watch.models import Alert, Verdict
from doudi.watch.parameters import told_on
from doudi.watch.problems import (
    AlertElsewhere,
    DisposalUnknown,
    FindingMissing,
    LinkedElsewhere,
    NoDisposal,
    NotForHandingOn,
    NotLinked,
    NotVisited,
    NoVerdict,
    OnlyTownshipCloses,
    PolicyNotTold,
    ReasonMissing,
    ReturnedTooOften,
    SubjectUnreadable,
    VerdictContradicts,
    VerdictUnknown,
    VisitOfOtherKind,
    WaitsForCase,
)
from doudi.watch.states import (
    CLOSED,
    DISPOSALS,
    HANDED_ON,
    TASK_CHECK,
    TASK_DISPOSE,
    TASK_VISIT,
    TO_DISPOSE,
    TO_RECEIVE,
    TO_VISIT,
    VERDICTS,
    alert_subject,
)
from doudi.watch.writing import ARTICLE, CLERK, township_of

PURPOSE = "预警核查"
_SUBJECT = re.compile(r"[a-z]+\.[a-z_]+:[0-9]+")
_CASE = "cases.case:"
WORKER = "village_worker"
_OUT = "退出"
_SETTLED_ON_THE_SPOT = ("A0", "A1")


def _take(alert_id: int, step: str, *states: str) -> Alert:
    """The alert under lock, in one of these states; else ``NotThere`` or ``AlertElsewhere``."""
    lock(alert_subject(alert_id))
    alert: Alert = one_or_not_there(Alert.objects.select_for_update(), pk=alert_id)
    require(alert.state in states, AlertElsewhere(state=alert.state, step=step))
    return alert


@action("alert.receive", needs="alert.receive")
def receive_alert(alert_id: int, *, by: Actor) -> Alert:
    """Take an alert over for the township; its village's worker, where there is one, visits."""
    alert = _take(alert_id, "接收", TO_RECEIVE)
    alert.state = TO_VISIT
    alert.received_by_id, alert.received_at = by.user_id, clock.business_now()
    alert.save(update_fields=["state", "received_by", "received_at"])
    _send_to_village(alert, Due(alert.visit_due, provisional=alert.due_provisional))
    return alert


def _send_to_village(alert: Alert, due: Due) -> None:
    """A task for the village, beside the township's own, which stays until somebody reported."""
    posts = Post.objects.filter(role=WORKER, before=None)
    if posts.filter(place__in=(alert.place, township_of(alert.place))).exists():
        open_task(
            TaskFacts(
                kind=TASK_VISIT,
                title=f"{alert.colour}色预警走访（{alert.direction}）：{alert.person.name}家",
                place=alert.place,
                role=WORKER,
                subject=alert_subject(alert.pk),
                article=ARTICLE,
            ),
            due=due,
        )


@action("alert.report", needs="alert.report")
def report_check(
    alert_id: int,
    visit: VisitFacts,
    finding: str,
    verdict: str,
    disposal: str,
    policy_told: bool,
    *,
    by: Actor,
) -> Alert:
    """Report the visit (走访): what was found, whether the alert is true, and what follows.

    The visit is recorded with it. Without ``policy_told`` the alert waits for ``tell_policy``.
    """
    alert = _take(alert_id, "反馈核查", TO_VISIT)
    require(visit.purpose == PURPOSE, VisitOfOtherKind(purpose=visit.purpose))
    require(finding.strip(), FindingMissing())
    require(verdict in VERDICTS, VerdictUnknown(verdict=verdict))
    require(disposal in DISPOSALS, DisposalUnknown(disposal=disposal))
    require(verdict != "不属实" or disposal == "A0", VerdictContradicts(disposal=disposal))
    subject = alert_subject(alert.pk)
    recorded = record_visit(alert.household_id, replace(visit, subject=subject), by=by)
    alert.visit, alert.finding = recorded, finding.strip()
    alert.verdict, alert.disposal = verdict, disposal
    alert.policy_told_at = clock.business_now() if policy_told else None
    alert.state = TO_DISPOSE
    alert.save()
    # The township's tasks lie outside what a village sees; nothing else of it is looked at.
    with scope(township_of(alert.place)):
        finish_tasks(subject, by=by, kinds=(TASK_CHECK, TASK_VISIT))
        _open_disposal(alert)
    return alert


def _open_disposal(alert: Alert) -> None:
    """What is left to do until the alert closes, for the township; A3 for the county's reviewer.

    The place stays the township's: the clerk who writes the task cannot see the county's rows.
    """
    role = "county_reviewer" if alert.disposal == "A3" else CLERK
    open_task(
        TaskFacts(
            kind=TASK_DISPOSE,
            title=f"{alert.colour}色预警处置：{alert.person.name}家 {alert.disposal} "
            f"{DISPOSALS[alert.disposal]}",
            place=township_of(alert.place),
            role=role,
            subject=alert_subject(alert.pk),
            article=ARTICLE,
        ),
        due=Due(alert.close_due, provisional=alert.due_provisional),
    )


@action("alert.tell_policy", needs="alert.report")
def tell_policy(alert_id: int, *, by: Actor) -> Alert:
    """Note that the family was told what it may apply for, after the visit."""
    alert = _take(alert_id, "登记政策告知", TO_DISPOSE, HANDED_ON)
    if alert.policy_told_at is None:
        alert.policy_told_at = clock.business_now()
        alert.save(update_fields=["policy_told_at"])
    return alert


@action("alert.return", needs="alert.return")
def return_alert(alert_id: int, reason: str, *, by: Actor) -> Alert:
    """Send a check back to be done again (退回重核), twice at most; the visit stays on record."""
    alert = _take(alert_id, "退回", TO_DISPOSE)
    most = int(told_on(clock.business_today())["loop.most_returns"])
    require(reason.strip(), ReasonMissing())
    require(alert.returned < most, ReturnedTooOften(times=alert.returned))
    alert.returned += 1
    alert.state = TO_VISIT
    alert.visit, alert.verdict, alert.disposal, alert.policy_told_at = None, "", "", None
    alert.save()
    subject = alert_subject(alert.pk)
    finish_tasks(subject, by=by, kinds=(TASK_DISPOSE,))
    again = calendar().add_workdays(
        clock.business_today(), told_on(clock.business_today())[f"due.{alert.colour}"][0]
    )
    facts = TaskFacts(
        kind=TASK_CHECK,
        title=f"{alert.colour}色预警重核（第{alert.returned}次退回）：{reason.strip()}"[:200],
        place=township_of(alert.place),
        role=CLERK,
        subject=subject,
        article=ARTICLE,
    )
    open_task(facts, due=again)
    _send_to_village(alert, again)
    _event(alert, f"预警退回重核：{reason.strip()}")
    return alert


@action("alert.hand_to", needs="alert.report")
def hand_to(alert_id: int, subject: str, *, by: Actor) -> Alert:
    """Hand a checked alert (A2) to the case or referral that it led to; again is a no-op.

    ``subject`` is "cases.case:12". An alert in a case closes by ``record_outcome``.
    """
    alert = _take(alert_id, "转办", TO_DISPOSE, HANDED_ON)
    if alert.outcome_subject == subject:
        return alert
    require(not alert.outcome_subject, LinkedElsewhere(subject=alert.outcome_subject))
    require(alert.disposal == "A2", NotForHandingOn(disposal=alert.disposal))
    require(_SUBJECT.fullmatch(subject), SubjectUnreadable(subject=subject))
    alert.outcome_subject, alert.state = subject, HANDED_ON
    alert.save(update_fields=["outcome_subject", "state"])
    _event(alert, "预警转办：受理申请" if subject.startswith(_CASE) else f"预警转办：{subject}")
    return alert


@action("alert.close", needs="alert.close")
def close_alert(alert_id: int, *, by: Actor, helped: bool | None = None) -> Alert:
    """Close a checked alert; ``helped`` says whether aid followed (by default, after A1 only)."""
    alert = _take(alert_id, "关闭", TO_RECEIVE, TO_VISIT, TO_DISPOSE, HANDED_ON)
    require(by.role != WORKER or closed_by_village(alert), OnlyTownshipCloses(colour=alert.colour))
    require(alert.visit_id is not None, NotVisited())
    require(alert.verdict, NoVerdict())
    require(alert.disposal, NoDisposal())
    require(alert.policy_told_at is not None, PolicyNotTold())
    require(alert.disposal != "A2" or alert.outcome_subject, NotLinked())
    in_case = alert.outcome_subject.startswith(_CASE)
    require(not in_case, WaitsForCase(subject=alert.outcome_subject))
    _close(alert, helped=alert.disposal == "A1" if helped is None else helped, by=by)
    return alert


def closed_by_village(alert: Alert) -> bool:
    """Whether a village's worker may close it: a light one, not about leaving, settled there."""
    light = alert.colour in told_on(clock.business_today())["loop.village_closes"]
    return light and alert.direction != _OUT and alert.disposal in ("", *_SETTLED_ON_THE_SPOT)


def record_outcome(subject: str, helped: bool) -> int:
    """Close the alerts that led to this case or referral, and learn from how it ended.

    Called inside the action that ends it; returns how many were closed. An alert whose family was
    not told of the policy before is told by the decision itself.
    """
    rows = Alert.objects.select_for_update().filter(outcome_subject=subject, closed_at=None)
    closed = 0
    for alert in rows.order_by("id"):
        alert.policy_told_at = alert.policy_told_at or clock.business_now()
        _close(alert, helped=helped, by=Actor.system(alert.place))
        closed += 1
    return closed


def _close(alert: Alert, *, helped: bool, by: Actor) -> None:
    alert.state, alert.closed_at = CLOSED, clock.business_now()
    alert.save()
    codes = sorted(set(alert.hits.filter(withdrawn=False).values_list("indicator", flat=True)))
    Verdict.objects.bulk_create(
        [
            Verdict(
                indicator=code,
                period=alert.period,
                place=alert.place,
                colour=alert.colour,
                verdict=alert.verdict,
                helped=helped,
                alert_id=alert.pk,
            )
            for code in codes
        ],
        ignore_conflicts=True,
    )
    with scope(township_of(alert.place)):
        Task.objects.filter(subject=alert_subject(alert.pk), done_at=None).update(
            done_at=clock.business_now(), done_by_id=by.user_id
        )
    _event(alert, f"预警办结（{alert.verdict}，{alert.disposal}）")


def _event(alert: Alert, title: str) -> None:
    chain.append(
        alert.household_id,
        "预警",
        title,
        person_id=alert.person_id,
        detail={"alert": alert.pk, "state": alert.state},
        subject=alert_subject(alert.pk),
    )
