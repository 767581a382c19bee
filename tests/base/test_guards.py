"""The catalogue of the live database agrees with what every table declares about itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, models, transaction

from doudi.base.guards import APP, INSIGHT, every_table_declares_a_guard, guarded_models

MODELS = guarded_models()
AUDITED = {"doudi_begin", "doudi_mark", "doudi_insert", "doudi_update", "doudi_delete"}
# What payments compare for a whole statement in place of foreign keys (docs/payments.md).
NAMED_STAYS, STAYS = {"payments_named_stays"}, {"payments_stays"}
OF_PAYMENTS = {
    "payments_payable": {"payments_agree_insert", "payments_agree_update"} | STAYS,
    "payments_transfer": {"payments_agree"},
    "payments_batch": STAYS,
    "payments_bankreturn": STAYS,
    "payments_payeearrangement": STAYS,
    "people_household": NAMED_STAYS,
    "people_person": NAMED_STAYS,
    "people_payeeaccount": NAMED_STAYS,
    # Two schemes that exclude each other, through files merged since (payments).
    "cases_awardperson": {"payments_merged_files_exclude"},
    # Nobody decides a file that they investigated, nor that of their kin (cases).
    "cases_decision": {"doudi_decider"},
}
# pg_trigger.tgtype: what a trigger fires on.
DELETE, UPDATE, TRUNCATE, BEFORE = 8, 16, 32, 2


def told(model: type[models.Model]) -> dict[str, Any]:
    """What the catalogue must say of a table, from its declaration."""
    guard = model.guard
    triggers = (set(AUDITED) if guard.audited else set()) | OF_PAYMENTS.get(
        model._meta.db_table, set()
    )
    if guard.audited or guard.append_only:
        triggers.add("doudi_refuse")
    changes = set() if guard.append_only else {"UPDATE", "DELETE"}
    policies = set() if guard.kind == "open" else {("doudi_places", "ALL", (APP, INSIGHT))}
    if model._meta.db_table == "base_history":
        policies = {
            ("doudi_history_write", "INSERT", (APP,)),
            ("doudi_history_read", "SELECT", (APP,)),
        }
    return {
        "triggers": triggers,
        "policies": policies,
        "walled": bool(policies),
        "rights": {"SELECT", "INSERT"} | changes,
        "insight": {"SELECT"} if guard.kind != "open" else set(),
        "owner is another": True,
    }


def found(cursor: Any, name: str) -> dict[str, Any]:
    """What the catalogue says of a table."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        cursor.execute(query, {"table": name, "app": APP, "insight": INSIGHT})
        return list(cursor.fetchall())

    rights = """select privilege_type from information_schema.role_table_grants
        where table_name = %(table)s and grantee = %({0})s"""
    walled, owner = ask(
        "select relrowsecurity, pg_get_userbyid(relowner) from pg_class "
        "where oid = %(table)s::regclass"
    )[0]
    return {
        "triggers": {
            one
            for (one,) in ask(
                "select tgname from pg_trigger where tgrelid = %(table)s::regclass "
                "and not tgisinternal and tgenabled = 'O'"
            )
        },
        "policies": {
            (one, command, tuple(sorted(roles)))
            for one, command, roles in ask(
                "select policyname, cmd, roles::text[] from pg_policies where tablename = %(table)s"
            )
        },
        "walled": walled,
        "rights": {one for (one,) in ask(rights.format("app"))},
        "insight": {one for (one,) in ask(rights.format("insight"))},
        "owner is another": owner != APP,
    }


def disagreements(cursor: Any) -> list[str]:
    """Tables and the parts of the catalogue that differ from the declaration."""
    return [
        f"{table}: {part}"
        for model in MODELS
        for table in [model._meta.db_table]
        for there in [found(cursor, table)]
        for part, wanted in told(model).items()
        if there[part] != wanted
    ]


@pytest.fixture
def owner(django_db_setup: None, owner_dsn: str) -> Iterator[psycopg.Cursor]:
    """The owner in a transaction that is taken back."""
    with psycopg.connect(owner_dsn) as line:
        yield line.cursor()
        line.rollback()


def test_every_table_declares_a_guard():
    assert every_table_declares_a_guard(None) == []
    assert len(MODELS) > 35


def test_triggers_policies_and_grants_are_those_declared(owner: psycopg.Cursor):
    assert disagreements(owner) == []


@pytest.mark.parametrize(
    ("bug", "named"),
    [
        ("drop trigger doudi_insert on people_person", "people_person: triggers"),
        ("alter table cases_case disable trigger doudi_update", "cases_case: triggers"),
        ("drop policy doudi_places on watch_alert", "watch_alert: policies"),
        ("alter table watch_lead disable row level security", "watch_lead: walled"),
        ("grant update on payments_transfer to doudi_app", "payments_transfer: rights"),
        ("grant select on base_user to doudi_insight", "base_user: insight"),
    ],
)
def test_a_planted_hole_is_named(owner: psycopg.Cursor, bug: str, named: str):
    owner.execute(bug)  # type: ignore[arg-type]
    assert disagreements(owner) == [named]


def test_what_never_changes_has_a_trigger_before_update_delete_and_truncate(owner: psycopg.Cursor):
    owner.execute("select tgrelid::regclass::text, tgtype from pg_trigger where tgname like %s",
                  ["doudi_refuse"])  # fmt: skip
    fires = dict(owner.fetchall())
    for model in MODELS:
        guard, table = model.guard, model._meta.db_table
        if guard.append_only:
            assert fires[table] == BEFORE | UPDATE | DELETE | TRUNCATE, table
        elif guard.audited:
            assert fires[table] == BEFORE | TRUNCATE, table


def test_the_application_signs_in_without_any_power(owner: psycopg.Cursor):
    owner.execute(
        "select rolname from pg_roles where rolname = any(%s) and "
        "(rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)",
        [[APP, INSIGHT]],
    )
    assert owner.fetchall() == []
    owner.execute("select has_schema_privilege(%s, 'public', 'create')", [APP])
    assert owner.fetchone() == (False,)


def refusal(statement: str) -> str:
    """The SQLSTATE with which the database refuses a statement, "" where it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return getattr(error.__cause__, "sqlstate", "") or ""
    return ""


APPEND_ONLY = [model._meta.db_table for model in MODELS if model.guard.append_only]


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_can_neither_change_nor_remove_what_never_changes(table: str):
    """42501 is PostgreSQL's insufficient privilege."""
    assert refusal(f"update {table} set id = id") == "42501"
    assert refusal(f"delete from {table}") == "42501"
    assert refusal(f"truncate {table}") == "42501"


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_even_the_owner_is_refused_what_never_changes(owner: psycopg.Cursor, table: str):
    # Inside an action, so that only the refusal itself can answer.
    owner.execute("select set_config('app.action', '1', true)")
    for statement in (f"update {table} set id = id", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(psycopg.Error) as refused, owner.connection.transaction():
            owner.execute(statement)  # type: ignore[arg-type]
        assert refused.value.sqlstate in ("DD002", "0A000"), statement


@pytest.mark.django_db
@pytest.mark.parametrize("table", [model._meta.db_table for model in MODELS if model.guard.audited])
def test_no_audited_table_is_written_outside_an_action(table: str):
    assert refusal(f"insert into {table} select * from {table} where false") == "DD001"
    if table not in APPEND_ONLY:
        assert refusal(f"update {table} set id = id where false") == "DD001"
        assert refusal(f"delete from {table} where false") == "DD001"
