"""What the desk reads of price linkage and raises: indices, rounds, rosters, steps of classes."""

from __future__ import annotations

from django.db.models import QuerySet

from doudi.kernel.dates import Month
from doudi.payments.models import PriceIndex, PricePerson, PriceRound, RaiseStep, StandardRaise


def indices() -> QuerySet[PriceIndex]:
    """Indices of every region, the newest month first."""
    rows: QuerySet[PriceIndex] = PriceIndex.objects.select_related("entered_by", "confirmed_by")
    return rows.order_by("-month", "region")


def index_of(region: str, month: Month) -> PriceIndex | None:
    """The index of a region and month, confirmed or not; None where nobody entered one."""
    found: PriceIndex | None = indices().filter(region=region, month=str(month)).first()
    return found


def rounds() -> QuerySet[PriceRound]:
    """Rounds in view, the newest month first, with their index."""
    rows: QuerySet[PriceRound] = PriceRound.objects.select_related(
        "index", "made_by", "confirmed_by"
    )
    return rows.order_by("-month", "place")


def roster_of(round_id: int) -> QuerySet[PricePerson]:
    """The people of a round, those without a household first: they are not paid."""
    rows: QuerySet[PricePerson] = PricePerson.objects.filter(round_id=round_id)
    return rows.select_related("person", "household").order_by("household", "person")


def raises() -> QuerySet[StandardRaise]:
    """Raises in view, the newest first."""
    rows: QuerySet[StandardRaise] = StandardRaise.objects.select_related(
        "entered_by", "confirmed_by"
    )
    return rows.order_by("-since", "-id")


def steps_of_raise(raise_id: int) -> QuerySet[RaiseStep]:
    """What each class had and has, urban first."""
    rows: QuerySet[RaiseStep] = RaiseStep.objects.filter(standard_raise_id=raise_id)
    return rows.order_by("-urban", "code")
