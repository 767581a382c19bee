"""Score, colour and deadlines of an alert; pure, with the arithmetic that a clerk can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from doudi.kernel.dates import Month
from doudi.kernel.workdays import Calendar, Due
from doudi.watch.views import Day

COLOURS = ("蓝", "黄", "橙", "红")
_WHOLE = 10_000


class Counted(NamedTuple):
    """A hit as the score sees it."""

    person_id: int
    indicator: str
    label: str
    cause: str
    weight: int
    happened_on: date
    fades: bool = True  # False: a state that goes on, such as a payment to somebody dead


@dataclass(frozen=True, slots=True)
class Score:
    """Points, colour ("" below blue) and the sum as lines of words and numbers."""

    points: int
    colour: str
    arithmetic: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when to visit, report and close."""

    visit: Due
    report: Due
    close: Due


def score(kinds: Iterable[str], hits: Iterable[Counted], day: Day) -> Score:
    """Identity (the heaviest kind, plus each further one) and hits, decayed (§8.5)."""
    lines = [*_identity(sorted(set(kinds)), day), *_hits(hits, day)]
    points = sum(number for _, number in lines)
    return Score(points, colour_of(points, day), tuple(lines))


def _identity(kinds: list[str], day: Day) -> list[tuple[str, int]]:
    if not kinds:
        return []
    weights: Mapping[str, int] = day["score.identity"]
    heaviest = max(kinds, key=lambda kind: weights.get(kind, 0))
    lines = [(f"身份 {heaviest}", int(weights.get(heaviest, 0)))]
    if len(kinds) > 1:
        more = len(kinds) - 1
        lines.append((f"身份叠加 {more} 项", more * int(day["score.overlap"])))
    return lines


def _hits(hits: Iterable[Counted], day: Day) -> list[tuple[str, int]]:
    lines: list[tuple[str, int]] = []
    counted: dict[tuple[int, str], date] = {}
    window = timedelta(days=int(day["score.repeat_days"]))
    for hit in sorted(
        hits, key=lambda each: (each.indicator, each.person_id, each.happened_on, each.cause)
    ):
        last = counted.get((hit.person_id, hit.indicator))
        if last is not None and hit.happened_on - last <= window:
            lines.append((f"{hit.indicator} {hit.label}（{window.days}日内重复，不再计）", 0))
            continue
        counted[hit.person_id, hit.indicator] = hit.happened_on
        share = _share(hit.happened_on, day) if hit.fades else _WHOLE
        late = "" if share == _WHOLE else f"（已过 {(day.on - hit.happened_on).days} 日，折算）"
        lines.append((f"{hit.indicator} {hit.label}{late}", hit.weight * share // _WHOLE))
    return lines


def _share(happened_on: date, day: Day) -> int:
    """How much of its weight an event of that day still has, in ten-thousandths."""
    past = (day.on - happened_on).days
    if past <= int(day["score.full_days"]):
        return _WHOLE
    return int(day["score.late_share"])


def colour_of(points: int, day: Day) -> str:
    """The colour of so many points; "" below the lowest."""
    found = ""
    for least, colour in day["score.colours"]:
        if points >= least:
            found = colour
    return found


def graver(one: str, other: str) -> str:
    """The graver of two colours."""
    return max(one, other, key=lambda colour: COLOURS.index(colour) if colour else -1)


def deadlines(colour: str, raised: date, day: Day, calendar: Calendar, *, death: bool) -> Deadlines:
    """Working days by colour; a death closes within the month, unless its report comes later."""
    if death:
        visit, report = (calendar.add_workdays(raised, n) for n in day["due.死亡"])
        close = Due(Month.of(raised).last_day)
        return Deadlines(visit, report, close if close.day > report.day else report)
    first, second, third = (calendar.add_workdays(raised, n) for n in day[f"due.{colour}"])
    return Deadlines(first, second, third)
