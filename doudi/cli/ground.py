"""What commands with a database stand on: a server (given or embedded), settings, Django."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlparse

from doudi.kernel.problems import Problem

APP_CREDENTIALS = "app_role.json"


class ServerMissing(Problem):
    """No database can be reached."""

    code = "database.missing"
    status = 503
    say = "没有可用的数据库：{why}"
    next = "请检查 DATABASE_URL，或不设置它以使用内置数据库。"
    fields = ("why",)


class RoleTaken(Problem):
    """The application's role is there already, and its password is not ours to change."""

    code = "database.role_taken"
    status = 409
    say = "这台数据库服务器上已有 doudi_app 角色，可能属于另一套平台，没有改动它的口令。"
    next = "请用 DATABASE_APP_URL 给出它的连接串；或为本平台另用一台数据库服务器。"
    fields = ()


def var_folder() -> Path:
    """Where this installation keeps its own files (``DOUDI_VAR``)."""
    from doudi.cli import environment

    return Path(os.environ.get("DOUDI_VAR", str(environment.ROOT / "var")))


def find_database(*, make_roles: bool = False) -> None:
    """Name the database in the environment: the given one, or our embedded one, started here.

    ``make_roles`` also makes the application's roles on a given server (setup, restore).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    if os.environ.get("DATABASE_APP_URL"):
        return
    if os.environ.get("DATABASE_URL"):
        kept = var_folder() / APP_CREDENTIALS
        if make_roles and not kept.exists():
            _make_application_roles(os.environ["DATABASE_URL"], kept)
        if kept.exists():
            os.environ["DATABASE_APP_URL"] = json.loads(kept.read_text())["DATABASE_APP_URL"]
        return
    from doudi.base.embedded import EmbeddedError, Server, default_home

    home = var_folder() / "pg" if os.environ.get("DOUDI_VAR") else default_home()
    try:
        server = Server(home).start()
    except EmbeddedError as error:
        raise ServerMissing(why=str(error)) from error
    os.environ["DATABASE_URL"] = server.owner_dsn
    os.environ["DATABASE_APP_URL"] = server.app_dsn
    os.environ["DATABASE_INSIGHT_URL"] = server.insight_dsn


def _make_application_roles(url: str, kept: Path) -> None:
    """On a given server: the two roles that own nothing; the password stays beside our data."""
    import psycopg
    from psycopg import sql

    word = secrets.token_urlsafe(24)
    with psycopg.connect(url, autocommit=True) as link:
        found = {row[0] for row in link.execute("select rolname from pg_roles")}
        if "doudi_app" in found:
            raise RoleTaken()
        password = sql.Literal(word)
        link.execute(sql.SQL("create role doudi_app login password {}").format(password))
        if "doudi_insight" not in found:
            link.execute("create role doudi_insight login")
            link.execute("alter role doudi_insight set default_transaction_read_only = on")
    told = urlparse(url)
    port = f":{told.port}" if told.port else ""
    app = told._replace(netloc=f"doudi_app:{quote(word)}@{told.hostname or ''}{port}").geturl()
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"DATABASE_APP_URL": app}, file)


def start_django() -> None:
    """Find the database and set Django up."""
    find_database()
    import django

    django.setup()


def owner_dsn() -> str:
    """Connection text of the owner: migrations, backup, restore, verification."""
    return os.environ["DATABASE_URL"]
