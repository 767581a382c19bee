"""What commands with a database stand on: a server (given or embedded), settings, Django."""

from __future__ import annotations

import json
import os
from pathlib import Path

from doudi.kernel.problems import Problem

APP_CREDENTIALS = "app_role.json"


class ServerMissing(Problem):
    """No database can be reached."""

    code = "database.missing"
    status = 503
    say = "没有可用的数据库：{why}"
    next = "请检查 DATABASE_URL，或不设置它以使用内置数据库。"
    fields = ("why",)


def find_database() -> None:
    """Name the database in the environment: the given one, or our embedded one, started here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    if os.environ.get("DATABASE_APP_URL"):
        return
    if os.environ.get("DATABASE_URL"):
        _app_role_of_given_server()
        return
    from doudi.base.embedded import EmbeddedError, Server, default_home

    try:
        server = Server(default_home()).start()
    except EmbeddedError as error:
        raise ServerMissing(why=str(error)) from error
    os.environ["DATABASE_URL"] = server.owner_dsn
    os.environ["DATABASE_APP_URL"] = server.app_dsn
    os.environ["DATABASE_INSIGHT_URL"] = server.insight_dsn


def _app_role_of_given_server() -> None:
    """Where ``doudi setup`` made the application's role on a given server, use its password."""
    from doudi.cli import environment

    path = Path(os.environ.get("DOUDI_VAR", str(environment.ROOT / "var"))) / APP_CREDENTIALS
    if path.exists():
        os.environ["DATABASE_APP_URL"] = json.loads(path.read_text())["DATABASE_APP_URL"]


def start_django() -> None:
    """Find the database and set Django up."""
    find_database()
    import django

    django.setup()


def owner_dsn() -> str:
    """Connection text of the owner: migrations, backup, restore, verification."""
    return os.environ["DATABASE_URL"]
