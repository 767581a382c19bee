"""The set-based statements of ``facts``: merge and withdrawal."""
# ruff: noqa: S608 (the pieces put together are constants of this file)

CREATE_STAGING = """
create temporary table if not exists fact_staging (
  person_id bigint not null, kind text not null, key text not null, amount_fen bigint,
  code text not null, detail jsonb, valid_since date not null, valid_before date,
  source text not null
) on commit drop
"""

COPY_STAGING = """
copy fact_staging (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  source)
from stdin
"""

_OF_SOURCE = "(source = %(prefix)s or starts_with(source, %(prefix)s || ':'))"
# The same for the table, as ranges, so that the index serves: ';' follows ':'.
_FACTS_OF_SOURCE = "({0} = %(prefix)s or ({0} >= %(prefix)s || ':' and {0} < %(prefix)s || ';'))"

DROP_WANTED = "drop table if exists pg_temp.fact_wanted, pg_temp.fact_closing"

# One statement per key and day; a state lasts at most until the next statement of the same key.
WANTED = f"""
create temporary table fact_wanted on commit drop as
with stated as (
  select distinct on (person_id, kind, key, valid_since)
    person_id, kind, key, amount_fen, code, detail, valid_since, valid_before, source,
    kind = any(%(events)s) as event
  from fact_staging where {_OF_SOURCE}
  order by person_id, kind, key, valid_since, valid_before desc nulls first,
    amount_fen desc nulls last, code desc, detail::text desc nulls last, source
), told as (
  select person_id, kind, key, amount_fen, code, detail, valid_since, source, event,
    case when event then valid_before
      else least(valid_before, lead(valid_since) over keys) end as valid_before,
    count(*) over (partition by person_id, kind, key) = 1 as alone,
    lead(valid_since) over keys is null as last
  from stated
  window keys as (partition by person_id, kind, key order by valid_since)
)
select t.*, exists (
  select 1 from people_fact o
  where o.person_id = t.person_id and o.kind = t.kind and o.key = t.key
    and o.known_before is null
    and o.amount_fen is not distinct from t.amount_fen and o.code = t.code
    and o.detail is not distinct from t.detail
    and o.valid_before is not distinct from t.valid_before
    and (o.valid_since = t.valid_since
      or (not t.event and t.alone and o.valid_since < t.valid_since))
) as same
from told t where t.last or not t.event
"""

# What each statement overlaps, and the day on which the overlapped fact must end.
CLOSING = """
create temporary table fact_closing on commit drop as
select o.id, min(t.valid_since) as cut, bool_or(t.event) as event,
  array_agg(distinct t.ctid) as by_rows
from fact_wanted t join people_fact o
  on o.person_id = t.person_id and o.kind = t.kind and o.key = t.key and o.known_before is null
where not t.same and (t.event or (
  (t.valid_before is null or o.valid_since < t.valid_before)
  and (o.valid_before is null or o.valid_before > t.valid_since)))
group by o.id
"""

COUNTS = """
select
  (select count(*) from fact_wanted where not same) - changed, changed,
  (select count(*) from fact_wanted where same)
from (select count(distinct r) as changed from fact_closing, unnest(by_rows) r) c
"""

CLOSE = """
update people_fact o
set known_before = greatest(%(now)s, o.known_since)
from fact_closing c where o.id = c.id
"""

KEEP_EARLIER_PART = """
insert into people_fact (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  known_since, known_before, source, stated, withdrawn)
select o.person_id, o.kind, o.key, o.amount_fen, o.code, o.detail, o.valid_since, c.cut,
  o.known_before, null, o.source, false, false
from fact_closing c join people_fact o on o.id = c.id
where not c.event and o.valid_since < c.cut
"""

OPEN = """
insert into people_fact (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  known_since, known_before, source, stated, withdrawn)
select person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  %(now)s, null, source, true, false
from fact_wanted where not same
"""

OPEN_SELECTED = """
insert into people_fact (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  known_since, known_before, source, stated, withdrawn)
select person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  %(known_since)s, null, source, true, false
from ({}) as found (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  source)
"""

TAKE_BACK_SELECTED = """
update people_fact f
set withdrawn = true, known_before = greatest(%(known_since)s, f.known_since)
from ({}) as taken (person_id, kind, key)
where f.person_id = taken.person_id and f.kind = taken.kind and f.key = taken.key
  and f.known_before is null
"""

