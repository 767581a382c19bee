"""A whole registry decided: Parquet in, Parquet out, in bounded memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from doudi.rules.batch.findings import Found, decide
from doudi.rules.batch.forms import form_of
from doudi.rules.batch.frame import figures_of
from doudi.rules.batch.program import Program, program_on
from doudi.rules.batch.reading import STRETCH, ShardReader, Stretch
from doudi.rules.batch.registry import HOUSEHOLD, PERSON, Faults, Shard, open_registry, places_of
from doudi.rules.book import rulebook
from doudi.rules.dialect import Level
from doudi.rules.tables import Overlay, ParameterTable

AMOUNT = "金额"
OUTPUTS = {Level.HOUSEHOLD: "households.parquet", Level.PERSON: "persons.parquet"}


@dataclass(slots=True)
class Swept:
    """What was decided: how many, by which form, and which values could not be used."""

    households: int = 0
    persons: int = 0
    form: str = ""
    faults: Faults = field(default_factory=Faults)


def sweep(
    registry: Path,
    out: Path,
    on: date,
    *,
    programmes: tuple[str, ...] | None = None,
    overlay: Overlay | None = None,
    form: str | None = None,
) -> Swept:
    """Decide everyone in a registry under the law of a day, and write the findings.

    `out` gets `households.parquet` (户号 and, for each programme of households, its code as in
    `findings.CODES` and its amount in fen) and `persons.parquet` (户号, 人号, likewise), each a
    folder of parts that is read as one table; in shards below the names of the registry's shards.
    `form` is 机器 or 数组; the machine form is taken where a compiler is at hand. What stood in
    `out` before is replaced once all is done. Raises `RegistryRefused`, `NoLawInForce`,
    `PlaceRefused`, `OverlayRefused`.
    """
    shards = open_registry(registry)
    program = program_on(on, programmes)
    chosen = form_of(program, form)
    swept = Swept()
    figures = figures_of(program, tables_with(overlay), places := places_of(shards), on)
    half = out.with_name(f"{out.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for shard in shards:
        target = half if len(shards) == 1 else half / shard.name
        with _Writer(target, program) as writer:
            for stretch in read_ahead(shard, program, places, swept.faults):
                writer.write(stretch, decide(chosen, program, stretch.frame, figures))
                swept.households += stretch.frame.households
                swept.persons += int(stretch.frame.persons[-1])
    shutil.rmtree(out, ignore_errors=True)
    half.rename(out)
    swept.form = chosen.name
    return swept


def tables_with(overlay: Overlay | None) -> ParameterTable:
    """The shipped parameters, with a county's own or a question's laid over them."""
    tables = rulebook().tables
    return tables.with_overlay(overlay) if overlay is not None and overlay.values else tables


def read_ahead(
    shard: Shard, program: Program, places: list[str], faults: Faults, at_once: int = STRETCH
) -> Iterator[Stretch]:
    """The stretches of a shard, the next one being read while this one is computed."""
    stretches = ShardReader(shard, program, places, faults).stretches(at_once)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, stretches, None)
        while (stretch := coming.result()) is not None:
            coming = reader.submit(next, stretches, None)
            yield stretch


class _Writer:
    """Writes parts beside the computing; a part that fails fails the whole."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder = folder
        self.parts = 0
        self.levels = {finding.programme.holder for finding in program.findings}
        self.pool = ThreadPoolExecutor(1)
        self.written: list[Future[None]] = []
        for level in self.levels:
            (folder / OUTPUTS[level]).mkdir(parents=True)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.pool.shutdown(cancel_futures=kind is not None)
        if kind is None:
            self._settle(self.written)

    def write(self, stretch: Stretch, found: Iterable[Found]) -> None:
        """Queue one stretch's findings; waits when two are already waiting."""
        tables = _tables(stretch, list(found), self.levels)
        self._settle(self.written[:-1])
        self.written = self.written[-1:]
        self.written.append(self.pool.submit(self._write, self.parts, tables))
        self.parts += 1

    def _settle(self, written: list[Future[None]]) -> None:
        for part in written:
            part.result()

    def _write(self, number: int, tables: dict[Level, pl.DataFrame]) -> None:
        for level, table in tables.items():
            path = self.folder / OUTPUTS[level] / f"part-{number:05}.parquet"
            table.write_parquet(path, compression="zstd", compression_level=1)


def _tables(stretch: Stretch, found: list[Found], levels: set[Level]) -> dict[Level, pl.DataFrame]:
    columns: dict[Level, list[pl.Series]] = {}
    if Level.HOUSEHOLD in levels:
        columns[Level.HOUSEHOLD] = [stretch.households.alias(HOUSEHOLD)]
    if Level.PERSON in levels:
        assert stretch.persons is not None
        owners = np.repeat(np.arange(stretch.frame.households), np.diff(stretch.frame.persons))
        columns[Level.PERSON] = [
            stretch.households.gather(owners).alias(HOUSEHOLD), stretch.persons.alias(PERSON),
        ]  # fmt: skip
    for each in found:
        programme = each.finding.programme
        columns[programme.holder].append(pl.Series(programme.code, each.codes))
        if each.fen is not None:
            columns[programme.holder].append(pl.Series(f"{programme.code}{AMOUNT}", each.fen))
    return {level: pl.DataFrame(series) for level, series in columns.items()}
