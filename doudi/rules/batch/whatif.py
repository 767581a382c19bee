"""What if: one or more scenarios over a whole registry, beside the law as it is.

Every stretch of households is read once and decided once under each set of figures. Nothing is
stored; the answer says who comes in, who goes out, whose money changes, what it costs, and where
one yuan more of income would lose more than it brings (陡坡效应).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from doudi.rules.batch.findings import Found, decide
from doudi.rules.batch.forms import NamedForm, form_of
from doudi.rules.batch.frame import AnyNumbers, Column, Figures, Frame, Numbers, Truths, figures_of
from doudi.rules.batch.program import Program, program_on
from doudi.rules.batch.reading import Stretch
from doudi.rules.batch.registry import HOUSEHOLD, Faults, open_registry, places_of
from doudi.rules.batch.scenario import Scenario, changed
from doudi.rules.batch.sweep import read_ahead, tables_with
from doudi.rules.dialect import Level, 符合
from doudi.rules.tables import Overlay

EXTRA_INCOME, MONTHS = "其他应计收入", "收入核算月数"
BANDS = (5_000, 10_000, 30_000, 100_000)  # fen a month, to tell small changes from large ones


@dataclass(slots=True)
class Moved:
    """One programme under a scenario; persons are the holders, or all persons of the households."""

    holders_before: int = 0
    holders_after: int = 0
    households_in: int = 0
    households_out: int = 0
    persons_in: int = 0
    persons_out: int = 0
    more: int = 0
    less: int = 0
    fen_before: int = 0
    fen_after: int = 0


@dataclass(slots=True)
class Cliff:
    """How many households would lose more than `step` fen a month by earning `step` more.

    `fen` is what they would lose in all, `largest` the most that one would; `lost` counts the
    programmes from which they would fall.
    """

    step: int
    households: int = 0
    fen: int = 0
    largest: int = 0
    lost: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Effect:
    """A scenario's effect: by programme, by place and programme, and on households as a whole."""

    name: str
    programmes: dict[str, Moved] = field(default_factory=dict)
    places: dict[tuple[str, str], Moved] = field(default_factory=dict)
    winners: int = 0
    losers: int = 0
    gained: int = 0
    lost: int = 0
    bands: Counter[int] = field(default_factory=Counter)
    cliffs: list[Cliff] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """The law as it is, with its cliffs, and the effect of each scenario; fen a month."""

    on: date
    form: str = ""
    households: int = 0
    persons: int = 0
    unable: int = 0
    effects: list[Effect] = field(default_factory=list)
    cliffs: list[Cliff] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)


def whatif(
    registry: Path,
    on: date,
    scenarios: Sequence[Scenario],
    *,
    programmes: tuple[str, ...] | None = None,
    overlay: Overlay | None = None,
    cliffs: Sequence[int] = (100,),
    details: Path | None = None,
    form: str | None = None,
) -> Answer:
    """Compare scenarios with the law of a day; `cliffs` are steps of monthly income in fen.

    `details` gets one Parquet file a scenario with every household whose money changes. Raises
    `RegistryRefused`, `ScenarioRefused`, `NoLawInForce`, `PlaceRefused`, `OverlayRefused`.
    """
    shards = open_registry(registry)
    program = program_on(on, programmes)
    chosen = form_of(program, form)
    tables, places = tables_with(overlay), places_of(shards)
    today = figures_of(program, tables, places, on)
    others = [changed(today, each, program, tables, places) for each in scenarios]
    answer = Answer(
        on,
        effects=[Effect(each.name, cliffs=_cliffs(cliffs)) for each in scenarios],
        cliffs=_cliffs(cliffs),
    )
    kept: list[list[pl.DataFrame]] = [[] for _ in scenarios]
    for shard in shards:
        for stretch in read_ahead(shard, program, places, answer.faults):
            view = _View(program, chosen, stretch, places)
            before = view.decide(today)
            answer.households += stretch.frame.households
            answer.persons += int(stretch.frame.persons[-1])
            answer.unable += view.unable(before)
            view.add_cliffs(answer.cliffs, today, before)
            for effect, figures, rows in zip(answer.effects, others, kept, strict=True):
                after = view.decide(figures)
                view.add(effect, before, after)
                view.add_cliffs(effect.cliffs, figures, after)
                if details is not None:
                    rows.append(view.details(before, after))
    answer.form = chosen.name
    if details is not None:
        _write_details(details, scenarios, kept)
    return answer


