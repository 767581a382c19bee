"""What is compared and how alike it can be, as data: fields, levels, and what is known beforehand.

Level 0 of every field is "not told" and weighs nothing. The shares say how often a level is met
in three kinds of pairs: the same person, a relative in the same household, anybody. They are
beliefs of the project [默认], learned over from every file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness: its words, and its shares among three kinds of pairs."""

    words: str
    same: float
    relative: float
    anybody: float


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is compared; the levels after "not told", from best to worst."""

    name: str
    levels: tuple[Level, ...]

    def shares(self, of: str) -> Weights:
        """The shares of one kind of pairs, adding up to 1; the first place is "not told"."""
        told = np.array([1.0, *(getattr(level, of) for level in self.levels)])
        told[1:] /= told[1:].sum()
        return told


(NAME_SAME, NAME_FORM, NAME_SOUND, NAME_HIDDEN, NAME_ORDER, NAME_SHORTER, NAME_ONE, NAME_GIVEN,
 NAME_FAMILY, NAME_OTHER) = range(1, 11)  # fmt: skip
(BIRTH_SAME, BIRTH_SWAPPED, BIRTH_ONE, BIRTH_PART, BIRTH_YEAR_OFF, BIRTH_LUNAR, BIRTH_YEAR,
 BIRTH_OTHER) = range(1, 9)  # fmt: skip
(ID_SAME, ID_SLIP, ID_TWO, ID_MASKED_TAIL, ID_MASKED, ID_HEAD, ID_BIRTH, ID_COUNTY,
 ID_OTHER) = range(1, 10)  # fmt: skip
VILLAGE, TOWN, COUNTY, PREFECTURE, ELSEWHERE = range(1, 6)
SEX_SAME, SEX_OTHER = 1, 2
HOME_COMMON, HEAD_SAME, HEAD_SOUND, HOME_OTHER = range(1, 5)

NAME = Field("姓名", (
    Level("写法相同", 0.86, 0.0004, 0.0003),
    Level("繁简或异体", 0.02, 0.0001, 0.00001),
    Level("同音", 0.035, 0.003, 0.0003),
    Level("有认不出的字，其余相同", 0.01, 0.0003, 0.0001),
    Level("字的次序不同", 0.005, 0.001, 0.00002),
    Level("多字或少字", 0.02, 0.004, 0.0003),
    Level("一个字不同", 0.03, 0.11, 0.004),
    Level("名同姓不同", 0.004, 0.001, 0.0007),
    Level("只有姓同音", 0.006, 0.40, 0.045),
    Level("不同", 0.01, 0.48, 0.95),
))  # fmt: skip
BIRTH = Field("出生日期", (
    Level("相同", 0.90, 0.006, 0.00005),
    Level("日月写反", 0.01, 0.0002, 0.00003),
    Level("一位写错或写反", 0.03, 0.002, 0.0009),
    Level("只写到年或月，相符", 0.01, 0.0002, 0.0003),
    Level("月日相同，年不同", 0.012, 0.003, 0.0027),
    Level("同一年，差十天到两个月（可能是农历）", 0.02, 0.003, 0.004),
    Level("同一年", 0.008, 0.025, 0.012),
    Level("不同", 0.01, 0.96, 0.98),
))  # fmt: skip
ID = Field("证件号码", (
    Level("相同", 0.02, 0.02, 0.0000001),
    Level("差一处", 0.80, 0.0005, 0.0000005),
    Level("差两处", 0.08, 0.0008, 0.000005),
    Level("可见各位（含末几位）相符", 0.80, 0.0005, 0.000002),
    Level("可见各位相符", 0.80, 0.002, 0.00006),
    Level("地区和出生日期各位相同", 0.01, 0.004, 0.00004),
    Level("出生日期各位相同", 0.01, 0.002, 0.00001),
    Level("地区各位相同", 0.02, 0.72, 0.70),
    Level("不同", 0.03, 0.25, 0.30),
))  # fmt: skip
PLACE = Field("地区", (
    Level("同一村", 0.80, 0.80, 0.006),
    Level("同一乡镇", 0.10, 0.10, 0.06),
    Level("同一县", 0.06, 0.06, 0.80),
    Level("同一市", 0.02, 0.02, 0.08),
    Level("不同", 0.02, 0.02, 0.06),
))  # fmt: skip
SEX = Field("性别", (
    Level("相同", 0.985, 0.45, 0.5),
    Level("不同", 0.015, 0.55, 0.5),
))  # fmt: skip
HOME = Field("家庭", (
    Level("同户成员已认出", 0.5, 0.5, 0.00001),
    Level("户主相同", 0.35, 0.35, 0.0003),
    Level("户主同音", 0.04, 0.04, 0.0003),
    Level("户主或家庭不同", 0.11, 0.11, 0.999),
))  # fmt: skip
FIELDS: Mapping[str, Field] = {field.name: field for field in (NAME, BIRTH, ID, PLACE, SEX, HOME)}

# What a row's id is: its levels are learned apart, because a masked id cannot be one slip away.
NO_ID, MASKED_ID, BROKEN_ID, CONTRADICTED_ID = range(4)

# In a pair that agrees on these, more than names speaks (promise F7).
BEYOND_NAMES: Mapping[str, frozenset[int]] = {
    BIRTH.name: frozenset({BIRTH_SAME, BIRTH_SWAPPED, BIRTH_ONE, BIRTH_LUNAR}),
    ID.name: frozenset({ID_SAME, ID_SLIP, ID_TWO, ID_MASKED_TAIL, ID_MASKED, ID_HEAD, ID_BIRTH}),
    HOME.name: frozenset({HOME_COMMON}),
}
