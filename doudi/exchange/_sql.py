"""The set-based statements of processing; PostgreSQL refuses COPY into guarded tables."""

CREATE_REJECTS = """
create temporary table if not exists delivery_rejects (
  line integer not null, "column" text not null, value text not null, code text not null,
  why text not null
) on commit drop;
truncate delivery_rejects
"""

COPY_REJECTS = 'copy delivery_rejects (line, "column", value, code, why) from stdin'

INSERT_REJECTS = """
insert into exchange_reject (delivery_id, line, "column", value, code, why)
select %s, line, "column", value, code, why from delivery_rejects order by line
"""

CREATE_ROWS = """
create temporary table if not exists delivery_tokens (line integer not null, id_token bytea)
on commit drop;
create temporary table if not exists delivery_rows (
  line integer not null, id_token bytea, row_hash bytea not null, values_cipher bytea not null,
  person_id bigint, tier text not null, why text not null, bits double precision, evidence jsonb,
  facts jsonb not null
) on commit drop;
truncate delivery_tokens, delivery_rows
"""

COPY_TOKENS = "copy delivery_tokens (line, id_token) from stdin"
ANALYZE_TOKENS = "analyze delivery_tokens"

# Row policies hold here: an id that is registered outside the delivery's place finds nobody.
KNOWN = """
select t.line, p.id, p.name, p.birth
from delivery_tokens t join people_person p on p.id_token = t.id_token
"""

COPY_ROWS = """
copy delivery_rows (line, id_token, row_hash, values_cipher, person_id, tier, why, bits, evidence,
  facts)
from stdin
"""

INSERT_ROWS = """
insert into exchange_deliveryrow
  (delivery_id, line, id_token, row_hash, values_cipher, person_id, tier, why, bits, evidence,
   facts)
select %s, line, id_token, row_hash, values_cipher, person_id, tier, why, bits, evidence, facts
from delivery_rows order by line
"""

STAGE_FACTS = """
insert into fact_staging (person_id, kind, key, amount_fen, code, detail, valid_since,
  valid_before, source)
select r.person_id, f ->> 0, f ->> 1, (f ->> 2)::bigint, f ->> 3,
  case when jsonb_typeof(f -> 4) = 'null' then null else f -> 4 end,
  (f ->> 5)::date, (f ->> 6)::date, 'delivery:' || r.delivery_id || ':' || r.line
from exchange_deliveryrow r, jsonb_array_elements(r.facts) f
where r.delivery_id = %(delivery)s and r.tier = any(%(tiers)s) and r.person_id is not null
"""

# Row policies hold here too: who is not in the delivery's place comes into no question.
COPY_REGISTRY = """
copy (
  select p.id, p.name, p.birth, p.sex, p.registered_place, m.household_id, h.head_id
  from people_person p
  left join people_member m on m.person_id = p.id and m.before is null
  left join people_household h on h.id = m.household_id
  where not exists (
    select 1 from people_personmerge g where g.gone_id = p.id and g.undone_at is null)
  order by p.id
) to stdout
"""

BY_TOKENS = "select id_token, id from people_person where id_token = any(%s)"
BY_GRAMS = "select distinct gram, person_id from people_searchgram where gram = any(%s)"
SEALED_IDS = "select id, id_cipher from people_person where id = any(%s) and id_cipher is not null"

FORGET_REJECTS = "delete from exchange_reject where delivery_id = %s and line = any(%s)"

INSERT_DUPLICATES = """
insert into exchange_duplicate (person_id, other_id, bits, parts, found_at, state, why)
select (d ->> 0)::bigint, (d ->> 1)::bigint, (d ->> 2)::double precision, d -> 3, %s, '待核', ''
from jsonb_array_elements(%s::jsonb) d
on conflict (person_id, other_id) do nothing
"""
