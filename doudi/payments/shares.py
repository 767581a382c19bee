"""A member's share (本人份额) is kept back, never the family's money.

A death holds the share of that person alone: the family's line is paid less a negative line for it
(``Withholding``), until somebody has checked. Found untrue, the share follows as a line of its own,
``sh<withholding>``; dead indeed, it follows only for months up to that of the death. A household of
one is held entirely (``stops``). Domain: README 10, assistance §3.4.

In the same way the two subsidies of disabled people (两项补贴) stop for whoever's certificate has
lapsed, from the month after, and follow for those months once it is renewed. README 17.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from typing import Any

from django.db import connection

from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.payments.models import Batch
from doudi.payments.parameters import figure
from doudi.payments.schemes import CERTIFIED, PRICE, code_of

# A line that gives a share back is named after what kept it: sh17, then sh17r1 where it failed.
GIVEN_BACK = "sh"
# On its holder for the whole household; any other scheme is its holder's alone.
_OF_THE_HOUSEHOLD = "低保"

# Who is dead by what is known now. What a person has checked since and found untrue (不属实) holds
# nothing; a cremation alone asks for a check (watch) and holds nothing either.
DIED = """died as materialized (
  select f.person_id, min(f.valid_since) as died_on
  from people_fact f
  where f.kind = 'death' and f.known_before is null
    and not exists (select 1 from watch_suspension s where s.person_id = f.person_id
      and s.state = '不属实' and s.checked_at >= f.known_since)
  group by f.person_id)"""

# Households whose money may count a dead person: as a member, or because a decision counts them.
HOMES = """homes as materialized (
  select m.household_id, d.person_id, d.died_on
  from died d join people_member m on m.person_id = d.person_id
  where m.before is null or m.before > %(first)s
  union
  select a.household_id, d.person_id, d.died_on
  from died d join cases_awardperson ap on ap.person_id = d.person_id
    and (ap.before is null or ap.before > %(first)s)
  join cases_award a on a.id = ap.award_id)"""

# The withholding that a line sh17 or sh17r1 gives back.
_ITS_OWN = f"""(select w.person_id from payments_withholding w
    where w.id = substr(split_part(p.line, 'r', 1), {len(GIVEN_BACK) + 1})::bigint)"""

_COVERED = """exists (select 1 from cases_awardperson ap
      where ap.award_id = p.award_id and (ap.before is null or ap.before > %(first)s){0})"""
_COUNTED = f"""case when starts_with(p.line, '{GIVEN_BACK}') then {_ITS_OWN} = h.person_id
    when p.scheme = '{PRICE}' then pp.id is not null
    else {_COVERED.format(" and ap.person_id = h.person_id")}
      or (not {_COVERED.format("")}
        and (h.person_id = p.payee_id or p.scheme = '{_OF_THE_HOUSEHOLD}')) end"""

# What somebody who looked into the death has said of the share; else an equal part, fen dropped.
_SHARE = f"""case when starts_with(p.line, '{GIVEN_BACK}') then p.fen
    when pp.id is not null then least(pp.fen, p.fen)
    when s.id is not null then greatest(1, p.fen * s.share_fen / s.household_fen)
    else greatest(1, p.fen / greatest(coalesce(a.people, 1), 1)) end"""

# A month is due up to that of the death, once it is certain that there was one.
_DUE_ALL_THE_SAME = "coalesce(s.state, '') = '属实' and p.month <= to_char(h.died_on, 'YYYY-MM')"

# A certificate that is known to have ended, none in force at any time of the month, and none that
# renewed it within the dated number of months. Who never had one on file is left to the decision.
_FIRST = "(p.month || '-01')::date"
_CERTIFICATE = "f.person_id = {0} and f.kind = 'disability' and f.known_before is null"
LAPSED = f"""(exists (select 1 from people_fact f
    where {_CERTIFICATE} and f.valid_before <= {_FIRST})
  and not exists (select 1 from people_fact f
    where {_CERTIFICATE} and (f.valid_before is null or f.valid_before > {_FIRST})
      and f.valid_since < {_FIRST} + make_interval(months => %(bridged)s + 1)))"""
_CERTIFIED = ", ".join(f"'{scheme}'" for scheme in CERTIFIED)
_PEOPLE = f"""case when starts_with(p.line, '{GIVEN_BACK}') then 1
      else greatest(coalesce({{0}}a.people, 1), 1) end"""

_DEAD_PARTS = f"""
  select p.id, h.person_id, p.fen as whole, {_PEOPLE.format("due.persons, ")} as people,
    {_SHARE} as fen, false as lapsed
  from homes h join payments_payable p on p.household_id = h.household_id
  left join cases_award a on a.id = p.award_id and a.scheme = p.scheme
  left join payments_pricedue due on p.scheme = '{PRICE}' and due.id = p.award_id
  left join payments_priceperson pp on pp.round_id = due.round_id
    and pp.person_id = h.person_id and pp.household_id = p.household_id
  left join watch_suspension s on s.person_id = h.person_id and s.scheme = p.scheme
    and s.state in ('待核', '属实')
  where {{which}} and not ({_DUE_ALL_THE_SAME}) and ({_COUNTED})"""

_LAPSED_PARTS = f"""
  select p.id, ap.person_id, p.fen as whole, {_PEOPLE.format("")} as people,
    case when starts_with(p.line, '{GIVEN_BACK}') then p.fen
      else greatest(1, p.fen / greatest(a.people, 1)) end as fen, true as lapsed
  from payments_payable p join cases_award a on a.id = p.award_id and a.scheme = p.scheme
  join cases_awardperson ap on ap.award_id = a.id
    and (ap.before is null or ap.before > {_FIRST})
  where {{certified}} and {{which}} and p.scheme in ({_CERTIFIED})
    and (not starts_with(p.line, '{GIVEN_BACK}') or ap.person_id = {_ITS_OWN})
    and {LAPSED.format("ap.person_id")}"""

# Whether certificates matter at all, asked once for a statement.
FOR_SCHEME = f"%(scheme)s::text in ({_CERTIFIED})"
FOR_BATCH = f"(select b.scheme in ({_CERTIFIED}) from payments_batch b where b.id = %(batch)s)"

# The share of each such person in each line of {which}, and what is not to be paid of a line now.
PARTS = f"""{DIED}, {HOMES}, parts as materialized (
  select id, person_id, max(whole) as whole, max(people) as people, max(fen) as fen,
    bool_and(lapsed) as lapsed
  from ({_DEAD_PARTS} union all {_LAPSED_PARTS}) part group by id, person_id),
