"""Money: whole fen, exact ratios, and roundings that have names. Never a float."""

from __future__ import annotations

import operator
import re
from fractions import Fraction
from typing import NoReturn

from doudi.kernel.problems import Problem
from doudi.kernel.text import clip, half_width_without_blanks

_YUAN = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")

# Fifteen digits of yuan stay within a 64-bit count of fen with room for sums.
_MOST_DIGITS = 15


class MoneyProblem(Problem):
    """Group: an amount as typed cannot be taken."""


class MoneyUnreadable(MoneyProblem):
    code = "money.unreadable"
    say = "金额“{text}”读不懂。"
    next = "请填写以元为单位的数字，最多两位小数，例如 1680 或 1680.50。"
    fields = ("text",)


class MoneyTooFine(MoneyProblem):
    code = "money.too_fine"
    say = "金额“{text}”的小数超过两位，最小单位是分。"
    next = "请按规定取整到分后重新填写，系统不会代为取舍。"
    fields = ("text",)


class MoneyTooLarge(MoneyProblem):
    code = "money.too_large"
    say = "金额“{text}”过大，超过 15 位数。"
    next = "请检查是否多写了数字，或把证件号、卡号填进了金额列。"
    fields = ("text",)


def _whole(number: object) -> int:
    """Return a whole number, refusing floats, booleans, texts and decimals with TypeError."""
    if isinstance(number, bool | float):
        raise TypeError(f"money is whole fen, not {type(number).__name__}")
    return operator.index(number)  # type: ignore[arg-type]


def _exact(amount: Fraction | int) -> Fraction:
    """Return an exact ratio of fen, refusing everything that may already have been rounded."""
    if isinstance(amount, Fraction):
        return amount
    return Fraction(_whole(amount))


def _no_float(other: object) -> None:
    if isinstance(other, float):
        raise TypeError("a float may not touch money; use a Fraction or whole fen")


class Fen(int):
    """A whole number of fen, possibly negative; arithmetic gives plain int.

    A float is refused wherever Python asks this class first. It does not ask when the float
    stands on the left (`0.5 * fen`); the float that comes out is refused by `Fen` and by every
    rounding.
    """

    __slots__ = ()

    def __new__(cls, fen: int = 0) -> Fen:
        return super().__new__(cls, _whole(fen))

    @classmethod
    def from_yuan(cls, text: str) -> Fen:
        """Read yuan such as "1680", "1680.5" or "1,680.00" exactly; raise a MoneyProblem."""
        if not isinstance(text, str):
            raise TypeError(f"yuan are read from text, not {type(text).__name__}")
        shown = clip(text)
        found = _YUAN.fullmatch(half_width_without_blanks(text))
        if found is None:
            raise MoneyUnreadable(text=shown)
        sign, whole, decimals = found[1], found[2].replace(",", ""), found[3] or ""
        if len(decimals) > 2:
            raise MoneyTooFine(text=shown)
        if len(whole) > _MOST_DIGITS:
            raise MoneyTooLarge(text=shown)
        fen = int(whole) * 100 + int(decimals.ljust(2, "0"))
        return cls(-fen if sign else fen)

    def yuan(self) -> str:
        """Return yuan with two decimals and no separators: "1680.00"."""
        return f"{self._sign()}{abs(self) // 100}.{abs(self) % 100:02d}"

    def display(self) -> str:
        """Return yuan for people to read: "1,680.00"."""
        return f"{self._sign()}{abs(self) // 100:,}.{abs(self) % 100:02d}"

    def _sign(self) -> str:
        return "-" if self < 0 else ""

    def __repr__(self) -> str:
        return f"Fen({int(self)})"

    # A format string or a database driver gets the bare digits.
    __str__ = int.__repr__

    def __add__(self, other: int) -> int:
        _no_float(other)
        return int.__add__(self, other)

    def __radd__(self, other: int) -> int:
        _no_float(other)
        return int.__radd__(self, other)

    def __sub__(self, other: int) -> int:
        _no_float(other)
        return int.__sub__(self, other)

    def __rsub__(self, other: int) -> int:
        _no_float(other)
        return int.__rsub__(self, other)

    def __mul__(self, other: int) -> int:
        _no_float(other)
        return int.__mul__(self, other)

    def __rmul__(self, other: int) -> int:
        _no_float(other)
        return int.__rmul__(self, other)

    def __floordiv__(self, other: int) -> int:
        _no_float(other)
        return int.__floordiv__(self, other)

    def __mod__(self, other: int) -> int:
        _no_float(other)
        return int.__mod__(self, other)

    def __truediv__(self, other: object) -> NoReturn:
        raise TypeError("dividing money with / makes a float; use Fraction(fen, parts)")

    def __rtruediv__(self, other: object) -> NoReturn:
        raise TypeError("dividing by money with / makes a float; use Fraction(number, fen)")

    def __lt__(self, other: int) -> bool:
        _no_float(other)
        return int.__lt__(self, other)

    def __le__(self, other: int) -> bool:
        _no_float(other)
        return int.__le__(self, other)

    def __gt__(self, other: int) -> bool:
        _no_float(other)
        return int.__gt__(self, other)

    def __ge__(self, other: int) -> bool:
        _no_float(other)
        return int.__ge__(self, other)


def _half_up(amount: Fraction, step: int) -> Fen:
    """Round to the nearest multiple of step; a half moves away from zero, as 四舍五入 does."""
    magnitude = (abs(amount) / step + Fraction(1, 2)).__floor__() * step
    return Fen(-magnitude if amount < 0 else magnitude)


def floor_to_fen(amount: Fraction | int) -> Fen:
    """Drop what is below one fen (舍去), towards minus infinity."""
    return Fen(_exact(amount).__floor__())


def half_up_to_fen(amount: Fraction | int) -> Fen:
    """Round half up to a whole fen (四舍五入到分); a half moves away from zero."""
    return _half_up(_exact(amount), 1)


def half_up_to_yuan(amount: Fraction | int) -> Fen:
    """Round half up to a whole yuan (四舍五入到元); a half moves away from zero."""
    return _half_up(_exact(amount), 100)


def up_to_jiao(amount: Fraction | int) -> Fen:
    """Round up to a whole jiao (见分进角), towards plus infinity."""
    return Fen((_exact(amount) / 10).__ceil__() * 10)


def up_to_yuan(amount: Fraction | int) -> Fen:
    """Round up to a whole yuan (见角进元), towards plus infinity."""
    return Fen((_exact(amount) / 100).__ceil__() * 100)


def share(amount: int, basis_points: int) -> Fen:
    """Return so many ten-thousandths of an amount of fen, floored to a fen."""
    return floor_to_fen(Fraction(_whole(amount) * _whole(basis_points), 10_000))
