"""Every action of payments has an example that runs, and is whole or not at all."""

from itertools import count

import psycopg
import pytest
from django.db import connection

from doudi.base.actions import ACTIONS
from doudi.kernel.faults import Injected
from tests.payments.examples import EXAMPLES


class FailAt:
    """Fails the k-th statement that goes through Django's cursor."""

    def __init__(self, k):
        self.k, self.n = k, 0

    def __call__(self, execute, sql, params, many, context):
        self.n += 1
        if self.n == self.k:
            raise Injected(self.k)
        return execute(sql, params, many, context)


def digest(owner_dsn):
    """All rows of all tables, seen past the row policies."""
    with psycopg.connect(owner_dsn) as owner:
        names = owner.execute(
            "select tablename from pg_tables where schemaname = 'public' order by 1"
        ).fetchall()
        return [
            owner.execute(
                f'select coalesce(sum(hashtextextended(t::text, 0)), 0) from "{name}" t'
            ).fetchone()
            for (name,) in names
        ]


def test_every_action_of_payments_has_an_example():
    ours = {n for n, known in ACTIONS.items() if known.run.__module__.startswith("doudi.payments")}
    assert set(EXAMPLES) == ours


@pytest.mark.promise("C2")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_action_is_whole_or_not_at_all_at_every_statement(name, committed_db, owner_dsn):
    run = EXAMPLES[name]()
    before = digest(owner_dsn)
    for k in count(1):
        try:
            with connection.execute_wrapper(FailAt(k)):
                run()
            break
        except Injected:
            assert digest(owner_dsn) == before, f"{name} was torn at statement {k}"
    assert k > 5
    assert digest(owner_dsn) != before
