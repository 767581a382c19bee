"""M1: kill -9 at every boundary of a payment month neither pays twice nor loses a payment.

The month runs in a forked process that is killed at its k-th boundary (SQL, write, fsync, rename,
commit). The bank collects right after each kill, also half-written files. Then the month runs
again, and once more after success. Five planted bugs show that the check can fail.
"""

import os
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings

from doudi.base import files
from doudi.base.access import scope
from doudi.base.worklist import drain, revive_stalled
from doudi.kernel import faults
from doudi.kernel.dates import Month
from doudi.payments import ledger, sending
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.models import BankReturn, Batch, Payable, Transfer
from doudi.payments.queries import balanced
from doudi.payments.reconcile import receive_return
from doudi.payments.sending import outbox, send_waiting
from doudi.people.models import ChainEvent, Fact
from tests.arrange import COUNTY
from tests.payments.bank import Bank, refuses
from tests.payments.world import SCHEME, World, add_households, card
from tests.promises.killing import Killer, at_boundary, every_statement_is_a_boundary, killing

pytestmark = [pytest.mark.promise("M1"), pytest.mark.usefixtures("committed_db")]

HOUSEHOLDS = 40 if os.environ.get("DOUDI_FULL") else 4


@pytest.fixture
def world(settings, tmp_path, monkeypatch) -> World:
    settings.DOUDI_VAR = tmp_path
    # A killed process loses nothing that it has written, synced or not: only the wait is saved.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    return add_households(HOUSEHOLDS)


@pytest.fixture
def bank(world) -> Bank:
    return Bank(Path(settings.DOUDI_VAR) / "bank", outbox())


def run_month(world: World, month: Month, bank: Bank) -> None:
    """The whole month as its people do it: forms carry keys, the machine has its work list."""
    accrue(COUNTY, SCHEME, month, by=world.maker)
    batch = make_batch(COUNTY, SCHEME, month, by=world.maker, key=f"make:{month}")
    approve_batch(batch.pk, by=world.approver, key=f"approve:{month}")
    release_batch(batch.pk, by=world.releaser, key=f"release:{month}")
    drain()
    send_waiting(COUNTY, by=world.releaser)
    bank.collect()
    for number, content in bank.returns():
        if number == batch.number:
            receive_return(batch.pk, content, f"{number}.ret", by=world.maker)
    revive_stalled()
    drain()


def faults_of(world: World, month: Month, bank: Bank) -> list[str]:
    """Everything that is wrong at the end of a month; an empty list is the promise kept."""
    found: list[str] = []
    cards = {world.reference(k, month): (card(k), world.fen[k]) for k in range(HOUSEHOLDS)}
    due = sorted((r, c, f) for r, (c, f) in cards.items() if not refuses(c))
    paid = sorted(line for line in bank.paid() if line[0] in cards)
    if paid != due:
        found.append(f"the bank paid {len(paid)} lines of {len(due)} due")
    answered = sorted(reference for reference in bank.answered() if reference in cards)
    if answered != sorted(cards):
        found.append("a line never reached the bank, or reached it twice")
    with scope(world.maker):
        batches = Batch.objects.filter(month=str(month))
        if [b.state for b in batches] != ["已对账"] or batches.filter(sent_at=None).exists():
            found.append(f"batches are {[(b.number, b.state, b.sent_at) for b in batches]}")
        named = set(Payable.objects.filter(month=str(month)).values_list("reference", flat=True))
        moved = set(
            Transfer.objects.filter(payable__month=str(month)).values_list("reference", flat=True)
        )
        if named != set(cards) or moved != {
            f"{reference}:{kind}"
            for reference, (number, _) in cards.items()
            for kind in ("pend", "void" if refuses(number) else "post")
        }:
            found.append("a name in the ledger is not the derived one")
        if BankReturn.objects.filter(batch__month=str(month)).count() != 1:
            found.append("the return file counts other than once")
        facts = Fact.objects.filter(kind="paid", key__in=cards, known_before=None)
        if sorted(facts.values_list("key", flat=True)) != [r for r, _, _ in due]:
            found.append("the paid facts are not what was paid")
        if ChainEvent.objects.filter(detail__reference__in=list(cards)).count() != HOUSEHOLDS:
            found.append("a household's chain has other than one event")
        found += balanced().faults
    found += (
        [f"left behind: {path.name}" for path in outbox().glob("*")] if outbox().exists() else []
    )
    return found


@pytest.fixture
def killer(world, bank) -> Iterator[Killer]:
    with killing(partial(run_month, world, bank=bank), at_boundary) as killer:
        yield killer


def survive(
    killer: Killer, world: World, month: Month, bank: Bank, number: int
) -> tuple[bool, list[str]]:
    """Kill once, let the bank act, recover, check, run once more, check again."""
    died = killer.kills(number, month)
    bank.collect()
    run_month(world, month, bank)
    bank.collect()
    found = faults_of(world, month, bank)
    run_month(world, month, bank)
    bank.collect()
    return died, found + faults_of(world, month, bank)


def test_a_kill_at_every_boundary_pays_each_household_exactly_once(world, bank, killer):
    month = Month(2022, 6)
    for number in count(1):
        died, found = survive(killer, world, month, bank, number)
        assert found == [], f"killed at boundary {number}"
        if not died:
            break
        month += 1
    assert number > 60, "the month has more boundaries than this: something is not counted"


def boundaries_of_the_sending(world: World, bank: Bank) -> list[int]:
    """Numbers of the boundaries from the begin to the end of the sending: where a file can tear."""
    with faults.count() as counted, every_statement_is_a_boundary():
        run_month(world, Month(2022, 5), bank)
    first = counted.names.index("payment.send:begin") + 1
    last = counted.names.index("payment.send:done") + 1
    return list(range(first, last + 1))


def file_named_by_process(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "file_name", lambda number, layout: f"{number}-{os.getpid()}.txt")


def written_in_place(patch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
            file.flush()
            faults.here("file:half")
            file.write(content[len(content) // 2 :])

    patch.setattr(sending, "write_whole", write)


def rows_already_in_the_file_left_out(patch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes) -> None:
        notes = path.parent.parent / f"{path.stem}.written"
        written = notes.read_bytes().splitlines(keepends=True) if notes.exists() else []
        rows = [row for row in content.splitlines(keepends=True) if row not in written]
        path.parent.mkdir(parents=True, exist_ok=True)
        notes.write_bytes(content)
        files.write_whole(path, b"".join(rows))

    patch.setattr(sending, "write_whole", write)


def ledger_named_by_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "NAME", "p.reference || ':' || %(kind)s || clock_timestamp()::text")


def bank_without_duplicate_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Bank, "knows", lambda bank, number: False)


PAID_WRONGLY = "the bank paid"
PLANTED = {
    file_named_by_process: PAID_WRONGLY,
    written_in_place: PAID_WRONGLY,
    rows_already_in_the_file_left_out: PAID_WRONGLY,
    ledger_named_by_time: "a name in the ledger is not the derived one",
    bank_without_duplicate_check: PAID_WRONGLY,
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_planted_bug_is_caught(world, bank, monkeypatch, plant):
    plant(monkeypatch)
    numbers = boundaries_of_the_sending(world, bank)
    month, caught = Month(2022, 6), False
    with killing(partial(run_month, world, bank=bank), at_boundary) as killer:
        for number in numbers:
            found = survive(killer, world, month, bank, number)[1]
            caught = any(PLANTED[plant] in fault for fault in found)
            if caught:
                break
            month += 1
    assert caught, "the planted bug lived"
