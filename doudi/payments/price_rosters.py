"""The price-linkage subsidy (价格临时补贴): judged by the rules, a roster, a second person, lines.

Who is on the roster follows from awards and benefits in force in the month of the index. One person
stands on it once, with every identity; the rules say per identity and 城乡 how much. The frozen
roster then accrues like any other scheme: one line per household and month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.kernel.problems import NotThere, require
from doudi.kernel.workdays import Due
from doudi.payments.models import PriceDue, PriceIndex, PricePerson, PriceRound
from doudi.payments.price_profiles import IDENTITIES, Judged, judge
from doudi.payments.prices import index_for, overlay_with
from doudi.payments.problems import PersonNeeded
from doudi.payments.problems_price import RosterChanged, RoundConfirmed, RoundNotOpen
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.schemes import PRICE

STILL, OPEN, CONFIRMED = "未启动", "待复核", "已确认"
TO_CONFIRM, TO_PAY = "价格补贴名册复核", "价格补贴发放"

# Who is on the roster: covered by an award, or with a benefit of one of the identities, in the
# month of the index, and not known to have died before it. 低保边缘 is of the whole household.
_ROSTER = """
create temporary table price_roster on commit drop as
with named as (
  select ap.person_id, a.scheme as identity, a.household_id
  from cases_award a join cases_awardperson ap on ap.award_id = a.id
  where a.scheme in ('低保', '特困') and a.place >= %(low)s and a.place < %(high)s
    and a.since <= %(first)s and (a.before is null or a.before > %(first)s)
    and ap.since <= %(first)s and (ap.before is null or ap.before > %(first)s)
  union
  select f.person_id, f.key, null from people_fact f
  where f.kind = 'benefit' and f.known_before is null and f.key = any(%(identities)s)
    and f.valid_since <= %(first)s and (f.valid_before is null or f.valid_before > %(first)s)
  union
  select m.person_id, f.key, m.household_id
  from people_fact f
  join people_member own on own.person_id = f.person_id and own.since <= %(first)s
    and (own.before is null or own.before > %(first)s)
  join people_member m on m.household_id = own.household_id and m.since <= %(first)s
    and (m.before is null or m.before > %(first)s)
  where f.kind = 'benefit' and f.known_before is null and f.key = '低保边缘'
    and f.valid_since <= %(first)s and (f.valid_before is null or f.valid_before > %(first)s)
), persons as (
  select n.person_id, string_agg(distinct n.identity, ' ' order by n.identity) as identities,
    max(n.household_id) as awarded
  from named n
  where not exists (select 1 from people_fact d where d.person_id = n.person_id
    and d.kind in ('death', 'cremation') and d.known_before is null and d.valid_since < %(first)s)
  group by n.person_id
)
select p.person_id, p.identities, h.id as household_id, coalesce(h.place, %(place)s) as place,
  coalesce(h.urban, false) as urban, 0::bigint as fen
from persons p
left join people_member m on m.person_id = p.person_id and m.since <= %(first)s
  and (m.before is null or m.before > %(first)s)
left join people_household h on h.id = coalesce(p.awarded, m.household_id)
where h.id is null or (h.place >= %(low)s and h.place < %(high)s)
"""

_WORTH = """
update price_roster r set fen = v.fen
from (values {rows}) as v (identities, urban, fen)
where r.identities = v.identities and r.urban = v.urban
"""

_PERSONS = """
insert into payments_priceperson (round_id, place, person_id, household_id, identities, urban, fen)
select %(round)s, r.place, r.person_id, r.household_id, r.identities, r.urban, r.fen
from price_roster r where r.fen > 0 order by r.person_id
"""

# The household's payee: who receives its award, else its head, else its first person on the roster.
_DUES = """
insert into payments_pricedue (round_id, place, household_id, payee_id, persons, fen)
select %(round)s, h.place, h.id, coalesce(
    (select a.payee_id from cases_award a where a.household_id = h.id and a.since <= %(first)s
      and (a.before is null or a.before > %(first)s) order by a.scheme limit 1),
    h.head_id, min(r.person_id)), count(*), sum(r.fen)
