"""Statutory time against the official calendar, a loop over days, and the worked examples."""

from bisect import bisect_right
from dataclasses import replace
from datetime import date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.kernel.clock import SHANGHAI
from doudi.kernel.workdays import Calendar, Due, Term, publicity_ends, publicity_over

OFFICIAL_YEARS = range(2018, 2027)
ONE_DAY = timedelta(days=1)


def official_exceptions():
    day = date(OFFICIAL_YEARS[0], 1, 1)
    while day.year in OFFICIAL_YEARS:
        works = chinese_calendar.is_workday(day)
        if works != (day.weekday() < 5):
            yield day, works
        day += ONE_DAY


CALENDAR = Calendar(dict(official_exceptions()), frozenset(OFFICIAL_YEARS))
BARE = Calendar({}, frozenset())
days = st.dates(date(2018, 1, 1), date(2026, 6, 30))
counts = st.integers(0, 60)


def count_day_by_day(start, count):
    """Walk the official calendar one day at a time, without any of our code."""
    day = start
    seen = 0
    while seen < count:
        day = day + ONE_DAY
        if chinese_calendar.is_workday(day):
            seen = seen + 1
    return day


@pytest.mark.parametrize(
    ("accepted", "count", "due"),
    [
        (date(2022, 4, 6), 3, date(2022, 4, 11)),
        (date(2022, 4, 6), 10, date(2022, 4, 20)),
        (date(2022, 4, 6), 20, date(2022, 5, 6)),
        (date(2022, 4, 6), 30, date(2022, 5, 19)),
        (date(2022, 4, 6), 45, date(2022, 6, 10)),
        (date(2022, 9, 5), 20, date(2022, 10, 9)),
        (date(2022, 9, 5), 30, date(2022, 10, 21)),
    ],
)
def test_the_worked_examples_of_the_law_come_out(accepted, count, due):
    assert CALENDAR.add_workdays(accepted, count) == Due(due, provisional=False)
    assert Term(count, "工作日").due(accepted, CALENDAR).day == due


@settings(max_examples=500)
@given(days, counts)
def test_a_deadline_is_the_count_of_days_by_hand(start, count):
    due = CALENDAR.add_workdays(start, count)
    assert due == Due(count_day_by_day(start, count), provisional=False)
    assert CALENDAR.workdays_between(start, due.day) == count
    assert count == 0 or chinese_calendar.is_workday(due.day)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 15, 20, 30, 45])
def test_every_start_day_of_eight_years_for_every_statutory_count(count):
    start = date(2018, 1, 1)
    official = [day for day in _days_from(start, 3000) if chinese_calendar.is_workday(day)]
    for day in _days_from(start, 2900):
        due = official[bisect_right(official, day) + count - 1]
        assert CALENDAR.add_workdays(day, count) == Due(due)


def _days_from(start, count):
    return [start + timedelta(days=k) for k in range(count)]


@pytest.mark.parametrize(
    ("start", "first"),
    [
        (date(2022, 9, 30), date(2022, 10, 8)),  # 国庆七天之后，星期六补班
        (date(2022, 1, 30), date(2022, 2, 7)),  # 星期日补班之后是春节
        (date(2021, 12, 31), date(2022, 1, 4)),  # 跨年
        (date(2022, 4, 2), date(2022, 4, 6)),  # 星期六补班之后是清明
        (date(2020, 1, 23), date(2020, 2, 3)),  # 2020 年春节延长
    ],
)
def test_the_first_working_day_after_a_holiday(start, first):
    assert CALENDAR.add_workdays(start, 1).day == first


@settings(max_examples=500)
@given(days, counts, st.sets(days, max_size=20))
def test_adding_holidays_never_moves_a_deadline_earlier(start, count, holidays):
    stricter = replace(CALENDAR, days={**CALENDAR.days, **dict.fromkeys(holidays, False)})
    assert stricter.add_workdays(start, count).day >= CALENDAR.add_workdays(start, count).day


