"""The two clocks: business time, which tests and the demo may move, and machine time, never.

Law, deadlines and months ask for business time. Sessions, locks, seals and leases of jobs ask
for machine time. No other module may ask the operating system for the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

# A day given without an hour means the hour at which offices open.
_OFFICE_OPENS = time(9, 0)


def _nowhere() -> datetime | None:
    return None


class _Business:
    """Process-wide on purpose: all threads of one process live on the same business day."""

    def __init__(self) -> None:
        self.moment: datetime | None = None
        self.source: Callable[[], datetime | None] = _nowhere


_BUSINESS = _Business()


def _as_moment(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        assert moment.tzinfo is not None, "business time needs a zone"
        return moment.astimezone(SHANGHAI)
    return datetime.combine(moment, _OFFICE_OPENS, tzinfo=SHANGHAI)


def machine_now() -> datetime:
    """Return the real moment, aware, in UTC; nothing can move it."""
    return datetime.now(UTC)


def moved_to() -> datetime | None:
    """Return the moment at which business time stands still, or None when it is real."""
    if _BUSINESS.moment is not None:
        return _BUSINESS.moment
    told = _BUSINESS.source()
    return None if told is None else _as_moment(told)


def business_now() -> datetime:
    """Return the moment the law counts by, aware, in Asia/Shanghai."""
    return moved_to() or machine_now().astimezone(SHANGHAI)


def business_today() -> date:
    """Return the day in China the law counts by."""
    return business_now().date()


def set_business(moment: datetime | date | None) -> None:
    """Stop business time at a moment (a bare day means 09:00), or let it run again with None."""
    _BUSINESS.moment = None if moment is None else _as_moment(moment)


@contextmanager
def business_at(moment: datetime | date) -> Iterator[datetime]:
    """Stop business time at a moment inside the block, then put back what was before."""
    before = _BUSINESS.moment
    set_business(moment)
    try:
        yield business_now()
    finally:
        _BUSINESS.moment = before


def use_business_source(source: Callable[[], datetime | None] | None) -> None:
    """Ask this function for business time; its None means real time; `set_business` wins."""
    _BUSINESS.source = source or _nowhere