FORGET_STAGED = f"delete from fact_staging where {_OF_SOURCE}"

DROP_WITHDRAWN = "drop table if exists pg_temp.fact_touched, pg_temp.fact_standing"

TOUCHED = f"""
create temporary table fact_touched on commit drop as
select distinct person_id, kind, key from people_fact
where {_FACTS_OF_SOURCE.format("source")} and stated and not withdrawn
"""

WITHDRAW = f"""
update people_fact
set withdrawn = true, known_before = coalesce(known_before, greatest(%(now)s, known_since))
where {_FACTS_OF_SOURCE.format("source")} and stated and not withdrawn
"""

# The view that the remaining statements give in the order in which they came: a later one removes
# what begins under it and cuts what began before it.
STANDING = """
create temporary table fact_standing on commit drop as
with told as (
  select f.* from people_fact f join fact_touched g using (person_id, kind, key)
  where f.stated and not f.withdrawn
)
select t.*, (
  select least(t.valid_before, min(later.valid_since)) from told later
  where later.person_id = t.person_id and later.kind = t.kind and later.key = t.key
    and later.id > t.id and later.valid_since > t.valid_since
) as ends
from told t
where not exists (
  select 1 from told later
  where later.person_id = t.person_id and later.kind = t.kind and later.key = t.key
    and later.id > t.id
    and (t.kind = any(%(events)s) or (later.valid_since <= t.valid_since
      and (later.valid_before is null or later.valid_before > t.valid_since))))
"""

_STANDS = """
  f.person_id = s.person_id and f.kind = s.kind and f.key = s.key
  and f.valid_since = s.valid_since and f.valid_before is not distinct from s.ends
  and f.amount_fen is not distinct from s.amount_fen and f.code = s.code
  and f.detail is not distinct from s.detail and f.source = s.source
"""

CLOSE_FALLEN = f"""
update people_fact f set known_before = greatest(%(now)s, f.known_since)
from fact_touched g
where f.person_id = g.person_id and f.kind = g.kind and f.key = g.key and f.known_before is null
  and not exists (select 1 from fact_standing s where {_STANDS})
"""

REOPEN = f"""
insert into people_fact (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  known_since, known_before, source, stated, withdrawn)
select person_id, kind, key, amount_fen, code, detail, valid_since, ends,
  %(now)s, null, source, false, false
from fact_standing s
where not exists (select 1 from people_fact f where f.known_before is null and {_STANDS})
"""

# ---- mirrors: what is said of a file that was merged into another one --------------------------

# Who staged statements are about, if their file was merged into another.
MIRROR_STAGED = f"""
insert into fact_staging (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  source)
select m.kept_id, s.kind, s.key, s.amount_fen, s.code, s.detail, s.valid_since, s.valid_before,
  left('merge:' || m.id || ':' || s.source, 60)
from fact_staging s join people_personmerge m on m.gone_id = s.person_id and m.undone_at is null
where {_OF_SOURCE}
"""

# What the file that is given up says now; what the kept one learned later stands above it.
MIRROR_ALL = """
insert into fact_staging (person_id, kind, key, amount_fen, code, detail, valid_since, valid_before,
  source)
select m.kept_id, f.kind, f.key, f.amount_fen, f.code, f.detail, f.valid_since, f.valid_before,
  left('merge:' || m.id || ':' || f.source, 60)
from people_personmerge m join people_fact f on f.person_id = m.gone_id and f.known_before is null
where m.id = any(%(merges)s) and not exists (
  select 1 from people_fact k where k.person_id = m.kept_id and k.kind = f.kind and k.key = f.key
    and k.known_before is null and (not %(newer)s or k.known_since >= f.known_since))
"""

# Merges that mirror statements of a source.
MIRRORS_OF_SOURCE = """
select distinct m.id from people_personmerge m join people_fact f on f.person_id = m.kept_id
where m.undone_at is null and f.stated and not f.withdrawn
  and starts_with(f.source, 'merge:' || m.id || ':')
  and (f.source = left('merge:' || m.id || ':' || %(prefix)s, 60)
    or starts_with(f.source, left('merge:' || m.id || ':' || %(prefix)s || ':', 60)))
order by m.id
"""
