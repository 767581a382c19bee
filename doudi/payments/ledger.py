"""The ledger: pend, post, void, back, one row each; rows never change, balances are computed.

Every verb works on all lines of a file in one statement. A reference is the payable's with the verb
behind it, so that the same movement can only be written once.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from doudi.kernel import clock
from doudi.payments.models import BankReturn, Batch

# How a movement is named, in SQL over its payable; replaced only by the test that plants a bug.
NAME = "p.reference || ':' || %(kind)s"


@dataclass(frozen=True)
class Balances:
    """Fen of one batch, or of all in view: sent = paid + failed + outstanding."""

    sent: int
    paid: int
    failed: int
    outstanding: int


def _due(batch: Batch) -> str:
    return f"应付:{batch.scheme}:{batch.place}"


def _under_way(batch: Batch) -> str:
    return f"在途:{batch.number}"


def pend(batch: Batch) -> int:
    """Set aside the amount of every line of a batch: what is due goes under way; returns lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into payments_transfer (reference, kind, payable_id, batch_id, settles_id, "
            "debit, credit, fen, reason, made_at) "
            f"select {NAME}, %(kind)s, p.id, p.batch_id, null, "
            "%(debit)s, %(credit)s, p.fen - p.kept_fen, '', %(now)s "
            "from payments_payable p where p.batch_id = %(batch)s",
            {
                "kind": "pend",
                "batch": batch.pk,
                "debit": _due(batch),
                "credit": _under_way(batch),
                "now": clock.business_now(),
            },
        )
        return int(cursor.rowcount)


# What a return file settles, as ``settling`` has sorted it out in this transaction: the bank paid,
# and what was under way arrives; or it could not, and what was under way is due again.
_SETTLE = f"""
insert into payments_transfer (reference, kind, payable_id, batch_id, settles_id, answered_in_id,
  debit, credit, fen, reason, made_at)
select {NAME.replace("%(kind)s", "p.outcome")}, p.outcome, p.payable_id, %(batch)s, p.id, %(row)s,
  p.credit, case when p.outcome = 'post' then '到账:H' || p.household_id else p.debit end,
  p.fen, case when p.outcome = 'void' then p.reason else '' end, %(now)s
from bank_outcome p where p.outcome in ('post', 'void')
"""


# What had arrived by the bank's own words came back (退汇): it is due again. The reversal settles
# the posting as the posting settled what was pending, so there is never a second one.
_TAKE_BACK = f"""
insert into payments_transfer (reference, kind, payable_id, batch_id, settles_id, answered_in_id,
  debit, credit, fen, reason, made_at)
select {NAME.replace("%(kind)s", "p.outcome")}, p.outcome, p.payable_id, %(batch)s, s.id, %(row)s,
  s.credit, p.debit, p.fen, '退汇' || coalesce('：' || nullif(p.reason, ''), ''), %(now)s
from bank_outcome p join payments_transfer s on s.settles_id = p.id and s.kind = 'post'
where p.outcome = 'back'
"""


def settle(batch: Batch, row: BankReturn) -> int:
    """Post, void and take back what a return file says of a batch's lines; returns how many."""
    told: dict[str, Any] = {"batch": batch.pk, "row": row.pk, "now": row.received_at}
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, told)
        settled = int(cursor.rowcount)
        if row.returned_lines:
            cursor.execute(_TAKE_BACK, told)
            settled += int(cursor.rowcount)
    wanted = row.paid_lines + row.failed_lines + row.returned_lines
    assert settled == wanted, "a settlement was counted otherwise"
    return settled


_SUMS = """
select coalesce(sum(fen) filter (where kind = 'pend'), 0)::bigint,
  (coalesce(sum(fen) filter (where kind = 'post'), 0)
    - coalesce(sum(fen) filter (where kind = 'back'), 0))::bigint,
  coalesce(sum(fen) filter (where kind in ('void', 'back')), 0)::bigint,
  (coalesce(sum(fen) filter (where starts_with(credit, '在途:')), 0)
    - coalesce(sum(fen) filter (where starts_with(debit, '在途:')), 0))::bigint
from payments_transfer where %(batch)s::bigint is null or batch_id = %(batch)s
"""


def balances(batch: Batch | None = None) -> Balances:
    """Sent, paid, failed by kind of movement; outstanding by account, of one batch or of all.

    The outstanding amount is the balance of the accounts under way, computed apart from the
    other three, so that the equation of promise M8 can fail.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"batch": None if batch is None else batch.pk})
        return Balances(*cursor.fetchone())
