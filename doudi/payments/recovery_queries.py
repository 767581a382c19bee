"""What the desk reads of claims: lists with what is left, one claim with everything about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from doudi.payments.models import (
    Deduction,
    Recovery,
    RecoveryLine,
    RecoveryNotice,
    Repayment,
    Transfer,
    WriteOff,
)
from doudi.payments.overpaid import DECIDED, PAID_BACK


def _sum(rows: QuerySet[Deduction] | QuerySet[Repayment] | QuerySet[WriteOff]) -> Coalesce:
    totals = rows.filter(recovery=OuterRef("pk")).order_by().values("recovery")
    return Coalesce(
        Subquery(totals.annotate(total=Sum("fen")).values("total")),
        Value(0),
        output_field=BigIntegerField(),
    )


def with_left(rows: QuerySet[Recovery]) -> QuerySet[Recovery]:
    """The same claims with ``kept_fen``, ``repaid_fen``, ``given_up_fen`` and ``left_fen``."""
    void = Transfer.objects.filter(payable=OuterRef("payable"), kind__in=["void", "back"])
    return rows.annotate(
        kept_fen=_sum(Deduction.objects.filter(~Exists(void))),
        repaid_fen=_sum(Repayment.objects.all()),
        given_up_fen=_sum(WriteOff.objects.filter(outcome="核销")),
    ).annotate(left_fen=F("over_fen") - F("kept_fen") - F("repaid_fen") - F("given_up_fen"))


def recoveries(state: str = "") -> QuerySet[Recovery]:
    """Claims in view, the newest first, with household and what is left."""
    rows: QuerySet[Recovery] = Recovery.objects.select_related("household__head")
    if state:
        rows = rows.filter(state=state)
    return with_left(rows).order_by("-found_at", "-id")


@dataclass(frozen=True)
class RecoverySeen:
    """A claim with its months, what the family was told, and everything that lowered it."""

    recovery: Recovery
    state: str
    left_fen: int
    lines: list[RecoveryLine]
    notices: list[RecoveryNotice]
    deductions: list[Deduction]
    repayments: list[Repayment]
    write_offs: list[WriteOff]


def recovery_view(recovery_id: int) -> RecoverySeen | None:
    """One claim in six queries; None outside the places in view."""
    row = recoveries().filter(pk=recovery_id).first()
    if row is None:
        return None
    left: int = row.left_fen  # type: ignore[attr-defined]  # annotated above
    deductions = list(
        Deduction.objects.filter(recovery=row).select_related("payable", "batch").order_by("id")
    )
    return RecoverySeen(
        recovery=row,
        state=PAID_BACK if row.state == DECIDED and left == 0 else row.state,
        left_fen=left,
        lines=list(RecoveryLine.objects.filter(recovery=row).order_by("month", "id")),
        notices=list(RecoveryNotice.objects.filter(recovery=row).order_by("id")),
        deductions=deductions,
        repayments=list(Repayment.objects.filter(recovery=row).order_by("id")),
        write_offs=list(WriteOff.objects.filter(recovery=row).order_by("id")),
    )
