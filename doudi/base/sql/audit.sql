-- Machinery of the sealed audit (docs/adr/0009-sealed-audit.md). Applied after every migration.
-- An audited table cannot be written outside an action; each statement leaves one audit entry with
-- a digest of the rows it wrote, in the same transaction; what it replaced goes to base_history.

create or replace function doudi_row_hash(image jsonb) returns bytea
language sql immutable parallel safe
return sha256(convert_to(jsonb_strip_nulls(image)::text, 'UTF8'));

create or replace function doudi_action() returns bigint
language plpgsql stable as $$
begin
  if coalesce(current_setting('app.action', true), '') = '' then
    raise exception 'a guarded table was written outside an action' using errcode = 'DD001';
  end if;
  return current_setting('app.action')::bigint;
end $$;

-- The text that doudi_row_hash digests, as an expression over the columns of a row n of a table. It
-- is the same text, but what kind each column is of is looked up once for a statement and not once
-- for every row, which halves the digest of a bulk load (tests/base/test_guards.py compares them).
create or replace function doudi_image_text(which regclass) returns text
language sql stable as $$
  select '''{''||concat_ws('', '', '
    || string_agg(format('%L||', format('%s: ', to_json(a.attname::text))) || case
        when a.atttypid = any ('{bigint,integer,smallint}'::regtype[]) then format('n.%I', a.attname)
        when a.atttypid = 'boolean'::regtype then format('n.%I::text', a.attname)
        when a.atttypid = any ('{text,varchar,date,timestamptz}'::regtype[])
          then format('to_json(n.%I)::text', a.attname)
        else format('nullif(jsonb_strip_nulls(to_jsonb(n.%I)), ''null'')::text', a.attname) end,
      ', ' order by octet_length(a.attname), a.attname::text collate "C") || ')||''}'''
  from pg_attribute a where a.attrelid = which and a.attnum > 0 and not a.attisdropped
$$;

-- Before the statement: take the number of its audit entry; rows written carry it.
create or replace function doudi_begin_entry() returns trigger
language plpgsql as $$
begin
  perform doudi_action();
  perform set_config('app.entry_' || tg_table_name, nextval('base_entry_seq')::text, true);
  return null;
end $$;

create or replace function doudi_mark_row() returns trigger
language plpgsql as $$
begin
  new.audit_entry := current_setting('app.entry_' || tg_table_name)::bigint;
  return new;
end $$;

create or replace function doudi_add_entry(
  entry bigint, action bigint, entry_kind text, entry_name text, rows_written bigint,
  digest bytea, actor bigint, entry_place text, entry_detail text
) returns void language plpgsql as $$
declare
  moment bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
  leaf_text text;
begin
  leaf_text := concat_ws('|', entry, action, entry_kind, entry_name, rows_written,
    coalesce(encode(digest, 'hex'), '-'), coalesce(actor::text, '-'),
    entry_place, entry_detail, moment);
  insert into base_auditentry
    (id, action_id, kind, name, row_count, rows_digest, actor_id, place, detail, made_us, leaf)
  values (entry, action, entry_kind, entry_name, rows_written, digest, actor, entry_place,
    entry_detail, moment, sha256('\x00'::bytea || convert_to(leaf_text, 'UTF8')));
  insert into base_unsealed (entry_id) values (entry);
end $$;

-- The three below write out what doudi_row_hash says, because a call a row costs a fifth of the
-- digest; their memory is for putting the rows of a bulk load in order without the disk. Few rows take
-- the way whose plan is kept, many the text that was made for their table.
create or replace function doudi_after_insert() returns trigger
language plpgsql set timezone = 'UTC' set work_mem = '64MB' as $$
declare
  written bigint;
  digest bytea;
begin
  if (select count(*) from (select from new_rows limit 500) few) < 500 then
    select count(*), sha256(string_agg(
        sha256(convert_to(jsonb_strip_nulls(to_jsonb(n))::text, 'UTF8')), ''::bytea order by n.id))
      into written, digest from new_rows n;
  else
    execute 'select count(*), sha256(string_agg(sha256(convert_to(' || doudi_image_text(tg_relid)
      || ', ''UTF8'')), ''''::bytea order by n.id)) from new_rows n' into written, digest;
  end if;
  if written > 0 then
    perform doudi_add_entry(current_setting('app.entry_' || tg_table_name)::bigint,
      doudi_action(), 'I', tg_table_name, written, digest, null, '', '');
  end if;
  return null;
end $$;

create or replace function doudi_after_update() returns trigger
language plpgsql set timezone = 'UTC' set work_mem = '64MB' as $$
declare
  written bigint;
  digest bytea;
  entry bigint := current_setting('app.entry_' || tg_table_name)::bigint;
begin
  if (select count(*) from (select from new_rows limit 500) few) < 500 then
    select count(*), sha256(string_agg(
        sha256(convert_to(jsonb_strip_nulls(to_jsonb(n))::text, 'UTF8')), ''::bytea order by n.id))
      into written, digest from new_rows n;
  else
    execute 'select count(*), sha256(string_agg(sha256(convert_to(' || doudi_image_text(tg_relid)
      || ', ''UTF8'')), ''''::bytea order by n.id)) from new_rows n' into written, digest;
  end if;
  if written > 0 then
    insert into base_history (entry_id, table_name, row_id, written_entry, image)
      select entry, tg_table_name, o.id, o.audit_entry, to_jsonb(o) from old_rows o;
    perform doudi_add_entry(entry, doudi_action(), 'U', tg_table_name, written, digest,
      null, '', '');
  end if;
  return null;
end $$;

create or replace function doudi_after_delete() returns trigger
language plpgsql set timezone = 'UTC' set work_mem = '64MB' as $$
declare
  written bigint;
  digest bytea;
  entry bigint := current_setting('app.entry_' || tg_table_name)::bigint;
begin
  if (select count(*) from (select from old_rows limit 500) few) < 500 then
    select count(*), sha256(string_agg(
        sha256(convert_to(jsonb_strip_nulls(to_jsonb(n))::text, 'UTF8')), ''::bytea order by n.id))
      into written, digest from old_rows n;
  else
    execute 'select count(*), sha256(string_agg(sha256(convert_to(' || doudi_image_text(tg_relid)
      || ', ''UTF8'')), ''''::bytea order by n.id)) from old_rows n' into written, digest;
  end if;
  if written > 0 then
    insert into base_history (entry_id, table_name, row_id, written_entry, image)
      select entry, tg_table_name, o.id, o.audit_entry, to_jsonb(o) from old_rows o;
    perform doudi_add_entry(entry, doudi_action(), 'D', tg_table_name, written, digest,
      null, '', '');
  end if;
  return null;
end $$;

create or replace function doudi_refuse() returns trigger
language plpgsql as $$
begin
  raise exception '% on % is refused: its rows never change', tg_op, tg_table_name
    using errcode = 'DD002';
end $$;

-- Bulk loads end with fresh statistics, which only the owner of a table may make: without them the
-- next statement is planned as if the tables were still empty. A table may name some of its columns.
create or replace function doudi_analyze(tables text[]) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  one text;
begin
  foreach one in array tables loop
    if one !~ '^(places|people|exchange|watch|cases|payments|base)_[a-z_]+( [(][a-z_, ]+[)])?$' then
      raise exception '% is no table of ours', one;
    end if;
    execute 'analyze public.' || one;
  end loop;
end $$;

revoke all on function doudi_analyze(text[]) from public;
grant execute on function doudi_analyze(text[]) to doudi_app;
