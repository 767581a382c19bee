"""The standard of 低保 at a place, asked of the law's own parameters; never a second copy here."""

from __future__ import annotations

import functools
from datetime import date

from doudi.rules.tables import ParameterTable, ParameterValue, read_tables

_NAME = "低保标准"


@functools.cache
def _table() -> ParameterTable:
    return read_tables()


def standards(place: str, on: date) -> dict[bool, int | None]:
    """Fen per person and month by ``urban``; None where no value is in force."""
    parameter = _table().parameters[_NAME]
    found: dict[bool, int | None] = {}
    for urban, word in ((True, "城市"), (False, "农村")):
        value = _table().find(_NAME, parameter.key_numbers({"城乡": word}), place, on)
        known = value.value if isinstance(value, ParameterValue) else None
        found[urban] = None if known is None else parameter.number_of(known)
    return found
