"""What was known at the latest decision of each household, as a registry without names."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from doudi.base.access import NATION, scope
from doudi.cases.models import Decision
from doudi.rules import HouseholdFacts
from doudi.rules.batch.writing import Registered

AT_ONCE = 2_000
READ_ONLY = "set transaction read only"


def decided_households(place: str = NATION) -> Iterator[Registered]:
    """Every household with a decision at or below a place, confirmed or refused.

    Households and persons carry the numbers of this database, no names and no resident ids. The
    database is told to refuse writing while this runs (promise C10).
    """
    with scope(place), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(READ_ONLY)
        latest = Decision.objects.order_by("case__household_id", "-decided_at", "-id").distinct(
            "case__household_id"
        )
        rows = latest.values_list("case__household_id", "case__place", "snapshot")
        for household, lives, snapshot in rows.iterator(chunk_size=AT_ONCE):
            yield Registered(f"{household}", lives, HouseholdFacts.from_json(snapshot["facts"]))
