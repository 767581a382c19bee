"""Seals: a Merkle root over a few seconds of audit entries, chained, and witnessed outside.

A chain inside the database proves nothing against somebody who can rewrite all of it; what counts
is that each chain value leaves the database (``witness``). Decisions and payments stop when the
last receipt is older than half an hour; reading goes on (promise A5).
"""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import connection, transaction

from doudi.base import witness
from doudi.base.models import Seal, SealReceipt
from doudi.kernel import clock, faults
from doudi.kernel.problems import Problem
from doudi.kernel.seals import chain_root, merkle_root

STALE_AFTER = timedelta(minutes=30)
# Only one sealer at a time: the chain has one end.
_SEALER_LOCK = 620521


class NoFreshWitness(Problem):
    """The audit has not been witnessed outside for half an hour."""

    code = "audit.no_fresh_witness"
    status = 503
    say = "审计存证已超过 30 分钟没有送出，暂停作出决定和发放资金；查询不受影响。"
    next = "请联系系统管理员检查存证接收程序（doudi witness），恢复后再办理。"
    fields = ()


def seal() -> int:
    """Seal every committed entry that has no seal yet; returns the seal's number, or 0 for none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_SEALER_LOCK])
        cursor.execute("delete from base_unsealed returning entry_id")
        numbers = sorted(number for (number,) in cursor.fetchall())
        if not numbers:
            return 0
        cursor.execute(
            "select id, leaf from base_auditentry where id = any(%s) order by id", [numbers]
        )
        leaves = [bytes(leaf) for _, leaf in cursor.fetchall()]
        assert len(leaves) == len(numbers), "an audit entry is missing"
        last = Seal.objects.order_by("-id").first()
        root = merkle_root(leaves)
        faults.here("seal:root")
        row = Seal.objects.create(
            entries=numbers,
            root=root,
            chain=chain_root(bytes(last.chain) if last else None, root, len(leaves), numbers[-1]),
            made_us=int(clock.machine_now().timestamp() * 1_000_000),
        )
        return int(row.pk)


def publish() -> SealReceipt | None:
    """Seal, send the newest chain value to the witness and keep its receipt.

    Returns None where there is nothing to witness yet. Raises ``witness.WitnessSilent`` when the
    receiver does not answer; the caller decides whether that stops anything.
    """
    seal()
    last = Seal.objects.order_by("-id").first()
    if last is None:
        return None
    receipt = witness.send(
        {"seal": last.pk, "chain": bytes(last.chain).hex(), "entries": last.entries[-1]}
    )
    return SealReceipt.objects.create(
        seal_id=last.pk, received_at=clock.machine_now(), receipt=json.dumps(receipt)
    )


def last_receipt() -> SealReceipt | None:
    """The newest receipt, for the page that says how fresh the witness is."""
    return SealReceipt.objects.order_by("-received_at").first()


def is_fresh() -> bool:
    """Whether the audit was witnessed outside within the last half hour (machine time)."""
    last = last_receipt()
    return last is not None and clock.machine_now() - last.received_at <= STALE_AFTER


def demand_fresh_witness() -> None:
    """Raise ``NoFreshWitness`` unless the audit was witnessed lately."""
    if not is_fresh():
        raise NoFreshWitness()
