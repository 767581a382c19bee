"""Stops (暂缓): what keeps a line out of a batch, found in one statement for all waiting lines.

The same condition is asked when a month is accrued, when a batch is frozen and when it is released,
each time inside that transaction: a death that became known a second ago holds (DESIGN §8.13).
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.payments import shares
from doudi.payments.parameters import figure
from doudi.payments.schemes import PRICE

DEATH = "成员死亡待核"
NO_ACCOUNT = "无已确认的收款账户"
ENDED = "待遇已停发或变更"
NAME_UNFIT = "户名含有银行不接受的字符"
OTHER_HOLDER = "户名不是本人，也没有代管协议"
COOLING = "收款账户刚变更，冷静期未满"
LAPSED = "残疾人证过期或注销，待换证"
ALL = (DEATH, LAPSED, NO_ACCOUNT, ENDED, NAME_UNFIT, OTHER_HOLDER, COOLING)
# Who buries the dead is paid although, and because, somebody died.
FUNERAL = "治丧人"

# The open account that two people vouched for, or that came with the first load of the registry.
ACCOUNT = """left join people_payeeaccount k on k.person_id = {payee} and k.before is null
  and (k.confirmed_by_id is not null or k.entered_by_id is null)"""

# Households with a dead member: their lines begin held, and the refresh that follows tells a line
# that is held from one of which only the dead person's share is kept back (shares).
DEAD = f"""{shares.DIED}, {shares.HOMES}, dead as materialized (
  select distinct household_id from homes)"""

WHY = f"""case when dead.household_id is not null then '{DEATH}'
  when k.id is null then '{NO_ACCOUNT}'
  when k.holder_name ~ '[|[:cntrl:]]' or k.holder_name ~ '[\u0085\u2028\u2029]'
    then '{NAME_UNFIT}' else '' end"""

# A line of a raised standard (up…) adds to an award's amount, one of a share (sh…) is part of it; a
# roster's line is frozen with it.
_LIVE = """(a.scheme = p.scheme and a.since <= %(first)s
  and (a.before is null or a.before > %(first)s)
  and (a.amount_fen = p.fen or left(p.line, 2) in ('up', 'sh')))"""
_ROSTERED = f"""p.scheme = '{PRICE}' and due.id = p.award_id
  and (due.fen = p.fen or starts_with(p.line, 'sh'))"""

_UNFIT = "({0}.holder_name ~ '[|[:cntrl:]]' or {0}.holder_name ~ '[\u0085\u2028\u2029]')"
# Names are compared without blanks and without the dot that every keyboard writes differently.
_BARE = "translate({0}, ' 　·•・．.', '')"
# A changed account rests for some days, so that whoever did not ask for the change can say so.
_CHANGED = """k.confirmed_at > %(calm)s and exists (select 1 from people_payeeaccount e
    where e.person_id = k.person_id and e.id < k.id)"""

# What each line's account and stop ought to be now; a line in a batch keeps its account. An
# agreement that two people vouched for goes before the holder's own account.
_NOW = f"""select p.id, case when g.id is null then k.id end as account_id,
    g.id as arrangement_id,
    case when a.id is null and due.id is null then '{ENDED}'
      when gone.fen >= p.fen and g.kind is distinct from '{FUNERAL}'
        then case when gone.lapsed then '{LAPSED}' else '{DEATH}' end
      when g.id is not null then case when {_UNFIT.format("g")} then '{NAME_UNFIT}'
        when g.confirmed_at > %(calm)s then '{COOLING}' else '' end
      when k.id is null then '{NO_ACCOUNT}'
      when {_UNFIT.format("k")} then '{NAME_UNFIT}'
      when {_BARE.format("k.holder_name")} <> {_BARE.format("q.name")} then '{OTHER_HOLDER}'
      when {_CHANGED} then '{COOLING}' else '' end as held
  from payments_payable p join people_person q on q.id = p.payee_id
  left join payments_payeearrangement g on g.household_id = p.household_id
    and g.scheme = p.scheme and g.before is null and g.confirmed_by_id is not null
  left join cases_award a on a.id = p.award_id and {_LIVE}
  left join payments_pricedue due on {_ROSTERED}
  {ACCOUNT.format(payee="p.payee_id")}
  left join gone on gone.id = p.id"""

_WAITING = """p.batch_id is null and p.scheme = %(scheme)s and p.month = %(month)s
    and p.place >= %(low)s and p.place < %(high)s and p.held = any(%(known)s)"""

_REFRESH = f"""
with {shares.PARTS.format(which=_WAITING, certified=shares.FOR_SCHEME)}, now as ({_NOW}
  where {_WAITING})
update payments_payable p set held = now.held, account_id = now.account_id,
  arrangement_id = now.arrangement_id
from now where now.id = p.id and (p.held, p.account_id, p.arrangement_id)
  is distinct from (now.held, now.account_id, now.arrangement_id)
"""

# Of a line with a dead member more is kept back now than when it was frozen.
_MORE_KEPT_BACK = f"""(gone.fen is not null and g.kind is distinct from '{FUNERAL}'
    and gone.fen > coalesce((select sum(w.fen) from payments_withholding w
      where w.payable_id = p.id), 0))"""

_NOW_AND_MORE = _NOW.replace("as held", f"as held, {_MORE_KEPT_BACK} as more")
_TAKE_OUT = f"""
with {shares.PARTS.format(which="p.batch_id = %(batch)s", certified=shares.FOR_BATCH)},
now as ({_NOW_AND_MORE} where p.batch_id = %(batch)s)
update payments_payable p set batch_id = null,
  held = case when now.held <> '' then now.held when now.more then '{DEATH}'
    else '{NO_ACCOUNT}' end
from now where now.id = p.id
  and (now.held <> '' or now.more or (p.account_id, p.arrangement_id)
    is distinct from (now.account_id, now.arrangement_id))
"""


def told(place: str, scheme: str, month: Month) -> dict[str, Any]:
    """The parameters that the statements of a month share."""
    low, high = place_range(place)
    return {
        "low": low,
        "high": high,
        "scheme": scheme,
        "month": str(month),
        "first": month.first_day,
        "calm": calm(),
        "bridged": shares.bridged(),
    }


def calm() -> datetime:
    """The moment before which a change of account must have been confirmed to be paid on now."""
    now = clock.business_now()
    return now - timedelta(days=figure("account.cool_down_days", now.date()))


def refresh(place: str, scheme: str, month: Month) -> int:
    """Set and lift stops of the month's waiting lines; returns how many changed."""
    with connection.cursor() as cursor:
        # A stop with a reason that is not of this list was set by a person and stays.
        cursor.execute(_REFRESH, {**told(place, scheme, month), "known": ["", *ALL]})
        return int(cursor.rowcount)


def take_out(batch_id: int, month: Month) -> int:
    """Take lines that meet a stop now out of a batch and hold them; returns how many."""
    with connection.cursor() as cursor:
        moment: dict[str, Any] = {
            "first": month.first_day,
            "calm": calm(),
            "bridged": shares.bridged(),
        }
        cursor.execute(_TAKE_OUT, {"batch": batch_id, **moment})
        return int(cursor.rowcount)
