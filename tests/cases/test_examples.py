"""Every action of cases has an example that runs, and is whole or not at all at every statement."""

from __future__ import annotations

import hashlib
from itertools import count

import psycopg
import pytest
from django.db import connection

from doudi.base.actions import ACTIONS
from tests.cases.examples import EXAMPLES

OURS = sorted(
    name for name, known in ACTIONS.items() if known.run.__module__.startswith("doudi.cases")
)


class Injected(Exception):
    """The failure that a test put into a statement."""


class FailAt:
    """Fails the k-th statement that goes through Django's cursor."""

    def __init__(self, k: int) -> None:
        self.k, self.n = k, 0

    def __call__(self, execute, sql, params, many, context):
        self.n += 1
        if self.n == self.k:
            raise Injected
        return execute(sql, params, many, context)


def digest(owner_dsn: str) -> str:
    """All rows of our tables, seen past the row policies."""
    told = hashlib.sha256()
    with psycopg.connect(owner_dsn) as owner:
        names = owner.execute(
            "select tablename from pg_tables where schemaname = 'public' "
            "and tablename ~ '^(base|people|exchange|watch|cases|payments|procrastinate)_' "
            "order by 1"
        ).fetchall()
        for (name,) in names:
            query = f'select coalesce(sum(hashtextextended(t::text, 0)), 0) from "{name}" t'
            told.update(repr(owner.execute(query).fetchone()).encode())  # type: ignore[arg-type]
    return told.hexdigest()


def test_every_action_of_cases_has_an_example():
    assert set(EXAMPLES) == set(OURS)


@pytest.mark.promise("C2")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_action_is_whole_or_not_at_all_at_every_statement(name, committed_db, owner_dsn):
    run = EXAMPLES[name]()
    before = digest(owner_dsn)
    for k in count(1):
        fault = FailAt(k)
        try:
            with connection.execute_wrapper(fault):
                run()
        except Injected:
            assert digest(owner_dsn) == before, f"{name} was torn at statement {k}"
            continue
        break
    assert k > 5
    assert digest(owner_dsn) != before
