"""The finance office and a simulated bank: make, approve, release, collect, answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from demo import office
from demo.loading import COUNTY_PLACE
from demo.month import move_to
from demo.progress import step
from doudi.base.access import scope
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import accrual, bankfile, batches, reconcile, sending
from doudi.payments import queries as payments

MONTH = Month(2022, 7)
SCHEME = "低保"
# Every so many-th card is refused, so that the desk has failures to show.
_REFUSED_OF = 37


def pay() -> None:
    """Accrue, batch, release, and read the bank's answer; again changes nothing."""
    move_to(datetime(2022, 7, 4, 9, 0, tzinfo=clock.SHANGHAI))
    maker = office.one("finance_maker")
    with step("计提七月待遇", "笔") as progress:
        count = accrual.accrue(COUNTY_PLACE, SCHEME, MONTH, by=maker)
        progress.count = count.new + count.same
    with scope(maker):
        batch = payments.batches(COUNTY_PLACE, SCHEME, str(MONTH)).first()
    with step("编制、复核、放行批次", "笔") as progress:
        if batch is None:
            batch = batches.make_batch(COUNTY_PLACE, SCHEME, MONTH, by=maker)
        if batch.state == "已编制":
            batch = batches.approve_batch(batch.pk, by=office.one("finance_approver"))
        if batch.state == "已复核":
            batch = batches.release_batch(batch.pk, by=office.one("finance_releaser"))
        sending.send_waiting(COUNTY_PLACE, by=office.one("finance_releaser"))
        progress.count = batch.lines
    with step("银行回盘、对账", "笔") as progress:
        move_to(datetime(2022, 7, 4, 16, 0, tzinfo=clock.SHANGHAI))
        content = answer(sending.outbox() / f"{batch.number}.txt")
        received = reconcile.receive_return(batch.pk, content, f"{batch.number}-回盘.txt", by=maker)
        progress.count = received.lines


def answer(path: Path) -> bytes:
    """What the bank answers to a file: paid, but for a card here and there."""
    lines = [
        bankfile.ReturnLine(
            line=number,
            reference=line.reference,
            paid=number % _REFUSED_OF != 0,
            fen=line.fen,
            reason="" if number % _REFUSED_OF else "账户状态异常（已销户）",
        )
        for number, line in enumerate(bankfile.read_batch(path.read_bytes()), 1)
    ]
    return bankfile.build_return(path.stem, lines)
