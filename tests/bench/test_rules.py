"""The comparison fails when one answer differs in one cell; a goal is met or missed."""

import polars as pl
import pytest

from bench import rules

ANSWER = pl.DataFrame(
    {"户号": [1, 2, 3], "低保": [0, 2, 1], "低保金额": [43900, 0, 0]},
    {"户号": pl.Int64, "低保": pl.Int8, "低保金额": pl.Int64},
)


@pytest.fixture
def answers(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "SCRATCH", tmp_path)
    (tmp_path / "answers").mkdir()

    def write(**frames: pl.DataFrame) -> list[str]:
        for name, frame in frames.items():
            frame.write_parquet(rules._answer(name))
        return list(frames)

    return write


def test_answers_that_are_the_same_agree(answers):
    assert rules._agree(answers(one=ANSWER, other=ANSWER))


@pytest.mark.parametrize(
    "other",
    [
        ANSWER.with_columns(pl.Series("低保金额", [43901, 0, 0])),
        ANSWER.with_columns(pl.lit(0, pl.Int8).alias("低保")),
        ANSWER.head(2),
        ANSWER.reverse(),
    ],
    ids=["one fen", "a finding", "a household lost", "another order"],
)
def test_an_answer_that_differs_does_not_agree_and_is_named(answers, other, capsys):
    assert not rules._agree(answers(one=ANSWER, other=other))
    assert "other 与 one 的结果不一致" in capsys.readouterr().err


def _run(seconds: float, peak_mb: float) -> rules.Run:
    return rules.Run(seconds, seconds, peak_mb, seconds, seconds)


def test_goals_are_met_at_their_bound_and_missed_beside_it():
    best = {
        rules.OURS: _run(1.0, 100),
        "OpenFisca-core": _run(6.0, 299),
        "Polars": _run(1.9, 1),
        rules.FLOOR.name: _run(1.0, 1),
    }
    told = {goal.name: goal.met for goal in rules.goals(best)}
    assert told == {
        "OpenFisca-core / doudi, wall": True,
        "Polars / doudi, wall": False,
        "doudi / decode + encode only, own work, wall": True,
        "doudi / OpenFisca-core, memory": False,
    }


def test_the_least_of_several_runs_counts_each_figure_by_itself():
    assert rules.Run(3, 1, 5, 2, 1).or_less(rules.Run(2, 2, 4, 3, 1)) == rules.Run(2, 1, 4, 2, 1)
