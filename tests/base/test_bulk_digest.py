"""The digest of many rows at once is the digest of the rows' own JSON, whatever they hold."""

import pytest
from django.db import connection, connections

from doudi.base.guards import guarded_models
from doudi.base.models import OfficialYear
from tests.arrange import arranging

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

NASTY = r"""(values
  (1, 2::smallint, true, 'plain'::varchar, 'a"b\c', '2022-06-01'::date, now(),
   '{"a": null, "b": [null, {"c": null, "d": 1.50}]}'::jsonb,
   '\x00ff'::bytea, 1.2500::numeric, array['x', null]),
  (-9, null, false, '', E'\t\n\r\b\f\u0001\u007f\u0085\u2028',
   'infinity', '-infinity', 'null', '', 'NaN', '{}'),
  (0, -1, null, '张三 😀', '</script>', null, '0044-03-15 00:00:00 BC', '[]', null, 1e20, null),
  (7, null, null, null, null, '0044-03-15 BC', null, '"null"', null, null, null)
) as told (id, "两", yes, "with space", long_text, day, moment, detail, raw, amount, several)"""


def test_the_text_made_for_a_table_is_the_text_of_its_rows():
    with connections["owner"].cursor() as cursor:
        cursor.execute("set local time zone 'UTC'")
        cursor.execute(f"create temporary table nasty on commit drop as select * from {NASTY}")
        cursor.execute("alter table nasty drop column several, add column later int default 3")
        cursor.execute("select doudi_image_text('nasty'::regclass)")
        (made,) = cursor.fetchone()
        cursor.execute(
            f"select {made}, jsonb_strip_nulls(to_jsonb(n))::text from nasty n order by id"
        )
        rows = cursor.fetchall()
    assert len(rows) == 4
    for ours, theirs in rows:
        assert ours == theirs


def test_every_audited_table_has_its_text():
    with connections["owner"].cursor() as cursor:
        for model in guarded_models():
            if model.guard.audited:
                table = model._meta.db_table
                cursor.execute("select doudi_image_text(%s::regclass)", [table])
                (made,) = cursor.fetchone()
                cursor.execute(f"select {made}, to_jsonb(n) from {table} n limit 0")


PLAIN = """select a.row_count, a.rows_digest, count(*), sha256(string_agg(
  doudi_row_hash(to_jsonb(t)), ''::bytea order by t.id))
from base_officialyear t join base_auditentry a on a.id = t.audit_entry
where t.year >= 3000 group by a.id"""
DELETED = """select a.row_count, a.rows_digest, count(*), sha256(string_agg(
  doudi_row_hash(h.image), ''::bytea order by h.row_id))
from base_auditentry a join base_history h on h.entry_id = a.id
where a.kind = 'D' and a.name = 'base_officialyear' group by a.id"""


@pytest.mark.parametrize("rows", [1, 499, 500, 1200])
def test_rows_written_changed_and_deleted_in_bulk_have_the_digest_that_is_verified(rows):
    def told(question: str) -> tuple[int, bytes]:
        with connection.cursor() as cursor:
            cursor.execute("set local time zone 'UTC'")
            cursor.execute("select set_config('app.audit', 'on', true)")
            cursor.execute(question)
            ((count, digest, seen, again),) = cursor.fetchall()
        assert (count, digest) == (seen, again)
        return count, bytes(digest)

    with arranging():
        OfficialYear.objects.bulk_create(
            OfficialYear(year=3000 + k, source='国办发明电 "〔3000〕"\\') for k in range(rows)
        )
    written = told(PLAIN)
    with arranging():
        OfficialYear.objects.filter(year__gte=3000).update(source="改\t")
    changed = told(PLAIN)
    with arranging():
        OfficialYear.objects.filter(year__gte=3000).delete()
    deleted = told(DELETED)
    assert written[0] == changed[0] == deleted[0] == rows
    assert written[1] != changed[1] == deleted[1]
