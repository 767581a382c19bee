"""How right and how fast rows are linked to persons, at several levels of noise; ids; months.

    python -m bench.matching

DOUDI_BENCH_PEOPLE (200,000) are registered, a tenth as many rows come in each file. The truth is
known and not told to the matcher. Not met: automatic precision under 0.999.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench import invented
from bench.measuring import Figure
from bench.table import show
from doudi.exchange.linking.changes import compare
from doudi.exchange.linking.deciding import BY_ID, SCORED, TO_REVIEW, WAYS
from doudi.exchange.linking.ids import normalise
from doudi.exchange.linking.linking import Links, link
from doudi.exchange.linking.people import find_columns, people_of
from doudi.exchange.linking.repairs import number_of

TODAY = date(2022, 6, 1)
PRECISION = 0.999
COLUMN_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one file."""

    noise: str
    precision: float
    recall: float
    recall_asked: float
    recall_at_999: float
    asked: float
    scored: float
    cpu_s: float

    def figures(self) -> list[Figure]:
        """As lines of the table."""
        shares = {
            "自动精确率": self.precision, "其中评分精确率": self.scored, "自动召回率": self.recall,
            "连同待认的召回率": self.recall_asked, "精确率0.999时的召回率": self.recall_at_999,
            "待认占比": self.asked,
        }  # fmt: skip
        made = [
            Figure(f"{self.noise} {name}", round(float(share) * 1000, 2), "‰")
            for name, share in shares.items()
        ]
        return [*made, Figure(f"{self.noise} 用时", self.cpu_s, "CPU s")]


def main() -> int:
    """Measure, record, show; 0 if what counts by itself was right often enough."""
    people = int(os.environ.get("DOUDI_BENCH_PEOPLE", "200000"))
    rows = people // 10
    known = invented.registry(people)
    told = [_one(known, rows, noise) for noise in invented.LEVELS]
    figures = [figure for each in told for figure in each.figures()]
    figures += [_ids(), _months()]
    _record(people, rows, figures)
    show({f"matching，{people:,} 人，来文 {rows:,} 行": figures})
    return 0 if all(each.precision >= PRECISION for each in told) else 1


def _one(known: pl.DataFrame, rows: int, noise: invented.Noise) -> Told:
    file, truth = invented.file(known, rows, noise)
    started = time.process_time()
    sides = [
        people_of(frame, find_columns(frame, Path("表")), TODAY, birth_from_id=registered)
        for frame, registered in ((file, False), (known, True))
    ]
    links = link(sides[0], sides[1], TODAY)
    spent = time.process_time() - started
    right = (links.person == truth) & (truth >= 0)
    scored, asked = links.way == WAYS.index(SCORED), links.way == WAYS.index(TO_REVIEW)
    automatic = scored | (links.way == WAYS.index(BY_ID))
    here = max(int((truth >= 0).sum()), 1)
    return Told(
        noise.name, _share(right[automatic]), (right & automatic).sum() / here,
        (right & (automatic | asked)).sum() / here, _recall_at(links, truth) / here,
        float(asked.mean()), _share(right[scored]), round(spent, 2),
    )  # fmt: skip


def _share(right: np.ndarray) -> float:
    return round(float(right.mean()), 6) if len(right) else 1.0


def _recall_at(links: Links, truth: np.ndarray) -> int:
    """How many are right at the lowest threshold at which 999 of 1,000 are."""
    best = np.where(links.pair >= 0, links.pairs.person[links.pair], links.person)
    exact = links.way == WAYS.index(BY_ID)
    bits = np.where(exact, np.inf, np.nan_to_num(links.bits, nan=-np.inf))
    best = np.where(exact, links.person, best)
    order = np.argsort(-bits, kind="stable")
    order = order[bits[order] > -np.inf]
    right = np.cumsum((best == truth)[order] & (truth >= 0)[order])
    enough = np.flatnonzero(right >= PRECISION * np.arange(1, len(right) + 1))
    return int(right[enough[-1]]) if len(enough) else 0


def _ids() -> Figure:
    some = [number_of(62059919650312000 + at) for at in range(1000)]
    column = pl.Series(some * (COLUMN_ROWS // 1000))
    started = time.process_time()
    usable = int(normalise(column, TODAY).usable.sum())
    spent = time.process_time() - started
    assert usable == COLUMN_ROWS
    return Figure("规整身份证号", round(COLUMN_ROWS / spent), "ids/CPU s", round(spent, 3))


def _months() -> Figure:
    """Five columns, 1 % changed, 0.5 % new, 0.5 % gone, the order of the rows another one."""
    rows = COLUMN_ROWS
    at = np.arange(rows)
    before = pl.DataFrame({
        "身份证号": pl.Series((620521196501010000 + at * 37).astype(str)),
        "姓名": pl.Series(["王建国", "李秀英", "张三"])[at * 7 % 3],
        "金额": pl.Series((at * 7919 % 9999).astype(str)),
        "日期": pl.Series(["2022-05-01", "2022-05-02"])[at % 2],
        "状态": pl.Series(["正常"]).new_from_index(0, rows),
    })  # fmt: skip
    changed = pl.when(pl.int_range(pl.len()) % 100 == 7).then(pl.lit("改")).otherwise("金额")
    after = before[rows // 200 :].with_columns(changed.alias("金额"))
    new = before[: rows // 200].with_columns(("N" + pl.col("身份证号")).alias("身份证号"))
    after = pl.concat([after, new]).sample(fraction=1, shuffle=True, seed=1)
    started = time.process_time()
    changes = compare(before, after, ["身份证号"])
    spent = time.process_time() - started
    assert len(changes.new) == len(changes.gone) == rows // 200
    return Figure("逐月比较（每月行数）", round(rows / spent), "rows/CPU s", round(spent, 3))


def _record(people: int, rows: int, figures: list[Figure]) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    django.setup()
    from bench.results import record

    told: dict[str, Any] = {"figures": [each.as_json() for each in figures]}
    record(f"matching,people={people}", told)


if __name__ == "__main__":
    sys.exit(main())
