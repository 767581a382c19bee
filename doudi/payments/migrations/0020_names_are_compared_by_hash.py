from django.db import migrations

# As in 0010 and 0011, but every row is asked for and not the first that is astray: with a limit the
# planner hopes to be done soon and looks up one row after the other, where a county's month is
# compared by hashing in a third of the time. The memory is for that.
LINES = """
create or replace function payments_lines_agree() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp set work_mem = '64MB' as $$
declare
  astray text;
begin
  execute
    'select min(n.reference) from new_rows n left join people_household h on h.id = n.household_id '
    'left join people_person q on q.id = n.payee_id '
    'left join people_payeeaccount k on k.id = n.account_id '
    'left join payments_payeearrangement a on a.id = n.arrangement_id '
    'left join payments_batch b on b.id = n.batch_id '
    'where h.id is null or q.id is null '
    'or (n.account_id is not null and k.person_id is distinct from n.payee_id) '
    'or (n.arrangement_id is not null and a.household_id is distinct from n.household_id) '
    'or (n.batch_id is not null '
    'and (b.scheme, b.month) is distinct from (n.scheme, n.month))' into astray;
  if astray is not null then
    raise exception 'line % does not agree with what it names', astray
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
"""
MOVEMENTS = """
create or replace function payments_movements_agree() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp set work_mem = '64MB' as $$
declare
  astray text;
begin
  execute
    'select min(n.reference) from new_rows n '
    'left join payments_payable p on p.id = n.payable_id '
    'left join payments_transfer t on t.id = n.settles_id '
    'where p.id is null or p.batch_id is distinct from n.batch_id '
    'or n.fen <> p.fen - p.kept_fen '
    'or (n.kind <> ''pend'' and (t.id is null '
    'or t.kind <> case when n.kind = ''back'' then ''post'' else ''pend'' end '
    'or (t.payable_id, t.batch_id, t.fen) is distinct from (n.payable_id, n.batch_id, n.fen)))'
    into astray;
  if astray is not null then
    raise exception 'movement % does not agree with what it moves', astray
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_shares_kept_back_and_money_returned")]

    operations = [migrations.RunSQL(LINES), migrations.RunSQL(MOVEMENTS)]
