"""What is read quickly says exactly what the slow way says."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from doudi.exchange.cells import (
    ColumnReader,
    Context,
    Refused,
    is_plainly_right,
    parse_cell,
)
from doudi.exchange.formats import FORMATS
from doudi.exchange.normalising import plain_text
from doudi.kernel.ids import check_resident_id, id_check_digit
from doudi.kernel.problems import Problem
from doudi.kernel.text import half_width_without_blanks

TODAY = date(2022, 6, 1)
COLUMNS = [column for form in FORMATS.values() for column in form.columns]
TYPED = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["2022-05-01", "44682", " 12.30元", "=1+1", "无", "１２３", "1e5", "停发", "\x0b"]
    ),
    st.dates().map(lambda day: day),
    st.sampled_from([None, 1, 1.0, True, 0, False, 0.0, float("nan"), 44682.0]),
)


def _numbers() -> st.SearchStrategy[str]:
    first17 = st.one_of(
        st.from_regex(r"\A[0-9]{17}\Z"),
        st.builds(
            lambda province, day, order: f"{province}0521{day:%Y%m%d}{order:03d}",
            st.sampled_from(["62", "11", "81", "91", "00", "99"]),
            st.dates(date(1880, 1, 1), date(2030, 1, 1)),
            st.integers(0, 999),
        ),
    )
    right = first17.map(lambda digits: digits + id_check_digit(digits))
    slipped = st.tuples(first17, st.sampled_from("0123456789Xx")).map("".join)
    return st.one_of(right, slipped, st.text(max_size=19))


@given(_numbers())
def test_a_number_is_plainly_right_exactly_when_the_full_check_takes_it_as_it_stands(number):
    try:
        taken = check_resident_id(number, today=TODAY).number == number
    except Problem:
        taken = False
    assert is_plainly_right(number, TODAY) == taken


@given(st.text())
def test_text_is_made_plain_as_the_kernel_does(text):
    assert plain_text(text) == half_width_without_blanks(text)


def _told(read, cell):
    """Value with its evidence, or the refusal (a refused row keeps no evidence)."""
    notes: list[str] = []
    try:
        value = read(cell, notes)
    except Refused as refused:
        return refused.code, refused.why
    return type(value), value, notes


@given(st.sampled_from(COLUMNS), st.lists(TYPED, min_size=1, max_size=8))
def test_a_cell_read_before_is_read_the_same_again(column, cells):
    context = Context(TODAY, 10_000)
    reader = ColumnReader(column, context)
    for cell in [*cells, *cells]:
        slow = _told(lambda c, notes: parse_cell(c, column, context, notes), cell)
        assert _told(reader.value, cell) == slow
