"""What a settled line means for a household: a ``paid`` fact, a chain event, or a task.

Facts and events are written by the work list, in one transaction for each return file that ends
with ``told_at``: called twice, it finds that it was told.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, open_task
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments.models import BankReturn, Batch
from doudi.payments.topics import RETURN_SETTLED
from doudi.people import chain, facts

EVENT = "发放"
TO_CORRECT = "发放失败更正"

# What the file settled, in a table of its own: asked once for facts and events, and its size is
# known when it is joined, which that of rows just written is not.
_SETTLED = """
drop table if exists pg_temp.told_lines;
create temporary table told_lines on commit drop as
select p.household_id, p.payee_id, p.reference, p.scheme, p.month, t.id, t.kind, t.fen, t.reason
from payments_transfer t join payments_payable p on p.id = t.payable_id
where t.batch_id = %(batch)s and t.kind <> 'pend' and t.answered_in_id = %(row)s
"""

_FACTS = """
select t.payee_id, 'paid', t.reference, t.fen, t.scheme, null::jsonb,
  %(since)s::date, %(before)s::date, %(source)s
from told_lines t where t.kind = 'post' and not exists (
  select 1 from payments_transfer b where b.settles_id = t.id)
"""

_NO_LONGER_PAID = """
select t.payee_id, 'paid', t.reference from told_lines t where t.kind = 'back'
"""

_EVENTS = f"""
select t.household_id, t.payee_id, '{EVENT}', t.scheme,
  left(t.scheme || ' ' || t.month || case t.kind when 'post' then ' 已到账'
    when 'back' then ' ' || t.reason
    else ' 发放失败：' || coalesce(nullif(t.reason, ''), '银行未说明原因') end, 120),
  jsonb_build_object('reference', t.reference), t.fen, %(subject)s, %(now)s
from told_lines t
"""


def subject_of(batch: Batch) -> str:
    """How tasks and events name a batch."""
    return f"payments.batch:{batch.pk}"


def ask_for_correction(batch: Batch) -> None:
    """Open one task for the failed lines of a batch."""
    open_task(
        TaskFacts(
            kind=TO_CORRECT,
            title=f"批次 {batch.number} 有发放失败的明细待更正",
            place=batch.place,
            role="finance_maker",
            subject=subject_of(batch),
        )
    )


@action("payment.tell", needs="payment.tell")
def tell_settled(return_id: int, *, by: Actor) -> int:
    """Write what a return file settled as facts of the payees and events of the aid chain.

    Set-based; told already is a no-op. Returns the number of events.
    """
    lock(f"payments.return:{return_id}")
    row: BankReturn = one_or_not_there(BankReturn.objects.select_related("batch"), pk=return_id)
    if row.told_at is not None:
        return 0
    batch, month = row.batch, Month.parse(row.batch.month)
    told: dict[str, Any] = {
        "batch": batch.pk,
        "row": row.pk,
        "since": month.first_day,
        "before": month.next_first_day,
        "source": f"payment:{batch.pk}",
        "subject": subject_of(batch),
        "now": row.received_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, told)
    facts.open_selected(_FACTS, told)
    if row.returned_lines:
        facts.take_back_selected(_NO_LONGER_PAID, told)
    events = chain.append_selected(_EVENTS, told)
    row.told_at = clock.business_now()
    row.save(update_fields=["told_at"])
    return events


@consumes(RETURN_SETTLED)
def tell_return(return_id: int, place: str) -> None:
    """Consumer: tell the households' files as the machine, within the batch's place."""
    tell_settled(return_id, by=Actor.system(place))
