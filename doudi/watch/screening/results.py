"""What a screening writes: a row for each hit, and one for each alert raised or grown."""

from __future__ import annotations

from typing import Any

import polars as pl

from doudi.watch.indicators import INDICATORS
from doudi.watch.merging import Change
from doudi.watch.score import Score
from doudi.watch.screening.layout import FACT, HOUSEHOLD, PERSON, PLACE, SOURCE
from doudi.watch.screening.reading import Stretch
from doudi.watch.screening.rounds import Round

HITS, ALERTS = "hits.parquet", "alerts.parquet"
Row = tuple[object, ...]
_HIT = {
    "月份": pl.String, "风险点": pl.String, "名称": pl.String, "方向": pl.String,
    "权重": pl.Int32, "数值": pl.Int64, "界限": pl.Int64, "发生日": pl.Date, "理由": pl.String,
    "缘由": pl.String, FACT: pl.Int64, SOURCE: pl.String,
}  # fmt: skip
_ALERT = {
    "月份": pl.String, "方向": pl.String, "人群": pl.String, "分数": pl.Int32,
    "颜色": pl.String, "算式": pl.String, "新增": pl.Boolean,
}  # fmt: skip


def hit_rows(change: Change, turn: Round, persons: dict[int, Any]) -> list[Row]:
    """A row for each hit of an alert, with the figures and the sentence that says why."""
    household = change.household
    return [
        (
            persons[found.person.id], household.id, household.place, str(turn.period),
            found.indicator, INDICATORS[found.indicator].label, change.direction, found.weight,
            found.hit.value, found.hit.threshold, found.hit.happened_on, found.hit.sentence,
            found.hit.cause, found.hit.fact_id, found.hit.source,
        )
        for found in change.hits
    ]  # fmt: skip


def alert_row(change: Change, turn: Round) -> Row:
    """The household's alert of one direction with its score, colour and sum."""
    score, household = change.score, change.household
    return (
        household.id, household.place, str(turn.period), change.direction,
        "、".join(change.kinds), score.points, change.colour, summed_up(score),
        change.open_id is None,
    )  # fmt: skip


def summed_up(score: Score) -> str:
    """The sum of a score in one line."""
    return "；".join(f"{words} {number}" for words, number in score.arithmetic)


def hits_frame(rows: list[Row], stretch: Stretch) -> pl.DataFrame:
    """Hits as a table."""
    person = stretch.people.schema[PERSON]
    return _frame(rows, {PERSON: person, **_of_household(stretch), **_HIT})


def alerts_frame(rows: list[Row], stretch: Stretch) -> pl.DataFrame:
    """Alerts as a table."""
    return _frame(rows, {**_of_household(stretch), **_ALERT})


def _of_household(stretch: Stretch) -> dict[str, Any]:
    return {HOUSEHOLD: stretch.households.schema[HOUSEHOLD], PLACE: pl.String}


def _frame(rows: list[Row], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
