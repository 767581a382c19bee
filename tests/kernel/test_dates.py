"""Days, months, spans, ages, and the ways people write them."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.dates import (
    DateUnreadable,
    Month,
    Span,
    SpanBackwards,
    add_months,
    age_on,
    parse_date,
)  # fmt: skip

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
months = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))
spans = st.builds(
    lambda since, length: Span(since, None if length is None else since + timedelta(days=length)),
    days,
    st.none() | st.integers(1, 800),
)


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-15", "20220315", "2022/3/15", "2022.3.15", "2022年3月15日", "2022年03月15日",
        "二〇二二年三月十五日", "二○二二年三月十五日", "二零二二年三月十五日",
        "２０２２－０３－１５", " 2022-03-15\n", "2022 年 3 月 15 日", "2022-3-15",
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_form_people_write(text):
    assert parse_date(text) == date(2022, 3, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二二年十月十日", date(2022, 10, 10)),
        ("二〇二二年十二月三十一日", date(2022, 12, 31)),
        ("二〇二〇年二月二十九日", date(2020, 2, 29)),
        ("二〇二二年十一月二十日", date(2022, 11, 20)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_chinese_numerals_and_far_ends_are_read(text, day):
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2022-13-01", "没有第13个月"),
        ("2022-00-01", "没有第0个月"),
        ("20221301", "没有第13个月"),
        ("2022-02-30", "2月没有30日"),
        ("2022-02-29", "2022年不是闰年，2月没有29日"),
        ("1900/2/29", "1900年不是闰年，2月没有29日"),
        ("2022年4月31日", "4月没有31日"),
        ("2022.1.0", "1月没有0日"),
        ("二〇二二年十三月一日", "没有第13个月"),
        ("0022-03-15", "年份0022太早"),
        ("", "没有填写"),
        ("　", "没有填写"),
        ("2022-03", "写法不是完整的年月日"),
        ("2022-3/15", "写法不是完整的年月日"),
        ("15/03/2022", "写法不是完整的年月日"),
        ("44635", "写法不是完整的年月日"),
        ("2022315", "写法不是完整的年月日"),
        ("2022-03-15 00:00:00", "写法不是完整的年月日"),
        ("二〇二二年十十月一日", "写法不是完整的年月日"),
        ("二〇二二年一二月一日", "写法不是完整的年月日"),
        ("٢٠٢٢-٠٣-١٥", "写法不是完整的年月日"),
    ],
)
def test_a_wrong_date_is_refused_and_the_reason_is_named(text, why):
    with pytest.raises(DateUnreadable) as refused:
        parse_date(text)
    assert refused.value.facts["why"] == why
    assert why in str(refused.value)


@given(days)
def test_every_day_reads_back_from_all_its_forms(day):
    for form in ("{:%Y-%m-%d}", "{:%Y%m%d}", "{0.year}/{0.month}/{0.day}",
                 "{0.year}.{0.month}.{0.day}", "{0.year}年{0.month}月{0.day}日"):  # fmt: skip
        assert parse_date(form.format(day)) == day


@given(st.text(alphabet="0123456789-/.年月日〇一二十三 ", max_size=14))
def test_any_text_is_either_a_date_or_a_problem(text):
    with suppress(DateUnreadable):
        assert isinstance(parse_date(text), date)


@pytest.mark.parametrize(
    "text", ["2022-05", "202205", "2022/5", "2022.5", "2022年5月", "２０２２-０５"]
)
def test_a_month_is_read_in_every_form_people_write(text):
    assert Month.parse(text) == Month(2022, 5)


@pytest.mark.parametrize("text", ["2022-13", "2022-00", "", "2022", "2022-05-01", "0022-05"])
def test_a_wrong_month_is_refused(text):
    with pytest.raises(DateUnreadable):
        Month.parse(text)


@given(months, st.integers(-600, 600))
def test_adding_months_and_subtracting_them_cancels(month, count):
    assert (month + count) - count == month
    assert (month + count) - month == count
    assert (month < month + count) == (count > 0)
    assert Month.parse(str(month)) == month


@given(days)
def test_a_month_contains_exactly_its_days(day):
    month = Month.of(day)
    assert month.first_day <= day <= month.last_day < month.next_first_day
    assert month.contains(day)
    assert not month.contains(month.next_first_day)
    assert month.next_first_day - timedelta(days=1) == month.last_day
    assert str(month) == day.isoformat()[:7]


def test_a_month_is_a_key_and_sorts_by_time():
    assert {Month(2022, 5): 1}[Month(2022, 5)] == 1
    assert sorted([Month(2022, 12), Month(2023, 1), Month(2022, 2)])[0] == Month(2022, 2)
    for year, month in ((2022, 0), (2022, 13)):
        with pytest.raises(AssertionError):
            Month(year, month)


def test_a_span_includes_its_first_day_and_not_its_end():
    span = Span(date(2022, 1, 1), date(2022, 4, 1))
    assert span.contains(date(2022, 1, 1))
    assert span.contains(date(2022, 3, 31))
    assert not span.contains(date(2022, 4, 1))
    assert not span.contains(date(2021, 12, 31))
    assert span.months() == (Month(2022, 1), Month(2022, 2), Month(2022, 3))


@pytest.mark.parametrize("before", [date(2022, 1, 1), date(2021, 1, 1)])
def test_a_span_that_ends_before_it_begins_is_refused(before):
    with pytest.raises(SpanBackwards):
        Span(date(2022, 1, 1), before)


def test_spans_that_only_touch_do_not_overlap():
    first = Span(date(2022, 1, 1), date(2022, 4, 1))
    second = Span(date(2022, 4, 1), None)
    assert not first.overlaps(second)
    assert first.intersection(second) is None
    assert Span(None, date(2022, 4, 2)).intersection(second) == Span(
        date(2022, 4, 1), date(2022, 4, 2)
    )


@given(spans, spans, days)
def test_the_intersection_holds_exactly_the_days_of_both(one, other, day):
    both = one.intersection(other)
    assert (both is not None and both.contains(day)) == (one.contains(day) and other.contains(day))
    assert one.overlaps(other) == other.overlaps(one) == (both is not None)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2022, 1, 15), 12, date(2023, 1, 15)),
        (date(2022, 3, 31), -1, date(2022, 2, 28)),
        (date(2022, 12, 31), 6, date(2023, 6, 30)),
        (date(2022, 5, 30), 0, date(2022, 5, 30)),
    ],
)
def test_months_are_added_to_the_corresponding_day_or_the_months_end(day, count, expected):
    assert add_months(day, count) == expected


@given(days, st.integers(-1000, 1000))
def test_adding_months_never_leaves_the_target_month(day, count):
    result = add_months(day, count)
    assert Month.of(result) == Month.of(day) + count
    assert result.day == day.day or result == Month.of(result).last_day


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2006, 5, 10), date(2022, 5, 9), 15),
        (date(2006, 5, 10), date(2022, 5, 10), 16),
        (date(2004, 2, 29), date(2022, 2, 27), 17),
        (date(2004, 2, 29), date(2022, 2, 28), 18),
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2022, 5, 10), date(2022, 5, 10), 0),
        (date(2022, 5, 10), date(2022, 5, 9), -1),
    ],
)
def test_a_year_of_age_is_reached_on_the_birthday(birth, day, age):
    assert age_on(birth, day) == age


@given(days, days)
def test_age_agrees_with_adding_years_of_months(birth, day):
    age = age_on(birth, day)
    assert add_months(birth, 12 * age) <= day < add_months(birth, 12 * (age + 1))
