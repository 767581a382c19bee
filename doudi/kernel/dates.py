"""Days, months and half-open spans of days, and the ways in which people write a date."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import overload

from doudi.kernel.problems import Problem
from doudi.kernel.text import clip, half_width_without_blanks

# Nobody in a register is older; an earlier year is a slip of the hand.
_FIRST_YEAR = 1800

_DAY_FORMS = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
)
_MONTH_FORMS = (
    re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月"),
    re.compile(r"([0-9]{4})([0-9]{2})"),
)
_NUMERALS = {"〇": 0, "○": 0, "零": 0} | {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_CHINESE_DAY = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月"
                          r"([一二三四五六七八九十]{1,3})日")  # fmt: skip
_CHINESE_SMALL = re.compile(r"(?:([二三四五六七八九])?(十))?([一二三四五六七八九])?")


class DateUnreadable(Problem):
    code = "date.unreadable"
    say = "日期“{text}”读不懂：{why}。"
    next = "请按 2022-03-15 的样子填写真实存在的日期。"
    fields = ("text", "why")


class SpanBackwards(Problem):
    code = "date.span_backwards"
    say = "起始日 {since} 不早于截止日 {before}。"
    next = "请检查起止日期是否颠倒；截止日是不再有效的第一天。"
    fields = ("since", "before")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month; sorts by time, adds whole months, subtracts to a number of months."""

    year: int
    month: int

    def __post_init__(self) -> None:
        assert 1 <= self.month <= 12, f"there is no month {self.month}"
        assert 1 <= self.year <= 9999, f"there is no year {self.year}"

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "2022-05", "202205", "2022/5" or "2022年5月"; raise DateUnreadable."""
        plain = half_width_without_blanks(text)
        for form in _MONTH_FORMS:
            if found := form.fullmatch(plain):
                year, month = int(found[1]), int(found[2])
                if why := _wrong_with_month(year, month):
                    raise DateUnreadable(text=clip(text), why=why)
                return cls(year, month)
        raise DateUnreadable(text=clip(text), why=_unknown_form(plain, "年月"))

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month in which the day lies."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next_first_day(self) -> date:
        return (self + 1).first_day

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def contains(self, day: date) -> bool:
        """Say whether the day lies in this month."""
        return (day.year, day.month) == (self.year, self.month)

    def _count(self) -> int:
        return self.year * 12 + self.month - 1

    def __add__(self, months: int) -> Month:
        year, month = divmod(self._count() + months, 12)
        return Month(year, month + 1)

    @overload
    def __sub__(self, other: Month) -> int: ...
    @overload
    def __sub__(self, other: int) -> Month: ...
    def __sub__(self, other: Month | int) -> int | Month:
        if isinstance(other, Month):
            return self._count() - other._count()
        return self + -other


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `since` (included) to `before` (not); None is open. Never empty."""

    since: date | None = None
    before: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.before is not None and self.since >= self.before:
            raise SpanBackwards(since=self.since, before=self.before)

    def contains(self, day: date) -> bool:
        """Say whether the day lies in the span."""
        return (self.since is None or self.since <= day) and (
            self.before is None or day < self.before
        )

    def intersection(self, other: Span) -> Span | None:
        """Return the days that lie in both, or None where there are none."""
        since = _pick(max, self.since, other.since)
        before = _pick(min, self.before, other.before)
        if since is not None and before is not None and since >= before:
            return None
        return Span(since, before)

    def overlaps(self, other: Span) -> bool:
        """Say whether at least one day lies in both."""
        return self.intersection(other) is not None

    def months(self) -> tuple[Month, ...]:
        """Return every month with at least one day in the span, which must be closed."""
        assert self.since is not None, "a span without a beginning has no first month"
        assert self.before is not None, "a span without an end has no last month"
        first, last = Month.of(self.since), Month.of(self.before - timedelta(days=1))
        return tuple(first + k for k in range(last - first + 1))


def _pick(
    choose: Callable[[date, date], date], one: date | None, other: date | None
) -> date | None:
    if one is None or other is None:
        return one or other
    return choose(one, other)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day some months on, or the month's end where there is none.

    民法典第二百零二条：没有对应日的，月末日为期间的最后一日。
    """
    last = (Month.of(day) + months).last_day
    return last.replace(day=min(day.day, last.day))


def age_on(birth: date, day: date) -> int:
    """Return the full years (周岁) reached on a day; negative before birth.

    A year of age is reached on the birthday. Someone born on 29 February reaches it on
    28 February in a common year, because where the month has no corresponding day its last day
    stands in for it (民法典第二百零二条), exactly as `add_months` does.
    """
    birthday = min(birth.day, Month(day.year, birth.month).last_day.day)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birthday))


def parse_date(text: str) -> date:
    """Read a date in any of the six written forms; raise DateUnreadable saying what is wrong."""
    plain = half_width_without_blanks(text)
    parts = _parts(plain)
    if parts is None:
        raise DateUnreadable(text=clip(text), why=_unknown_form(plain, "年月日"))
    if why := _wrong_with_day(*parts):
        raise DateUnreadable(text=clip(text), why=why)
    return date(*parts)


def _parts(plain: str) -> tuple[int, int, int] | None:
    for form in _DAY_FORMS:
        if found := form.fullmatch(plain):
            return int(found[1]), int(found[2]), int(found[3])
    if found := _CHINESE_DAY.fullmatch(plain):
        year = int("".join(str(_NUMERALS[numeral]) for numeral in found[1]))
        month, day = _small_number(found[2]), _small_number(found[3])
        if month is not None and day is not None:
            return year, month, day
    return None


def _small_number(numerals: str) -> int | None:
    """Read 一 to 九十九, or return None for what is not a number (十十, 一二)."""
    found = _CHINESE_SMALL.fullmatch(numerals)
    if found is None:
        return None
    tens = _NUMERALS[found[1]] if found[1] else (1 if found[2] else 0)
    return tens * 10 + (_NUMERALS[found[3]] if found[3] else 0)


def _wrong_with_month(year: int, month: int) -> str:
    if year < _FIRST_YEAR:
        return f"年份{year:04d}太早"
    if not 1 <= month <= 12:
        return f"没有第{month}个月"
    return ""


def _wrong_with_day(year: int, month: int, day: int) -> str:
    if why := _wrong_with_month(year, month):
        return why
    if 1 <= day <= monthrange(year, month)[1]:
        return ""
    if (month, day) == (2, 29):
        return f"{year}年不是闰年，2月没有29日"
    return f"{month}月没有{day}日"


def _unknown_form(plain: str, wanted: str) -> str:
    return f"写法不是完整的{wanted}" if plain else "没有填写"
