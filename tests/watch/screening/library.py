"""Small libraries of files written by hand."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from doudi.kernel.dates import Month
from doudi.watch.screening import Round

VILLAGE = "620521100201"
ROUND = Round(Month(2022, 5), Month(2022, 5), date(2022, 6, 6))
_TYPES: dict[str, Any] = {
    "人号": pl.Int64, "种类": pl.String, "键": pl.String, "金额": pl.Int64, "代码": pl.String,
    "明细": pl.String, "起": pl.Date, "止": pl.Date, "撤回": pl.Boolean,
}  # fmt: skip


def write_library(
    folder: Path, sizes: tuple[int, ...], files: dict[str, list[dict[str, Any]]]
) -> Path:
    """Households of these sizes, people numbered through from 1, and files of facts by name."""
    (folder / "facts").mkdir(parents=True)
    numbers = range(1, len(sizes) + 1)
    pl.DataFrame(
        {"户号": numbers, "地区": [VILLAGE] * len(sizes), "城镇": [False] * len(sizes)},
        schema={"户号": pl.Int64, "地区": pl.String, "城镇": pl.Boolean},
    ).write_parquet(folder / "households.parquet")
    owners = [number for number, size in zip(numbers, sizes, strict=True) for _ in range(size)]
    pl.DataFrame(
        {
            "人号": range(1, len(owners) + 1), "户号": owners,
            "出生日期": [date(1975, 3, 1)] * len(owners),
        },
        schema={"人号": pl.Int64, "户号": pl.Int64, "出生日期": pl.Date},
    ).write_parquet(folder / "persons.parquet")  # fmt: skip
    for name, rows in files.items():
        write_facts(folder / "facts" / f"{name}.parquet", rows)
    return folder


def write_facts(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """One file of facts; columns that no row tells are not there."""
    told = list(rows)
    needed = ("人号", "种类", "起")
    names = [n for n in _TYPES if n in needed or any(n in row for row in told)]
    schema = {name: _TYPES[name] for name in names}
    pl.DataFrame(told, schema=schema, orient="row").write_parquet(path)


def stay(person: int, yuan: int, day: date = date(2022, 5, 17), key: str = "J1") -> dict[str, Any]:
    """A hospital stay with this self-pay."""
    return {"人号": person, "种类": "medical.self_pay", "键": key, "金额": yuan * 100, "起": day}


def found(out: Path, name: str = "hits") -> pl.DataFrame:
    """What a screening wrote."""
    return pl.read_parquet(out / f"{name}.parquet" / "*.parquet")
