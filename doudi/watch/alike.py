"""M14: many equal awards of one village on one day; a sample of them is looked into.

It looks at decisions, not at a household, so it is no indicator: what it finds is a check for the
county, never an alert about a family. Equal amounts may be right (分类 with fixed amounts).
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.kernel.money import Fen
from doudi.kernel.problems import NotThere, require
from doudi.people.models import Household
from doudi.watch.models import AlikeCheck
from doudi.watch.problems_check import AlikeFindingMissing, AlikeNumbersUnfit, AlikeSettled
from doudi.watch.states import ALIKE_CHECKED, ALIKE_OPEN, TASK_ALIKE, alike_subject
from doudi.watch.thresholds import told_at

ARTICLE = "最低生活保障审核确认办法：近亲属备案、抽查"
_REVIEWER = "county_reviewer"
_WAIT_MS = 60_000

# Awards as the decisions tell them; a range, because a policy keeps LIKE from the index.
_AWARDS = """
from people_fact f
join people_member m on m.person_id = f.person_id
  and m.since <= f.valid_since and (m.before is null or m.before > f.valid_since)
join people_household h on h.id = m.household_id
where f.kind = 'benefit' and f.stated and not f.withdrawn
  and f.source >= 'decision:' and f.source < 'decision;' and f.amount_fen > 0
  and h.place >= %(low)s and h.place < %(high)s
"""

_FIND = f"""
insert into watch_alikecheck (place, scheme, known_on, amount_fen, households, found_at, due_on,
  due_provisional, state, sampled, wrong, finding, checked_by_id, checked_at)
select found.*, %(now)s, %(due)s, %(provisional)s, %(state)s, 0, 0, '', null, null
from (
  select h.place, f.key, (f.known_since at time zone 'Asia/Shanghai')::date, f.amount_fen,
    count(distinct h.id)
  {_AWARDS} and f.known_since >= %(cut)s
  group by 1, 2, 3, 4 having count(distinct h.id) >= %(most)s
) found
on conflict on constraint alike_is_asked_once do nothing
returning id
"""  # noqa: S608

_HOUSEHOLDS = f"""
select distinct h.id {_AWARDS} and f.key = %(scheme)s and f.amount_fen = %(fen)s
  and (f.known_since at time zone 'Asia/Shanghai')::date = %(on)s
"""


@action("alike.find", needs="watch.scan")
def find_alike(place: str, period: str, *, by: Actor) -> int:
    """Ask for a sample wherever a village has too many equal awards of one day; how many are new.

    ``period`` is a month such as "2022-05": awards that became known in it or later. Again asks
    nothing anew. Raises ``DateUnreadable``, and ``NotThere`` for a place elsewhere.
    """
    require(by.covers(place), NotThere())
    lock(f"watch.alike:{place[:6]}", wait_ms=_WAIT_MS)
    low, high = place_range(place)
    today = clock.business_today()
    told = told_at(place, today)
    due = calendar().add_workdays(today, int(told["M14.days"]))
    facts: dict[str, Any] = {
        "low": low, "high": high, "now": clock.business_now(), "state": ALIKE_OPEN,
        "cut": datetime.combine(Month.parse(period).first_day, time(0), tzinfo=SHANGHAI),
        "most": int(told["M14.households"]), "due": due.day, "provisional": due.provisional,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FIND, facts)
        new = [number for (number,) in cursor.fetchall()]
    for row in AlikeCheck.objects.filter(pk__in=new).order_by("id"):
        open_task(
            TaskFacts(
                kind=TASK_ALIKE,
                title=f"{row.known_on} 同日批准{row.scheme} {row.households} 户，"
                f"都是每月 {Fen(row.amount_fen).display()} 元，应抽查",
                place=row.place,
                role=_REVIEWER,
                subject=alike_subject(row.pk),
                article=ARTICLE,
            ),
            due=due,
        )
    return len(new)


@action("alike.check", needs="alike.check")
def check_alike(alike_id: int, sampled: int, wrong: int, finding: str, *, by: Actor) -> AlikeCheck:
    """Say how many of them were looked into, how many were wrong, and what was found."""
    lock(alike_subject(alike_id))
    row: AlikeCheck = one_or_not_there(AlikeCheck.objects.select_for_update(), pk=alike_id)
    require(row.state == ALIKE_OPEN, AlikeSettled())
    fit = 1 <= sampled <= row.households and 0 <= wrong <= sampled
    require(fit, AlikeNumbersUnfit(households=row.households))
    require(finding.strip(), AlikeFindingMissing())
    row.state, row.finding = ALIKE_CHECKED, finding.strip()
    row.sampled, row.wrong = sampled, wrong
    row.checked_by_id, row.checked_at = by.user_id, clock.business_now()
    row.save()
    finish_tasks(alike_subject(row.pk), by=by, kinds=(TASK_ALIKE,))
    return row


def checks(*, open_only: bool = False) -> QuerySet[AlikeCheck]:
    """Checks of the range, open ones first, the nearest term first."""
    rows: QuerySet[AlikeCheck] = AlikeCheck.objects.select_related("checked_by")
    if open_only:
        rows = rows.filter(state=ALIKE_OPEN)
    return rows.order_by("checked_at", "due_on", "id")


def households_of(row: AlikeCheck) -> QuerySet[Household]:
    """The families with these awards, with their heads; two statements."""
    low, high = place_range(row.place)
    told: dict[str, Any] = {"low": low, "high": high, "scheme": row.scheme, "fen": row.amount_fen,
            "on": row.known_on}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HOUSEHOLDS, told)
        numbers = [number for (number,) in cursor.fetchall()]
    rows: QuerySet[Household] = Household.objects.filter(pk__in=numbers)
    return rows.select_related("head").order_by("number")
