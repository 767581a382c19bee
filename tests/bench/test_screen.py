"""The screening bench compares like with like: on a small county all ways find the same."""

from pathlib import Path

import polars as pl
import pytest

from bench import screen
from bench.peers import population, screened

PEOPLE = 12_000


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return population.library(tmp_path_factory.mktemp("bench"), 2, PEOPLE)


@pytest.fixture(scope="module")
def ours(library, tmp_path_factory) -> pl.DataFrame:
    out = tmp_path_factory.mktemp("out") / "screen"
    screened.by_screen(library, out)
    return screened.hits_of(out)


def test_the_plain_loop_finds_what_the_screening_finds(library, ours, tmp_path):
    screened.by_loop(library, tmp_path)
    assert screened.hits_of(tmp_path).equals(ours)
    assert ours.height > 50


@pytest.mark.parametrize("way", ["polars", "duckdb"])
def test_four_indicators_by_hand_find_what_the_screening_finds_of_these(
    library, ours, tmp_path, way
):
    screened.WAYS[way](library, tmp_path)
    of_these = ours.filter(pl.col("风险点").is_in(screened.SUBSET))
    assert screened.hits_of(tmp_path).equals(of_these)
    assert set(of_these["风险点"]) == set(screened.SUBSET)


def test_a_hit_too_few_is_told(library, ours, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(screen, "SCRATCH", tmp_path)
    for name, hits in (("screen", ours), ("loop", ours[1:])):
        (tmp_path / "answers" / f"screen-{name}").mkdir(parents=True)
        hits.write_parquet(tmp_path / "answers" / f"screen-{name}" / "hits.parquet")
    assert not screen._agree("loop", everything=True)
    assert "命中不一致" in capsys.readouterr().err
    assert screen._agree("screen", everything=True)