gone as materialized (
  select id, bool_and(lapsed) as lapsed,
    (case when count(*) >= max(people) or sum(fen) >= max(whole) then max(whole)
      else sum(fen) end)::bigint as fen
  from parts group by id)"""

# Does this payment still stand? What the bank could not make, or took back, does not.
FAILED = """exists (select 1 from payments_transfer z
  where z.payable_id = {0}.id and z.kind in ('void', 'back'))"""

# The share that a line of its own has given back already is not paid again with a second try of
# the family's line; the line of its own is made good by itself.
_GIVEN = """
insert into payments_withholding (payable_id, person_id, batch_id, fen, given_back)
select distinct on (p.id, w.person_id) p.id, w.person_id, p.batch_id, w.fen, true
from payments_payable p
join payments_payable q on q.household_id = p.household_id and q.scheme = p.scheme
  and q.month = p.month and q.id < p.id
  and case when starts_with(p.line, 'up') then split_part(p.line, 'r', 1) else 'main' end
    = case when starts_with(q.line, 'up') then split_part(q.line, 'r', 1) else 'main' end
join payments_withholding w on w.payable_id = q.id
where p.batch_id = %(batch)s and position('r' in p.line) > 0 and not starts_with(p.line, 'sh')
  and not starts_with(q.line, 'sh')
  and (w.given_back or exists (select 1 from payments_payable b
    where b.household_id = p.household_id and b.scheme = p.scheme and b.month = p.month
      and b.line = 'sh' || w.id))
