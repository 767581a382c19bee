"""X3: with a bug in the Python scope, the database still gives nothing outside the region."""

from __future__ import annotations

import pytest

from doudi.base.access import first_wall_down
from doudi.watch.models import Alert
from doudi.web.authorization import table
from tests.web.fixtures import regions
from tests.web.regions import Regions
from tests.web.walker import visitor, walk, wrong_cells
from tests.web.walls import (
    rows_seen,
    tables_seen_by_both,
    tables_seen_without_scope,
    walled_models,
)

__all__ = ["regions"]
pytestmark = pytest.mark.promise("X3")
LISTS = (
    "/", "/alerts", "/leads", "/cases", "/batches?month=2022-07", "/deliveries", "/people",
)  # fmt: skip


def test_every_walled_table_has_rows_in_each_region(regions: Regions):
    """Else the next tests prove nothing; a new table gets its row in tests/web/regions.py."""
    for region in regions.all:
        seen = rows_seen(region.township if region.code != "far" else "620522000000")
        assert [name for name, ids in seen.items() if not ids] == [], region.code


def test_plain_sql_in_one_township_sees_no_row_of_another_in_any_table(regions: Regions):
    assert len(walled_models()) > 25
    assert tables_seen_by_both(regions.near.township, regions.beside.township) == []


def test_what_two_counties_see_together_is_everything(regions: Regions):
    """The walls hide nothing from those who are inside."""
    everything = rows_seen("000000000000")
    near, far = rows_seen("620521000000"), rows_seen("620522000000")
    assert {name: near[name] | far[name] for name in near} == everything


def test_without_a_scope_no_table_shows_a_row(regions: Regions):
    assert tables_seen_without_scope() == []


def test_with_the_first_wall_down_the_manager_itself_filters_nothing(regions: Regions):
    """Else the next tests would still stand behind the first wall."""
    with first_wall_down():
        assert "WHERE" not in str(Alert.objects.all().query)


@pytest.mark.parametrize("role", ["township_clerk", "county_reviewer", "finance_maker"])
def test_with_the_first_wall_down_every_page_to_read_still_answers_as_the_table_says(
    regions: Regions, role: str
):
    readable = [row for row in table().values() if row.methods == ("GET",)]
    with first_wall_down():
        found = walk(regions, role, readable)
    assert wrong_cells(table(), role, found) == []


@pytest.mark.parametrize("address", LISTS)
def test_with_the_first_wall_down_lists_name_nobody_of_another_township(
    regions: Regions, address: str
):
    who = visitor(regions, "township_clerk")
    with first_wall_down():
        pages = [
            who.open(
                "POST" if address == "/people" else "GET", address, {"q": name}
            ).content.decode()
            for name in (regions.near.secrets[0][:2], regions.beside.secrets[0][:2])
        ]
    if address in ("/alerts", "/cases", "/people"):
        assert any(secret in pages[0] for secret in regions.near.secrets), "the page is not empty"
    names = regions.beside.secrets + regions.far.secrets
    assert [name for name in names for page in pages if name in page] == []
