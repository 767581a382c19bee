"""The ledger: pend, post, void, one row each; rows never change, balances are computed.

Every verb works on all lines of a file in one statement. A reference is the payable's with the verb
behind it, so that the same movement can only be written once.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from doudi.kernel import clock
from doudi.payments.models import Batch
from doudi.payments.settling import Pending

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
            "from payments_payable p where p.batch_id = %(batch)s order by p.reference",
            {
                "kind": "pend",
                "batch": batch.pk,
                "debit": _due(batch),
                "credit": _under_way(batch),
                "now": clock.business_now(),
            },
        )
        return int(cursor.rowcount)


_SETTLE = """
insert into payments_transfer (reference, kind, payable_id, batch_id, settles_id,
  debit, credit, fen, reason, made_at)
select {name}, %(kind)s, p.id, t.batch_id, t.id, t.credit, {credit}, t.fen, s.reason, %(now)s
from unnest(%(pends)s::bigint[], %(reasons)s::text[]) as s (id, reason)
join payments_transfer t on t.id = s.id and t.kind = 'pend' and t.batch_id = %(batch)s
join payments_payable p on p.id = t.payable_id
order by t.id
"""


def post(batch: Batch, pendings: Sequence[Pending]) -> int:
    """The bank paid: what was under way arrives at the household; returns lines."""
    credit = "'到账:H' || p.household_id"
    return _settle(batch, "post", credit, [(x.transfer_id, "") for x in pendings])


def void(batch: Batch, pendings: Sequence[tuple[Pending, str]]) -> int:
    """The bank could not pay: what was under way is due again, with the bank's reason."""
    rows = [(pending.transfer_id, reason) for pending, reason in pendings]
    return _settle(batch, "void", "t.debit", rows)


def _settle(batch: Batch, kind: str, credit: str, rows: list[tuple[int, str]]) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE.format(name=NAME, credit=credit),
            {
                "kind": kind,
                "batch": batch.pk,
                "pends": [transfer_id for transfer_id, _ in rows],
                "reasons": [reason for _, reason in rows],
                "now": clock.business_now(),
            },
        )
        assert cursor.rowcount == len(rows), "a settlement without its pending movement"
        return int(cursor.rowcount)


def pending_of(batch: Batch) -> dict[str, Pending]:
    """Every pending movement of a batch by the reference of its payable, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.reference, p.id, t.id, t.fen, coalesce(s.kind, '') "
            "from payments_transfer t join payments_payable p on p.id = t.payable_id "
            "left join payments_transfer s on s.settles_id = t.id "
            "where t.batch_id = %s and t.kind = 'pend'",
            [batch.pk],
        )
        return {reference: Pending(*rest) for reference, *rest in cursor.fetchall()}


def balances(batch: Batch | None = None) -> Balances:
    """Sent, paid, failed by kind of movement; outstanding by account, of one batch or of all.

    The outstanding amount is the balance of the accounts under way, computed apart from the
    other three, so that the equation of promise M8 can fail.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(fen) filter (where kind = 'pend'), 0)::bigint, "
            "coalesce(sum(fen) filter (where kind = 'post'), 0)::bigint, "
            "coalesce(sum(fen) filter (where kind = 'void'), 0)::bigint, "
            "(coalesce(sum(fen) filter (where starts_with(credit, '在途:')), 0) "
            "- coalesce(sum(fen) filter (where starts_with(debit, '在途:')), 0))::bigint "
            "from payments_transfer where %(batch)s::bigint is null or batch_id = %(batch)s",
            {"batch": None if batch is None else batch.pk},
        )
        return Balances(*cursor.fetchone())
