"""Persons of a table as arrays: who somebody is said to be, found by the names of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.linking.births import Days, births
from doudi.exchange.linking.han import name_texts
from doudi.exchange.linking.ids import EMPTY, Normalised, normalise
from doudi.exchange.linking.tables import ColumnNotThere, as_text, column
from doudi.exchange.normalising import plain_text

Codes = npt.NDArray[np.int64]

# What a column may be called, in order of preference; width and blanks aside.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "证号": (
        "身份证号", "身份证号码", "公民身份号码", "居民身份证号", "居民身份证号码", "证件号码",
        "证件号", "社会保障号码", "身份证", "id_number", "id_card", "id_no", "id",
    ),
    "姓名": ("姓名", "名字", "参保人姓名", "人员姓名", "name"),
    "性别": ("性别", "sex", "gender"),
    "出生": (
        "出生日期", "出生年月日", "出生年月", "生日", "birth", "birth_date", "birthday", "dob",
    ),
    "地区": (
        "区划代码", "行政区划", "行政区划代码", "地区", "村", "户籍地", "居住地", "place",
        "village", "town", "division",
    ),
    "户号": ("户号", "户编号", "家庭编号", "household", "household_id", "hh"),
    "户主": ("户主", "户主姓名", "head", "head_name"),
}  # fmt: skip
NUMBER = ("人员编号", "编号", "person", "person_id")
_SEXES = {"男": 1, "1": 1, "男性": 1, "M": 1, "MALE": 1, "女": 2, "2": 2, "女性": 2, "F": 2,
          "FEMALE": 2}  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Persons as arrays, row by row; 0 or "" is not told.

    `place` is a code of 12 digits, or a number of the text where it is no code (negative);
    `household` numbers the text of the household's number within this table alone.
    """

    ids: Normalised
    name: pl.Series  # as compared: without blanks and dots
    head: pl.Series
    birth: Days
    sex: npt.NDArray[np.int8]
    place: Codes
    household: pl.Series
    columns: dict[str, str]  # what was found, under which name

    def __len__(self) -> int:
        return len(self.birth)


def find_columns(
    frame: pl.DataFrame, path: Path, told: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Which column tells what; `told` goes before the synonyms. Raises `ColumnNotThere`."""
    plain: dict[str, str] = {}
    for each in frame.columns:
        plain.setdefault(plain_text(each).lower().strip("*:"), each)
    found = {
        what: plain[word]
        for what, words in SYNONYMS.items()
        for word in reversed(words)
        if word in plain
    }
    for what, name in (told or {}).items():
        if what not in SYNONYMS:
            raise ColumnNotThere(name="--columns", column=what, columns="、".join(SYNONYMS))
        found[what] = column(frame, name, path)
    if "姓名" not in found and "证号" not in found:
        named = "、".join(frame.columns[:40])
        raise ColumnNotThere(name=path.name, column="身份证号或姓名", columns=named)
    return found


def without_ids(size: int) -> Normalised:
    """The ids of so many persons of whom none is told."""
    nothing = pl.Series([""], dtype=pl.String).new_from_index(0, size)
    return Normalised(
        nothing, np.zeros(size, np.int64), np.full(size, EMPTY, np.uint8), nothing
    )  # fmt: skip


def people_of(
    frame: pl.DataFrame, columns: dict[str, str], today: date, *, birth_from_id: bool
) -> People:
    """Persons of a table; the registry's ids also tell birth and sex where no column does."""

    def told(what: str) -> pl.Series:
        if what in columns:
            return frame.get_column(columns[what])
        return pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)

    ids = normalise(told("证号"), today) if "证号" in columns else without_ids(frame.height)
    birth, sex = births(told("出生")), _sexes(told("性别"))
    if birth_from_id:
        inside = (ids.key // 1000 % 100_000_000).astype(np.int32)
        birth = np.where(birth == 0, inside, birth)
        by_id = np.where(ids.key % 2 == 1, 1, 2).astype(np.int8)
        sex = np.where((sex == 0) & ids.usable, by_id, sex)
    return People(
        ids, _names(told("姓名")), _names(told("户主")), birth, sex, _places(told("地区")),
        as_text(told("户号")).str.strip_chars(), columns,
    )  # fmt: skip


def _names(values: pl.Series) -> pl.Series:
    return _by_distinct(as_text(values), name_texts, pl.String)


def _by_distinct(texts: pl.Series, told: Any, dtype: Any) -> pl.Series:
    """What a function makes of each distinct text."""
    known = texts.unique()
    made = pl.Series(told(known.to_list()), dtype=dtype)
    return texts.replace_strict(known, made, return_dtype=dtype)


def _sexes(values: pl.Series) -> npt.NDArray[np.int8]:
    def told(texts: list[str]) -> list[int]:
        return [_SEXES.get(plain_text(text).upper(), 0) for text in texts]

    return _by_distinct(as_text(values), told, pl.Int8).to_numpy()


def _places(values: pl.Series) -> Codes:
    def told(texts: list[str]) -> list[int]:
        return [_place(plain_text(text)) for text in texts]

    return _by_distinct(as_text(values), told, pl.Int64).to_numpy()


def _place(text: str) -> int:
    if text.isdecimal() and len(text) in (2, 4, 6, 9, 12):
        return int(text.ljust(12, "0"))
    if not text:
        return 0
    # Any number that is the same for the same text, in every run.
    return -int.from_bytes(text.encode()[-7:], "little") - 1
