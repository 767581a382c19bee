"""A person is visible where they are registered, live, belong or have an open case."""

import pytest

from doudi.base.access import scope
from doudi.people import visibility
from doudi.people.models import Person, SearchGram
from doudi.people.search import find_people
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, arranging
from tests.people.people import a_person, clerk, id_number

pytestmark = pytest.mark.django_db
ELSEWHERE = "620522100201"


def seen(person_id: int, where: str) -> bool:
    with scope(where):
        visible = Person.objects.filter(pk=person_id).exists()
        found = bool(find_people("张建国", place=None))
        assert visible == found == SearchGram.objects.filter(person_id=person_id).exists()
        return visible


def test_who_moves_away_is_seen_there_and_no_longer_here():
    who = a_person().pk
    visibility.move_person(
        who, registered_place=ELSEWHERE, residence_place=ELSEWHERE, by=clerk(TOWNSHIP)
    )
    assert [seen(who, where) for where in (TOWNSHIP, OTHER_COUNTY)] == [False, True]


def test_who_only_lives_elsewhere_is_seen_in_both_places():
    who = a_person().pk
    visibility.move_person(who, residence_place=ELSEWHERE, by=clerk())
    assert [seen(who, where) for where in (TOWNSHIP, OTHER_COUNTY)] == [True, True]
    visibility.move_person(who, residence_place="620521101201", by=clerk())
    places = (TOWNSHIP, OTHER_COUNTY, OTHER_TOWNSHIP)
    assert [seen(who, where) for where in places] == [True, False, True]


def test_a_case_elsewhere_shows_a_person_while_it_is_open():
    who = a_person(place=ELSEWHERE).pk
    assert not seen(who, TOWNSHIP)
    for _ in range(2):
        visibility.places_for_case(who, "620521100201", "cases.case:12", by=clerk(TOWNSHIP))
    assert seen(who, TOWNSHIP)
    assert not seen(who, OTHER_TOWNSHIP)
    with arranging(TOWNSHIP):
        visibility.end_case_visibility("cases.case:1")
    assert seen(who, TOWNSHIP)
    with arranging(TOWNSHIP):
        visibility.end_case_visibility("cases.case:12")
    assert not seen(who, TOWNSHIP)
    assert seen(who, OTHER_COUNTY)


def test_the_end_of_a_case_at_home_hides_nobody():
    who = a_person().pk
    visibility.places_for_case(who, "620521100201", "cases.case:12", by=clerk(TOWNSHIP))
    with arranging():
        visibility.end_case_visibility("cases.case:12")
    assert seen(who, COUNTY)
    with scope(COUNTY):
        assert [f.person_id for f in find_people(id_number(1), place=None)] == [who]
