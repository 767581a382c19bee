"""An action is whole, audited, permitted and repeatable; a write outside one is refused."""

import pytest
from django.db import DatabaseError, connection, transaction

from doudi.base.access import Actor
from doudi.base.actions import SameKeyOtherContent, action
from doudi.base.models import AuditEntry, History, OfficialYear
from doudi.kernel.problems import NotAllowed
from tests.arrange import actor, arranging

pytestmark = pytest.mark.django_db


@action("test.add_year", needs="calendar.load")
def add_year(year: int, source: str, *, by: Actor) -> OfficialYear:
    row = OfficialYear.objects.create(year=year, source=source)
    OfficialYear.objects.filter(pk=row.pk).update(source=source + "！")
    return row


def test_a_write_outside_an_action_is_refused_by_the_database():
    with pytest.raises(DatabaseError, match="outside an action"), transaction.atomic():
        OfficialYear.objects.create(year=2050, source="x")


def test_an_action_leaves_one_entry_for_itself_and_one_for_each_statement():
    row = add_year(2050, "通知", by=Actor.system())
    entries = list(AuditEntry.objects.order_by("id").values_list("kind", "name", "row_count"))
    assert entries == [
        ("A", "test.add_year", 0),
        ("I", "base_officialyear", 1),
        ("U", "base_officialyear", 1),
    ]
    row.refresh_from_db()
    assert row.source == "通知！"


def test_what_an_update_replaced_is_kept_in_history_and_only_an_auditor_sees_it():
    add_year(2050, "通知", by=Actor.system())
    assert not History.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.audit', 'on', true)")
    assert History.objects.get().image["source"] == "通知"


def test_an_action_without_permission_changes_nothing_and_says_so():
    with pytest.raises(NotAllowed):
        add_year(2050, "通知", by=actor("auditor"))
    assert not AuditEntry.objects.exists()


def test_the_same_key_gives_the_same_answer_and_writes_once():
    first = add_year(2050, "通知", by=Actor.system(), key="k1")
    again = add_year(2050, "通知", by=Actor.system(), key="k1")
    assert first.pk == again.pk
    assert OfficialYear.objects.count() == 1


def test_the_same_key_with_other_content_is_refused():
    add_year(2050, "通知", by=Actor.system(), key="k1")
    with pytest.raises(SameKeyOtherContent):
        add_year(2051, "通知", by=Actor.system(), key="k1")


def test_the_audit_names_numbers_and_dates_but_never_free_text():
    add_year(2050, "张三的身份证", by=Actor.system())
    header = AuditEntry.objects.get(kind="A")
    assert "2050" in header.detail
    assert "张三" not in header.detail


def test_rows_of_the_audit_cannot_be_changed_or_removed_by_the_application():
    with arranging():
        OfficialYear.objects.create(year=2050, source="x")
    for statement in (
        "update base_auditentry set detail = ''",
        "delete from base_auditentry",
        "truncate base_auditentry",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
