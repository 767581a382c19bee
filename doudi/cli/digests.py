"""A count and a digest for every table, to compare a restored database row for row."""

from __future__ import annotations

from typing import Any, TypedDict

import psycopg
from psycopg import sql


class TableDigest(TypedDict):
    """Number of rows and an order-free digest over all columns."""

    rows: int
    digest: str


def table_digests(link: psycopg.Connection[Any]) -> dict[str, TableDigest]:
    """Digest of every table of the schema, as this connection sees it (use the owner)."""
    link.execute("set timezone to 'UTC'")
    names = link.execute(
        "select tablename from pg_tables where schemaname = 'public' order by 1"
    ).fetchall()
    told: dict[str, TableDigest] = {}
    for (name,) in names:
        row = link.execute(
            sql.SQL(
                "select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text "
                "from {} t"
            ).format(sql.Identifier(name))
        ).fetchone()
        assert row is not None
        told[name] = {"rows": row[0], "digest": row[1]}
    return told
