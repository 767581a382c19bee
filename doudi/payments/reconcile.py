"""Reconciliation (对账): what the bank answered, settled in the ledger once, whatever the order.

A file may come late, twice, in parts, shuffled or damaged: good lines go on, every other line is
named with its reason, and a line that contradicts an earlier answer is refused (promise M7).
"""

from __future__ import annotations

from collections.abc import Sequence

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.files import keep
from doudi.kernel import clock
from doudi.payments import aftermath, ledger
from doudi.payments.bankfile import LineProblem, parse_return
from doudi.payments.batches import RELEASED, SETTLED, demand_state, locked
from doudi.payments.models import BankReturn, Batch, ReturnProblem
from doudi.payments.settling import Settlement, settle_lines


@action("payment.receive", needs="payment.receive")
def receive_return(batch_id: int, content: bytes, file_name: str, *, by: Actor) -> BankReturn:
    """Settle the pending movements that a return file answers; the same bytes again are a no-op.

    Paid lines become facts and events of the aid chain, failed ones are due again. Raises
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
    done = settle_lines(lines, ledger.pending_of(batch))
    done.problems += problems
    ledger.post(batch, done.post)
    ledger.void(batch, done.void)
    row: BankReturn = BankReturn.objects.create(
        batch=batch,
        file=file,
        received_at=clock.business_now(),
        received_by_id=by.user_id,
        lines=len(lines) + sum(1 for problem in problems if problem.line),
        paid_lines=len(done.post),
        paid_fen=done.paid_fen,
        failed_lines=len(done.void),
        failed_fen=done.failed_fen,
        refused_lines=len({problem.line for problem in done.problems if problem.line}),
    )
    _keep_problems(row, done.problems)
    _finish(batch, done)
    return row


def _keep_problems(row: BankReturn, problems: Sequence[LineProblem]) -> None:
    ReturnProblem.objects.bulk_create(
        ReturnProblem(
            bank_return=row,
            line=problem.line,
            column=problem.column,
            value=problem.value,
            why=problem.why,
        )
        for problem in sorted(problems, key=lambda found: (found.line, found.column, found.why))
    )


def _finish(batch: Batch, done: Settlement) -> None:
    """Tell the households' files what arrived, and close the batch when nothing is under way."""
    aftermath.tell_paid(batch, [pending.payable_id for pending in done.post])
    aftermath.tell_failed(batch, {pending.payable_id: why for pending, why in done.void})
    if batch.state != SETTLED and ledger.balances(batch).outstanding == 0:
        batch.state = SETTLED
        batch.save(update_fields=["state"])
