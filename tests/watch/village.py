"""Households with facts for the tests of the watch, written in few statements."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection

from doudi.people.facts import FactValue, create_staging, merge_staged, stage
from doudi.people.models import Fact, Household, Member, Person, PersonPlace
from tests.arrange import VILLAGE, arranging

KNOWN_BEFORE = datetime(2022, 4, 30, 12, tzinfo=UTC)  # the registry
KNOWN_IN_JUNE = datetime(2022, 6, 2, 3, tzinfo=UTC)  # May's files
PERIOD = "2022-05"
TODAY = date(2022, 6, 6)


@dataclass
class Somebody:
    """A member to be: facts as dictionaries of ``Fact``; ``news`` came with May's files."""

    name: str = "马有福"
    birth: date = date(1975, 3, 1)
    relation: str = "户主"
    known: list[dict] = field(default_factory=list)
    news: list[dict] = field(default_factory=list)


@dataclass
class Family:
    """A household that exists."""

    id: int
    people: list[int]


def family(
    *members: Somebody, place: str = VILLAGE, urban: bool = False, delivery: int = 1
) -> Family:
    """One household with these members (one plain farmer if none is named)."""
    return families([members or (Somebody(),)], place=place, urban=urban, delivery=delivery)[0]


def families(
    told: list[tuple[Somebody, ...]],
    *,
    place: str = VILLAGE,
    urban: bool = False,
    delivery: int = 1,
) -> list[Family]:
    """Many households at once."""
    with arranging():
        count = sum(len(members) for members in told)
        people = iter(_numbers("people_person", count))
        made, places, persons, households, members_, facts = [], [], [], [], [], []
        for number, members in zip(_numbers("people_household", len(told)), told, strict=True):
            ids = [next(people) for _ in members]
            made.append(Family(number, ids))
            households.append(
                Household(id=number, number=f"{place[:9]}-{number}", place=place, urban=urban,
                          head_id=ids[0], since=date(2015, 1, 1))
            )  # fmt: skip
            for person_id, one in zip(ids, members, strict=True):
                places.append(PersonPlace(person_id=person_id, place=place, why="户籍"))
                persons.append(
                    Person(id=person_id, name=one.name, sex="男", birth=one.birth,
                           registered_place=place, residence_place=place, urban=urban)
                )  # fmt: skip
                members_.append(
                    Member(household_id=number, person_id=person_id, relation=one.relation,
                           since=date(2015, 1, 1))
                )  # fmt: skip
                facts += [_fact(person_id, each, KNOWN_BEFORE, "registry") for each in one.known]
                facts += [
                    _fact(person_id, each, KNOWN_IN_JUNE, f"delivery:{delivery}:{person_id}")
                    for each in one.news
                ]
        for rows in (places, persons, households, members_, facts):
            type(rows[0]).objects.bulk_create(rows) if rows else None
    return made


def _fact(person_id: int, told: dict, known: datetime, source: str) -> Fact:
    return Fact(person_id=person_id, known_since=known, source=source, **told)


def _numbers(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"select nextval('{table}_id_seq') from generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]


def tell(person_id: int, *values: FactValue, source: str = "delivery:2:1") -> None:
    """A later statement, merged as files are."""
    tell_many([person_id], *values, source=source)


def tell_many(people: list[int], *values: FactValue, source: str) -> None:
    """The same statements about many people."""
    with arranging():
        create_staging()
        stage((person_id, value, source) for person_id in people for value in values)
        merge_staged(source)


def stay(yuan: int, day: date = date(2022, 5, 17), key: str = "J1", **detail: object) -> dict:
    """A hospital stay with this self-pay."""
    return {"kind": "medical.self_pay", "key": key, "amount_fen": yuan * 100, "valid_since": day,
            "detail": detail or None}  # fmt: skip


def benefit(scheme: str = "低保", yuan: int = 400, since: date = date(2021, 1, 1)) -> dict:
    """A benefit that is being received."""
    return {"kind": "benefit", "key": scheme, "amount_fen": yuan * 100, "valid_since": since}


def certificate(code: str = "42", issued: date = date(2022, 5, 10)) -> dict:
    """A disability certificate: category and level."""
    return {"kind": "disability", "key": "证", "code": code, "valid_since": issued}


def state(kind: str, since: date, **told: object) -> dict:
    """Any other state."""
    return {"kind": kind, "valid_since": since, **told}


def death(day: date = date(2022, 5, 20)) -> dict:
    """A death in the register."""
    return {"kind": "death", "code": "户籍注销", "valid_since": day}


def cremation(day: date = date(2022, 5, 22), died: date = date(2022, 5, 20)) -> dict:
    """A cremation, with the day of death that the family told."""
    return {"kind": "cremation", "valid_since": day, "detail": {"died": str(died)}}
