"""Persons and households: registered one by one at the counter, or by hundreds of thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction

from doudi.base.access import NATION, Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.vault import encrypt, token
from doudi.kernel import clock
from doudi.kernel.ids import check_resident_id
from doudi.kernel.problems import require
from doudi.kernel.text import half_width_without_blanks
from doudi.people import chain, facts, visibility
from doudi.people.facts import FactValue
from doudi.people.grams import grams_of
from doudi.people.loading import RegistrySource, load_registry
from doudi.people.models import Household, Member, Person, PersonMerge
from doudi.people.names import name_initials
from doudi.people.problems import (
    DeathBeforeBirth,
    HouseholdEmpty,
    HouseholdNumberTaken,
    MemberElsewhere,
    MergedAway,
    NotAMember,
    PersonKnownAlready,
    PlaceNotYours,
)

HEAD = "户主"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person at the counter; sex and birth follow from the id number where there is one."""

    name: str
    id_number: str  # "" for somebody without a number
    registered_place: str
    residence_place: str
    urban: bool
    sex: str = ""
    birth: date | None = None
    address: str = ""
    phone: str = ""
    ethnic: str = ""
    marital: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household; ``number`` is given by the bureau, made up from the row's id if empty."""

    place: str
    urban: bool
    since: date
    address: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Who belongs to a household, as what (户主 配偶 子 女 …)."""

    person_id: int
    relation: str


@action("person.register", needs="person.write")
def register_person(person: PersonFacts, *, by: Actor) -> Person:
    """Register somebody new; an id number that is known already is refused."""
    covered = by.covers(person.registered_place) or by.covers(person.residence_place)
    require(covered, PlaceNotYours())
    number, sex, birth = _identity(person)
    name = half_width_without_blanks(person.name)
    initials = name_initials(name)
    if number:
        lock(f"person:{token(number).hex()}")
        require(not _known(number), PersonKnownAlready())
    person_id = _place_first(person)
    row = Person.objects.create(
        id=person_id,
        name=name,
        initials=initials,
        sex=sex,
        birth=birth,
        id_cipher=encrypt(number) if number else None,
        id_token=token(number) if number else None,
        phone_cipher=encrypt(person.phone) if person.phone else None,
        registered_place=person.registered_place,
        residence_place=person.residence_place,
        address=person.address,
        urban=person.urban,
        ethnic=person.ethnic,
        marital=person.marital,
    )
    _file_under(person_id, grams_of(name, initials, number))
    return row


def _identity(person: PersonFacts) -> tuple[str, str, date]:
    if not person.id_number:
        assert person.birth is not None, "without a number, birth and sex are told"
        assert person.sex, "without a number, birth and sex are told"
        return "", person.sex, person.birth
    checked = check_resident_id(person.id_number)
    return checked.number, checked.sex, checked.birth


def _known(number: str) -> bool:
    """Whether the number is registered anywhere: only this is told about other places."""
    with scope(NATION):
        return Person.objects.filter(id_token=token(number)).exists()


def _place_first(person: PersonFacts) -> int:
    """Take an id and make it visible: the row policy must show a person before it is written."""
    wanted = {person.residence_place: "居住", person.registered_place: "户籍"}
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute("select nextval('people_person_id_seq')")
        person_id = int(cursor.fetchone()[0])
        cursor.executemany(
            "insert into people_personplace (person_id, place, why) values (%s, %s, %s)",
            [(person_id, place, why) for place, why in sorted(wanted.items())],
        )
    return person_id


def _file_under(person_id: int, grams: list[str]) -> None:
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute(
            "insert into people_searchgram (gram, place, person_id) "
            "select g, pp.place, pp.person_id from unnest(%s::text[]) g, "
            "(select distinct place, person_id from people_personplace where person_id = %s) pp",
            [grams, person_id],
        )


@action("household.open", needs="person.write")
def open_household(
    household: HouseholdFacts, members: tuple[MemberFacts, ...], *, by: Actor
) -> Household:
    """Open a household with its members, one of them 户主."""
    heads = [member.person_id for member in members if member.relation == HEAD]
    require(len(heads) == 1, HouseholdEmpty())
    require(by.covers(household.place), PlaceNotYours())
    for member in members:
        one_or_not_there(Person.objects.all(), pk=member.person_id)
    with connection.cursor() as cursor:
        cursor.execute("select nextval('people_household_id_seq')")
        household_id = int(cursor.fetchone()[0])
    number = household.number or f"{household.place[:9]}-{household_id:08d}"
    taken = Household.objects.filter(number=number).exists()
    require(not taken, HouseholdNumberTaken(number=number))
    row = Household.objects.create(
        id=household_id,
        number=number,
        place=household.place,
        urban=household.urban,
        address=household.address,
        head_id=heads[0],
        since=household.since,
    )
    for member in members:
        _enter(row.pk, member, household.since)
    visibility.follow(member.person_id for member in members)
    chain.append(row.pk, "立户", f"立户，共{len(members)}人", person_id=heads[0])
    return row


@action("household.join", needs="person.write")
def join(household_id: int, member: MemberFacts, on: date, *, by: Actor) -> Member:
    """Let somebody belong to a household from a day on."""
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    one_or_not_there(Person.objects.all(), pk=member.person_id)
    row = _enter(household.pk, member, on)
    visibility.follow([member.person_id])
    chain.append(household.pk, "成员", f"成员增加（{member.relation}）", person_id=member.person_id)
    return row


@action("household.leave", needs="person.write")
def leave(household_id: int, person_id: int, on: date, *, by: Actor) -> None:
    """Let somebody no longer belong to a household from a day on."""
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    _end_membership(household.pk, person_id, on)
    chain.append(household.pk, "成员", "成员减少", person_id=person_id)
    visibility.follow([person_id])


def _end_membership(household_id: int, person_id: int, before: date) -> None:
    """End the open membership; one that would end before it began never was, and is removed."""
    lock(f"member:{person_id}")
    rows = Member.objects.filter(household_id=household_id, person_id=person_id, before=None)
    member = rows.first()
    if member is None:
        raise NotAMember()
    if member.since >= before:
        rows.delete()
    else:
        rows.update(before=before)


def _enter(household_id: int, member: MemberFacts, on: date) -> Member:
    lock(f"member:{member.person_id}")
    gone = PersonMerge.objects.filter(gone_id=member.person_id, undone_at=None)
    require(not gone.exists(), MergedAway())
    try:
        with transaction.atomic():
            return Member.objects.create(
                household_id=household_id,
                person_id=member.person_id,
                relation=member.relation,
                since=on,
            )
    except IntegrityError as error:
        if "one_household_at_a_time" not in str(error):
            raise
        raise MemberElsewhere(since=on) from error


@action("person.record_death", needs="person.write")
def record_death(person_id: int, on: date, source: str, *, by: Actor) -> None:
    """Record a death: on the person, as a fact, and as the end of membership the day after.

    A later, corrected day replaces the earlier one everywhere.
    """
    person = one_or_not_there(Person.objects.select_for_update(), pk=person_id)
    impossible = on < person.birth or on > clock.business_today()
    require(not impossible, DeathBeforeBirth(on=on))
    before, person.died_on = person.died_on, on
    person.save(update_fields=["died_on"])
    facts.put(person_id, [FactValue("death", valid_since=on)], source)
    if before == on:
        return
    day_after = on + timedelta(days=1)
    member = _last_membership(person_id, before)
    if member is None:
        return
    if member.since < day_after:
        member.before = day_after
        member.save(update_fields=["before"])
    chain.append(member.household_id, "死亡", f"成员于{on}死亡", person_id=person_id)


def _last_membership(person_id: int, said_before: date | None) -> Member | None:
    rows = Member.objects.filter(person_id=person_id)
    if said_before is not None:
        rows = rows.filter(before=said_before + timedelta(days=1))
    else:
        rows = rows.filter(before=None)
    found: Member | None = rows.first()
    return found


__all__ = [
    "HouseholdFacts",
    "MemberFacts",
    "PersonFacts",
    "RegistrySource",
    "join",
    "leave",
    "load_registry",
    "open_household",
    "record_death",
    "register_person",
]
