"""Statutory time: working days by the State Council calendar, natural days, months, hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from doudi.kernel.dates import add_months

Unit = Literal["工作日", "日", "月", "小时"]

_ONE_DAY = timedelta(days=1)


def _plain_day(day: date) -> date:
    # A datetime is a date to Python, but it never equals one and would miss every holiday.
    assert not isinstance(day, datetime), "a deadline is counted from a date, not a moment"
    return day


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a term; provisional while a counted year has no official calendar."""

    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: Monday to Friday except what `days` says (holiday False, 调休 True).

    `official_years` are the years whose holidays the State Council has announced.
    """

    days: Mapping[date, bool]
    official_years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Say whether offices work on the day."""
        return self.days.get(_plain_day(day), day.weekday() < 5)

    def add_workdays(self, start: date, count: int) -> Due:
        """Return the count-th working day after `start`; the day after is the first to count."""
        assert count >= 0, "a term has no negative length"
        day, left = _plain_day(start), count
        while left:
            day += _ONE_DAY
            left -= self.is_workday(day)
        first = min(start + _ONE_DAY, day)
        return Due(day, provisional=not self._official(first, day))

    def add_days(self, start: date, count: int) -> Due:
        """Return the count-th natural day after `start`; no calendar can ever move it."""
        assert count >= 0, "a term has no negative length"
        return Due(_plain_day(start) + timedelta(days=count))

    def workdays_between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and including `end`; negative when past."""
        if end < start:
            return -self.workdays_between(end, start)
        span = (_plain_day(end) - _plain_day(start)).days
        return sum(self.is_workday(start + timedelta(days=k)) for k in range(1, span + 1))

    def _official(self, first: date, last: date) -> bool:
        return all(year in self.official_years for year in range(first.year, last.year + 1))


@dataclass(frozen=True, slots=True)
class Term:
    """A statutory length of time, such as 30 工作日 or 48 小时."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        assert self.unit in get_args(Unit), f"unknown unit of time {self.unit!r}"
        assert self.count >= 0, "a term has no negative length"

    def __str__(self) -> str:
        return f"{self.count}个月" if self.unit == "月" else f"{self.count}{self.unit}"

    def due(self, start: date | datetime, calendar: Calendar) -> Due:
        """Return the last day of the term; hours from a bare date run from its midnight.

        Midnight is the earliest moment of the day, so the deadline is never said too late.
        """
        if self.unit == "小时":
            if isinstance(start, datetime):
                return Due(self.moment_due(start).date())
            return Due(start + timedelta(days=self.count // 24))
        day = start.date() if isinstance(start, datetime) else start
        if self.unit == "工作日":
            return calendar.add_workdays(day, self.count)
        if self.unit == "日":
            return calendar.add_days(day, self.count)
        return Due(add_months(day, self.count))

    def moment_due(self, start: datetime) -> datetime:
        """Return the moment at which a term of hours ends, in the zone of `start`."""
        assert self.unit == "小时", "only hours end at a moment"
        assert start.tzinfo is not None, "a moment needs its zone"
        return start + timedelta(hours=self.count)


def publicity_ends(posted: date, days: int) -> date:
    """Return the last day of a publicity; the day of posting is not counted."""
    assert days >= 0, "a publicity has no negative length"
    return _plain_day(posted) + timedelta(days=days)


def publicity_over(posted: date, days: int, on: date) -> bool:
    """Say whether the next step may be taken: from the day after the last day on."""
    return _plain_day(on) > publicity_ends(posted, days)
