"""What a settled line means for a household: a ``paid`` fact, a chain event, or a task."""

from __future__ import annotations

from collections.abc import Sequence

from doudi.base.tasks import TaskFacts, open_task
from doudi.kernel.dates import Month
from doudi.payments.models import Batch, Payable, Transfer
from doudi.people import chain, facts
from doudi.people.chain import ChainRow
from doudi.people.facts import FactValue

EVENT = "发放"


def subject_of(batch: Batch) -> str:
    """How tasks and events name a batch."""
    return f"payments.batch:{batch.pk}"


def _lines(payable_ids: Sequence[int]) -> list[tuple[int, int, str, int]]:
    rows = Payable.objects.filter(pk__in=payable_ids).order_by("reference")
    return list(rows.values_list("household_id", "payee_id", "reference", "fen"))


def tell_paid(batch: Batch, payable_ids: Sequence[int]) -> None:
    """Write what arrived as facts about the payees and events of the households, set-based."""
    if not payable_ids:
        return
    lines = _lines(payable_ids)
    month = Month.parse(batch.month)
    source = f"payment:{batch.pk}"
    facts.create_staging()
    facts.stage(
        (
            payee_id,
            FactValue(
                kind="paid",
                key=reference,
                amount_fen=fen,
                code=batch.scheme,
                detail={"month": batch.month, "batch": batch.number},
                valid_since=month.first_day,
                valid_before=month.next_first_day,
            ),
            source,
        )
        for _, payee_id, reference, fen in lines
    )
    facts.merge_staged(source)
    chain.append_many(
        ChainRow(
            household_id,
            EVENT,
            f"{batch.scheme} {batch.month} 已到账",
            scheme=batch.scheme,
            person_id=payee_id,
            detail={"reference": reference},
            amount_fen=fen,
            subject=subject_of(batch),
        )
        for household_id, payee_id, reference, fen in lines
    )


def tell_failed(batch: Batch, payable_ids: Sequence[int]) -> None:
    """Write failures into the households' chains and open one task to correct the batch's lines."""
    if not payable_ids:
        return
    settled = Transfer.objects.filter(payable__in=payable_ids, kind="void")
    reasons = dict(settled.values_list("payable__reference", "reason"))
    chain.append_many(
        ChainRow(
            household_id,
            EVENT,
            f"{batch.scheme} {batch.month} 发放失败：{reasons[reference] or '银行未说明原因'}",
            scheme=batch.scheme,
            person_id=payee_id,
            detail={"reference": reference},
            amount_fen=fen,
            subject=subject_of(batch),
        )
        for household_id, payee_id, reference, fen in _lines(payable_ids)
    )
    open_task(
        TaskFacts(
            kind="发放失败更正",
            title=f"批次 {batch.number} 有发放失败的明细待更正",
            place=batch.place,
            role="finance_maker",
            subject=subject_of(batch),
        )
    )
