"""A county's own thresholds: in force from a day on, with who and why; never backdated.

They lie on top of ``parameters.yaml``; the scan asks ``told_at``. Which figures may be moved
follows from the indicators' declarations: those that are one whole number, and each weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.kernel import clock
from doudi.kernel.divisions import covers
from doudi.kernel.money import Fen
from doudi.kernel.problems import NotThere, require
from doudi.watch.indicators import INDICATORS, Indicator
from doudi.watch.models import ThresholdChange
from doudi.watch.parameters import Parameter, parameters, told_on
from doudi.watch.problems import (
    ThresholdNotMovable,
    ThresholdReasonMissing,
    ThresholdSame,
    ThresholdTooEarly,
    ThresholdUnreadable,
)
from doudi.watch.trials import Trial, try_out

_MOST_DIGITS = 12
_PERCENT_UNIT = "万分比"


def movable(indicator: Indicator) -> tuple[Parameter, ...]:
    """The figures of an indicator that may be moved: its thresholds first, its weight last."""
    known = parameters()
    names = (*indicator.parameters, f"{indicator.code}.weight")
    return tuple(
        known[name]
        for name in dict.fromkeys(names)
        if name in known and isinstance(known[name].values[-1].value, int)
    )


def told_at(place: str, day: date) -> Mapping[str, Any]:
    """Every figure in force at a place on a day: the file's, and the county's own on top."""
    own = {
        row.name: row.value
        for row in ThresholdChange.objects.filter(since__lte=day).order_by("since", "id")
        if covers(row.place, place)
    }
    if not own:
        return told_on(day)
    return MappingProxyType({**told_on(day), **own})


def changes_of(place: str) -> QuerySet[ThresholdChange]:
    """What a county has moved, the latest first."""
    rows: QuerySet[ThresholdChange] = ThresholdChange.objects.filter(place=county_of(place))
    return rows.select_related("entered_by").order_by("-since", "-id")


def county_of(place: str) -> str:
    """The county of a place; its own code for everything above."""
    return f"{place[:6]}000000"


def read_value(parameter: Parameter, text: str) -> int:
    """What somebody typed, in the parameter's own unit: yuan become fen, percent parts of 10,000.

    Raises ``ThresholdUnreadable``.
    """
    told = text.strip().replace(",", "").replace("，", "").removesuffix("%").strip()
    whole, _, part = told.partition(".")
    scaled = parameter.unit in ("元", _PERCENT_UNIT)
    fits = (
        whole.isascii() and whole.isdecimal() and len(whole) <= _MOST_DIGITS
        and (part == "" or (scaled and part.isascii() and part.isdecimal() and len(part) <= 2))
    )  # fmt: skip
    require(
        fits, ThresholdUnreadable(given=text.strip()[:40] or "空白", unit=shown_unit(parameter))
    )
    return int(whole) * 100 + int((part or "0").ljust(2, "0")) if scaled else int(whole)


def shown_unit(parameter: Parameter) -> str:
    """The unit as people type it."""
    return "%" if parameter.unit == _PERCENT_UNIT else parameter.unit


def shown_value(parameter: Parameter, value: int) -> str:
    """A value as people read it, with its unit."""
    if parameter.unit in ("元", _PERCENT_UNIT):
        return f"{Fen(value).display().removesuffix('.00')} {shown_unit(parameter)}"
    return f"{value} {parameter.unit}"


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure as it stands at a place today, and what it would become."""

    indicator: Indicator
    parameter: Parameter
    now: int
    then: int


def moved(place: str, code: str, name: str, text: str) -> Moved:
    """Read the form of the page; raises ``ThresholdNotMovable`` or ``ThresholdUnreadable``."""
    indicator = INDICATORS.get(code)
    found = [each for each in movable(indicator) if each.name == name] if indicator else []
    if indicator is None or not found:
        raise ThresholdNotMovable(name=name[:40] or "空白")
    now = int(told_at(county_of(place), clock.business_today())[name])
    return Moved(indicator, found[0], now, read_value(found[0], text))


def trial(place: str, wanted: Moved) -> Trial:
    """What the indicator gave with today's figure and would have given with the other."""
    today = clock.business_today()
    return try_out(
        place, wanted.indicator, wanted.parameter.name, wanted.now, wanted.then,
        told_at(county_of(place), today), today,
    )  # fmt: skip


@action("threshold.set", needs="threshold.set")
def set_threshold(
    place: str, code: str, name: str, text: str, since: date, why: str, *, by: Actor
) -> ThresholdChange:
    """Move a county's figure from a day on; what the last months would have been is kept with it.

    ``text`` is the value as typed. Never before today: what was judged stays judged.
    """
    require(by.covers(county_of(place)), NotThere())
    lock(f"watch.threshold:{county_of(place)}:{name}")
    wanted = moved(place, code, name, text)
    require(why.strip(), ThresholdReasonMissing())
    require(since >= clock.business_today(), ThresholdTooEarly(since=since))
    require(wanted.then != wanted.now, ThresholdSame())
    row: ThresholdChange = ThresholdChange.objects.create(
        place=county_of(place),
        name=name,
        since=since,
        value=wanted.then,
        before=wanted.now,
        why=why.strip()[:300],
        trial=asdict(trial(place, wanted)),
        entered_by_id=by.user_id,
        entered_at=clock.business_now(),
    )
    return row
