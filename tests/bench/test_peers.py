"""The rule that the bench's peers compute is the law's 低保, and the registry asks hard things."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bench.peers import environments
from bench.peers.figures import DAY, overlay
from bench.peers.registry import write_registry
from doudi.rules import HouseholdFacts, PersonFacts, determine
from doudi.rules.batch import sweep

CODES = {"符合": 0, "需复核": 1, "不符合": 2, "缺资料": 3}
PEOPLE = 3000


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "registry"
    write_registry(folder, PEOPLE)
    return folder


@pytest.fixture(scope="module")
def told_one_by_one(registry: Path) -> pl.DataFrame:
    """What the law says when every household is asked on its own."""
    people = pl.read_parquet(registry / "persons.parquet").partition_by("户号", as_dict=True)
    rows = pl.read_parquet(registry / "households.parquet").with_columns(pl.col("地区").cast(str))
    answers = [_asked(row, people[(row["户号"],)]) for row in rows.iter_rows(named=True)]
    types = {"户号": pl.Int64, "低保": pl.Int8, "低保金额": pl.Int64}
    return pl.DataFrame(answers, types, orient="row")


def _asked(row: dict[str, Any], people: pl.DataFrame) -> tuple[int, int, int]:
    facts = {name: value for name, value in row.items() if name not in ("户号", "地区")}
    members = tuple(
        PersonFacts(
            str(person["人号"]),
            {name: value for name, value in person.items() if name not in ("户号", "人号")},
        )
        for person in people.iter_rows(named=True)
    )
    told = determine(
        HouseholdFacts(facts, members), DAY, row["地区"], overlay=overlay(), programmes=("低保",)
    ).outcome("低保")
    assert told is not None
    return row["户号"], CODES[told.result], int(told.monthly)


@pytest.mark.parametrize("peer", [environments.NUMPY, environments.POLARS, environments.DUCKDB])
def test_a_peer_that_needs_no_environment_of_its_own_says_what_the_law_says(
    peer, registry, told_one_by_one, tmp_path
):
    out = tmp_path / "answer.parquet"
    script = environments.PEERS / peer.script
    subprocess.run([sys.executable, str(script), str(registry), str(out)], check=True)
    assert pl.read_parquet(out).equals(told_one_by_one)


def test_the_sweep_says_what_the_law_says(registry, told_one_by_one, tmp_path):
    sweep(registry, tmp_path / "answer", DAY, programmes=("低保",), overlay=overlay())
    told = pl.read_parquet(tmp_path / "answer" / "households.parquet")
    assert told.select("户号", "低保", "低保金额").equals(told_one_by_one)


def test_between_a_third_and_two_thirds_are_poor_and_some_are_to_be_reviewed(told_one_by_one):
    counts = dict(told_one_by_one["低保"].value_counts().iter_rows())
    assert told_one_by_one.height / 3 < counts[0] < told_one_by_one.height * 2 / 3
    assert counts[1] > 0
    assert CODES["缺资料"] not in counts


def test_the_same_recipe_writes_the_same_registry(registry, tmp_path):
    write_registry(tmp_path, PEOPLE)
    for name in ("households.parquet", "persons.parquet", "figures.json"):
        assert (tmp_path / name).read_bytes() == (registry / name).read_bytes()


@pytest.mark.parametrize("peer", [*environments.ALL, environments.FLOOR])
def test_a_peers_versions_are_pinned_and_none_is_the_products_own(peer):
    assert peer.title() != peer.name
    lines = (environments.LOCKS / f"{peer.environment}.txt").read_text().split()
    assert all("==" in line for line in lines)
    product = (environments.PEERS.parent.parent / "requirements" / "runtime.in").read_text()
    assert not any(name in product for name in ("openfisca", "policyengine", "ttsim", "duckdb"))
