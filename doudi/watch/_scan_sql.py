"""The set-based statements of ``scan``: who is looked at, what is known, what is on record."""

FORGET = (
    "drop table if exists pg_temp.watch_concerned, pg_temp.watch_households, pg_temp.watch_people"
)

# Facts that came with one delivery, whatever they are about; ';' follows ':' so the index serves.
CONCERNED_BY_DELIVERY = """
create temporary table watch_concerned on commit drop as
select distinct person_id from people_fact
where known_before is null and kind = any(%(triggers)s)
  and (source = %(source)s or (source >= %(source)s || ':' and source < %(source)s || ';'))
"""

CONCERNED_BY_PERIOD = """
create temporary table watch_concerned on commit drop as
select distinct person_id from people_fact
where known_before is null and ((kind = any(%(triggers)s) and known_since >= %(cut)s)
  or kind = any(%(standing)s))
"""

# The household to which somebody belongs, or belonged until lately; the latest one only.
_OF_HOUSEHOLD = """
(m.before is null or m.before > %(since)s) and m.since <= %(on)s
  and not exists (select 1 from people_member n
    where n.person_id = m.person_id and n.since > m.since and n.since <= %(on)s)
"""

HOUSEHOLDS = f"""
create temporary table watch_households on commit drop as
select distinct m.household_id, h.place, h.urban, h.head_id
from watch_concerned c join people_member m on m.person_id = c.person_id
join people_household h on h.id = m.household_id
where h.place >= %(low)s and h.place < %(high)s and {_OF_HOUSEHOLD}
"""  # noqa: S608

PEOPLE = f"""
create temporary table watch_people on commit drop as
select m.person_id, m.household_id, m.relation, w.place, w.urban, w.head_id,
  (m.before is null or m.before > %(on)s) as present
from watch_households w join people_member m on m.household_id = w.household_id
where {_OF_HOUSEHOLD}
"""  # noqa: S608

ANALYZE = "analyze {0}"

MEMBERS = """
select p.household_id, p.place, p.urban, p.head_id, p.person_id, e.name, e.sex, e.birth,
  p.relation, p.present
from watch_people p join people_person e on e.id = p.person_id
order by p.household_id, p.person_id
"""

FACTS = """
select p.household_id, f.person_id, f.id, f.kind, f.key, f.amount_fen, f.code, f.detail,
  f.valid_since, f.valid_before, f.known_since >= %(cut)s as fresh, f.source
from watch_people p join people_fact f on f.person_id = p.person_id
where f.known_before is null and f.kind = any(%(kinds)s)
order by p.household_id, f.person_id, f.kind, f.valid_since, f.id
"""

FACTS_AS_KNOWN = FACTS.replace(
    "f.known_before is null",
    "f.known_since < %(until)s and (f.known_before is null or f.known_before >= %(until)s)",
)

# Held until the end: somebody closing one of these waits, and then finds the new hits in it.
OPEN_ALERTS = """
select a.id, a.household_id, a.direction, a.kinds, a.colour, a.raised_at, a.visit_due,
  a.report_due, a.close_due, a.place
from watch_alert a
where a.closed_at is null and a.household_id in (select household_id from watch_households)
order by a.id for update
"""

HITS_ON_RECORD = """
select h.alert_id, h.person_id, h.indicator, h.cause, h.weight, h.hit_on
from watch_alerthit h
where not h.withdrawn
  and (h.person_id in (select person_id from watch_people) or h.alert_id = any(%(alerts)s))
"""

# A death that the register told only after the crematorium: its hit is on record, its share is not.
REGISTERED_LATER = """
select distinct p.person_id, p.household_id
from watch_people p
join people_fact f on f.person_id = p.person_id and f.kind = 'death' and f.known_before is null
where exists (select 1 from watch_alerthit h
    where h.person_id = p.person_id and h.indicator = 'R26' and not h.withdrawn)
  and not exists (select 1 from watch_suspension s
    where s.person_id = p.person_id and s.fact_id = f.id)
order by 1, 2
"""

TAKE_NUMBERS = "select nextval('watch_alert_id_seq') from generate_series(1, %s)"

GROW = """
update watch_alert a
set kinds = g.kinds, score = g.score, arithmetic = g.arithmetic, colour = g.colour,
  visit_due = g.visit_due, report_due = g.report_due, close_due = g.close_due,
  due_provisional = g.due_provisional
from jsonb_to_recordset(%s) as g(id bigint, kinds jsonb, score int, arithmetic jsonb, colour text,
  visit_due date, report_due date, close_due date, due_provisional boolean)
where a.id = g.id
"""

GROW_TASKS = """
update base_task t
set title = g.title, due_on = g.due_on, due_provisional = g.due_provisional
from jsonb_to_recordset(%s) as g(kind text, subject text, title text, due_on date,
  due_provisional boolean)
where t.subject = g.subject and t.kind = g.kind and t.done_at is null
"""
