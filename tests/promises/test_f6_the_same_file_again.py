"""F6: the same file again is a no-op; one changed row changes one fact."""

import os
import random
import sys
from typing import Any

import pytest
from django.db import transaction

from doudi.base.access import scope
from doudi.exchange import processing
from doudi.kernel import clock
from doudi.people import facts
from doudi.people.models import Fact
from tests.arrange import COUNTY
from tests.exchange.arrange import facts_now, register, send
from tests.exchange.samples import TODAY, as_csv, as_xlsx, good_table

pytestmark = [pytest.mark.promise("F6"), pytest.mark.django_db]

PAIRS = 500 if os.environ.get("DOUDI_FULL") else 20
PEOPLE = 12
# The amount of each format that carries one: its column, and the fen it makes.
AMOUNTS = {"pension": "月待遇金额", "medical": "个人自付"}
ENDS = ("\r\n", "\n")


@pytest.fixture(autouse=True)
def _world(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    register(range(1, PEOPLE + 1))
    with clock.business_at(TODAY):
        yield


def all_facts() -> list[tuple[Any, ...]]:
    """Every fact ever known, also those that no longer stand."""
    with scope(COUNTY):
        return sorted(Fact.objects.values_list("id", "known_before", "amount_fen"))


def in_some_dress(rows: list[list[Any]], chance: random.Random) -> bytes:
    """The same table as another file: rows shuffled, another container, encoding or line end."""
    body = rows[1:]
    chance.shuffle(body)
    if chance.random() < 0.3:
        return as_xlsx([rows[0], *body])
    return as_csv([rows[0], *body], chance.choice(("utf-8", "gb18030")), end=chance.choice(ENDS))


def faults_of_pair(seed: int) -> list[str]:
    """A file, the same bytes, the same rows in other bytes, and the rows with one changed."""
    chance, found = random.Random(seed), []
    code = chance.choice(sorted(AMOUNTS))
    rows = good_table(code, chance.randrange(2, PEOPLE + 1))
    content = as_csv(rows)
    first = send(content, code)
    before = all_facts()
    if send(content, code).pk != first.pk or all_facts() != before:
        found.append("the same bytes did something")
    again = send(in_some_dress(rows, chance), code)
    if (again.facts_new, again.facts_changed) != (0, 0) or all_facts() != before:
        found.append("the same rows did something")
    now, column = facts_now(), rows[0].index(AMOUNTS[code])
    chance.choice(rows[1:])[column] = "777.77"
    changed = send(in_some_dress(rows, chance), code)
    told = (changed.facts_new, changed.facts_changed, changed.facts_same)
    if told != (0, 1, len(rows) - 2):
        found.append(f"one changed row counts as {told}")
    if len(set(facts_now()) - set(now)) != 1 or len(all_facts()) != len(before) + 1:
        found.append("one changed row changed other than one fact")
    return found


def seeds() -> list[int]:
    given = int(os.environ.get("DOUDI_SEED", "0")) or random.randrange(2**32)
    sys.stderr.write(f"DOUDI_SEED={given}\n")
    return list(range(given, given + PAIRS))


def test_the_same_file_again_is_a_no_op_and_one_changed_row_changes_one_fact():
    for seed in seeds():
        with transaction.atomic():
            assert faults_of_pair(seed) == [], f"DOUDI_SEED={seed}"
            transaction.set_rollback(True)


def test_to_close_what_was_and_load_it_anew_is_caught(monkeypatch):
    def reload(source: str) -> facts.MergeCount:
        with scope(COUNTY):
            Fact.objects.filter(known_before=None).update(known_before=clock.business_now())
        return merge(source)

    merge = facts.merge_staged
    monkeypatch.setattr(processing.facts, "merge_staged", reload)
    assert "the same rows did something" in faults_of_pair(1)
