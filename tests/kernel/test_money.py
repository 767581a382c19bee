"""Money: exact, never a float, rounded only by name."""

import json
import operator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel import money
from doudi.kernel.money import Fen, MoneyProblem, MoneyTooFine, MoneyTooLarge, MoneyUnreadable

ROUNDINGS = [
    money.floor_to_fen,
    money.half_up_to_fen,
    money.half_up_to_yuan,
    money.up_to_jiao,
    money.up_to_yuan,
]
STEPS = {"half_up_to_yuan": 100, "up_to_jiao": 10, "up_to_yuan": 100}
amounts = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**4)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1680", 168000),
        ("1680.5", 168050),
        ("1,680.00", 168000),
        ("0.05", 5),
        ("-0.05", -5),
        ("-1,234,567.89", -123456789),
        (" １６８０．５０ ", 168050),
        ("007", 700),
        ("999999999999999", 99999999999999900),
    ],
)
def test_yuan_are_read_exactly(text, fen):
    amount = Fen.from_yuan(text)
    assert amount == fen
    assert type(amount) is Fen


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", MoneyUnreadable),
        ("   ", MoneyUnreadable),
        ("1e3", MoneyUnreadable),
        ("NaN", MoneyUnreadable),
        ("+5", MoneyUnreadable),
        ("--5", MoneyUnreadable),
        ("5.", MoneyUnreadable),
        (".5", MoneyUnreadable),
        ("1,68", MoneyUnreadable),
        ("1,6800", MoneyUnreadable),
        ("1680元", MoneyUnreadable),
        ("=1+1", MoneyUnreadable),
        ("١٢", MoneyUnreadable),
        ("1680.005", MoneyTooFine),
        ("1680.500", MoneyTooFine),
        ("1234567890123456", MoneyTooLarge),
        ("9" * 5000, MoneyTooLarge),
    ],
)
def test_what_is_not_yuan_and_fen_is_refused_not_repaired(text, kind):
    with pytest.raises(kind) as refused:
        Fen.from_yuan(text)
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize("value", [1680.5, 1680, None, Decimal("1680.5"), b"1680"])
def test_yuan_are_read_from_text_only(value):
    with pytest.raises(TypeError):
        Fen.from_yuan(value)


@pytest.mark.parametrize(
    "value", [1.0, 0.1, True, "1", None, Decimal(1), Fraction(1), Fraction(1, 3)]
)
def test_fen_are_made_of_whole_numbers_only(value):
    with pytest.raises(TypeError):
        Fen(value)


@pytest.mark.parametrize(
    "work",
    [
        operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod,
        operator.lt, operator.le, operator.gt, operator.ge,
    ],
)  # fmt: skip
def test_a_float_may_not_touch_money(work):
    with pytest.raises(TypeError):
        work(Fen(100), 0.5)


@pytest.mark.parametrize("other", [2, 2.0, Fen(2)])
def test_true_division_would_make_a_float_and_is_refused(other):
    with pytest.raises(TypeError):
        Fen(100) / other
    with pytest.raises(TypeError):
        other / Fen(100) if not isinstance(other, float) else Fen(1) / other


@pytest.mark.parametrize("rounding", ROUNDINGS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("value", [1.0, 0.5 * Fen(100), True, Decimal(1), "1"])
def test_no_rounding_takes_what_may_already_be_rounded(rounding, value):
    with pytest.raises(TypeError):
        rounding(value)


@pytest.mark.parametrize("arguments", [(100.0, 1), (100, 0.5), (True, 1)])
def test_a_share_is_made_of_whole_numbers(arguments):
    with pytest.raises(TypeError):
        money.share(*arguments)


def test_arithmetic_gives_a_plain_number_until_a_rounding_names_it_money():
    for result in (
        Fen(3) + Fen(4), Fen(3) - 4, 3 - Fen(4), 2 * Fen(3), Fen(3) * 2, -Fen(3), abs(Fen(-3)),
        Fen(7) // 2, Fen(7) % 2, sum([Fen(1), Fen(2)]),
    ):  # fmt: skip
        assert type(result) is int
    assert type(Fen(7) + Fraction(1, 2)) is Fraction
    assert 10 - Fen(4) == 6


def test_fen_print_and_travel_as_bare_digits():
    assert (str(Fen(168000)), f"{Fen(168000)}", repr(Fen(168000))) == (
        "168000", "168000", "Fen(168000)",
    )  # fmt: skip
    assert json.dumps({"fen": Fen(168000)}) == '{"fen": 168000}'


@pytest.mark.parametrize(
    ("fen", "yuan", "display"),
    [
        (168000, "1680.00", "1,680.00"),
        (5, "0.05", "0.05"),
        (-5, "-0.05", "-0.05"),
        (-123456789, "-1234567.89", "-1,234,567.89"),
        (0, "0.00", "0.00"),
    ],
)
def test_amounts_are_shown_in_yuan_with_two_decimals(fen, yuan, display):
    assert (Fen(fen).yuan(), Fen(fen).display()) == (yuan, display)


@given(st.integers(min_value=-(10**17) + 1, max_value=10**17 - 1))
def test_what_is_shown_reads_back_to_the_same_fen(fen):
    assert Fen.from_yuan(Fen(fen).yuan()) == fen
    assert Fen.from_yuan(Fen(fen).display()) == fen


@pytest.mark.parametrize(
    ("rounding", "amount", "fen"),
    [
        (money.floor_to_fen, Fraction(199, 2), 99),
        (money.floor_to_fen, Fraction(-1, 2), -1),
        (money.half_up_to_fen, Fraction(1, 2), 1),
        (money.half_up_to_fen, Fraction(5, 2), 3),
        (money.half_up_to_fen, Fraction(-1, 2), -1),
        (money.half_up_to_fen, Fraction(49, 100), 0),
        (money.half_up_to_yuan, 168049, 168000),
        (money.half_up_to_yuan, 168050, 168100),
        (money.half_up_to_yuan, -168050, -168100),
        (money.up_to_jiao, 168001, 168010),
        (money.up_to_jiao, 168010, 168010),
        (money.up_to_jiao, Fraction(168010 * 3 + 1, 3), 168020),
        (money.up_to_yuan, 168001, 168100),
        (money.up_to_yuan, 168000, 168000),
    ],
)
def test_each_rounding_does_what_its_name_says(rounding, amount, fen):
    result = rounding(amount)
    assert result == fen
    assert type(result) is Fen


@given(amounts)
def test_roundings_stay_within_one_step_and_on_their_own_side(amount):
    for rounding in ROUNDINGS:
        step = STEPS.get(rounding.__name__, 1)
        moved = rounding(amount) - amount
        assert rounding(amount) % step == 0
        assert rounding(rounding(amount)) == rounding(amount)
        low, high = {
            "floor": (-step, 0), "half": (-Fraction(step, 2), Fraction(step, 2)), "up": (0, step),
        }[rounding.__name__.split("_")[0]]  # fmt: skip
        assert low <= moved <= high


def test_a_share_drops_what_is_below_a_fen():
    assert money.share(168001, 200) == 3360
    assert money.share(99, 10_000) == 99
    assert type(money.share(1, 1)) is Fen


@given(st.text(max_size=12))
def test_any_text_is_either_an_amount_or_a_problem(text):
    with suppress(MoneyProblem):
        assert type(Fen.from_yuan(text)) is Fen
