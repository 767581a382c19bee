"""How many were found what, from the results of a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from doudi.kernel.problems import Problem
from doudi.rules.batch.findings import CODES
from doudi.rules.batch.sweep import AMOUNT, OUTPUTS
from doudi.rules.book import rulebook


class ProgrammeRefused(Problem):
    """There is no programme of this name."""

    code = "rules.programme_refused"
    status = 422
    say = "没有“{name}”这个项目。"
    next = "可以写：{known}。"
    fields = ("name", "known")


def summary(out: Path) -> list[dict[str, Any]]:
    """For each programme its holders by finding, and its money in fen for the period it is for."""
    rows = []
    for level, name in OUTPUTS.items():
        parts = sorted([*out.glob(f"{name}/*.parquet"), *out.glob(f"*/{name}/*.parquet")])
        if not parts:
            continue
        table = pl.scan_parquet(parts)
        columns = set(table.collect_schema())
        for programme in rulebook().programmes:
            if programme.holder is not level or programme.code not in columns:
                continue
            asked = [
                (pl.col(programme.code) == code).sum().alias(word) for code, word in CODES.items()
            ]
            amount = f"{programme.code}{AMOUNT}"
            fen = pl.col(amount).sum() if amount in columns else pl.lit(0)
            counted = table.select(*asked, fen.alias("fen")).collect(engine="streaming")
            found = counted.row(0, named=True)
            row = {"programme": programme.code, "holder": level.value, "per": programme.per}
            rows.append(row | {key: int(number) for key, number in found.items()})
    return rows
