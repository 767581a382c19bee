"""Everybody in a library of Parquet files screened, part after part, in bounded memory."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from doudi.kernel.divisions import covers
from doudi.rules.batch.registry import Faults
from doudi.watch.parameters import told_on
from doudi.watch.screening.asking import Asked, Columns
from doudi.watch.screening.judging import Families, Memory, judge
from doudi.watch.screening.layout import Part, open_library
from doudi.watch.screening.reading import STRETCH, Stretch, stretches
from doudi.watch.screening.results import (
    ALERTS,
    HITS,
    Row,
    alert_row,
    alerts_frame,
    hit_rows,
    hits_frame,
)  # fmt: skip
from doudi.watch.screening.rounds import Round
from doudi.watch.standards import standards
from doudi.watch.views import Day


@dataclass(slots=True)
class Screened:
    """How many were screened, what was found, and which values could not be used."""

    persons: int = 0
    households: int = 0
    facts: int = 0
    asked: int = 0  # households looked at one by one, counted again in each round
    hits: int = 0
    alerts: int = 0
    faults: Faults = field(default_factory=Faults)

    def add(self, other: Screened) -> None:
        """Count another part's too."""
        for name in ("persons", "households", "facts", "asked", "hits", "alerts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for (file, column), (count, first) in other.faults.found.items():
            self.faults.add(file, column, count, first)


def screen(
    library: Path,
    out: Path,
    rounds: tuple[Round, ...],
    *,
    processes: int = 1,
    at_once: int = STRETCH,
) -> Screened:
    """Screen every part and write ``hits.parquet`` and ``alerts.parquet``, folders of parts.

    What stood in ``out`` before is replaced once all is done. Raises ``LibraryRefused``.
    """
    parts = open_library(library)
    half = out.with_name(f"{out.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for name in (HITS, ALERTS):
        (half / name).mkdir(parents=True)
    screened = Screened()
    for done in _all(parts, half, rounds, processes, at_once):
        screened.add(done)
    shutil.rmtree(out, ignore_errors=True)
    half.rename(out)
    return screened


def _all(
    parts: list[Part], out: Path, rounds: tuple[Round, ...], processes: int, at_once: int
) -> Iterator[Screened]:
    if processes == 1 or len(parts) == 1:
        for part in parts:
            yield screen_part(part, out, rounds, at_once)
        return
    # Started anew rather than forked: Polars has threads of its own.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(parts)), mp_context=fresh) as pool:
        waiting = [pool.submit(screen_part, part, out, rounds, at_once) for part in parts]
        for each in waiting:
            yield each.result()


def screen_part(
    part: Part, out: Path, rounds: tuple[Round, ...], at_once: int = STRETCH
) -> Screened:
    """Screen one part by itself and write its results under its own name.

    Nothing of another part is asked or remembered, so parts may run anywhere and in any order.
    """
    done, memory = Screened(), Memory()
    for number, stretch in enumerate(stretches(part, done.faults, at_once)):
        done.persons += stretch.people.height
        done.households += stretch.households.height
        done.facts += sum(each.height for each in stretch.facts.values())
        hits, alerts = screen_stretch(stretch, rounds, memory, done)
        name = f"{part.name}-{number:05}.parquet"
        for folder, frame in ((HITS, hits), (ALERTS, alerts)):
            frame.write_parquet(out / folder / name, compression="zstd", compression_level=1)
    return done


def screen_stretch(
    stretch: Stretch, rounds: tuple[Round, ...], memory: Memory, done: Screened
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hits and alerts of some households in all rounds; counts into ``done``."""
    columns = Columns(stretch)
    looks = []
    chosen = np.zeros(stretch.households.height, np.bool_)
    for turn in rounds:
        asked = Asked(columns, turn, day_of(stretch, turn))
        pairs = asked.pairs()
        chosen[np.searchsorted(stretch.starts, pairs.row, "right") - 1] = True
        looks.append((turn, asked.day, asked.here, asked.present, pairs))
    families = Families(stretch, chosen, done.faults)
    hits: list[Row] = []
    alerts: list[Row] = []
    for turn, day, here, present, pairs in looks:
        for at, may_fire in families.asked(pairs):
            view = families.view(at, turn, day.on, here, present)
            done.asked += 1
            for change in judge(view, may_fire, day, memory):
                hits += hit_rows(change, turn, families.persons)
                alerts.append(alert_row(change, turn))
    done.hits += len(hits)
    done.alerts += sum(1 for row in alerts if row[-1])
    return hits_frame(hits, stretch), alerts_frame(alerts, stretch)


def day_of(stretch: Stretch, turn: Round) -> Day:
    """The figures in force on the day of a round, the county's own and its standards among them."""
    county = stretch.county.ljust(12, "0")
    own = {
        each.name: each.value
        for each in stretch.moved
        if each.since <= turn.on and covers(each.place, county)
    }
    return Day(turn.on, {**told_on(turn.on), **own}, standards(county, turn.on))
