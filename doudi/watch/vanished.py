"""People whom a department's new list no longer names: nobody is fine because a file is silent.

What was known of them stays in force. Where they are of the low-income population, or where more
are gone than stayed, a person asks the department; the answer stands in each family's aid chain.
"""

from __future__ import annotations

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.models import Task
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.exchange.comparing import GONE, Comparison, compare, people_of
from doudi.exchange.queries import delivery_of
from doudi.kernel import clock
from doudi.kernel.problems import Problem, require
from doudi.people.chain import ChainRow, append_many
from doudi.watch.models import Listing
from doudi.watch.parameters import told_on
from doudi.watch.writing import ARTICLE

TASK_VANISHED = "消失核实"


class VanishedFindingMissing(Problem):
    """An answer of the department says something."""

    code = "vanished.finding_missing"
    say = "没有填写来文部门的答复。"
    next = "请写明问了谁、怎样答复（如迁出、停保、漏报），再提交。"


class NobodyVanished(Problem):
    """Nothing about this list waits for an answer."""

    code = "vanished.nobody"
    say = "这份名册没有等待核实的消失人员，或已经核实过。"
    next = "请刷新页面查看最新情况。"


def delivery_subject(delivery_id: int) -> str:
    """How a delivery is named in tasks and in the chain."""
    return f"exchange.delivery:{delivery_id}"


def _listed(people: list[int]) -> dict[int, int]:
    """The households of those people who are of the low-income population now, by person."""
    rows = Listing.objects.filter(before=None, person_id__in=people)
    return dict(rows.order_by("household_id").values_list("person_id", "household_id"))


@action("vanished.ask", needs="watch.scan")
def ask_about_vanished(delivery_id: int, *, by: Actor) -> int:
    """Open a task where people of the register are gone from a list; returns how many they are.

    Again changes nothing while the task is open. A list that lost most of its people is itself in
    doubt, and asked about whoever they were.
    """
    delivery = delivery_of(delivery_id)
    two = compare(delivery)
    if two is None or not two.counts.get(GONE):
        return 0
    listed = len(_listed(people_of(two, GONE)))
    if not listed and not two.most_are_gone:
        return 0
    today = clock.business_today()
    open_task(
        TaskFacts(
            kind=TASK_VANISHED,
            title=_title(two, listed),
            place=delivery.place,
            role="county_reviewer",
            subject=delivery_subject(delivery_id),
            article=ARTICLE,
        ),
        due=calendar().add_workdays(today, int(told_on(today)["due.vanished"])),
    )
    return listed


def _title(two: Comparison, listed: int) -> str:
    gone, label = two.counts[GONE], two.format.label
    if two.most_are_gone:
        return (
            f"来文可能不全：{label} {two.period} 比 {two.period_before} 少 {gone} 人，"
            f"请与{two.format.department}核对是否送全"
        )
    return f"名册消失核实：{label} {two.period} 不再有 {gone} 人，其中低收入人口 {listed} 人"


@action("vanished.settle", needs="match.review")
def settle_vanished(delivery_id: int, finding: str, *, by: Actor) -> int:
    """Write down what the department answered, in the chain of each family it is about.

    Returns how many people of the register it was about. Raises ``NobodyVanished`` where nothing
    is asked, ``VanishedFindingMissing`` without words, and ``NotThere``.
    """
    require(finding.strip(), VanishedFindingMissing())
    subject = delivery_subject(delivery_id)
    lock(subject)
    delivery = delivery_of(delivery_id)
    require(finish_tasks(subject, by=by, kinds=(TASK_VANISHED,)), NobodyVanished())
    two = compare(delivery)
    gone = people_of(two, GONE) if two is not None else []
    title = f"{delivery.department}{delivery.period}名册不再有此人：{finding.strip()}"
    return append_many(
        ChainRow(
            household,
            "核实",
            title,
            person_id=person,
            detail={"finding": finding.strip()},
            subject=subject,
        )
        for person, household in sorted(_listed(gone).items())
    )


def is_asked(delivery_id: int) -> bool:
    """Whether an answer about this list is waited for, in any place in view."""
    rows = Task.objects.filter(
        kind=TASK_VANISHED, subject=delivery_subject(delivery_id), done_at=None
    )
    return bool(rows.exists())
