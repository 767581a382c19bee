"""The set-based statements of ``register.refresh``: who belongs, who is new, who is gone, why."""

FORGET = """drop table if exists pg_temp.register_kinds, pg_temp.register_people,
  pg_temp.register_facts, pg_temp.register_wanted"""

KINDS = """
create temporary table register_kinds on commit drop as
select * from jsonb_to_recordset(%s) as k(code text, label text, fact text, fact_label text,
  key text, of_code text, urban boolean, whole boolean, verified boolean)
"""

PEOPLE = """
create temporary table register_people on commit drop as
select m.person_id, m.household_id, m.since, h.place, h.urban, e.name
from people_household h join people_member m on m.household_id = h.id
join people_person e on e.id = m.person_id
where h.place >= %(low)s and h.place < %(high)s
  and m.since <= %(on)s and (m.before is null or m.before > %(on)s)
"""

# The facts that the dictionary asks for, each with its holder: read once, by person, so that the
# second wall is asked for a few rows of each and not for every fact under every kind.
FACTS = """
create temporary table register_facts on commit drop as
select f.id, f.person_id, f.kind, f.key, f.code, f.valid_since, f.known_since, f.source,
  holder.household_id, holder.urban, holder.name
from register_people holder join people_fact f on f.person_id = holder.person_id
where f.kind in (select k.fact from register_kinds k) and f.known_before is null
  and f.valid_since <= %(on)s and (f.valid_before is null or f.valid_before > %(on)s)
"""

# A fact puts its person, or everybody of the household, into a kind; the earliest one speaks.
WANTED = """
create temporary table register_wanted on commit drop as
select distinct on (q.person_id, k.code) q.person_id, k.code as kind, q.household_id, q.place,
  greatest(f.valid_since, q.since) as since, f.id as fact_id, f.source,
  left(k.label || '：' || f.name || '的' || k.fact_label
    || coalesce('“' || nullif(coalesce(nullif(f.code, ''), f.key), '') || '”', '')
    || '，自 ' || f.valid_since, 200) as why
from register_kinds k
join register_facts f on f.kind = k.fact
join register_people q on q.household_id = f.household_id
  and (k.whole or q.person_id = f.person_id)
where (k.key = '' or f.key = k.key) and (k.of_code = '' or f.code = k.of_code)
  and (k.urban is null or k.urban = f.urban)
  and not (k.verified and f.known_since >= %(cut)s)
order by q.person_id, k.code, f.valid_since, f.id
"""

# Ended where the fact, as it is known now, ended; else today: a removal has no day of its own.
CLOSE = """
update watch_listing l
set before = greatest(l.since, least(%(on)s::date, coalesce(gone.ended, %(on)s::date))),
  end_noted_on = %(on)s, why_ended = gone.why
from (
  select o.id, case when m.before is not null then m.before
      else s.valid_before end as ended,
    case when e.died_on is not null then '死亡'
      when m.person_id is null or m.before is not null then '不在该户'
      when k.code is null then '人群清单调整'
      when s.valid_before is not null then '依据到期'
      when f.withdrawn or f.known_before is not null then '依据更正或撤回'
      else '条件不再具备' end as why
  from watch_listing o
  join people_person e on e.id = o.person_id
  left join people_fact f on f.id = o.fact_id
  left join lateral (
    select n.valid_before from people_fact n
    where n.person_id = f.person_id and n.kind = f.kind and n.key = f.key
      and n.known_before is null and n.valid_before <= %(on)s and n.valid_before > o.since
    order by n.valid_before desc limit 1) s on true
  left join register_kinds k on k.code = o.kind
  left join lateral (
    select n.person_id, n.before from people_member n
    where n.person_id = o.person_id and n.household_id = o.household_id and n.since <= %(on)s
    order by n.since desc limit 1) m on true
  where o.before is null and o.place >= %(low)s and o.place < %(high)s
    and not exists (select 1 from register_wanted w where w.person_id = o.person_id
      and w.kind = o.kind and w.household_id = o.household_id)
) gone
where l.id = gone.id
"""

OPEN = """
insert into watch_listing (person_id, household_id, place, kind, since, before, why, source,
  fact_id, noted_on, end_noted_on, why_ended)
select w.person_id, w.household_id, w.place, w.kind,
  greatest(w.since, coalesce((select max(p.before) from watch_listing p
    where p.person_id = w.person_id and p.kind = w.kind), w.since)),
  null, w.why, w.source, w.fact_id, %(on)s, null, ''
from register_wanted w
where not exists (select 1 from watch_listing o where o.before is null
  and o.person_id = w.person_id and o.kind = w.kind and o.household_id = w.household_id)
order by w.person_id, w.kind
"""

COUNT = "select count(*), count(distinct person_id), count(distinct household_id) from {0}"
