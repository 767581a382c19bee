"""All indicators over Parquet: a county, a province's part, ten million people, no database.

    python -m bench.screen

Each in a fresh process; the three tables of a county of 300,000 with thirteen files of facts, ten
and thirty-three such counties. Beside it the same functions in a plain loop over every household
(equal hits, or the bench fails), and four of the indicators written by hand for Polars and for
DuckDB (equal hits for these four). DOUDI_BENCH_COUNTIES=83 adds a province month after month.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring import Figure
from bench.peers import environments, population

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "var" / "bench"
SIZES = (1, 10, 33)  # counties
SMALL = 1


@dataclass(frozen=True)
class Run:
    """What one process cost over so many people and rows."""

    way: str
    people: int
    rows: int
    wall: float
    cpu: float
    peak_mb: float

    def figure(self, name: str) -> Figure:
        """Rows a second, and a CPU second."""
        return Figure(
            f"{name}, {self.people / 1e6:.1f} M people", round(self.rows / self.wall), "rows/s",
            client_cpu_s=round(self.cpu, 2), wall_s=round(self.wall, 2),
            per_cpu_s=round(self.rows / self.cpu), peak_mb=round(self.peak_mb),
        )  # fmt: skip


def main() -> int:
    """Measure, compare, record; 1 when answers differ."""
    people = int(os.environ.get("DOUDI_BENCH_PEOPLE", population.PEOPLE))
    figures: list[Figure] = []
    ours = {}
    for counties in SIZES:
        ours[counties] = _run("screen", counties, people)
        figures.append(ours[counties].figure("all indicators"))
    figures.append(_run("screen-2", SIZES[-1], people).figure("all indicators, two processes"))
    loop = _run("loop", SMALL, people)
    figures.append(loop.figure("loop over every household"))
    agree = _agree("loop", everything=True)
    for way, title in (("polars", "Polars"), ("duckdb", "DuckDB")):
        for counties in SIZES[:2]:
            run = _run(way, counties, people)
            figures.append(run.figure(f"{title}, R01 R02 R10 R26 by hand"))
            if counties == SMALL:
                agree = _agree(way, everything=False) and agree
            ratio = round(run.cpu / ours[counties].cpu, 2)
            figures.append(
                Figure(f"{title} (4 indicators) / doudi (all), CPU, {run.people / 1e6:.1f} M",
                       ratio, "×")
            )  # fmt: skip
    figures.append(Figure("loop / doudi, CPU", round(loop.cpu / ours[SMALL].cpu, 2), "×"))
    province = int(os.environ.get("DOUDI_BENCH_COUNTIES", "0"))
    if province:
        figures.append(
            _run("months", province, people).figure("twelve months, two processes")
        )  # fmt: skip
    _record(people, figures, agree=agree)
    return 0 if agree else 1


def _run(way: str, counties: int, people: int) -> Run:
    """One fresh process; raises `CalledProcessError` when it fails."""
    library = population.library(SCRATCH, counties, people)
    out = _answer(way if counties == SMALL else f"{way}-many")
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    watcher = [sys.executable, "-I", "-S", str(environments.PEERS / "measured.py")]
    command = [sys.executable, "-m", "bench.peers.screened", way, str(library), str(out)]
    done = subprocess.run(
        [*watcher, *command], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    persons, rows = _sizes(library)
    run = Run(way, persons, rows, told["wall"], told["cpu"], told["peak_mb"])
    print(f"  {way:10} {persons:>12,} {run.wall:8.2f} s", file=sys.stderr, flush=True)
    return run


def _answer(way: str) -> Path:
    return SCRATCH / "answers" / f"screen-{way}"


def _sizes(library: Path) -> tuple[int, int]:
    import polars as pl

    def rows(pattern: str) -> int:
        one = next(iter(sorted(library.iterdir())))
        found: int = pl.scan_parquet(one / pattern).select(pl.len()).collect().item()
        return found * len(list(library.iterdir()))

    return rows("persons.parquet"), rows("facts/*.parquet")


def _agree(way: str, *, everything: bool) -> bool:
    """Whether a way finds what the screening finds; says what it does not."""
    import polars as pl

    from bench.peers.screened import SUBSET, hits_of

    ours, theirs = hits_of(_answer("screen")), hits_of(_answer(way))
    if not everything:
        ours = ours.filter(pl.col("风险点").is_in(SUBSET))
    if ours.equals(theirs):
        return True
    print(f"{way} 与 doudi 的命中不一致：{theirs.height} 对 {ours.height}", file=sys.stderr)
    return False


def _record(people: int, figures: list[Figure], *, agree: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    import django

    django.setup()
    from bench.results import record
    from bench.table import show

    name = "screen" if people == population.PEOPLE else f"screen, counties of {people}"
    told = {"people in a county": people, "all agree": agree}
    record(name, {**told, "figures": [each.as_json() for each in figures]})
    show({name: figures})


if __name__ == "__main__":
    sys.exit(main())
