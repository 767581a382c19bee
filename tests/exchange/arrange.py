"""A small registry for the tests of exchange, and the ways in."""

from __future__ import annotations

from typing import Any

from django.db import connection

from doudi.base.access import Actor, scope
from doudi.base.vault import encrypt, token
from doudi.base.worklist import drain
from doudi.exchange import intake
from doudi.exchange.models import Delivery
from doudi.kernel.ids import check_resident_id
from doudi.people.grams import grams_of
from doudi.people.models import Fact, Person, PersonPlace, SearchGram
from tests.arrange import COUNTY, VILLAGE, actor, arranging
from tests.exchange.samples import id_number, name

REVIEWER = actor("county_reviewer")


def register(numbers: range | tuple[int, ...], place: str = VILLAGE) -> dict[int, int]:
    """Register these people in a village; returns their person ids by number."""
    found = register_people([(name(number), id_number(number)) for number in numbers], place)
    return {number: found[id_number(number)] for number in numbers}


def register_people(people: list[tuple[str, str]], place: str = VILLAGE) -> dict[str, int]:
    """Register people by name and identity number; returns their person ids by number."""
    with arranging():
        with connection.cursor() as cursor:
            cursor.execute(
                "select nextval('people_person_id_seq') from generate_series(1, %s)", [len(people)]
            )
            ids = [row[0] for row in cursor.fetchall()]
        PersonPlace.objects.bulk_create(
            PersonPlace(person_id=pk, place=place, why="户籍") for pk in ids
        )
        Person.objects.bulk_create(
            Person(
                pk=pk,
                name=called,
                sex=check_resident_id(number).sex,
                birth=check_resident_id(number).birth,
                id_cipher=encrypt(number),
                id_token=token(number),
                registered_place=place,
                residence_place=place,
                urban=False,
            )
            for pk, (called, number) in zip(ids, people, strict=True)
        )
        SearchGram.objects.bulk_create(
            SearchGram(gram=gram, place=place, person_id=pk)
            for pk, (called, number) in zip(ids, people, strict=True)
            for gram in grams_of(called, "", number)
        )
    return {number: pk for pk, (_, number) in zip(ids, people, strict=True)}


def send(
    content: bytes, code: str = "pension", period: str = "2022-05", by: Actor = REVIEWER
) -> Delivery:
    """Receive a file and let it run through; returns the delivery as it then is."""
    delivery = intake.receive(
        content, file_name="来文.csv", format_code=code, period=period, place=COUNTY, by=by
    )
    drain()
    with scope(COUNTY):
        delivery.refresh_from_db()
    return delivery


def facts_now() -> list[tuple[Any, ...]]:
    """All facts now in force, without where they came from."""
    with scope(COUNTY):
        rows = Fact.objects.filter(known_before=None).order_by("person_id", "kind", "key")
        return list(
            rows.values_list(
                "person_id", "kind", "key", "amount_fen", "code", "valid_since", "valid_before"
            )
        )
