"""A line that the bank could not pay is paid by a new line: redo1, redo2 …; never a second main.

The new line exists only where every earlier line of that household, scheme and month is void, so a
month is paid at most once whatever the path.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.tasks import finish_tasks
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import stops
from doudi.payments.aftermath import TO_CORRECT, subject_of
from doudi.payments.batches import RELEASED, SETTLED, demand_state, locked
from doudi.payments.queries import failed_payables
from doudi.payments.schemes import code_of

_VOID = """exists (select 1 from payments_transfer s
  where s.payable_id = {0}.id and s.kind in ('void', 'back'))"""

# Lines that make each other good: main, redo1, redo2 …; up3, up3r1 …; sh7, sh7r1 …
FAMILY = """case when left({0}.line, 2) in ('up', 'sh') then split_part({0}.line, 'r', 1)
  else 'main' end"""
_NAME = """case when left(p.line, 2) in ('up', 'sh') then split_part(p.line, 'r', 1) || 'r'
  else 'redo' end || lines.number"""

_REDO = f"""
insert into payments_payable (reference, scheme, place, household_id, payee_id, award_id, month,
  line, fen, held, batch_id, account_id, accrued_at)
select %(code)s || ':H' || p.household_id || ':' || p.month || ':' || {_NAME},
  p.scheme, p.place, p.household_id, p.payee_id, p.award_id, p.month,
  {_NAME}, p.fen, %(held)s, null, null, %(now)s
from payments_payable p
cross join lateral (
  select count(*) as number, bool_and({_VOID.format("q")}) as all_void from payments_payable q
  where q.household_id = p.household_id and q.scheme = p.scheme and q.month = p.month
    and {FAMILY.format("q")} = {FAMILY.format("p")}) lines
where p.batch_id = %(batch)s and p.id = any(%(payables)s) and lines.all_void
order by p.reference
on conflict (reference) do nothing
"""


@action("payment.correct", needs="payment.correct")
def resubmit_failed(batch_id: int, payable_ids: tuple[int, ...], *, by: Actor) -> int:
    """Make failed lines of a batch due again, once the account is corrected; returns how many.

    The new lines take the account that is open and confirmed now, and wait for the month's next
    part. A line that is not void, or is made again already, is left as it is.
    """
    batch = locked(batch_id)
    demand_state(batch, RELEASED, SETTLED, step="更正重发")
    with connection.cursor() as cursor:
        cursor.execute(
            _REDO,
            {
                "code": code_of(batch.scheme),
                "held": stops.NO_ACCOUNT,  # until the refresh below finds the account
                "now": clock.business_now(),
                "batch": batch.pk,
                "payables": list(payable_ids),
            },
        )
        made = int(cursor.rowcount)
    stops.refresh(batch.place, batch.scheme, Month.parse(batch.month))
    if not failed_payables(batch.pk).exists():
        finish_tasks(subject_of(batch), by=by, kinds=(TO_CORRECT,))
    return made
