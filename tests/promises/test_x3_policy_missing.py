"""X3, the planted bug: a table without its policy is named by the checker."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from tests.arrange import OTHER_TOWNSHIP, TOWNSHIP
from tests.people.people import a_household, a_person
from tests.web.walls import tables_seen_by_both, tables_seen_without_scope

pytestmark = [pytest.mark.promise("X3"), pytest.mark.usefixtures("committed_db")]


@pytest.mark.parametrize(
    "bug",
    [
        "drop policy doudi_places on {0}; alter table {0} disable row level security",
        "drop policy doudi_places on {0}; create policy all_of_it on {0} using (true)",
    ],
)
def test_a_table_without_its_policy_is_named(owner_dsn: str, bug: str):
    for serial, place in enumerate((TOWNSHIP, OTHER_TOWNSHIP)):
        village = f"{place[:9]}201"
        a_household(a_person(serial=serial, place=village), place=village)
    assert tables_seen_by_both(TOWNSHIP, OTHER_TOWNSHIP) == []
    assert tables_seen_without_scope() == []
    connection.close()
    with psycopg.connect(owner_dsn) as owner:
        owner.execute(bug.format("people_household"))  # type: ignore[arg-type]
    # A member is visible where its household is, so it follows.
    assert tables_seen_by_both(TOWNSHIP, OTHER_TOWNSHIP) == [
        "people_chainevent",
        "people_household",
        "people_member",
    ]
    assert "people_household" in tables_seen_without_scope()
