from django.db import migrations

# Two files that are said to be one person's (people_personmerge) stand in at most one live award of
# an exclusive group between them, as the exclusion constraint of cases has it for one file. As the
# owner, so that an award in another county counts too.
EXCLUSIVE = """
create function payments_merged_files_exclude() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  canon bigint;
begin
  select coalesce(max(kept_id), new.person_id) from people_personmerge
    where gone_id = new.person_id and undone_at is null into canon;
  if exists (
    select 1 from cases_awardperson o
    where o.person_id <> new.person_id and o.award_id <> new.award_id and o."group" = new."group"
      and (o.person_id = canon or o.person_id in (
        select gone_id from people_personmerge where kept_id = canon and undone_at is null))
      and daterange(o.since, o.before) && daterange(new.since, new.before))
  then
    raise exception 'merged files of person % stand in two awards of group %', canon, new."group"
      using errcode = 'exclusion_violation';
  end if;
  return null;
end $$;
create trigger payments_merged_files_exclude after insert or update on cases_awardperson
  for each row execute function payments_merged_files_exclude();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0020_names_are_compared_by_hash"),
        ("people", "0002_merged_files"),
        ("cases", "0001_initial"),
    ]

    operations = [migrations.RunSQL(EXCLUSIVE)]
