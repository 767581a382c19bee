"""The set-based statements of processing; PostgreSQL refuses COPY into guarded tables."""

CREATE_ROWS = """
create temporary table if not exists delivery_rows (
  line integer not null, id_token bytea, row_hash bytea not null, values_cipher bytea not null,
  facts jsonb not null
) on commit drop;
create temporary table if not exists delivery_rejects (
  line integer not null, "column" text not null, value text not null, code text not null,
  why text not null
) on commit drop;
truncate delivery_rows, delivery_rejects
"""

COPY_ROWS = "copy delivery_rows (line, id_token, row_hash, values_cipher, facts) from stdin"
COPY_REJECTS = 'copy delivery_rejects (line, "column", value, code, why) from stdin'

INSERT_ROWS = """
insert into exchange_deliveryrow
  (delivery_id, line, id_token, row_hash, values_cipher, tier, why, facts)
select %s, line, id_token, row_hash, values_cipher, '', '', facts from delivery_rows order by line
"""

INSERT_REJECTS = """
insert into exchange_reject (delivery_id, line, "column", value, code, why)
select %s, line, "column", value, code, why from delivery_rejects order by line
"""

# Row policies hold here: an id that is registered outside the delivery's place finds nobody.
CANDIDATES = """
select r.id, r.line, r.values_cipher, r.id_token is not null, r.facts, p.id, p.name, p.birth
from exchange_deliveryrow r left join people_person p on p.id_token = r.id_token
where r.delivery_id = %s order by r.line
"""

CREATE_VERDICTS = """
create temporary table if not exists row_verdicts (
  row_id bigint not null, person_id bigint, tier text not null, why text not null
) on commit drop;
truncate row_verdicts
"""

COPY_VERDICTS = "copy row_verdicts (row_id, person_id, tier, why) from stdin"

APPLY_VERDICTS = """
update exchange_deliveryrow r
set person_id = v.person_id, tier = v.tier, why = v.why
from row_verdicts v where v.row_id = r.id and r.delivery_id = %s
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
