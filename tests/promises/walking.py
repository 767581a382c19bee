"""All actions with their examples, and what the promises need to walk them.

One list of actions carries C2, A3, M6, C10 and X9: an action without an example fails, so the tests
grow by themselves.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from django.db import DatabaseError, OperationalError, connection, transaction
from procrastinate.exceptions import ConnectorException

import doudi
from doudi.base import actions
from doudi.base.access import NATION, Actor, scope
from doudi.kernel import clock

Call = Callable[[], object]
TESTS = Path(__file__).parents[1]
# What the examples themselves do not know to be open; the day is that of the cases' world.
START = datetime(2022, 6, 6, 9, tzinfo=clock.SHANGHAI)


def all_examples() -> dict[str, Callable[[], Call]]:
    """The examples of every package: ``tests/<package>/examples.py``."""
    found: dict[str, Callable[[], Call]] = {}
    for path in sorted(TESTS.glob("*/examples.py")):
        ours = importlib.import_module(f"tests.{path.parent.name}.examples").EXAMPLES
        assert not found.keys() & ours.keys(), f"{path} repeats an example"
        found |= ours
    return found


def all_actions() -> dict[str, actions.Action]:
    """Every action of the product, whichever module declares it."""
    for module in pkgutil.walk_packages(doudi.__path__, "doudi."):
        if not module.name.endswith(("__main__", ".wsgi")) and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return {
        name: known
        for name, known in actions.ACTIONS.items()
        if known.run.__module__.startswith("doudi.")
    }


EXAMPLES = all_examples()


# -- what is in the database


def _digest_query() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        names = [name for (name,) in cursor.fetchall()]
    return " union all ".join(
        f"select '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) "
        f'from "{name}" t'
        for name in names
    )


_known_query: list[str] = []


def tables_now() -> dict[str, tuple[int, int]]:
    """Rows and digest of every table, seen from the connection and transaction of the test."""
    if not _known_query:
        _known_query.append(_digest_query())
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute("select set_config('app.audit', 'on', false)")
        cursor.execute(_known_query[0])
        rows = cursor.fetchall()
        cursor.execute("select set_config('app.audit', '', false)")
    return {name: (count, digest) for name, count, digest in rows}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Tables that are not as they were."""
    return {name for name in after if before[name] != after[name]}


# -- statements that fail

FAILING = "select this_statement_was_made_to_fail()"
# What a failing statement looks like to a program: Django's errors, COPY's own, the work list's.
FAILURES = (DatabaseError, psycopg.Error, ConnectorException)


class StatementFault:
    """Lets the k-th statement fail in the database, COPY included: before it, and at its end.

    Where no action has begun yet, the connection is only told of the failure: the test's own
    transaction, which stands for the committed world, has to live on.
    """

    def __init__(self, at: int) -> None:
        self.at, self.passed, self.outside = at, 0, len(connection.savepoint_ids)
        self.names: list[str] = []

    @property
    def fired(self) -> bool:
        return self.passed >= self.at

    def _reached(self, name: str) -> bool:
        self.passed += 1
        self.names.append(name)
        return self.passed == self.at

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not self._reached(str(sql)):
            return execute(sql, params, many, context)
        if len(connection.savepoint_ids) == self.outside:
            raise OperationalError("this statement was made to fail")
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            return cursor.execute(FAILING)

    @contextmanager
    def armed(self) -> Iterator[StatementFault]:
        original, fault = psycopg.Cursor.copy, self

        @contextmanager
        def copy(cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
            if fault._reached(f"before {statement}"):
                cursor.execute(FAILING)
            with original(cursor, statement, *args, **kwargs) as copying:
                yield copying
                if fault._reached(f"after {statement}"):
                    raise psycopg.OperationalError("this COPY was made to fail")

        with mock.patch.object(psycopg.Cursor, "copy", copy), connection.execute_wrapper(self):
            yield self


# -- calls that can be made again


@dataclass(frozen=True)
class Told:
    """What an example tells its action: enough to call it again, with a key."""

    name: str
    by: Actor
    facts: dict[str, Any]
    moment: datetime

    def again(self, key: str, by: Actor | None = None, **changes: Any) -> Any:
        """Perform the action with this key."""
        with clock.business_at(self.moment):
            run = actions.ACTIONS[self.name].run
            return run(**{**self.facts, **changes}, by=by or self.by, key=key)


def overheard(name: str, run: Call) -> Told:
    """Perform an example, note what it tells its action, and undo it."""
    heard: list[Told] = []

    class Listening(actions.Entered):
        def __enter__(self) -> None:
            if self.name == name:
                heard.append(Told(name, self.by, dict(self.facts), clock.business_now()))
            super().__enter__()

    with mock.patch.object(actions, "Entered", Listening), transaction.atomic():
        run()
        transaction.set_rollback(True)
    assert heard, f"the example of {name} does not perform it"
    return heard[0]
