"""What is proved of a book before anyone relies on it: units that fit, numbers that stay sound."""

from __future__ import annotations

from doudi.rules.book import Rulebook
from doudi.rules.checks.ranges import check_ranges
from doudi.rules.checks.units import check_units

__all__ = ["check_book", "check_ranges", "check_units"]


def check_book(book: Rulebook) -> None:
    """Prove units and ranges of every rule on every change day; raises `RuleRefused`.

    The proof speaks of declared ranges only, so a county's own figures, which are held to the range
    of their parameter, never need another one.
    """
    check_units(book)
    check_ranges(book)
