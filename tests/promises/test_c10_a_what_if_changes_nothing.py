"""C10: who asks "what if" can change nothing: PostgreSQL refuses, whatever the program does."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from doudi.insight import registry
from doudi.kernel import clock
from tests.promises.walking import EXAMPLES, START, changed, tables_now

pytestmark = pytest.mark.promise("C10")
REFUSED = "read-only transaction"


@pytest.fixture(autouse=True)
def _world(settings, tmp_path):
    settings.DOUDI_VAR = tmp_path
    settings.DOUDI_FILES = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.business_at(START):
        yield


def reading_only(run) -> None:
    """Run something in a transaction as the registry of a what-if makes it before it reads."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(registry.READ_ONLY)
        run()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_no_action_can_write_where_a_what_if_reads(name):
    run = EXAMPLES[name]()
    with pytest.raises(DatabaseError, match=REFUSED):
        reading_only(run)


@pytest.mark.django_db
def test_an_action_does_write_where_nobody_told_the_database(monkeypatch):
    """The planted bug: the transaction is not made read-only."""
    monkeypatch.setattr(registry, "READ_ONLY", "select 1")
    name = sorted(EXAMPLES)[0]
    run = EXAMPLES[name]()
    before = tables_now()
    reading_only(run)
    assert changed(before, tables_now())


def test_the_role_of_analysts_holds_no_right_to_write_on_any_table(db, owner_dsn):
    with psycopg.connect(owner_dsn) as owner:
        rows = owner.execute(
            "select relname, right_to from pg_class, unnest(array['insert', 'update', 'delete', "
            "'truncate']) as right_to where relkind in ('r', 'p') "
            "and relnamespace = 'public'::regnamespace "
            "and has_table_privilege('doudi_insight', oid, right_to)"
        ).fetchall()
    assert rows == []
