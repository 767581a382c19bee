"""The database and the login roles that the product expects, made on a new server."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

DATABASE = "doudi"
SUPERUSER = "postgres"
# The owner makes tables and test databases. The others own nothing: the web and the workers,
# whom row security binds, and the dashboards, which only read. None can pass row security by right.
LOGINS = {
    "doudi_owner": "createdb createrole",
    "doudi_app": "nocreatedb nocreaterole",
    "doudi_insight": "nocreatedb nocreaterole",
}


def make_roles_and_database(superuser_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing of the three roles and the database; safe to repeat."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        there = {str(row[0]) for row in connection.execute("select rolname from pg_roles")}
        for role in LOGINS.keys() - there:
            _make_role(connection, role, passwords[role])
        connection.execute("alter role doudi_insight set default_transaction_read_only = on")
        # The owner may step down to the others (`set role`), to see in a test what they see.
        stepping = " with inherit false" if connection.info.server_version >= 160000 else ""
        if not LOGINS.keys() <= there:
            connection.execute("grant doudi_app, doudi_insight to doudi_owner" + stepping)
            # Restoring and testing replace a whole database: its connections have to end first.
            connection.execute("grant pg_signal_backend to doudi_owner")
        found = connection.execute("select from pg_database where datname = %s", [DATABASE])
        if found.fetchone() is None:
            create = "create database {} owner doudi_owner template template0 encoding 'UTF8'"
            connection.execute(sql.SQL(create).format(sql.Identifier(DATABASE)))


def _make_role(connection: psycopg.Connection[tuple[object, ...]], role: str, word: str) -> None:
    # Hashed on our side, so that no log of the server can ever hold the password.
    hashed = connection.pgconn.encrypt_password(word.encode(), role.encode(), b"scram-sha-256")
    create = "create role {} login nosuperuser nobypassrls noreplication {} password {}"
    connection.execute(
        sql.SQL(create).format(
            sql.Identifier(role), sql.SQL(LOGINS[role]), sql.Literal(hashed.decode())
        )
    )
