"""What the database alone shows: rows by table and scope, asked in plain SQL as doudi_app."""

from __future__ import annotations

from contextlib import nullcontext

from django.db import connection, models

from doudi.base.access import scope
from doudi.base.guards import guarded_models


def walled_models() -> list[type[models.Model]]:
    """Every table whose rows belong to a place, a person or a parent."""
    return [model for model in guarded_models() if model.guard.kind != "open"]


def rows_seen(where: str | None) -> dict[str, set[int]]:
    """Ids that plain SQL shows per walled table in the scope of a place, or without any scope."""
    found = {}
    with scope(where) if where else nullcontext(), connection.cursor() as cursor:
        for model in walled_models():
            table = model._meta.db_table
            cursor.execute(f"select id from {table}")
            found[table] = {number for (number,) in cursor.fetchall()}
    return found


def tables_seen_by_both(one: str, other: str) -> list[str]:
    """Tables of which two places that have nothing in common see the same rows."""
    here, there = rows_seen(one), rows_seen(other)
    return sorted(table for table in here if here[table] & there[table])


def tables_seen_without_scope() -> list[str]:
    """Tables that show anything to somebody without a scope."""
    return sorted(table for table, ids in rows_seen(None).items() if ids)