@given(days, days, counts)
def test_a_later_start_never_ends_earlier(one, other, count):
    first, second = sorted((one, other))
    ends = CALENDAR.add_workdays(first, count).day, CALENDAR.add_workdays(second, count).day
    assert ends[0] <= ends[1]


@given(days, days)
def test_counting_backwards_is_counting_forwards_negated(one, other):
    assert CALENDAR.workdays_between(one, other) == -CALENDAR.workdays_between(other, one)


def test_a_deadline_is_provisional_as_soon_as_it_counts_in_a_year_without_a_calendar():
    assert not CALENDAR.add_workdays(date(2026, 12, 28), 3).provisional
    assert CALENDAR.add_workdays(date(2026, 12, 28), 4) == Due(date(2027, 1, 1), provisional=True)
    assert BARE.add_workdays(date(2022, 4, 6), 1).provisional
    missing = replace(CALENDAR, official_years=CALENDAR.official_years - {2021})
    assert missing.add_workdays(date(2020, 12, 30), 300).provisional


def test_the_day_of_acceptance_is_not_counted_and_its_year_does_not_matter():
    assert not CALENDAR.add_workdays(date(2017, 12, 31), 1).provisional
    assert CALENDAR.add_workdays(date(2022, 4, 6), 0).day == date(2022, 4, 6)


def test_a_publicity_of_seven_days_posted_on_18_april_ends_on_the_25th():
    posted = date(2022, 4, 18)
    assert publicity_ends(posted, 7) == date(2022, 4, 25)
    assert not publicity_over(posted, 7, on=date(2022, 4, 25))
    assert publicity_over(posted, 7, on=date(2022, 4, 26))


@pytest.mark.parametrize(
    ("term", "start", "due"),
    [
        (Term(7, "日"), date(2022, 9, 30), date(2022, 10, 7)),
        (Term(3, "月"), date(2022, 11, 30), date(2023, 2, 28)),
        (Term(48, "小时"), date(2022, 9, 30), date(2022, 10, 2)),
        (Term(48, "小时"), datetime(2022, 9, 30, 23, 59, tzinfo=SHANGHAI), date(2022, 10, 2)),
        (Term(36, "小时"), datetime(2022, 9, 30, 13, 0, tzinfo=SHANGHAI), date(2022, 10, 2)),
        (Term(36, "小时"), date(2022, 9, 30), date(2022, 10, 1)),
        (Term(5, "工作日"), datetime(2022, 4, 6, 17, 0, tzinfo=SHANGHAI), date(2022, 4, 13)),
    ],
)
def test_natural_days_months_and_hours_pass_over_no_holiday(term, start, due):
    assert term.due(start, CALENDAR).day == due


@pytest.mark.parametrize("unit", ["日", "月", "小时"])
def test_time_that_needs_no_calendar_is_never_provisional(unit):
    assert not Term(3, unit).due(date(2040, 1, 1), BARE).provisional


def test_hours_end_at_a_moment():
    start = datetime(2022, 9, 30, 23, 59, tzinfo=SHANGHAI)
    assert Term(48, "小时").moment_due(start) == datetime(2022, 10, 2, 23, 59, tzinfo=SHANGHAI)


def test_terms_are_shown_in_the_words_of_the_law():
    shown = [str(Term(30, "工作日")), str(Term(7, "日")), str(Term(6, "月")), str(Term(48, "小时"))]
    assert shown == ["30工作日", "7日", "6个月", "48小时"]


def test_a_moment_is_not_taken_for_a_day():
    with pytest.raises(AssertionError):
        CALENDAR.add_workdays(datetime(2022, 4, 6, tzinfo=SHANGHAI), 1)
    with pytest.raises(AssertionError):
        Term(3, "周")
    with pytest.raises(AssertionError):
        CALENDAR.add_workdays(date(2022, 4, 6), -1)
