"""Reconciliation (对账): what the bank answered, settled in the ledger once, whatever the order.

A file may come late, twice, in parts, shuffled or damaged: good lines go on, every other line is
named with its reason, and a line that contradicts an earlier answer is refused (promise M7). Money
that was paid and comes back (退汇) is taken back in the ledger and waits for a correction.
"""

from __future__ import annotations

from django.db.models import F, Sum

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.files import keep
from doudi.kernel import clock
from doudi.payments import aftermath, ledger, settling
from doudi.payments.batches import RELEASED, SETTLED, demand_state, locked
from doudi.payments.layouts import parse_return
from doudi.payments.models import BankReturn, Batch
from doudi.payments.topics import RETURN_SETTLED


@action("payment.receive", needs="payment.receive")
def receive_return(batch_id: int, content: bytes, file_name: str, *, by: Actor) -> BankReturn:
    """Settle the pending movements that a return file answers; the same bytes again are a no-op.

    The work list then writes facts and events of the aid chain; failed lines are due again. Raises
    ``ReturnForAnotherBatch`` where the head names another batch; bad lines never raise.
    """
    batch = locked(batch_id)
    demand_state(batch, RELEASED, SETTLED, step="导入回盘")
    lines, problems = parse_return(content, batch.number)
    file = keep(content, name=file_name, media_type="text/plain")
    known = BankReturn.objects.filter(batch=batch, file=file).first()
    if known is not None:
        found: BankReturn = known
        return found
    done = settling.settle_lines(batch, lines, problems)
    row: BankReturn = BankReturn.objects.create(
        batch=batch,
        file=file,
        received_at=clock.business_now(),
        received_by_id=by.user_id,
        lines=len(lines) + sum(1 for problem in problems if problem.line),
        paid_lines=done.paid_lines,
        paid_fen=done.paid_fen,
        failed_lines=done.failed_lines,
        failed_fen=done.failed_fen,
        returned_lines=done.returned_lines,
        returned_fen=done.returned_fen,
        refused_lines=done.refused_lines,
    )
    settling.keep_refused(row)
    ledger.settle(batch, row)
    _finish(batch, row)
    return row


def _finish(batch: Batch, row: BankReturn) -> None:
    """Ask for corrections, close the batch when nothing is under way, and hand the telling on."""
    if row.failed_lines or row.returned_lines:
        aftermath.ask_for_correction(batch)
    if row.paid_lines or row.failed_lines or row.returned_lines:
        RETURN_SETTLED.emit(return_id=row.pk, place=batch.place)
    answered = BankReturn.objects.filter(batch=batch).aggregate(
        lines=Sum(F("paid_lines") + F("failed_lines"))
    )
    assert answered["lines"] <= batch.lines, "more was settled than was sent"
    if batch.state != SETTLED and answered["lines"] == batch.lines:
        batch.state = SETTLED
        batch.save(update_fields=["state"])
