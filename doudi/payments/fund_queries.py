"""What the desk reads of funds: allotments with what is left, by source, and services bought."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from doudi.payments.funds import SOURCES, county_of, funds_of, services_of_year
from doudi.payments.models import Allotment, ServiceSpending
from doudi.payments.parameters import parameters


@dataclass(frozen=True)
class AllotmentSeen:
    """An allotment with what is left of it in fen; None while nobody else has confirmed it."""

    allotment: Allotment
    left_fen: int | None


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
