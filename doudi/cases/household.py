"""Who belongs to the household of a case, and that those who handle it can see them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from doudi.base.access import Actor
from doudi.cases.models import Case
from doudi.kernel.dates import age_on
from doudi.people.models import Member, Person
from doudi.people.visibility import places_for_case


class MemberSeen(NamedTuple):
    """One member on a day: id, name, age in full years, whether dead, relation to the head."""

    person_id: int
    name: str
    age: int
    dead: bool
    relation: str


def _members(household_id: int, on: date) -> QuerySet[Member]:
    open_on = Q(before=None) | Q(before__gt=on)
    return Member.objects.filter(open_on, household_id=household_id, since__lte=on)


def member_ids(household_id: int, on: date) -> list[int]:
    """Ids of all members on a day, also of those whom the actor cannot see yet."""
    return list(_members(household_id, on).order_by("id").values_list("person_id", flat=True))


def members_on(household_id: int, on: date) -> list[MemberSeen]:
    """The members on a day, in the order in which they were entered; one query."""
    rows = _members(household_id, on).order_by("id").values_list(
        "person_id", "person__name", "person__birth", "person__died_on", "relation"
    )  # fmt: skip
    return [
        MemberSeen(person_id, name, age_on(birth, on), died is not None and died <= on, relation)
        for person_id, name, birth, died, relation in rows
    ]


def adults_on(household_id: int, on: date, adult_age: int) -> list[MemberSeen]:
    """The living adult members on a day: those who must consent."""
    return [
        member
        for member in members_on(household_id, on)
        if member.age >= adult_age and not member.dead
    ]


def make_visible(case: Case, by: Actor) -> None:
    """Let the township see every member while the case is open (DESIGN §8.7)."""
    everyone = member_ids(case.household_id, case.accepted_on)
    seen = set(Person.objects.filter(pk__in=everyone).values_list("pk", flat=True))
    for person_id in everyone:
        if person_id not in seen:
            places_for_case(person_id, case.place, f"cases.case:{case.pk}", by=by)
