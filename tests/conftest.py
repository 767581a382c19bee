"""The database of the tests: made by the owner, used by the application's role, reset by copying.

Every test runs as ``doudi_app``, so row policies hold everywhere. ``db`` gives a transaction that
is rolled back; ``committed_db`` gives a real database for tests that commit, kill or race, and puts
a fresh copy in its place afterwards.
"""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections


@pytest.fixture(scope="session", autouse=True)
def static_root(tmp_path_factory) -> None:
    """Nothing is collected for tests: names stay as they are, and the folder is there but empty."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    suffix = "" if worker_id == "master" else f"_{worker_id}"
    return f"{os.environ.get('DOUDI_TEST_DB', 'test_doudi')}{suffix}"


def _owner_statement(*statements: str) -> None:
    told = settings.DATABASES["owner"]
    with psycopg.connect(
        host=told["HOST"],
        port=told["PORT"] or None,
        user=told["USER"],
        password=told["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def _copy_database(source: str, target: str) -> None:
    for alias in connections:
        connections[alias].close()
    _owner_statement(
        f'drop database if exists "{target}" with (force)',
        f'create database "{target}" template "{source}"',
    )


@pytest.fixture(scope="session")
def django_db_setup(database_name: str, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    settings.DOUDI_FILES = tmp_path_factory.mktemp("files")
    settings.DOUDI_KEYS = tmp_path_factory.mktemp("keys") / "keys.json"
    template = f"{database_name}_template"
    with django_db_blocker.unblock():
        _owner_statement(
            f'drop database if exists "{template}" with (force)',
            f'create database "{template}" template template0',
        )
        for alias in connections:
            connections[alias].settings_dict["NAME"] = template
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = database_name
        _copy_database(template, database_name)
    yield
    with django_db_blocker.unblock():
        for alias in connections:
            connections[alias].close()
        _owner_statement(
            f'drop database if exists "{database_name}" with (force)',
            f'drop database if exists "{template}" with (force)',
        )


@pytest.fixture
def committed_db(django_db_setup: None, database_name: str, django_db_blocker) -> Iterator[None]:
    """A real database whose commits are real; replaced by a fresh copy afterwards."""
    with django_db_blocker.unblock():
        yield
        _copy_database(f"{database_name}_template", database_name)


@pytest.fixture
def owner_dsn(database_name: str) -> str:
    """Connection text of the owner on this test's database, for looking past the row policies."""
    told = settings.DATABASES["owner"]
    return psycopg.conninfo.make_conninfo(
        host=told["HOST"],
        port=told["PORT"],
        user=told["USER"],
        password=told["PASSWORD"],
        dbname=database_name,
    )


def pytest_terminal_summary(terminalreporter, exitstatus, config) -> None:
    """A skipped promise is a failure (docs/promises.md, O6)."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "promises" in r.nodeid]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} promises were skipped: that is a failure")


def pytest_sessionfinish(session, exitstatus) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and any("promises" in r.nodeid for r in reporter.stats.get("skipped", [])):
        session.exitstatus = 1
