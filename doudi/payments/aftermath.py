"""What a settled line means for a household: a ``paid`` fact, a chain event, or a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from doudi.base.tasks import TaskFacts, open_task
from doudi.kernel.dates import Month
from doudi.payments.models import Batch, Payable
from doudi.people import chain, facts
from doudi.people.chain import ChainRow

EVENT = "发放"
TO_CORRECT = "发放失败更正"

_STAGE = """
insert into fact_staging (person_id, kind, key, amount_fen, code, detail, valid_since,
  valid_before, source)
select payee_id, 'paid', reference, fen - kept_fen, scheme,
  jsonb_build_object('month', month, 'batch', %(number)s::text),
  %(since)s, %(before)s, %(source)s
from payments_payable where id = any(%(payables)s)
"""


def subject_of(batch: Batch) -> str:
    """How tasks and events name a batch."""
    return f"payments.batch:{batch.pk}"


def tell_paid(batch: Batch, payable_ids: Sequence[int]) -> None:
    """Write what arrived as facts about the payees and events of the households, set-based."""
    if not payable_ids:
        return
    month, source = Month.parse(batch.month), f"payment:{batch.pk}"
    facts.create_staging()
    with connection.cursor() as cursor:
        cursor.execute(
            _STAGE,
            {
                "number": batch.number,
                "since": month.first_day,
                "before": month.next_first_day,
                "source": source,
                "payables": list(payable_ids),
            },
        )
    facts.merge_staged(source)
    title = f"{batch.scheme} {batch.month} 已到账"
    _tell_chain(batch, dict.fromkeys(payable_ids, title))


def tell_failed(batch: Batch, reasons: Mapping[int, str]) -> None:
    """Write failures, by payable, into the chains and open one task to correct them."""
    if not reasons:
        return
    title = f"{batch.scheme} {batch.month} 发放失败："
    _tell_chain(
        batch, {payable: title + (why or "银行未说明原因") for payable, why in reasons.items()}
    )
    open_task(
        TaskFacts(
            kind=TO_CORRECT,
            title=f"批次 {batch.number} 有发放失败的明细待更正",
            place=batch.place,
            role="finance_maker",
            subject=subject_of(batch),
        )
    )


def _tell_chain(batch: Batch, titles: Mapping[int, str]) -> None:
    lines = Payable.objects.filter(pk__in=list(titles)).order_by("reference")
    chain.append_many(
        ChainRow(
            household_id,
            EVENT,
            titles[payable_id],
            scheme=batch.scheme,
            person_id=payee_id,
            detail={"reference": reference},
            amount_fen=fen,
            subject=subject_of(batch),
        )
        for payable_id, household_id, payee_id, reference, fen in lines.values_list(
            "pk", "household_id", "payee_id", "reference", "fen"
        )
    )
