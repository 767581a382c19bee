"""A3: no row of a table changes without an entry of the audit in the same transaction."""

import json
import os
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from doudi.base import sealing
from doudi.base.access import NATION, Actor, scope
from doudi.base.actions import Entered
from doudi.base.guards import guarded_models
from doudi.base.models import AuditEntry, OfficialYear
from doudi.base.verifier import verify
from doudi.kernel import clock
from tests.arrange import arranging
from tests.promises.walking import EXAMPLES, START, Call, changed, tables_now

pytestmark = pytest.mark.promise("A3")

AUDITED = sorted(model._meta.db_table for model in guarded_models() if model.guard.audited)
REFUSED = "outside an action"


@pytest.fixture(autouse=True)
def _world(settings, tmp_path, monkeypatch):
    settings.DOUDI_VAR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    with clock.business_at(START):
        yield


def unaudited(name: str, run: Call) -> list[str]:
    """Audited tables that a call changed without an entry in the name of an action."""
    last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    before = tables_now()
    run()
    after = tables_now()
    entries = AuditEntry.objects.filter(id__gt=last)
    steps = dict(entries.filter(kind="A").values_list("id", "name"))
    told = [
        (table, kind, rows)
        for table, kind, rows, action in entries.filter(kind__in="IUD").values_list(
            "name", "kind", "row_count", "action_id"
        )
        if action in steps
    ]
    found = []
    for table in sorted(changed(before, after) & set(AUDITED)):
        if table not in {name for name, _, _ in told}:
            found.append(f"{table} changed without an entry")
            continue
        more = sum(
            {"I": rows, "D": -rows, "U": 0}[kind] for name, kind, rows in told if name == table
        )
        if more != after[table][0] - before[table][0]:
            found.append(f"{table} has other rows than its entries say")
    if name not in steps.values():
        found.append(f"{name} left no entry of its own")
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_action_leaves_an_entry_for_every_table_that_it_changes(name):
    assert unaudited(name, EXAMPLES[name]()) == []


def test_after_every_example_the_verifier_finds_nothing(committed_db, owner_dsn):
    for name, prepare in EXAMPLES.items():
        try:
            prepare()()
        except Exception as error:
            error.add_note(f"while performing {name}")
            raise
        sealing.seal()
    assert AuditEntry.objects.count() > 5 * len(EXAMPLES)
    assert verify(owner_dsn) == []


def refusal_of(way: Call) -> str:
    """How the database refuses to write; an empty text where it does not."""
    try:
        with transaction.atomic():
            way()
    except DatabaseError as error:
        return f"{getattr(error.__cause__, 'sqlstate', '')} {error}"
    return ""


def refusal(statement: str) -> str:
    """How the database refuses a statement; an empty text where it does not."""
    with connection.cursor() as cursor:
        return refusal_of(lambda: cursor.execute(statement))


@pytest.mark.django_db
@pytest.mark.parametrize("table", AUDITED)
def test_sql_written_by_hand_is_refused_on_every_table(table):
    with scope(NATION):
        for statement in (
            f"insert into {table} select * from {table}",
            f"update {table} set id = id",
            f"delete from {table}",
        ):
            assert refusal(statement).startswith(("DD001", "DD002", "42501")), statement
        assert refusal(f"truncate {table}")
    assert refusal(f"insert into {table} default values").startswith(("DD001", "DD002", "42501"))


@pytest.mark.django_db
def test_every_way_of_the_orm_is_refused_outside_an_action():
    with arranging():
        row = OfficialYear.objects.create(year=2050, source="甲")
    ways = {
        "save": lambda: row.save(),
        "create": lambda: OfficialYear.objects.create(year=2051, source="x"),
        "bulk_create": lambda: OfficialYear.objects.bulk_create([OfficialYear(year=2052)]),
        "bulk_update": lambda: OfficialYear.objects.bulk_update([row], ["source"]),
        "update": lambda: OfficialYear.objects.update(source="x"),
        "delete": lambda: OfficialYear.objects.filter(pk=row.pk).delete(),
        "raw delete": lambda: OfficialYear.objects.filter(pk=row.pk)._raw_delete("default"),
    }
    for name, way in ways.items():
        assert REFUSED in refusal_of(way), f"{name} wrote without an action"


@pytest.mark.django_db
def test_what_was_copied_in_cannot_be_moved_to_a_table_outside_an_action():
    with connection.cursor() as cursor:
        cursor.execute("create temporary table copied (year int, source text) on commit drop")
        with cursor.copy("copy copied from stdin") as copy:
            copy.write_row((2050, "x"))
    statement = "insert into base_officialyear (year, source) select year, source from copied"
    assert refusal(statement).startswith("DD001")
    with (
        pytest.raises(psycopg.DatabaseError, match=REFUSED),
        connection.cursor() as cursor,
        cursor.copy("copy base_officialyear (year, source) from stdin") as copy,
    ):
        copy.write_row((2050, "x"))


@pytest.mark.django_db
def test_a_command_that_loads_rows_is_refused(tmp_path):
    row = {"model": "base.officialyear", "pk": 1, "fields": {"year": 2050, "source": "x"}}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([row]))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        call_command("loaddata", str(path), verbosity=0, stdout=StringIO())


def test_a_migration_and_the_owner_are_refused_too(committed_db, owner_dsn):
    with psycopg.connect(owner_dsn, autocommit=True) as link:
        for table in AUDITED:
            for statement in (f"update {table} set id = id", f"delete from {table}"):
                with pytest.raises(psycopg.DatabaseError) as caught:
                    link.execute(statement)
                assert caught.value.sqlstate in ("DD001", "DD002"), (table, statement)


def test_a_table_that_lost_its_triggers_is_found(committed_db, owner_dsn):
    def write() -> None:
        with scope(NATION), transaction.atomic(), Entered("test.write", Actor.system(), {}, b""):
            OfficialYear.objects.create(year=2050, source="甲")

    def undo() -> None:
        with arranging():
            OfficialYear.objects.all().delete()

    assert unaudited("test.write", write) == []
    undo()
    with psycopg.connect(owner_dsn, autocommit=True) as link:
        link.execute("drop trigger doudi_insert on base_officialyear")
    assert unaudited("test.write", write) == ["base_officialyear changed without an entry"]
    assert any("no entry wrote them" in sentence for sentence in verify(owner_dsn))


TRIGGERS = {"doudi_begin", "doudi_mark", "doudi_insert", "doudi_update", "doudi_delete"}


def without_triggers() -> list[str]:
    """Audited tables that lack one of the five triggers, or have it switched off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, array_agg(t.tgname::text) from pg_trigger t "
            "join pg_class c on c.oid = t.tgrelid where t.tgenabled = 'O' group by 1"
        )
        armed = {table: set(names) for table, names in cursor.fetchall()}
    return [table for table in AUDITED if not armed.get(table, set()) >= TRIGGERS]


def test_every_audited_table_carries_its_triggers_and_a_switched_off_one_is_found(
    committed_db, owner_dsn
):
    assert without_triggers() == []
    with psycopg.connect(owner_dsn, autocommit=True) as link:
        link.execute("alter table people_fact disable trigger doudi_update")
    assert without_triggers() == ["people_fact"]
