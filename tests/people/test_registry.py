"""Persons and households at the counter."""

import datetime

import pytest

from doudi.base.access import Actor, scope
from doudi.kernel import clock
from doudi.kernel.problems import NotThere
from doudi.people import queries, registry
from doudi.people.models import ChainEvent, Person, PersonPlace, SearchGram
from doudi.people.problems import (
    DeathBeforeBirth,
    HouseholdEmpty,
    MemberElsewhere,
    PersonKnownAlready,
    PlaceNotYours,
)
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE
from tests.people.people import SINCE, a_household, a_person, clerk, id_number

pytestmark = pytest.mark.django_db


def test_a_registered_person_has_the_sex_and_birth_of_the_id_and_no_plain_number_in_the_row():
    row = a_person(serial=11, by=clerk())
    assert (row.sex, row.birth, row.initials) == ("男", datetime.date(1965, 3, 12), "zjg")
    with scope(COUNTY):
        row = Person.objects.get(pk=row.pk)
    assert id_number(11).encode() not in bytes(row.id_cipher)
    with scope(COUNTY):
        assert queries.person_view(row.pk).masked_id == "620***********" + id_number(11)[-4:]


def test_the_same_id_number_again_is_refused_even_when_it_belongs_to_another_county():
    a_person(serial=1, place="620522100201")
    with pytest.raises(PersonKnownAlready):
        a_person(serial=1, by=clerk())


def test_nobody_registers_people_who_neither_belong_nor_live_in_their_range():
    with pytest.raises(PlaceNotYours):
        a_person(place=OTHER_COUNTY, by=clerk())


def test_a_migrant_is_visible_at_home_and_where_he_lives_and_nowhere_else():
    row = a_person(residence="620522100201", by=clerk(TOWNSHIP))
    for where in (TOWNSHIP, OTHER_COUNTY):
        with scope(where):
            assert queries.person_view(row.pk).id == row.pk
    with scope(OTHER_TOWNSHIP), pytest.raises(NotThere):
        queries.person_view(row.pk)


def test_a_household_needs_one_head():
    person = a_person()
    with pytest.raises(HouseholdEmpty):
        registry.open_household(
            registry.HouseholdFacts(place=VILLAGE, urban=False, since=SINCE),
            (registry.MemberFacts(person.pk, "配偶"),),
            by=clerk(),
        )


def test_a_person_belongs_to_one_household_at_a_time():
    person = a_person()
    a_household(person)
    with pytest.raises(MemberElsewhere):
        a_household(person)


def test_a_household_shows_its_members_of_a_day_the_head_first(django_assert_num_queries):
    old, young = a_person(serial=1, birth=datetime.date(1940, 1, 1)), a_person("张小", 3)
    home = a_household(young, old, relations=("父亲",))
    with scope(TOWNSHIP), django_assert_num_queries(2):
        view = queries.household_view(home.pk, datetime.date(2022, 5, 1))
    assert [(m.name, m.relation) for m in view.members] == [("张小", "户主"), ("张建国", "父亲")]
    with scope(TOWNSHIP):
        assert queries.household_view(home.pk, datetime.date(2019, 5, 1)).members == ()


def test_who_joins_a_household_becomes_visible_there_and_invisible_when_they_leave():
    home = a_household(a_person())
    bride = a_person("李梅", 2, place="620522100201")
    registry.join(
        home.pk,
        registry.MemberFacts(bride.pk, "儿媳"),
        datetime.date(2022, 1, 1),
        by=Actor.system(),
    )
    with scope(TOWNSHIP):
        assert queries.household_of(bride.pk, datetime.date(2022, 2, 1)) == home.pk
        assert SearchGram.objects.filter(gram="n:李梅").exists()
    registry.leave(home.pk, bride.pk, datetime.date(2022, 6, 1), by=Actor.system())
    with scope(TOWNSHIP):
        assert not Person.objects.filter(pk=bride.pk).exists()
        assert not SearchGram.objects.filter(gram="n:李梅").exists()
    with scope(OTHER_COUNTY):
        assert SearchGram.objects.filter(gram="n:李梅").exists()


def test_a_death_ends_membership_the_day_after_and_a_corrected_day_moves_the_end():
    head, wife = a_person(), a_person("李梅", 2)
    home = a_household(head, wife, relations=("配偶",))
    with clock.business_at(datetime.date(2022, 6, 1)):
        for day in (3, 3, 20):
            registry.record_death(wife.pk, datetime.date(2022, 5, day), "delivery:1:2", by=clerk())
    with scope(COUNTY):
        on = [queries.members_of(home.pk, datetime.date(2022, 5, d)) for d in (20, 21)]
        assert [len(members) for members in on] == [2, 1]
        assert Person.objects.get(pk=wife.pk).died_on == datetime.date(2022, 5, 20)
        assert ChainEvent.objects.filter(kind="死亡").count() == 2


def test_nobody_dies_before_birth_or_tomorrow():
    person = a_person()
    with clock.business_at(datetime.date(2022, 6, 1)):
        for day in (datetime.date(1965, 3, 11), datetime.date(2022, 6, 2)):
            with pytest.raises(DeathBeforeBirth):
                registry.record_death(person.pk, day, "visit:1", by=clerk())


def test_a_revealed_id_is_recorded_with_its_reason():
    from doudi.base.models import AuditEntry

    person = a_person()
    with scope(COUNTY):
        assert queries.reveal_id(person.pk, why="核对银行户名", by=clerk()) == id_number(1)
    entry = AuditEntry.objects.get(kind="R")
    assert entry.name == f"people.person:{person.pk}"
    assert "核对银行户名" in entry.detail


def test_a_registered_person_leaves_places_and_grams_of_registered_place_and_residence():
    person = a_person(residence="620522100201")
    with scope("000000000000"):
        places = set(PersonPlace.objects.values_list("place", "why"))
        grams = SearchGram.objects.filter(person_id=person.pk, gram="n:建国")
        assert places == {(VILLAGE, "户籍"), ("620522100201", "居住")}
        assert set(grams.values_list("place", flat=True)) == {VILLAGE, "620522100201"}
