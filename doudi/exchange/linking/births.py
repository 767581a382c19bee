"""Dates of birth of whole columns as yyyymmdd; a part that was not told is 0, nothing told is 0."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.normalising import plain_text, serial_day, without_time
from doudi.kernel.dates import DateUnreadable, parse_date

Days = npt.NDArray[np.int32]
# Also days that do not exist, e.g. with day and month in the wrong order: they are evidence too.
_PARTS = re.compile(r"((?:18|19|20)[0-9]{2})[-./年]?(?:([0-9]{1,2})[-./月]?(?:([0-9]{1,2})日?)?)?")
_TOGETHER = re.compile(r"((?:18|19|20)[0-9]{2})([0-9]{2})([0-9]{2})?")


def births(values: pl.Series) -> Days:
    """A column of dates in any written form; each distinct text is read once."""
    if values.dtype in (pl.Date, pl.Datetime):
        return values.dt.strftime("%Y%m%d").cast(pl.Int32).fill_null(0).to_numpy()
    texts = values.cast(pl.String).fill_null("")
    known = texts.unique()
    read = pl.Series([birth_of(text) for text in known], dtype=pl.Int32)
    return texts.replace_strict(known, read, return_dtype=pl.Int32).to_numpy()


def birth_of(text: str) -> int:
    """One date as yyyymmdd, yyyymm00, yyyy0000 or 0."""
    plain = plain_text(without_time(text))
    found = _TOGETHER.fullmatch(plain) or _PARTS.fullmatch(plain)
    if found:
        year, month, day = (int(part or 0) for part in found.groups())
        return year * 10_000 + month * 100 + day
    if not plain:
        return 0
    try:
        day_of = serial_day(plain) or parse_date(plain)
    except DateUnreadable:
        return 0
    return day_of.year * 10_000 + day_of.month * 100 + day_of.day
