"""Set-off (抵扣): part of a family's later payments goes towards what was paid and not due.

A line is never edited: what is kept stands beside its amount as a negative line of its own, never
more than the dated share of the payment, the month's instalment, and what is left of the claim.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from doudi.base.locks import lock
from doudi.kernel.dates import Month
from doudi.kernel.money import share
from doudi.payments.models import Batch, Deduction
from doudi.payments.parameters import figure


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with an agreed plan: what is left in all, and what is left of this month's rate."""

    recovery_id: int
    household_id: int
    left_fen: int
    month_left_fen: int


@dataclass(frozen=True, slots=True)
class Line:
    """A payment that is about to be made to a household."""

    payable_id: int
    household_id: int
    fen: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a payment is kept towards which claim."""

    recovery_id: int
    payable_id: int
    fen: int


def plan(lines: Iterable[Line], claims: Sequence[Claim], most: int) -> list[Kept]:
    """What to keep of each line: the oldest claim of the family first; ``most`` in 万分比.

    One line serves one claim, so that it can be told on paper; fen are dropped, never rounded up.
    """
    left = {claim.recovery_id: [claim.left_fen, claim.month_left_fen] for claim in claims}
    by_household: dict[int, list[int]] = defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.recovery_id):
        by_household[claim.household_id].append(claim.recovery_id)
    kept: list[Kept] = []
    for line in sorted(lines, key=lambda line: line.payable_id):
        for recovery_id in by_household[line.household_id]:
            fen = min(share(line.fen, most), *left[recovery_id])
            if fen > 0:
                left[recovery_id] = [rest - fen for rest in left[recovery_id]]
                kept.append(Kept(recovery_id, line.payable_id, fen))
                break
    return kept


# What was kept from a payment that the bank could not make was not kept.
STANDS = """not exists (select 1 from payments_transfer s
  where s.payable_id = d.payable_id and s.kind in ('void', 'back'))"""

# What is left of a claim; what is kept in a batch on its way counts, so it is never asked twice.
LEFT = f"""(r.over_fen
  - coalesce((select sum(d.fen) from payments_deduction d
      where d.recovery_id = r.id and {STANDS}), 0)
  - coalesce((select sum(b.fen) from payments_repayment b where b.recovery_id = r.id), 0)
  - coalesce((select sum(w.fen) from payments_writeoff w
      where w.recovery_id = r.id and w.outcome = '核销'), 0))::bigint"""

_OWING = """
select r.id from payments_recovery r
where r.state = '已认定' and r.manner = '抵扣' and r.plan_since <= %(month)s
  and exists (select 1 from payments_payable p
    where p.batch_id = %(batch)s and p.household_id = r.household_id)
order by r.id
"""

_CLAIMS = f"""
select r.id, r.household_id, {LEFT}, (r.instalment_fen - coalesce((
    select sum(d.fen) from payments_deduction d join payments_payable p on p.id = d.payable_id
    where d.recovery_id = r.id and {STANDS} and p.month = %(month)s), 0))::bigint
from payments_recovery r where r.id = any(%(claims)s) and r.state = '已认定'
"""

_LINES = """
select p.id, p.household_id, p.fen - p.kept_fen from payments_payable p
where p.batch_id = %(batch)s and p.household_id = any(%(households)s)
"""

_KEEP = """
update payments_payable p set kept_fen = p.kept_fen + d.fen from payments_deduction d
where d.payable_id = p.id and d.batch_id = %(batch)s and p.batch_id = d.batch_id
"""

_LET_GO = """
update payments_payable p set kept_fen = 0 from payments_deduction d
where d.payable_id = p.id and d.batch_id = %(batch)s and p.batch_id is distinct from d.batch_id
"""

_FORGET = """
delete from payments_deduction d using payments_payable p
where p.id = d.payable_id and d.batch_id = %(batch)s and p.batch_id is distinct from d.batch_id
"""


def keep(batch: Batch) -> int:
    """Keep what agreed plans say from the lines of a batch that is being made; returns fen."""
    told: dict[str, Any] = {"batch": batch.pk, "month": batch.month}
    with connection.cursor() as cursor:
        cursor.execute(_OWING, told)
        owing = [recovery_id for (recovery_id,) in cursor.fetchall()]
        if not owing:
            return 0
        for recovery_id in owing:  # in one order, so that two batches never wait for each other
            lock(f"recovery:{recovery_id}")
        cursor.execute(_CLAIMS, {**told, "claims": owing})
        claims = [Claim(*row) for row in cursor.fetchall()]
        households = [claim.household_id for claim in claims]
        cursor.execute(_LINES, {**told, "households": households})
        lines = [Line(*row) for row in cursor.fetchall()]
        most = figure("recovery.most_kept", Month.parse(batch.month).first_day)
        kept = plan(lines, claims, most)
        Deduction.objects.bulk_create(
            Deduction(recovery_id=k.recovery_id, payable_id=k.payable_id, batch=batch, fen=k.fen)
            for k in kept
        )
        cursor.execute(_KEEP, told)
    return sum(k.fen for k in kept)


def let_go(batch: Batch) -> None:
    """Forget what was kept from lines that have left the batch before its release."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"batch": batch.pk})
        if cursor.rowcount:
            cursor.execute(_FORGET, {"batch": batch.pk})
