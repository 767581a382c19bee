"""Why a screening said what it said of one person, or said nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from doudi.rules.batch.registry import Faults
from doudi.watch import kinds
from doudi.watch.indicators import INDICATORS
from doudi.watch.merging import CAUSE_LENGTH
from doudi.watch.screening.asking import Asked, Columns
from doudi.watch.screening.judging import Families, Memory, judge
from doudi.watch.screening.layout import HOUSEHOLD, PERSON, PERSONS, PLACE, open_library
from doudi.watch.screening.reading import NUMBER, Stretch, stretches
from doudi.watch.screening.results import summed_up
from doudi.watch.screening.rounds import Round
from doudi.watch.screening.screen import day_of
from doudi.watch.views import Day, HouseholdView


@dataclass(frozen=True, slots=True)
class Said:
    """One indicator about the person: the sentence of each hit, or why there is none."""

    code: str
    label: str
    said: str
    fired: bool


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An alert of the household."""

    direction: str
    points: int
    colour: str
    summed: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One round."""

    period: str
    on: str
    kinds: list[str]
    indicators: list[Said] = field(default_factory=list)
    alerts: list[RaisedAlert] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything about one person, round after round."""

    person: str
    household: str
    place: str
    months: list[Looked]

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def explain(library: Path, person: str, rounds: tuple[Round, ...]) -> Explained | None:
    """What the rounds say of the person and their household; None where nobody has the number."""
    for part in open_library(library):
        rows = pl.scan_parquet(part.folder / PERSONS).filter(
            pl.col(PERSON).cast(pl.String) == person
        )
        for household in rows.select(HOUSEHOLD).collect().to_series().to_list()[-1:]:
            for stretch in stretches(part, Faults(), only=household):
                return _explained(stretch, person, rounds)
    return None


def _explained(stretch: Stretch, person: str, rounds: tuple[Round, ...]) -> Explained:
    columns, memory = Columns(stretch), Memory()
    families = Families(stretch, np.ones(1, np.bool_), Faults())
    mine = stretch.people.filter(pl.col(PERSON).cast(pl.String) == person).item(0, NUMBER)
    household, place = stretch.households.select(HOUSEHOLD, PLACE).row(0)
    months = []
    for turn in rounds:
        day = day_of(stretch, turn)
        asked = Asked(columns, turn, day)
        view = families.view(0, turn, turn.on, asked.here, asked.present)
        looked = Looked(f"{turn.period}", f"{turn.on}", _kinds(view, mine))
        looked.indicators.extend(_said(view, mine, day, memory))
        for _, may_fire in families.asked(asked.pairs()):
            for each in judge(view, may_fire, day, memory):
                looked.alerts.append(
                    RaisedAlert(
                        each.direction, each.score.points, each.colour, summed_up(each.score)
                    )
                )  # fmt: skip
        months.append(looked)
    return Explained(person, f"{household}", place, months)


def _kinds(view: HouseholdView, person: int) -> list[str]:
    labels = {kind.code: kind.label for kind in kinds.dictionary()}
    return [f"{code} {labels[code]}" for code in view.kinds_of(person)]


def _said(view: HouseholdView, number: int, day: Day, memory: Memory) -> list[Said]:
    """What each indicator says for which the person has any fact at all."""
    said = []
    for person in view.members:
        if person.id != number:
            continue
        for each in INDICATORS.values():
            facts = sum(len(person.of(kind)) for kind in each.triggers)
            if not facts:
                continue
            hits = each.fires(person, view, day)
            for hit in hits:
                before = (number, each.code, hit.cause[:CAUSE_LENGTH]) in memory.causes
                again = "（此前已计）" if before else ""
                said.append(Said(each.code, each.label, hit.sentence + again, True))
            if not hits:
                said.append(Said(each.code, each.label, f"没有命中（看了 {facts} 条事实）", False))
    return said
