"""A registry loads in chunks; a kill in between loses nothing; the same load again is a no-op."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doudi.base.access import Actor, scope
from doudi.base.models import AuditEntry
from doudi.kernel import faults
from doudi.kernel.clock import SHANGHAI
from doudi.people import loading, queries
from doudi.people.facts import FactValue, facts_of
from doudi.people.loading import (
    AccountRow,
    HouseholdRow,
    PersonRow,
    RegistryOutOfOrder,
    RegistryOverlaps,
    RegistrySource,
    load_registry,
)
from doudi.people.models import Fact, Household, LoadedBatch, Member, Person, SearchGram
from doudi.people.search import find_people
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE
from tests.people.people import id_number

pytestmark = pytest.mark.django_db
BY = Actor.system(COUNTY)
KNOWN = datetime(2022, 4, 30, 18, tzinfo=SHANGHAI)


def source(households: int = 4, first: int = 1) -> RegistrySource:
    """Households of two: a head who lives in another county, and a child."""
    homes, people, facts, accounts = [], [], [], []
    for k in range(first, first + households):
        head, child = 2 * k, 2 * k + 1
        homes.append(HouseholdRow(k, f"QS{k:04d}", VILLAGE, False, "一组", head, date(2015, 1, 1)))
        people += [
            PersonRow(head, k, "户主", "曾建国", id_number(head), "男", date(1965, 3, 12),
                      VILLAGE, "620522100201", False, "一组\\路\t1号", "13800000000", "汉族",
                      "已婚"),
            PersonRow(child, k, "女", "𠮷小", id_number(child), "女", date(2016, 5, 1), VILLAGE,
                      VILLAGE, False),
        ]  # fmt: skip
        detail = {"net": True, "备注": 'a"\\b\tc'}
        facts += [
            (head, FactValue("income.wage", "务工", 300000, "", detail, date(2022, 1, 1))),
            (head, FactValue("house", "1", None, "宅基地住房", None, date(2010, 1, 1))),
            (child, FactValue("schooling", "2021-2022", None, "小学", None, date(2022, 3, 1))),
        ]
        accounts.append(AccountRow(head, "农信社", "6228480402564890018", "曾建国"))
    return RegistrySource(KNOWN, homes, people, facts, accounts)


def counts() -> list[int]:
    with scope(COUNTY):
        return [m.objects.count() for m in (Person, Household, Member, Fact)]


def test_a_loaded_person_is_complete_and_comes_back_as_written():
    batch = load_registry("清水", source(), by=BY)
    assert (batch.people, batch.facts) == (8, 12)
    with scope(TOWNSHIP):
        found = find_people("zjg", place=None)[0]
        view = queries.person_view(found.person_id)
        assert (view.name, view.address, view.masked_phone) == (
            "曾建国", "一组\\路\t1号", "138****0000",
        )  # fmt: skip
        home = queries.household_view(view.household_id, date(2022, 5, 1))
        assert [(m.name, m.relation) for m in home.members] == [("曾建国", "户主"), ("𠮷小", "女")]
        wage = facts_of([view.id], as_known=KNOWN, kinds=["income.wage"])[view.id][0]
        assert wage.detail == {"net": True, "备注": 'a"\\b\tc'}
        assert wage.source == "registry:清水"
        account = queries.open_accounts([view.id])[view.id]
        assert account.confirmed
        assert queries.card_number(account.id) == "6228480402564890018"


def test_a_child_belongs_to_the_household_from_its_birth_on():
    load_registry("清水", source(1), by=BY)
    with scope(COUNTY):
        home = Household.objects.get().pk
        assert len(queries.members_of(home, date(2016, 4, 30))) == 1
        assert len(queries.members_of(home, date(2016, 5, 1))) == 2


def test_loaded_people_are_seen_where_they_belong_and_live_and_by_no_other_township():
    load_registry("清水", source(1), by=BY)
    for where, seen in ((TOWNSHIP, 2), ("620522000000", 1), (OTHER_TOWNSHIP, 0)):
        with scope(where):
            assert Person.objects.count() == seen
            assert SearchGram.objects.filter(gram="c:曾").count() == min(seen, 1)


def test_the_same_load_again_changes_nothing():
    load_registry("清水", source(), by=BY, chunk_size=3)
    was = counts()
    assert load_registry("清水", source(), by=BY, chunk_size=3).people == 8
    assert counts() == was == [8, 4, 8, 12]


def test_a_load_that_is_cut_off_goes_on_where_it_stopped(committed_db):
    for boundary in range(1, 14):
        try:
            with faults.fail_at(boundary):
                load_registry("清水", source(), by=BY, chunk_size=3)
        except faults.Injected:
            whole = LoadedBatch.objects.filter(name__startswith="清水#")
            assert counts()[0] == sum(whole.values_list("people", flat=True))
    assert load_registry("清水", source(), by=BY, chunk_size=3).people == 8
    assert counts() == [8, 4, 8, 12]


def test_people_who_are_known_already_are_named_by_number_and_the_chunk_is_not_loaded():
    load_registry("清水", source(), by=BY)
    with pytest.raises(RegistryOverlaps, match="2 个身份证号"):
        load_registry("清水二", source(1, first=4), by=BY)
    assert counts()[0] == 8


def test_a_person_who_stands_in_the_source_twice_is_refused():
    told = source(1)
    head, child = told.people
    twice = replace(told, people=[head, replace(child, id_number=head.id_number)])
    with pytest.raises(RegistryOverlaps):
        load_registry("清水", twice, by=BY)


def test_facts_out_of_order_are_refused_instead_of_lost():
    told = source()
    with pytest.raises(RegistryOutOfOrder):
        load_registry("清水", replace(told, facts=told.facts[::-1]), by=BY)


def test_a_chunk_takes_the_same_statements_whatever_its_size():
    sizes = []
    for name, households, first in (("甲", 1, 1), ("乙", 8, 20)):
        with CaptureQueriesContext(connection) as caught:
            load_registry(name, source(households, first), by=BY)
        sizes.append(len(caught))
    assert sizes[0] == sizes[1]


def test_a_load_ends_with_statistics_of_what_it_loaded_and_only_of_our_own_tables():
    load_registry("清水", source(7), by=BY)
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where relname = 'people_person'")
        assert cursor.fetchone() == (14,)
    with pytest.raises(DatabaseError, match="no table of ours"), transaction.atomic():
        connection.cursor().execute("select doudi_analyze(array['pg_class; drop table x'])")


def test_the_audit_of_a_load_names_no_person():
    load_registry("清水", source(1), by=BY)
    told = "".join(AuditEntry.objects.values_list("detail", flat=True))
    assert "曾建国" not in told
    assert id_number(2) not in told
    assert loading.CHUNK == 50_000