def _write_details(
    folder: Path, scenarios: Sequence[Scenario], kept: Sequence[list[pl.DataFrame]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (scenario, rows) in enumerate(zip(scenarios, kept, strict=True), 1):
        if rows:
            pl.concat(rows).write_parquet(folder / f"{number:02}-{_file_name(scenario)}.parquet")


def _file_name(scenario: Scenario) -> str:
    return "".join(each if each.isalnum() else "-" for each in scenario.name)[:40]


def _cliffs(steps: Sequence[int]) -> list[Cliff]:
    return [Cliff(step) for step in steps]


@dataclass(frozen=True, slots=True)
class _Decided:
    """All findings of a stretch, and what each household gets a month."""

    found: Sequence[Found]
    total: Numbers


class _View:
    """One stretch, asked under different figures."""

    def __init__(
        self, program: Program, form: NamedForm, stretch: Stretch, places: Sequence[str]
    ) -> None:
        self.program = program
        self.form = form
        self.stretch = stretch
        self.frame = stretch.frame
        self.sizes = np.diff(self.frame.persons)
        self.owners = np.repeat(np.arange(self.frame.households), self.sizes)
        self.places = places
        towns = [place[:9] for place in places]
        self.groups = sorted(set(towns))
        numbers = np.array([self.groups.index(town) for town in towns], np.int64)
        self.group: Numbers = numbers[self.frame.places]

    def decide(self, figures: Figures, frame: Frame | None = None) -> _Decided:
        """Everything under some figures, for this stretch or the same with other facts."""
        found = decide(self.form, self.program, frame or self.frame, figures)
        total = np.zeros(self.frame.households, np.int64)
        for each in found:
            if each.fen is not None and each.finding.programme.per == "月":
                total += self._by_household(each, each.fen)
        return _Decided(found, total)

    def unable(self, decided: _Decided) -> int:
        """How many households have a finding that cannot be made for want of facts."""
        lacking = np.zeros(self.frame.households, np.bool_)
        for each in decided.found:
            lacking |= self._by_household(each, (each.codes == 3).astype(np.int64)) > 0
        return int(lacking.sum())

    def _by_household(self, found: Found, numbers: Numbers) -> Numbers:
        if found.finding.programme.holder is Level.HOUSEHOLD:
            return numbers
        sums: Numbers = np.concatenate([[0], np.cumsum(numbers)])
        return sums[self.frame.persons[1:]] - sums[self.frame.persons[:-1]]

    def add(self, effect: Effect, before: _Decided, after: _Decided) -> None:
        """Add this stretch to a scenario's effect."""
        for old, new in zip(before.found, after.found, strict=True):
            self._add_programme(effect, old, new)
        net = after.total - before.total
        effect.winners += int((net > 0).sum())
        effect.losers += int((net < 0).sum())
        effect.gained += int(net[net > 0].sum())
        effect.lost -= int(net[net < 0].sum())
        moved = net[net != 0]
        band = np.sign(moved) * (np.searchsorted(BANDS, np.abs(moved), "right") + 1)
        for number, count in zip(*np.unique(band, return_counts=True), strict=True):
            effect.bands[int(number)] += int(count)

    def _add_programme(self, effect: Effect, old: Found, new: Found) -> None:
        code = old.finding.programme.code
        personal = old.finding.programme.holder is Level.PERSON
        group = self.group[self.owners] if personal else self.group
        heads = np.ones(len(group), np.int64) if personal else self.sizes
        was, now = old.codes == 符合, new.codes == 符合
        zero = np.zeros(len(group), np.int64)
        fen_before = zero if old.fen is None else old.fen
        fen_after = zero if new.fen is None else new.fen
        houses = self._households_moved(old, was, now)
        columns = {
            "holders_before": was, "holders_after": now,
            "persons_in": heads * (now & ~was), "persons_out": heads * (was & ~now),
            "more": was & now & (fen_after > fen_before),
            "less": was & now & (fen_after < fen_before),
            "fen_before": fen_before, "fen_after": fen_after,
        }  # fmt: skip
        sums = {name: _sums(group, column, len(self.groups)) for name, column in columns.items()}
        sums |= {
            name: _sums(self.group, column, len(self.groups)) for name, column in houses.items()
        }
        whole = effect.programmes.setdefault(code, Moved())
        for at, place in enumerate(self.groups):
            here = effect.places.setdefault((place, code), Moved())
            for name, numbers in sums.items():
                for target in (whole, here):
                    setattr(target, name, getattr(target, name) + int(numbers[at]))

    def _households_moved(self, found: Found, was: Truths, now: Truths) -> Mapping[str, Truths]:
        """A household comes in when somebody of it has the programme and nobody had before."""
        had = self._by_household(found, was.astype(np.int64)) > 0
        has = self._by_household(found, now.astype(np.int64)) > 0
        return {"households_in": has & ~had, "households_out": had & ~has}

    def details(self, before: _Decided, after: _Decided) -> pl.DataFrame:
        """Every household whose money changes, with both amounts in fen a month."""
        rows = pl.DataFrame(
            {
                HOUSEHOLD: self.stretch.households,
                "地区": pl.Series(self.places).gather(self.frame.places),
                "原每月": before.total,
                "新每月": after.total,
            }
        )
        return rows.filter(pl.col("原每月") != pl.col("新每月"))

    def add_cliffs(self, cliffs: list[Cliff], figures: Figures, now: _Decided) -> None:
        """Ask again with a little more income, and see who would lose by it."""
        for cliff in cliffs:
            frame = self._richer(figures, cliff.step)
            if frame is None:
                continue
            then = self.decide(figures, frame)
            loss = now.total - then.total
            over = loss > cliff.step
            cliff.households += int(over.sum())
            cliff.fen += int(loss[over].sum())
            cliff.largest = max(cliff.largest, int(loss[over].max(initial=0)))
            for old, new in zip(now.found, then.found, strict=True):
                out = (old.codes == 符合) & (new.codes != 符合)
                fell = self._by_household(old, out.astype(np.int64)) > 0
                if count := int((fell & over).sum()):
                    cliff.lost[old.finding.programme.code] += count

    def _richer(self, figures: Figures, step: int) -> Frame | None:
        """The same households with `step` fen a month more, earned by the first counted person."""
        slot, months = self.program.slots.get(EXTRA_INCOME), self.program.slots.get(MONTHS)
        if slot is None or months is None or not len(self.owners):
            return None
        window = figures.by_slot[months].values[self.frame.places, 0]
        counted = self._counted(figures)
        order = np.flatnonzero(counted)
        owners, first = np.unique(self.owners[order], return_index=True)
        given = self.frame.columns.get(slot)
        values = (
            np.zeros(len(self.owners), np.int64) if given is None else given.values.astype(np.int64)
        )
        values[order[first]] += step * window[owners]
        known = None if given is None else given.known
        return replace(self.frame, columns={**self.frame.columns, slot: Column(values, known)})

    def _counted(self, figures: Figures) -> Truths:
        slot = self.program.slots.get("共同生活")
        if slot is None:
            return np.ones(len(self.owners), np.bool_)
        column = self.form(self.frame, figures, (slot,))[slot]
        counted: Truths = column.values != 0
        return counted if column.known is None else counted & column.known


def _sums(group: Numbers, numbers: AnyNumbers, size: int) -> Numbers:
    """Exact sums by group (`bincount` with weights would go through floating point)."""
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group, minlength=size))
    sums: Numbers = np.concatenate([[0], np.cumsum(numbers[order].astype(np.int64))])
    each: Numbers = np.diff(sums[np.concatenate([[0], ends])])
    return each
