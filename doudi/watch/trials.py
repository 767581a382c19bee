"""What another threshold would have given on the months behind us, from what was known then.

The same indicator functions and the same score as in the scan, over facts as they were known at
each month's end; nothing is written. A constant number of statements a month, one household at a
time in memory; more families than ``threshold.most_households`` are looked at by a fixed share.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction

from doudi.kernel import clock
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.watch import _scan_sql as scan_sql
from doudi.watch import _trial_sql as sql
from doudi.watch import gathering
from doudi.watch.gathering import Reach
from doudi.watch.indicators import Indicator
from doudi.watch.merging import Cause, Change, changes
from doudi.watch.standards import standards
from doudi.watch.views import Day, HouseholdView


@dataclass(frozen=True, slots=True)
class Side:
    """One threshold's months: alerts raised, families, alerts that led somewhere, cases found."""

    value: int
    alerts: int
    households: int
    by_colour: dict[str, int]
    by_month: list[int]
    right: int
    found: int


@dataclass(frozen=True, slots=True)
class Trial:
    """Both sides over the same months; ``cases`` are those known by now; ``one_in`` the share."""

    months: list[str]
    heard: list[int]
    cases: int
    one_in: int
    now: Side
    then: Side


@dataclass
class _Scenario:
    """What one threshold has given so far."""

    value: int
    causes: set[Cause] = field(default_factory=set)
    first: dict[int, int] = field(default_factory=dict)  # household: its first month
    alerts: list[int] = field(default_factory=list)
    colours: dict[str, int] = field(default_factory=dict)
    months_of: list[tuple[int, int]] = field(default_factory=list)  # household, month of each alert

    def add(self, change: Change, month: int) -> None:
        """Count an alert and remember its causes, as the scan does."""
        household = change.household.id
        self.alerts[month] += 1
        self.colours[change.colour] = self.colours.get(change.colour, 0) + 1
        self.first.setdefault(household, month)
        self.months_of.append((household, month))
        self.causes |= {(hit.person.id, hit.indicator, hit.hit.cause) for hit in change.hits}


def try_out(
    place: str,
    indicator: Indicator,
    name: str,
    now: int,
    then: int,
    told: Mapping[str, Any],
    today: date,
) -> Trial:
    """Run the indicator with two values of one figure over the last months up to today."""
    count = int(told["threshold.months"])
    last = Month.of(today)
    months = [last + -back for back in range(count - 1, -1, -1)]
    sides = [_Scenario(value, alerts=[0] * count) for value in (now, then)]
    with transaction.atomic():
        one_in = _one_in(place, indicator, months, int(told["threshold.most_households"]))
        heard = []
        for at, month in enumerate(months):
            days = [
                Day(min(month.last_day, today), {**told, name: side.value},
                    standards(place, min(month.last_day, today)))
                for side in sides
            ]  # fmt: skip
            heard.append(_month(place, indicator, month, at, days, sides, one_in))
        cases = _cases(place, months, told, one_in)
    return Trial(
        [str(month) for month in months], heard, len(cases) * one_in, one_in,
        _side(sides[0], cases, one_in), _side(sides[1], cases, one_in),
    )  # fmt: skip


def _one_in(place: str, indicator: Indicator, months: list[Month], most: int) -> int:
    """One household in how many can be looked at: all of them unless they are too many.

    A standing indicator looks at each of them in every month.
    """
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(sql.HOW_MANY, {
            "low": low, "high": high, "triggers": list(indicator.triggers),
            "cut": _start(months[0]), "standing": indicator.standing,
        })  # fmt: skip
        households = int(cursor.fetchone()[0])
    looks = households * (len(months) if indicator.standing else 1)
    return max(1, -(-looks // most))


def _start(month: Month) -> datetime:
    return datetime.combine(month.first_day, time(0), tzinfo=SHANGHAI)


def _month(
    place: str,
    indicator: Indicator,
    month: Month,
    at: int,
    days: list[Day],
    sides: list[_Scenario],
    one_in: int,
) -> int:
    """Look at one month as it was known at its end; returns how many people were news."""
    low, high = place_range(place)
    until = min(_start(month + 1), clock.business_now())
    told: dict[str, Any] = {
        "low": low, "high": high, "triggers": list(indicator.triggers), "cut": _start(month),
        "until": until, "standing": indicator.standing, "since": days[0].news_since,
        "on": days[0].on, "one_in": one_in,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(scan_sql.FORGET)
        cursor.execute(sql.CONCERNED, told)
        heard = int(cursor.rowcount)
        # Else the planner takes it for empty, and the next statement grows with its square.
        cursor.execute(scan_sql.ANALYZE.format("watch_concerned"))
        for statement, table in (
            (scan_sql.HOUSEHOLDS, "watch_households"),
            (scan_sql.PEOPLE, "watch_people"),
        ):
            cursor.execute(statement, told)
            if table == "watch_households" and one_in > 1:
                cursor.execute(sql.ONE_IN, told)
            cursor.execute(scan_sql.ANALYZE.format(table))
    reach = Reach(place, str(month), None)
    with closing(gathering.households(reach, days[0].on, as_known=until)) as households:
        for household in households:
            for day, side in zip(days, sides, strict=True):
                _look(household, indicator, day, side, at)
    return heard


def _look(
    household: HouseholdView, indicator: Indicator, day: Day, side: _Scenario, month: int
) -> None:
    """The whole score only of families in which this indicator fires at all."""
    wanted = set(indicator.triggers)
    fires = any(
        indicator.fires(person, household, day)
        for person in household.members
        if wanted & person.facts.keys()
    )
    if not fires:
        return
    for change in changes(household, day, side.causes, {}):
        if any(hit.indicator == indicator.code for hit in change.hits):
            side.add(change, month)


def _cases(place: str, months: list[Month], told: Mapping[str, Any], one_in: int) -> dict[int, int]:
    """Households that turned out to need help, with the last month in which an alert was in time.

    Verdicts found true (属实、部分属实) of any alert, and awards that began in these months.
    """
    low, high = place_range(place)
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql.CASES, {
            "low": low, "high": high, "since": _start(months[0]), "one_in": one_in,
            "schemes": [scheme for scheme, _ in told["sweep.covering"]],
        })  # fmt: skip
        for household_id, on in cursor.fetchall():
            at = (on.year - months[0].year) * 12 + on.month - months[0].month
            found[household_id] = max(at, found.get(household_id, -1))
    return found


def _side(side: _Scenario, cases: dict[int, int], one_in: int) -> Side:
    found = sum(1 for home, at in cases.items() if side.first.get(home, at + 1) <= at)
    right = sum(1 for home, at in side.months_of if home in cases and at <= cases[home])
    return Side(
        value=side.value,
        alerts=sum(side.alerts) * one_in,
        households=len(side.first) * one_in,
        by_colour={colour: n * one_in for colour, n in sorted(side.colours.items())},
        by_month=[n * one_in for n in side.alerts],
        right=right * one_in,
        found=found * one_in,
    )
