"""The set-based statements of a trial: whom a month told of, and who turned out to need help."""

# How many families the whole of the trial may have to look at.
HOW_MANY = """
select count(distinct m.household_id)
from people_fact f join people_member m on m.person_id = f.person_id
join people_household h on h.id = m.household_id
where f.kind = any(%(triggers)s) and (f.known_since >= %(cut)s or %(standing)s)
  and h.place >= %(low)s and h.place < %(high)s
"""

# As known at the month's end: a fact that was corrected later still speaks, its correction not yet.
CONCERNED = """
create temporary table watch_concerned on commit drop as
select distinct person_id from people_fact
where kind = any(%(triggers)s) and known_since < %(until)s
  and (known_before is null or known_before >= %(until)s)
  and (known_since >= %(cut)s or %(standing)s)
"""

ONE_IN = "delete from watch_households where household_id %% %(one_in)s <> 0"

CASES = """
select a.household_id, max((a.raised_at at time zone 'Asia/Shanghai')::date) as on_day
from watch_alert a
where a.closed_at is not null and a.verdict in ('属实', '部分属实') and a.raised_at >= %(since)s
  and a.place >= %(low)s and a.place < %(high)s and a.household_id %% %(one_in)s = 0
group by 1
union all
select m.household_id, max(f.valid_since)
from people_fact f join people_member m on m.person_id = f.person_id
  and m.since <= f.valid_since and (m.before is null or m.before > f.valid_since)
join people_household h on h.id = m.household_id
where f.kind = 'benefit' and f.key = any(%(schemes)s) and f.known_before is null
  and f.known_since >= %(since)s and f.valid_since >= (%(since)s)::date
  and h.place >= %(low)s and h.place < %(high)s and h.id %% %(one_in)s = 0
group by 1
"""
