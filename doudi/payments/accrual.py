"""Accrual (计提): awards that are live in a month become what is due, once, by derived names."""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.statistics import learn
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, require
from doudi.payments import raised_lines, shares, stops
from doudi.payments.models import Payable
from doudi.payments.problems import SameReferenceOtherAmount
from doudi.payments.schemes import PRICE, code_of


@dataclass(frozen=True)
class AccrualCount:
    """Lines that are new, lines that were there already, and how many of both are held now."""

    new: int
    same: int
    held: int


# Live in a month is live on its first day: awards begin and end with months, and never overlap.
_AWARDS = """live as (
  select a.id, a.place, a.household_id, a.payee_id, a.amount_fen
  from cases_award a
  where a.scheme = %(scheme)s and a.place >= %(low)s and a.place < %(high)s
    and a.since <= %(first)s and (a.before is null or a.before > %(first)s))"""

# A scheme by roster: what a second person confirmed for the month of the index.
_ROSTER = """live as (
  select d.id, d.place, d.household_id, d.payee_id, d.fen as amount_fen
  from payments_pricedue d join payments_priceround r on r.id = d.round_id
  where r.month = %(month)s and r.state = '已确认'
    and d.place >= %(low)s and d.place < %(high)s)"""

_OTHER_AMOUNT = """
with {live}
select p.reference, p.fen, live.amount_fen, count(*) over ()
from live join payments_payable p on p.household_id = live.household_id
  and p.scheme = %(scheme)s and p.month = %(month)s and p.line = 'main'
where p.fen <> live.amount_fen order by p.reference limit 1
"""

_ACCRUE = f"""
with {stops.DEAD}, {{live}}
insert into payments_payable (reference, scheme, place, household_id, payee_id, award_id, month,
  line, fen, held, batch_id, account_id, accrued_at)
select %(code)s || ':H' || live.household_id || ':' || %(month)s || ':main', %(scheme)s,
  live.place, live.household_id, live.payee_id, live.id, %(month)s, 'main', live.amount_fen,
  {stops.WHY}, null, k.id, %(now)s
from live {stops.ACCOUNT.format(payee="live.payee_id")}
left join dead on dead.household_id = live.household_id
order by live.household_id
on conflict (reference) do nothing
"""

_COUNT = """
with {live}
select count(*), count(*) filter (where p.held <> '')
from live join payments_payable p on p.household_id = live.household_id
  and p.scheme = %(scheme)s and p.month = %(month)s and p.line = 'main'
"""


@action("payment.accrue", needs="payment.accrue")
def accrue(place: str, scheme: str, month: Month, *, by: Actor) -> AccrualCount:
    """Make what is due for a month from the live awards of a place; again changes nothing.

    Lines without a usable account or with a death in the household are held with the reason.
    Raises ``SameReferenceOtherAmount`` where a line exists with another amount.
    """
    require(by.covers(place), NotThere())
    lock(month_lock(place, scheme, month))
    told = stops.told(place, scheme, month)
    told |= {"code": code_of(scheme), "now": clock.business_now()}
    live = _ROSTER if scheme == PRICE else _AWARDS
    with connection.cursor() as cursor:
        cursor.execute(_OTHER_AMOUNT.format(live=live), told)
        if other := cursor.fetchone():
            reference, was, now, count = other
            raise SameReferenceOtherAmount(reference=reference, was=was, now=now, count=count)
        cursor.execute(_ACCRUE.format(live=live), told)
        new = int(cursor.rowcount)
    learn(new, Payable, "month", "scheme", "place", "batch_id", "household_id")
    raised_lines.accrue(place, scheme, month)
    shares.give_back(place, scheme, held=stops.NO_ACCOUNT)
    stops.refresh(place, scheme, month)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(live=live), told)
        lines, held = cursor.fetchone()
    return AccrualCount(new=new, same=lines - new, held=held)


def month_lock(place: str, scheme: str, month: Month) -> str:
    """Name of the lock under which a county's month of a scheme is accrued and frozen."""
    return f"payments:{place[:6]}:{scheme}:{month}"
