"""The registry of what was known at decisions: without names, and decided alike."""

from datetime import date

import polars as pl
import pytest

from doudi.base.access import scope
from doudi.cases.models import Decision
from doudi.insight.registry import decided_households
from doudi.kernel import clock
from doudi.rules.batch import sweep
from doudi.rules.batch.writing import write_registry
from tests.arrange import COUNTY
from tests.cases.world import START, World, build, drive


@pytest.fixture
def world(db: None):
    with clock.business_at(START):
        yield build()


def test_a_household_stands_as_it_was_decided_and_without_a_name(world: World, tmp_path):
    drive(world, "已确认")
    households, persons = write_registry(tmp_path / "registry", decided_households(COUNTY))
    assert (households, persons) == (1, 3)
    held = b"".join(path.read_bytes() for path in (tmp_path / "registry").iterdir())
    assert "赵有田".encode() not in held
    with scope(COUNTY):
        decision = Decision.objects.get()
    sweep(tmp_path / "registry", tmp_path / "out", date.fromisoformat(decision.snapshot["on"]))
    found = pl.read_parquet(tmp_path / "out" / "households.parquet" / "*.parquet")
    assert found.select("低保", "低保金额").row(0) == (0, decision.amount_fen)


def test_a_place_without_decisions_gives_an_empty_registry(world: World, tmp_path):
    drive(world, "已确认")
    assert write_registry(tmp_path / "registry", decided_households("110101000000")) == (0, 0)
