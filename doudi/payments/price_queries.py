"""What the desk reads of price linkage and raises: indices, rounds, raises."""

from __future__ import annotations

from django.db.models import QuerySet

from doudi.kernel.dates import Month
from doudi.payments.models import PriceIndex, PriceRound, StandardRaise


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


def raises() -> QuerySet[StandardRaise]:
    """Raises in view, the newest first."""
    rows: QuerySet[StandardRaise] = StandardRaise.objects.select_related(
        "entered_by", "confirmed_by"
    )
    return rows.order_by("-since", "-id")