from price_roster r join people_household h on h.id = r.household_id
where r.fen > 0 group by h.id order by h.id
"""


@dataclass(frozen=True, slots=True)
class _Counted:
    persons: int
    fen: int
    left_out: int


@action("price.roster", needs="price.enter")
def make_roster(place: str, month: Month, *, by: Actor) -> PriceRound:
    """Judge a month by its confirmed index, and freeze the roster where it started.

    Made again while it waits for its confirmation, it is made anew from what is known now. Raises
    ``IndexMissing``, ``PriceUnknown`` and ``RoundConfirmed``.
    """
    require(by.covers(place), NotThere())
    require(by.user_id is not None, PersonNeeded(step="编制价格补贴名册"))
    lock(f"price.round:{place[:6]}:{month}")
    known = PriceRound.objects.filter(place=place, month=str(month)).first()
    confirmed = known is not None and known.state == CONFIRMED
    require(not confirmed, RoundConfirmed(month=month))
    index = index_for(place, month)
    overlay = overlay_with(index)
    law = judge("低保", urban=False, month=month, place=place, overlay=overlay)
    row = known or PriceRound(place=place, month=str(month))
    _describe(row, index, law, by)
    row.save()
    PricePerson.objects.filter(round=row).delete()
    PriceDue.objects.filter(round=row).delete()
    if law.started:
        _fill(row, month, overlay)
    round_: PriceRound = row
    return round_


def _describe(row: PriceRound, index: PriceIndex, law: Judged, by: Actor) -> None:
    row.index, row.state = index, OPEN if law.started else STILL
    row.by_cpi, row.by_food, row.rise = law.by_cpi, law.by_food, law.rise
    row.persons = row.fen = row.left_out = 0
    row.rules_version, row.trace = law.rules_version, {"低保 农村": law.trace}
    row.made_by_id, row.made_at = by.user_id, clock.business_now()
    due = calendar().add_workdays(index.released_on, law.workdays)
    row.due_on = due.day if law.started else None
    row.due_provisional = due.provisional


def _fill(row: PriceRound, month: Month, overlay: Any) -> None:
    low, high = place_range(row.place)
    told: dict[str, Any] = {
        "low": low,
        "high": high,
        "place": row.place,
        "first": month.first_day,
        "identities": [name for name in IDENTITIES if name not in ("低保", "特困", "低保边缘")],
        "round": row.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.price_roster")
        cursor.execute(_ROSTER, told)
        cursor.execute("select distinct identities, urban from price_roster order by 1, 2")
        found = [
            (identities, urban, judge(identities, urban, month, row.place, overlay))
            for identities, urban in cursor.fetchall()
        ]
        if found:
            rows = ", ".join(["(%s::text, %s::boolean, %s::bigint)"] * len(found))
            worth = [value for names, urban, law in found for value in (names, urban, law.fen)]
            cursor.execute(_WORTH.format(rows=rows), worth)
        cursor.execute(_PERSONS, told)
        cursor.execute(_DUES, told)
    counted = _count(row)
    row.persons, row.fen, row.left_out = counted.persons, counted.fen, counted.left_out
    row.trace = {f"{names} {'城镇' if urban else '农村'}": law.trace for names, urban, law in found}
    row.save()
    open_task(
        TaskFacts(
            kind=TO_CONFIRM,
            title=f"{row.month} 价格临时补贴名册 {row.persons} 人待复核",
            place=row.place,
            role="county_leader",
            subject=f"payments.price:{row.pk}",
        )
    )


_COUNT = """
select count(*), coalesce(sum(p.fen), 0)::bigint,
  count(*) filter (where p.household_id is null),
  (select coalesce(sum(d.fen), 0)::bigint from payments_pricedue d where d.round_id = %(round)s)
from payments_priceperson p where p.round_id = %(round)s
"""


def _count(row: PriceRound) -> _Counted:
    """Persons and fen that will be paid; persons without a household are named, and not paid."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"round": row.pk})
        persons, _, left_out, fen = cursor.fetchone()
    return _Counted(persons - left_out, fen, left_out)


@action("price.confirm_roster", needs="price.confirm")
def confirm_roster(round_id: int, *, by: Actor) -> PriceRound:
    """Confirm a roster (by another person than who made it); from now on its lines accrue."""
    row: PriceRound = one_or_not_there(PriceRound.objects.all(), pk=round_id)
    lock(f"price.round:{row.place[:6]}:{row.month}")
    row.refresh_from_db()
    require(by.user_id is not None, PersonNeeded(step="确认价格补贴名册"))
    require(row.state == OPEN, RoundNotOpen(month=row.month, state=row.state))
    other = row.made_by_id is not None and row.made_by_id != by.user_id
    subject = f"{row.month} 价格临时补贴名册"
    require(other, OtherPersonNeeded(subject=subject, done="编制", step="确认"))
    now = _count(row)
    same = (now.persons, now.fen) == (row.persons, row.fen)
    require(same, RosterChanged(month=row.month, persons=now.persons, fen=now.fen))
    row.state, row.confirmed_by_id, row.confirmed_at = CONFIRMED, by.user_id, clock.business_now()
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    finish_tasks(f"payments.price:{row.pk}", by=by, kinds=(TO_CONFIRM,))
    assert row.due_on is not None, "what has started is due on a day"
    open_task(
        TaskFacts(
            kind=TO_PAY,
            title=f"{row.month} 价格临时补贴 {row.persons} 人待计提发放",
            place=row.place,
            role="finance_maker",
            subject=f"payments.price:{row.pk}",
            article="关于进一步健全社会救助和保障标准与物价上涨挂钩联动机制的通知",
        ),
        due=Due(row.due_on, provisional=row.due_provisional),
    )
    return row


__all__ = ["CONFIRMED", "OPEN", "PRICE", "STILL", "confirm_roster", "make_roster"]
