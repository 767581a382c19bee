"""When is looked, and which files are news then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.kernel.dates import Month


@dataclass(frozen=True, slots=True)
class Round:
    """One look at everybody, as the desk's scan of a period takes it.

    What became known from ``period`` on is news; what became known after ``seen`` is not there yet.
    """

    period: Month
    seen: Month
    on: date


def month_by_month(first: Month, last: Month) -> tuple[Round, ...]:
    """A round for every month from first to last, each on the first day of the month after it."""
    rounds, month = [], first
    while month <= last:
        rounds.append(Round(month, month, (month + 1).first_day))
        month += 1
    return tuple(rounds)


def number_of(month: Month) -> int:
    """Months counted through, so that arrays can compare them."""
    return month.year * 12 + month.month
