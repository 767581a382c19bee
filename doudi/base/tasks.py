"""Human work (待办): opened by actions, done by people, never a machine's job."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from doudi.base.access import Actor
from doudi.base.models import Task
from doudi.kernel import clock
from doudi.kernel.workdays import Due


@dataclass(frozen=True)
class TaskFacts:
    """What a task says: kind, title, place, role, subject ("cases.case:12"), article."""

    kind: str
    title: str
    place: str
    role: str
    subject: str
    article: str = ""


def open_task(facts: TaskFacts, *, due: Due | None = None, assignee_id: int | None = None) -> Task:
    """Open a task inside an action; the same open task again is found, not doubled."""
    found = Task.objects.filter(kind=facts.kind, subject=facts.subject, done_at=None).first()
    if found is not None:
        return found
    return Task.objects.create(
        kind=facts.kind,
        title=facts.title,
        place=facts.place,
        role=facts.role,
        subject=facts.subject,
        article=facts.article,
        opened_on=clock.business_today(),
        due_on=due.day if due else None,
        due_provisional=due.provisional if due else False,
        assignee_id=assignee_id,
    )


def finish_tasks(subject: str, *, by: Actor, kinds: tuple[str, ...] = ()) -> int:
    """Close the open tasks about a subject (all kinds, or only these); inside an action."""
    rows = Task.objects.filter(subject=subject, done_at=None)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return rows.update(done_at=clock.business_now(), done_by_id=by.user_id)


def open_tasks_for(by: Actor) -> QuerySet[Task]:
    """Today's work of one post: open tasks of its role in its range, the most urgent first."""
    return Task.objects.filter(role=by.role, done_at=None).order_by("due_on", "id")


def urgency(due_on: date | None, on: date) -> str:
    """Colour of a deadline: "red" overdue or today, "yellow" within 3 days, else "green"."""
    if due_on is None:
        return "green"
    left = (due_on - on).days
    if left <= 0:
        return "red"
    return "yellow" if left <= 3 else "green"
