"""Installs what every table declared: audit triggers, row policies and grants, after each migrate.

One declaration (``guard`` on the model) and one installer, so that a new table cannot forget any of
the three. The installer is idempotent; ``tests/base/test_guards.py`` compares the catalogue of a
live database with the declarations.
"""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, register
from django.db import connections, models

from doudi.base.access import Guard, Guarded

APP = "doudi_app"
INSIGHT = "doudi_insight"


def guarded_models() -> list[type[models.Model]]:
    """Every concrete model of ours, in the order of the river."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("doudi.")
    ]


@register()
def every_table_declares_a_guard(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A table without a guard never starts the server."""
    return [
        Error(
            f"{model._meta.label} declares no guard.",
            hint="Set `guard = by_place(...)`, `by_person(...)`, `by_parent(...)` "
            "or `open_table()`.",
            id="doudi.E201",
        )
        for model in guarded_models()
        if not isinstance(getattr(model, "guard", None), Guard)
    ]


def visible_sql(guard: Guard, table: str) -> str:
    """The row policy's condition; ranges and equality only, because they are leakproof."""
    inside = "{0} >= current_setting('app.lo', true) and {0} < current_setting('app.hi', true)"
    if guard.kind == "place":
        return inside.format(f"{table}.{guard.column}")
    if guard.kind == "person":
        return (
            "exists (select 1 from people_personplace pp "
            f"where pp.person_id = {table}.{guard.column} and {inside.format('pp.place')})"
        )
    return f"exists (select 1 from {guard.parent} p where p.id = {table}.{guard.column})"


def _audit_statements(table: str, guard: Guard) -> Iterator[str]:
    yield f"alter table {table} add column if not exists audit_entry bigint not null default 0"
    yield (
        f"alter table {table} alter column audit_entry "
        f"set default current_setting('app.entry_{table}')::bigint"
    )
    for name, timing, function, referencing, per in (
        ("begin", "before insert or update or delete", "doudi_begin_entry", "", "statement"),
        ("mark", "before update", "doudi_mark_row", "", "row"),
        (
            "insert",
            "after insert",
            "doudi_after_insert",
            "referencing new table as new_rows",
            "statement",
        ),
        (
            "update",
            "after update",
            "doudi_after_update",
            "referencing old table as old_rows new table as new_rows",
            "statement",
        ),
        (
            "delete",
            "after delete",
            "doudi_after_delete",
            "referencing old table as old_rows",
            "statement",
        ),
    ):
        yield (
            f"create or replace trigger doudi_{name} {timing} on {table} {referencing} "
            f"for each {per} execute function {function}()"
        )


def _statements(model: type[Guarded]) -> Iterator[str]:
    table, guard = model._meta.db_table, model.guard
    if guard.audited:
        yield from _audit_statements(table, guard)
    refused = "update or delete or truncate" if guard.append_only else "truncate"
    if guard.audited or guard.append_only:
        yield (
            f"create or replace trigger doudi_refuse before {refused} on {table} "
            "for each statement execute function doudi_refuse()"
        )
    yield f"revoke all on {table} from {APP}"
    rights = "select, insert" if guard.append_only else "select, insert, update, delete"
    yield f"grant {rights} on {table} to {APP}"
    if guard.kind != "open":
        condition = visible_sql(guard, table)
        yield f"alter table {table} enable row level security"
        yield f"drop policy if exists doudi_places on {table}"
        yield (
            f"create policy doudi_places on {table} for all to {APP}, {INSIGHT} "
            f"using ({condition}) with check ({condition})"
        )
        yield f"grant select on {table} to {INSIGHT}"


def install(using: str = "default") -> None:
    """Bring triggers, policies and grants in line with the declarations (as the owner)."""
    script = resources.files("doudi.base").joinpath("sql/audit.sql").read_text(encoding="utf-8")
    with connections[using].cursor() as cursor:
        cursor.execute(script)
        cursor.execute(f"grant usage on schema public to {APP}, {INSIGHT}")
        cursor.execute(f"grant usage on all sequences in schema public to {APP}")
        for model in guarded_models():
            for statement in _statements(model):  # type: ignore[arg-type]
                cursor.execute(statement)
        for table in _other_tables(cursor):
            cursor.execute(f'grant select, insert, update, delete on "{table}" to {APP}')
        # History holds old images of every table: readable only while auditing.
        cursor.execute("alter table base_history enable row level security")
        cursor.execute("drop policy if exists doudi_history_write on base_history")
        cursor.execute("drop policy if exists doudi_history_read on base_history")
        cursor.execute(
            f"create policy doudi_history_write on base_history for insert to {APP} "
            "with check (true)"
        )
        cursor.execute(
            f"create policy doudi_history_read on base_history for select to {APP} "
            "using (current_setting('app.audit', true) = 'on')"
        )


def _other_tables(cursor: Any) -> list[str]:
    """Tables of installed libraries (sessions, work list, lockouts): plain rights, no policy."""
    ours = {model._meta.db_table for model in guarded_models()}
    cursor.execute("select tablename from pg_tables where schemaname = 'public'")
    return sorted(name for (name,) in cursor.fetchall() if name not in ours)


def after_migrate(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """Signal receiver; runs once, when the last application has migrated."""
    if sender.label == settings.LAST_APPLICATION:
        install(using)
