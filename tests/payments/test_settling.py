"""The statements that settle a return answer as the model does, one line at a time."""

import os
import random

import pytest
from django.db import transaction

from doudi.base.access import scope
from doudi.payments import settling
from doudi.payments.bankfile import (
    FAILED,
    PAID,
    RETURNED,
    ReturnLine,
    build_return,
    parse_return,
)
from doudi.payments.models import Transfer
from doudi.payments.queries import problems_of
from doudi.payments.reconcile import receive_return
from tests.payments.settling_model import Pending, settle_lines
from tests.payments.world import add_households, released

pytestmark = pytest.mark.django_db
FILES = 2_000 if os.environ.get("DOUDI_FULL") else 60


@pytest.fixture
def world():
    return add_households(6)


@pytest.fixture
def batch(world):
    return released(world)


def pendings(world, batch):
    """The pending movements as the model knows them, by reference."""
    with scope(world.maker):
        settled = dict(
            Transfer.objects.filter(kind__in=["post", "void"]).values_list("settles_id", "kind")
        )
        settled |= dict(
            Transfer.objects.filter(kind="back").values_list("settles__settles", "kind")
        )
        rows = Transfer.objects.filter(kind="pend", batch=batch).values_list(
            "payable__reference", "payable_id", "pk", "fen"
        )
        return {name: Pending(line, pk, fen, settled.get(pk, "")) for name, line, pk, fen in rows}


def random_line(world, chance):
    """A line as a bank may write it: right, or wrong in one of the ways of being wrong."""
    k = chance.randrange(6)
    reference = chance.choice([world.reference(k)] * 9 + ["DB:H999999:2022-06:main"])
    fen = chance.choice([world.fen[k]] * 9 + [1])
    result = chance.choices([PAID, FAILED, RETURNED], (6, 2, 2))[0]
    reason = "" if result == PAID else chance.choice(["已销户", "户名不符", ""])
    return ReturnLine(0, reference, result == PAID, fen, reason, result == RETURNED)


def faults(world, batch, chance):
    """What the statements and the model say differently about a random file."""
    known = pendings(world, batch)
    content = build_return(
        batch.number, [random_line(world, chance) for _ in range(chance.randrange(1, 12))]
    )
    lines, problems = parse_return(content, batch.number)
    wanted = settle_lines(lines, known)
    row = receive_return(batch.pk, content, "x", by=world.maker)
    with scope(world.maker):
        moved = sorted(
            Transfer.objects.filter(answered_in=row).values_list("payable_id", "kind", "reason")
        )
        told = sorted((p.line, p.column, p.value, p.why) for p in problems_of(row.pk))
    expected = sorted(
        [(p.payable_id, "post", "") for p in wanted.post]
        + [(p.payable_id, "void", why) for p, why in wanted.void]
        + [(p.payable_id, "back", f"退汇：{why}" if why else "退汇") for p, why in wanted.back]
    )
    refused = sorted((p.line, p.column, p.value, p.why) for p in [*wanted.problems, *problems])
    counted = (
        row.paid_lines, row.paid_fen, row.failed_lines, row.failed_fen, row.returned_lines,
        row.refused_lines,
    )  # fmt: skip
    return [
        name
        for name, same in {
            "movements": moved == expected,
            "problems": told == refused,
            "counts": counted
            == (
                len(wanted.post), wanted.paid_fen, len(wanted.void), wanted.failed_fen,
                len(wanted.back), len({line for line, *_ in refused if line}),
            ),
        }.items()
        if not same
    ]  # fmt: skip


def faults_of_many(world, batch, files, seed=7):
    chance, found = random.Random(seed), []
    for _ in range(files):
        with transaction.atomic():
            for _ in range(chance.randrange(1, 4)):  # later files meet what earlier ones settled
                found += faults(world, batch, chance)
            transaction.set_rollback(True)
    return found


@pytest.mark.promise("M7")
def test_random_files_one_after_another_are_settled_as_the_model_says(world, batch):
    assert faults_of_many(world, batch, FILES) == []


PLANTED = {
    "the last line wins": ("when not told.agrees then 'contradiction'", ""),
    "money that came back is a contradiction": ("told.returned then 'back'", "false then 'back'"),
    "amounts are not compared": ("when told.fen <> sent.fen then 'amount'", ""),
    "a contradiction of an earlier file passes": (
        "when sent.settled = 'post' and told.failed then 'otherwise'",
        "",
    ),
}


@pytest.mark.parametrize(("old", "new"), PLANTED.values(), ids=list(PLANTED))
def test_a_bug_planted_in_the_statement_is_caught(world, batch, monkeypatch, old, new):
    assert old in settling._OUTCOME
    monkeypatch.setattr(settling, "_OUTCOME", settling._OUTCOME.replace(old, new))
    assert faults_of_many(world, batch, 20) != []


def test_every_line_is_used_known_or_named(world, batch):
    """Nothing is lost silently: lines = posted + voided + known + named."""
    first = [ReturnLine(0, world.reference(2), True, world.fen[2])]
    receive_return(batch.pk, build_return(batch.number, first), "x", by=world.maker)
    lines = [
        ReturnLine(0, world.reference(1), True, world.fen[1]),
        ReturnLine(0, world.reference(1), True, world.fen[1]),
        *first,
        ReturnLine(0, "DB:H99", True, 1),
        ReturnLine(0, world.reference(3), False, world.fen[3]),
    ]
    row = receive_return(batch.pk, build_return(batch.number, lines), "x", by=world.maker)
    assert row.lines == 5
    known = 1
    assert row.paid_lines + row.failed_lines + known + row.refused_lines == 5