order by p.id, w.person_id, w.id
"""

_KEEP = f"""
with {PARTS.format(which="p.batch_id = %(batch)s", certified=FOR_BATCH)}
insert into payments_withholding (payable_id, person_id, batch_id, fen)
select parts.id, parts.person_id, %(batch)s, parts.fen
from parts join gone on gone.id = parts.id and gone.fen < parts.whole
join payments_payable p on p.id = parts.id
left join payments_payeearrangement g on g.id = p.arrangement_id
where g.kind is distinct from '治丧人'
order by parts.id, parts.person_id
on conflict (payable_id, person_id) do nothing
"""

_TOTAL = """
update payments_payable p set kept_fen = w.fen
from (select payable_id, sum(fen)::bigint as fen from payments_withholding
  where batch_id = %(batch)s group by payable_id) w
where w.payable_id = p.id and p.batch_id = %(batch)s
"""

_LET_GO = """
with left_it as (
  delete from payments_withholding w using payments_payable p
  where p.id = w.payable_id and w.batch_id = %(batch)s and p.batch_id is distinct from w.batch_id
  returning w.payable_id)
update payments_payable p set kept_fen = 0 from left_it where left_it.payable_id = p.id
"""

# What was kept back of a payment that the bank made, and is due all the same.
_GIVE_BACK = f"""
with {DIED}
insert into payments_payable (reference, scheme, place, household_id, payee_id, award_id, month,
  line, fen, held, batch_id, account_id, accrued_at)
select %(code)s || ':H' || p.household_id || ':' || p.month || ':{GIVEN_BACK}' || w.id, p.scheme,
  p.place, p.household_id, p.payee_id, p.award_id, p.month, '{GIVEN_BACK}' || w.id, w.fen,
  %(held)s, null, null, %(now)s
from payments_withholding w join payments_payable p on p.id = w.payable_id
left join died h on h.person_id = w.person_id
left join watch_suspension s on s.person_id = w.person_id and s.scheme = p.scheme
  and s.state in ('待核', '属实')
where p.scheme = %(scheme)s and p.place >= %(low)s and p.place < %(high)s and not w.given_back
  and (h.person_id is null or ({_DUE_ALL_THE_SAME}))
  and not (p.scheme in ({_CERTIFIED}) and {LAPSED.format("w.person_id")})
  and exists (select 1 from payments_transfer t where t.payable_id = p.id and t.kind = 'post')
  and not {FAILED.format("p")}
order by w.id
on conflict (reference) do nothing
"""


def bridged() -> int:
    """Months without a certificate that are paid for after all once it is renewed."""
    return figure("certificate.bridged_months", clock.business_today())


def keep(batch: Batch, month: Month) -> int:
    """Keep such shares back from the lines of a batch that is being made; returns how many."""
    told: dict[str, Any] = {"batch": batch.pk, "first": month.first_day, "bridged": bridged()}
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, told)
        kept = int(cursor.rowcount)
        cursor.execute(_KEEP, told)
        kept += int(cursor.rowcount)
        if kept:
            cursor.execute(_TOTAL, told)
    return kept


def let_go(batch: Batch) -> None:
    """Forget what was kept back from lines that have left the batch before its release."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"batch": batch.pk})


def give_back(place: str, scheme: str, *, held: str) -> int:
    """Make shares due that were kept back and are owed after all; again makes nothing new.

    Of every month, for payments that arrived; the lines begin held and are freed by the next look
    at the month's stops. Returns how many lines.
    """
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {
                "code": code_of(scheme),
                "scheme": scheme,
                "low": low,
                "high": high,
                "held": held,
                "bridged": bridged(),
                "now": clock.business_now(),
            },
        )
        return int(cursor.rowcount)
