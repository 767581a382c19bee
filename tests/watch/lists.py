"""People of the register in the lists of departments."""

from __future__ import annotations

from datetime import UTC, date, datetime

from doudi.people.models import Fact, Household, Member
from tests.arrange import VILLAGE, arranging


def poor(person: int) -> int:
    """Puts a person alone into a household that receives 低保; returns the household.

    The register knows them from its next refresh on.
    """
    since = date(2020, 1, 1)
    with arranging():
        home = Household.objects.create(
            number=f"甲{person}", head_id=person, place=VILLAGE, urban=False, since=since
        )
        Member.objects.create(household=home, person_id=person, relation="本人", since=since)
        Fact.objects.create(
            person_id=person, kind="benefit", key="低保", amount_fen=40000, valid_since=since,
            known_since=datetime(2020, 1, 1, tzinfo=UTC), source="decision:1",
        )  # fmt: skip
    return int(home.pk)
