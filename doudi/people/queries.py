"""What others may ask about persons and households (docs/people.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import record_read
from doudi.base.vault import decrypt
from doudi.kernel import clock
from doudi.kernel.dates import age_on
from doudi.kernel.masks import mask_card, mask_id, mask_phone
from doudi.people.models import (
    ChainEvent,
    Consent,
    Fact,
    Household,
    Member,
    PayeeAccount,
    Person,
    Visit,
)

ADULT = 18  # 民法典 第十七条


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of a household on a day."""

    person_id: int
    name: str
    relation: str
    sex: str
    birth: date
    age: int
    masked_id: str
    died_on: date | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as a page may show them: id and phone masked."""

    id: int
    name: str
    sex: str
    birth: date
    age: int
    masked_id: str
    masked_phone: str
    registered_place: str
    residence_place: str
    address: str
    urban: bool
    ethnic: str
    marital: str
    died_on: date | None
    household_id: int | None


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household with its members on a day, the head first."""

    id: int
    number: str
    place: str
    urban: bool
    address: str
    head_id: int | None
    since: date
    before: date | None
    members: tuple[MemberView, ...]

    @property
    def head(self) -> MemberView | None:
        """The head, while still a member."""
        return next((m for m in self.members if m.person_id == self.head_id), None)


@dataclass(frozen=True, slots=True)
class AccountView:
    """An open payee account, the card masked."""

    id: int
    person_id: int
    bank: str
    masked_card: str
    holder_name: str
    since: date
    confirmed: bool


def _masked(cipher: bytes | memoryview | None) -> str:
    return mask_id(decrypt(cipher)) if cipher is not None else ""


def _members(household_ids: Iterable[int], on: date) -> QuerySet[Member]:
    return Member.objects.filter(
        Q(before=None) | Q(before__gt=on), since__lte=on, household_id__in=list(household_ids)
    )


def person_view(person_id: int) -> PersonView:
    """One person, or ``NotThere``; two queries."""
    row: Person = one_or_not_there(Person.objects.all(), pk=person_id)
    today = clock.business_today()
    return PersonView(
        id=row.pk,
        name=row.name,
        sex=row.sex,
        birth=row.birth,
        age=age_on(row.birth, row.died_on or today),
        masked_id=_masked(row.id_cipher),
        masked_phone=mask_phone(decrypt(row.phone_cipher)) if row.phone_cipher else "",
        registered_place=row.registered_place,
        residence_place=row.residence_place,
        address=row.address,
        urban=row.urban,
        ethnic=row.ethnic,
        marital=row.marital,
        died_on=row.died_on,
        household_id=household_of(person_id, today),
    )


def household_view(household_id: int, on: date | None = None) -> HouseholdView:
    """One household with its members on a day (today), or ``NotThere``; two queries."""
    row: Household = one_or_not_there(Household.objects.all(), pk=household_id)
    members = members_of(household_id, on or clock.business_today())
    members.sort(key=lambda member: member.person_id != row.head_id)
    return HouseholdView(
        id=row.pk,
        number=row.number,
        place=row.place,
        urban=row.urban,
        address=row.address,
        head_id=row.head_id,
        since=row.since,
        before=row.before,
        members=tuple(members),
    )


def members_of(household_id: int, on: date) -> list[MemberView]:
    """Who belonged to a household on a day, oldest first; one query."""
    rows = _members([household_id], on).select_related("person")
    return [
        MemberView(
            person_id=row.person_id,
            name=row.person.name,
            relation=row.relation,
            sex=row.person.sex,
            birth=row.person.birth,
            age=age_on(row.person.birth, on),
            masked_id=_masked(row.person.id_cipher),
            died_on=row.person.died_on,
        )
        for row in rows.order_by("person__birth", "person_id")
    ]


def adults_of(household_id: int, on: date) -> list[MemberView]:
    """The living members who have reached 18 on a day; one query."""
    return [
        member
        for member in members_of(household_id, on)
        if member.age >= ADULT and (member.died_on is None or member.died_on >= on)
    ]


def household_of(person_id: int, on: date) -> int | None:
    """The household that a person belonged to on a day; one query."""
    return households_of([person_id], on).get(person_id)


def households_of(person_ids: Iterable[int], on: date) -> dict[int, int]:
    """The same for many persons: person id to household id; one query."""
    rows = Member.objects.filter(
        Q(before=None) | Q(before__gt=on), since__lte=on, person_id__in=list(person_ids)
    )
    return dict(rows.values_list("person_id", "household_id"))


def reveal_id(person_id: int, *, why: str, by: Actor) -> str:
    """The full id number, "" where there is none; the read is recorded with its reason."""
    row: Person = one_or_not_there(Person.objects.all(), pk=person_id)
    record_read(f"people.person:{person_id}", by=by, why=why)
    return decrypt(row.id_cipher) if row.id_cipher is not None else ""


def chain_of(household_id: int) -> QuerySet[ChainEvent]:
    """The aid chain of a household, oldest first."""
    rows: QuerySet[ChainEvent] = ChainEvent.objects.filter(household_id=household_id)
    return rows.order_by("happened_at", "id")


def visits_of(household_id: int) -> QuerySet[Visit]:
    """The visits to a household, latest first."""
    rows: QuerySet[Visit] = Visit.objects.filter(household_id=household_id)
    return rows.order_by("-visited_at", "-id")


def consents_of(person_id: int) -> QuerySet[Consent]:
    """All consents of a person, latest first."""
    rows: QuerySet[Consent] = Consent.objects.filter(person_id=person_id)
    return rows.order_by("-signed_on", "-id")


def open_accounts(person_ids: Iterable[int]) -> dict[int, AccountView]:
    """The open account of each of these persons who has one; one query."""
    rows = PayeeAccount.objects.filter(person_id__in=list(person_ids), before=None)
    return {
        row.person_id: AccountView(
            id=row.pk,
            person_id=row.person_id,
            bank=row.bank,
            masked_card=mask_card(decrypt(row.card_cipher)),
            holder_name=row.holder_name,
            since=row.since,
            confirmed=row.confirmed_at is not None,
        )
        for row in rows
    }


def card_number(account_id: int) -> str:
    """The full card number of an account, for the bank file alone."""
    row: PayeeAccount = one_or_not_there(PayeeAccount.objects.all(), pk=account_id)
    return decrypt(row.card_cipher)


def households_in(low: str, high: str) -> QuerySet[Household]:
    """Households of a half-open range of places, by number."""
    rows: QuerySet[Household] = Household.objects.filter(place__gte=low, place__lt=high)
    return rows.order_by("place", "id")


__all__ = [
    "AccountView",
    "ChainEvent",
    "Consent",
    "Fact",
    "Household",
    "HouseholdView",
    "Member",
    "MemberView",
    "PayeeAccount",
    "Person",
    "PersonView",
    "Visit",
    "adults_of",
    "card_number",
    "chain_of",
    "consents_of",
    "household_of",
    "household_view",
    "households_in",
    "households_of",
    "members_of",
    "open_accounts",
    "person_view",
    "reveal_id",
    "visits_of",
]
