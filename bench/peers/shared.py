"""What every peer script does alike: read the registry, read the figures, write the answer.

Runs in a peer's own environment, beside the script: it knows Polars, NumPy and nothing of doudi.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

FITS, REVIEW, FITS_NOT = 0, 1, 2  # 符合, 需复核, 不符合: the worst of several is their maximum
Arrays = dict[str, npt.NDArray[Any]]


def asked() -> tuple[Path, Path]:
    """The folder of the registry and the file to write, from the command line."""
    return Path(sys.argv[1]), Path(sys.argv[2])


def read_figures(registry: Path) -> dict[str, Any]:
    """Parameters in force on the day: names to numbers, or to tables by place."""
    told: dict[str, Any] = json.loads((registry / "figures.json").read_text(encoding="utf-8"))
    return told


def read_arrays(registry: Path, places: list[str]) -> tuple[Arrays, Arrays]:
    """Households and persons as NumPy arrays; 地区 becomes its place in the list of places."""
    households = pl.read_parquet(registry / "households.parquet").with_columns(
        pl.col("地区").cast(pl.Enum(places)).to_physical()
    )
    persons = pl.read_parquet(registry / "persons.parquet").drop("人号")
    return (
        {column.name: column.to_numpy() for column in households},
        {column.name: column.to_numpy() for column in persons},
    )


def write_answer(
    out: Path, numbers: npt.NDArray[Any], findings: npt.NDArray[Any], amounts: npt.NDArray[Any]
) -> None:
    """户号, 低保 (int8) and 低保金额 (fen, int64), in household order."""
    pl.DataFrame(
        {
            "户号": numbers,
            "低保": findings.astype(np.int8),
            "低保金额": amounts.astype(np.int64),
        }
    ).write_parquet(out, compression="zstd")
