"""The set-based statements of ``start_sweep``: who is of the population, who is covered by what."""

FORGET = """drop table if exists pg_temp.sweep_definitions, pg_temp.sweep_covering,
  pg_temp.sweep_dead, pg_temp.sweep_people, pg_temp.sweep_facts, pg_temp.sweep_grounds,
  pg_temp.sweep_incomes"""

DEFINITIONS = """
create temporary table sweep_definitions on commit drop as
select * from jsonb_to_recordset(%s) as d(code text, fact text, of_code text, levels text,
  whole boolean, years int)
"""

COVERING = """
create temporary table sweep_covering on commit drop as
select * from jsonb_to_recordset(%s) as c(scheme text, whole boolean)
"""

# Somebody dead whom a file told of is nobody to be covered, and leaves the other one alone.
DEAD = """
create temporary table sweep_dead on commit drop as
select distinct person_id from people_fact where kind = 'death' and known_before is null
"""

# The living members of today; ``together`` counts them by household.
PEOPLE = """
create temporary table sweep_people on commit drop as
select m.person_id, m.household_id, h.place, e.birth,
  count(*) over (partition by m.household_id) as together
from people_household h join people_member m on m.household_id = h.id
join people_person e on e.id = m.person_id
where h.place >= %(low)s and h.place < %(high)s
  and m.since <= %(on)s and (m.before is null or m.before > %(on)s)
  and e.died_on is null and m.person_id not in (select d.person_id from sweep_dead d)
"""

FACTS = """
create temporary table sweep_facts on commit drop as
select p.person_id, p.household_id, f.kind, f.key, f.code, f.amount_fen
from sweep_people p join people_fact f on f.person_id = p.person_id
where f.kind = any(%(kinds)s) and f.known_before is null
  and f.valid_since <= %(on)s and (f.valid_before is null or f.valid_before > %(on)s)
"""

GROUNDS = """
create temporary table sweep_grounds on commit drop as
select found.person_id, jsonb_agg(found.code order by found.code) as codes
from (
  select p.person_id, d.code
  from sweep_definitions d join sweep_facts f on f.kind = d.fact
    and (d.of_code = '' or f.code = d.of_code)
    and (d.levels = '' or position(substr(f.code, 2, 1) in d.levels) > 0 and length(f.code) = 2)
  join sweep_people p on p.household_id = f.household_id
    and (d.whole or p.person_id = f.person_id)
  union
  select p.person_id, d.code
  from sweep_definitions d join sweep_people p on p.together = 1
    and p.birth <= (%(on)s::date - make_interval(years => d.years))::date
  where d.years is not null
) found
group by found.person_id
"""

# Per head and month, only where somebody has gone through the incomes as a whole.
INCOMES = """
create temporary table sweep_incomes on commit drop as
select f.household_id,
  (coalesce(sum(f.amount_fen) filter (where f.kind = any(%(incomes)s)), 0)
    / min(t.together))::bigint as fen
from sweep_facts f
join (select household_id, max(together) as together from sweep_people group by 1) t
  on t.household_id = f.household_id
group by f.household_id
having bool_or(f.kind = 'income.reviewed')
"""

PARTS = """
insert into watch_sweeppart (sweep_id, place, name, since, until, population, uncovered,
  assigned_to_id, assigned_at, done_at, ended_at)
select %(sweep)s, p.place, %(name)s, %(on)s, %(until)s, count(*),
  count(*) filter (where c.person_id is null), null, null,
  case when count(*) filter (where c.person_id is null) = 0 then %(now)s::timestamptz end, null
from sweep_grounds g join sweep_people p on p.person_id = g.person_id
left join (
  select distinct q.person_id from sweep_covering k
  join sweep_facts f on f.kind = 'benefit' and f.key = k.scheme
  join sweep_people q on q.household_id = f.household_id
    and (k.whole or q.person_id = f.person_id)) c on c.person_id = p.person_id
group by p.place order by p.place
"""

EVERYBODY = """
insert into watch_sweepperson (sweep_id, part_id, person_id, household_id, place, grounds,
  covered_by, known_income_fen, reason, note, manner, visit_id, settled_on, settled_by_id,
  outcome_subject)
select %(sweep)s, s.id, p.person_id, p.household_id, p.place, g.codes,
  coalesce(c.schemes, ''), i.fen, '', '', '', null, null, null, ''
from sweep_grounds g join sweep_people p on p.person_id = g.person_id
join watch_sweeppart s on s.sweep_id = %(sweep)s and s.place = p.place
left join (
  select q.person_id, left(string_agg(distinct k.scheme, '、'), 60) as schemes
  from sweep_covering k
  join sweep_facts f on f.kind = 'benefit' and f.key = k.scheme
  join sweep_people q on q.household_id = f.household_id
    and (k.whole or q.person_id = f.person_id)
  group by q.person_id) c on c.person_id = p.person_id
left join sweep_incomes i on i.household_id = p.household_id
order by p.place, p.household_id, p.person_id
"""

# Days from the verdict "due, not applied" to the benefit that we learned of after it.
DAYS_TO_AID = """
select count(*), percentile_disc(0.5) within group (order by found.days)
from (
  select min((f.known_since at time zone 'Asia/Shanghai')::date - s.settled_on) as days
  from watch_sweepperson s
  join people_member m on m.household_id = s.household_id
    and m.since <= s.settled_on and (m.before is null or m.before > s.settled_on)
  join people_fact f on f.person_id = m.person_id and f.kind = 'benefit'
    and f.known_before is null
    and (f.known_since at time zone 'Asia/Shanghai')::date >= s.settled_on
  join jsonb_to_recordset(%(covering)s) as k(scheme text, whole boolean) on k.scheme = f.key
    and (k.whole or m.person_id = s.person_id)
  where s.sweep_id = %(sweep)s and s.reason = any(%(missed)s)
  group by s.id
) found
"""

DAYS_TO_OUTCOME = """
select percentile_disc(0.5) within group (order by s.settled_on - p.since),
  count(*) filter (where s.settled_on <= p.until)
from watch_sweepperson s join watch_sweeppart p on p.id = s.part_id
where s.sweep_id = %(sweep)s and s.reason <> ''
"""
