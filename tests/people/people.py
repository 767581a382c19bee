"""A small village for the tests of persons and households."""

from datetime import date

from doudi.base.access import Actor, scope
from doudi.kernel.ids import id_check_digit
from doudi.people import registry
from doudi.people.models import Household, Person
from tests.arrange import COUNTY, VILLAGE, actor

SINCE = date(2020, 1, 1)


def id_number(serial: int, birth: date = date(1965, 3, 12), division: str = "620521") -> str:
    first17 = f"{division}{birth:%Y%m%d}{serial:03d}"
    return first17 + id_check_digit(first17)


def clerk(place: str = COUNTY) -> Actor:
    return actor("township_clerk", place)


def a_person(
    name: str = "张建国",
    serial: int = 1,
    place: str = VILLAGE,
    residence: str | None = None,
    birth: date = date(1965, 3, 12),
    by: Actor | None = None,
) -> Person:
    return registry.register_person(
        registry.PersonFacts(
            name=name,
            id_number=id_number(serial, birth),
            registered_place=place,
            residence_place=residence or place,
            urban=False,
            address="一组",
            phone="13800000001",
        ),
        by=by or Actor.system(),
    )


def a_household(
    *people: Person, place: str = VILLAGE, relations: tuple[str, ...] = (), by: Actor | None = None
) -> Household:
    if not people:
        people = (a_person(place=place),)
    said = ("户主", *(relations or ("子",) * (len(people) - 1)))
    return registry.open_household(
        registry.HouseholdFacts(place=place, urban=False, since=SINCE),
        tuple(
            registry.MemberFacts(person.pk, relation)
            for person, relation in zip(people, said, strict=True)
        ),
        by=by or Actor.system(),
    )


__all__ = ["SINCE", "a_household", "a_person", "clerk", "id_number", "scope"]
