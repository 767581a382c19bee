"""What the desk reads of raised standards: steps of classes, and the differences made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from doudi.payments import price_queries
from doudi.payments.models import RaiseStep, StandardRaise


@dataclass(frozen=True)
class MonthOfRaise:
    """The difference lines of a raise for one month; amounts in fen."""

    month: str
    lines: int
    fen: int
    paid_fen: int
    held: int


@dataclass(frozen=True)
class RaiseSeen:
    """A raise, what each class gains, and its differences month by month."""

    told: StandardRaise
    steps: tuple[RaiseStep, ...]
    months: tuple[MonthOfRaise, ...]


def raises() -> QuerySet[StandardRaise]:
    """Raises in view, the newest first."""
    return price_queries.raises()


# A difference is the line up<raise>; where the bank could not pay it, up<raise>r1 stands for it.
_MONTHS = """
select r.id, p.month, count(*) filter (where p.line = 'up' || r.id),
  coalesce(sum(p.fen) filter (where p.line = 'up' || r.id), 0)::bigint,
  coalesce(sum(t.fen) filter (where t.id is not null), 0)::bigint,
  count(*) filter (where p.held <> '' and p.batch_id is null)
from payments_standardraise r
join payments_payable p on p.scheme = r.scheme and split_part(p.line, 'r', 1) = 'up' || r.id
  and p.month >= to_char(r.since, 'YYYY-MM')
left join payments_transfer t on t.payable_id = p.id and t.kind = 'post' and not exists (
  select 1 from payments_transfer b where b.settles_id = t.id)
where r.id = any(%s) group by 1, 2 order by 1, 2
"""


def with_steps(rows: Iterable[StandardRaise]) -> list[RaiseSeen]:
    """The same raises with their steps and months, in two queries for any number of them."""
    told = list(rows)
    numbers = [row.pk for row in told]
    steps: dict[int, list[RaiseStep]] = {number: [] for number in numbers}
    wanted = RaiseStep.objects.filter(standard_raise_id__in=numbers)
    for step in wanted.order_by("-urban", "code"):
        steps[step.standard_raise_id].append(step)
    months: dict[int, list[MonthOfRaise]] = {number: [] for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [numbers])
        for number, *month in cursor.fetchall():
            months[number].append(MonthOfRaise(*month))
    return [RaiseSeen(row, tuple(steps[row.pk]), tuple(months[row.pk])) for row in told]
