"""What the desk reads of funds: allotments with what is left, by source, and services bought."""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from doudi.payments.funds import (
    KEPT,
    SERVICES,
    SOURCES,
    Fund,
    county_of,
    funds_of,
    services_of_year,
)
from doudi.payments.models import Allotment, ServiceSpending
from doudi.payments.parameters import parameters
from doudi.payments.schemes import CODES


@dataclass(frozen=True)
class AllotmentSeen:
    """An allotment with what is left of it in fen; None while nobody else has confirmed it."""

    allotment: Allotment
    left_fen: int | None

    @property
    def fund(self) -> Fund:
        """The allotment as a fund, for what it may pay; one that is not confirmed has nothing."""
        row = self.allotment
        schemes, left = tuple(row.schemes), self.left_fen or 0
        return Fund(row.pk, row.source, row.purpose, schemes, row.received_on, left)


@dataclass(frozen=True)
class ServicesSeen:
    """A year's services: what was spent and may be spent at most, both in fen."""

    year: int
    base_fen: int
    spent_fen: int
    share: int  # in 万分比
    mark: str


def allotments(place: str) -> list[AllotmentSeen]:
    """The allotments of a county, the newest first, in two queries."""
    left = {fund.allotment_id: fund.left for fund in funds_of(place)}
    rows = Allotment.objects.filter(place=county_of(place)).select_related(
        "entered_by", "confirmed_by"
    )
    return [AllotmentSeen(row, left.get(row.pk)) for row in rows.order_by("-received_on", "-id")]


def left_by_source(place: str) -> dict[str, int]:
    """What is left of a county's confirmed money by source, in fen; every source is named."""
    totals = dict.fromkeys(SOURCES, 0)
    for fund in funds_of(place):
        totals[fund.source] += fund.left
    return totals


def services(place: str) -> QuerySet[ServiceSpending]:
    """Services bought by a county, the newest first."""
    rows: QuerySet[ServiceSpending] = ServiceSpending.objects.filter(place=county_of(place))
    return rows.select_related("allotment").order_by("-spent_on", "-id")


def services_seen(place: str, year: int) -> ServicesSeen:
    """How much of a year's money went to services, and the share that is the cap (默认)."""
    base, spent = services_of_year(place, year)
    cap = parameters()["services.most"].values[-1]
    return ServicesSeen(year, base, spent, int(cap.value), cap.mark)


@dataclass(frozen=True)
class Available:
    """What can still be spent on one scheme, on services only, or in all, by source, in fen."""

    name: str
    by_source: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all sources together, in fen."""
        return sum(self.by_source.values())


def available(funds: list[Fund]) -> list[Available]:
    """A row for each scheme, for services, and (the last) for all that is left.

    Money without an earmark counts for each scheme, so that only the last row adds up to the whole.
    """

    def row(name: str, fits: Callable[[Fund], bool]) -> Available:
        found = dict.fromkeys(SOURCES, 0)
        for fund in funds:
            found[fund.source] += fund.left if fits(fund) else 0
        return Available(name, found)

    rows = [row(name, lambda fund, name=name: fund.may_pay(name)) for name in CODES]  # type: ignore[misc]
    rows.append(row(f"只用于{SERVICES}", lambda fund: fund.purpose == SERVICES))
    return [*rows, row("全部余额", lambda fund: True)]


@dataclass(frozen=True)
class FundUse:
    """What batches of one month and scheme hold of one source, in fen.

    ``back`` is what the bank could not pay; of the rest it has paid ``posted`` and not yet answered
    for ``pended``.
    """

    source: str
    scheme: str
    month: str
    drawn: int
    posted: int
    pended: int
    back: int


# What arrived is counted towards the allotments in the order in which they were drawn.
_USES = f"""
with kept as ({KEPT}), before as (
  select k.*, coalesce(sum(k.kept) over (partition by k.batch_id order by k."order"
    rows between unbounded preceding and 1 preceding), 0) as earlier
  from kept k
), arrived as (
  select t.batch_id, sum(case t.kind when 'post' then t.fen else -t.fen end) as fen
  from payments_transfer t
  where t.kind in ('post', 'back') and t.batch_id in (select batch_id from kept) group by 1
), used as (
  select a.source, b.scheme, b.month, k.drawn, k.kept,
    least(k.kept, greatest(0, coalesce(p.fen, 0) - k.earlier)) as posted
  from before k join payments_allotment a on a.id = k.allotment_id
  join payments_batch b on b.id = k.batch_id left join arrived p on p.batch_id = k.batch_id
)
select source, scheme, month, sum(drawn)::bigint, sum(posted)::bigint,
  sum(kept - posted)::bigint, sum(drawn - kept)::bigint
from used group by 1, 2, 3 order by month desc, scheme, source
"""


def uses(place: str) -> list[FundUse]:
    """What batches have drawn from a county's money, the newest month first, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, {"county": county_of(place)})
        rows = [FundUse(*row) for row in cursor.fetchall()]
    return rows
