"""Difference lines of raised standards (提标补发): one more line beside a month's main line.

A line that was accrued or paid is never changed: what the new figure adds stands beside it as
``up<raise>``, for every month from the raise's first on, once. Only awards that were decided by the
old figure get it, which their own trace says; later decisions have the new figure in them.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from django.db import connection

from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.payments import stops
from doudi.payments.schemes import code_of

BY_NEED = "差额"

_STEP = """jsonb_path_query_first(d.trace, '$.trace[*] ? (@.name == "{0}").{1}') #>> '{{}}'"""

# By class where amounts go by class, else by what is lacking to the standard.
_CLASS = f"""case when {_STEP.format("低保计发方式", "shown")} = '分档'
  then {_STEP.format("评定类别", "shown")} else '{BY_NEED}' end"""

# The figure in the decision's trace began before the raise; without a trace its day tells.
_BY_OLD = f"""coalesce((case when s.code = '{BY_NEED}'
    then {_STEP.format("低保标准", "since")} else {_STEP.format("低保分档标准", "since")} end
  )::date < r.since, d.decided_on < r.announced_on)"""

_ADD = f"""
with made as (
  insert into payments_payable (reference, scheme, place, household_id, payee_id, award_id, month,
    line, fen, held, batch_id, account_id, accrued_at)
  select %(code)s || ':H' || p.household_id || ':' || p.month || ':up' || r.id, p.scheme, p.place,
    p.household_id, p.payee_id, p.award_id, p.month, 'up' || r.id,
    (s.new_fen - s.old_fen) * a.people, '{stops.NO_ACCOUNT}', null, null, %(now)s
  from payments_standardraise r
  join payments_raisestep s on s.standard_raise_id = r.id and s.new_fen > s.old_fen
  join payments_payable p on p.scheme = r.scheme and p.line = 'main'
    and p.place >= %(low)s and p.place < %(high)s
    and p.month >= to_char(r.since, 'YYYY-MM') and (p.month || '-01')::date >= r.since
    and (%(month)s::text is null or p.month = %(month)s)
  join cases_award a on a.id = p.award_id and a.scheme = p.scheme and a.urban = s.urban
    and (a.before is null or a.before > (p.month || '-01')::date)
  join cases_decision d on d.id = a.decision_id
  where r.scheme = %(scheme)s and r.state = '已确认' and r.place = any(%(above)s)
    and (%(raise)s::bigint is null or r.id = %(raise)s)
    and s.code = {_CLASS} and {_BY_OLD}
  order by p.household_id, p.month
  on conflict (reference) do nothing
  returning fen
)
select count(*), coalesce(sum(fen), 0)::bigint from made
"""


def accrue(
    place: str, scheme: str, month: Month | None, *, raise_id: int | None = None
) -> tuple[int, int]:
    """Add the lines that confirmed raises still lack, of one month or of all; lines and fen.

    They begin held and are freed by the next look at the month's stops (``stops.refresh``).
    """
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from payments_standardraise "
            "where scheme = %s and state = '已确认')",
            [scheme],
        )
        if not cursor.fetchone()[0]:
            return 0, 0
        cursor.execute(
            _ADD,
            {
                "code": code_of(scheme),
                "scheme": scheme,
                "low": low,
                "high": high,
                "above": [place, f"{place[:6]}000000"],
                "month": None if month is None else str(month),
                "raise": raise_id,
                "now": clock.business_now(),
            },
        )
        lines, fen = cursor.fetchone()
    return int(lines), int(fen)
