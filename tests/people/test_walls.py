"""With the first wall down, the database alone shows nothing of another township (X3)."""

from datetime import date, datetime

import pytest
from django.db import connection

from doudi.base.access import first_wall_down, scope
from doudi.kernel.clock import SHANGHAI
from doudi.people import accounts, consents, facts, registry, visits
from doudi.people.facts import FactValue
from doudi.people.models import (
    ChainEvent,
    Consent,
    Fact,
    Household,
    Member,
    PayeeAccount,
    Person,
    PersonPlace,
    SearchGram,
    Visit,
)
from tests.arrange import OTHER_TOWNSHIP, TOWNSHIP
from tests.people.people import a_household, a_person, clerk

pytestmark = pytest.mark.django_db
MODELS = [
    ChainEvent, Consent, Fact, Household, Member, PayeeAccount, Person, PersonPlace, SearchGram,
    Visit,
]  # fmt: skip


@pytest.fixture
def family(db):
    person = a_person()
    home = a_household(person)
    facts.record(
        person.pk, (FactValue("house", "1", valid_since=date(2010, 1, 1)),), "visit:1", by=clerk()
    )
    seen = datetime(2022, 5, 1, 10, tzinfo=SHANGHAI)
    visits.record_visit(
        home.pk, visits.VisitFacts("定期探访", "入户", seen, ("王干事",), "平安"), by=clerk()
    )
    consents.record_consent(person.pk, ("社保",), date(2022, 5, 1), by=clerk())
    accounts.enter_account(person.pk, "农信社", "6228480402564890018", "张建国", by=clerk())
    return person, home


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_township_sees_its_rows_and_another_sees_none_even_by_raw_sql(family, model):
    table = model._meta.db_table
    seen = []
    for where in (TOWNSHIP, OTHER_TOWNSHIP):
        with scope(where):
            walled = model.objects.count()
            with first_wall_down():
                bare = model.objects.count()
            with connection.cursor() as cursor:
                cursor.execute(f"select count(*) from {table}")
                raw = cursor.fetchone()[0]
        seen.append({walled, bare, raw})
    assert len(seen[0]) == 1
    assert 0 not in seen[0]
    assert seen[1] == {0}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_without_a_scope_the_database_shows_nothing_at_all(family, model):
    with first_wall_down():
        assert model.objects.count() == 0


def test_a_clerk_of_another_township_changes_nothing_of_this_family(family):
    person, home = family
    other = clerk(OTHER_TOWNSHIP)
    from doudi.kernel.problems import NotThere

    for attempt in (
        lambda: registry.record_death(person.pk, date(2022, 5, 1), "visit:9", by=other),
        lambda: registry.leave(home.pk, person.pk, date(2022, 5, 1), by=other),
        lambda: consents.record_consent(person.pk, ("社保",), date(2022, 5, 1), by=other),
        lambda: accounts.enter_account(
            person.pk, "农信社", "6228480402564890018", "张建国", by=other
        ),
    ):
        with pytest.raises(NotThere):
            attempt()


def test_a_fact_about_somebody_out_of_sight_is_refused_by_the_database(family):
    from django.db import DatabaseError, transaction

    person, _ = family
    statement = (FactValue("house", "9", valid_since=date(2010, 1, 1)),)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        facts.record(person.pk, statement, "visit:1", by=clerk(OTHER_TOWNSHIP))
