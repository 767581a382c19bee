"""Ids of whole columns made comparable: width, blanks, x, 15 to 18, certificates; nothing guessed.

What cannot be used keeps the text that was sent and says why, in the order form, check digit,
meaning. The numbers of a column are looked at as one matrix of digits, not one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.exchange.linking.tables import as_text
from doudi.exchange.normalising import became_number, id_as_sent
from doudi.kernel import clock
from doudi.kernel.divisions import PROVINCES

Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.uint8]
Digits = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

OUTCOMES = (
    "有效", "已规整", "15位升18位", "取自残疾人证",
    "空", "打码", "被表格改成数字", "位数不对", "字符不对", "校验位不对", "出生日期不对",
    "省码不对", "残疾人证不对",
)  # fmt: skip
(VALID, TIDIED, UPGRADED, CERTIFICATE, EMPTY, MASKED, BECAME_NUMBER, LENGTH, CHARACTERS, CHECKSUM,
 BIRTH, PROVINCE, BAD_CERTIFICATE) = range(len(OUTCOMES))  # fmt: skip
USABLE = CERTIFICATE  # outcomes up to this one are ids that can be looked up

ADVICE = {
    TIDIED: "全角、空格或小写x已规整",
    UPGRADED: "15位旧号补19并重算校验位",
    CERTIFICATE: "取残疾人证号前18位",
    EMPTY: "没有填写证件号码，请补填",
    MASKED: "号码被打码，请向来文单位要完整号码",
    BECAME_NUMBER: "表格把号码改成了数字，后几位已丢失；请把该列设为文本后重新导出",
    LENGTH: "应为18位（旧号15位），请对照证件补全",
    CHARACTERS: "只能是数字，最后一位可以是X，请对照证件重新录入",
    CHECKSUM: "至少有一位写错，请对照证件逐位核对",
    BIRTH: "号码中的出生日期不存在、在今天之后或超过130岁，请核对第7至14位",
    PROVINCE: "前两位不是省级代码，请核对前6位",
    BAD_CERTIFICATE: "残疾人证号第19位应为1至7、第20位应为1至4，请对照残疾人证",
}

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.uint16)
CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
KNOWN_PROVINCE = np.zeros(100, np.bool_)
KNOWN_PROVINCE[[int(code) for code in PROVINCES] + [81, 82, 83] + list(range(90, 100))] = True
_AT_ONCE = 1 << 18  # rows whose digits fit the processor's cache
_MARKS = re.compile(r"[*●•×？?#_□〇]+|X{2,}")
_OLDEST_AGE = 130


@dataclass(frozen=True, slots=True)
class Normalised:
    """A column of ids: what was made of each, and how.

    `number` is the usable 18-digit id ("" where there is none), `key` its first 17 digits (0),
    `plain` what was sent in half width without blanks, masks as *.
    """

    number: pl.Series
    key: Numbers
    outcome: Marks
    plain: pl.Series

    @property
    def usable(self) -> Mask:
        """Where there is an id that can be looked up."""
        return self.outcome <= USABLE

    def counts(self) -> dict[str, int]:
        """How many rows came to each outcome, those that occur."""
        found = np.bincount(self.outcome, minlength=len(OUTCOMES))
        return {OUTCOMES[at]: int(many) for at, many in enumerate(found) if many}


def normalise(values: pl.Series, today: date | None = None) -> Normalised:
    """Make a column of ids comparable; `today` is the business day unless given."""
    today = today or clock.business_today()
    if values.dtype.is_float():
        return _all_became_numbers(values)
    sent = as_text(values)
    outcome = np.full(len(sent), LENGTH, np.uint8)
    key = np.zeros(len(sent), np.int64)
    eighteen = (sent.str.len_bytes() == 18).to_numpy()
    rows = np.flatnonzero(eighteen)
    outcome[rows], key[rows] = _judge(_matrix(sent.filter(pl.Series(eighteen)), 18), today)
    others = np.flatnonzero((outcome == LENGTH) | (outcome == CHARACTERS))
    number = sent
    plain = sent
    if len(others):
        number, plain = _others(sent, others, outcome, key, today)
    _rounded(sent, outcome, key)
    unusable = pl.Series(outcome > USABLE)
    if unusable.any():
        number = _where(unusable, pl.Series([""]), number)
    return Normalised(number, key, outcome, plain)


def _all_became_numbers(values: pl.Series) -> Normalised:
    text, size = as_text(values), len(values)
    outcome = np.where(values.is_null().to_numpy(), EMPTY, BECAME_NUMBER).astype(np.uint8)
    nothing = pl.Series([""]).new_from_index(0, size)
    return Normalised(nothing, np.zeros(size, np.int64), outcome, text)


def _where(mask: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    return pl.select(pl.when(mask).then(yes).otherwise(no)).to_series()


def _matrix(texts: pl.Series, width: int) -> Digits:
    """Texts of the same number of bytes as rows of bytes."""
    joined = texts.str.join("")[0] or ""
    return np.frombuffer(joined.encode(), np.uint8).reshape(-1, width)


def _judge(matrix: Digits, today: date) -> tuple[Marks, Numbers]:
    """Outcome and 17-digit key of ids of 18 characters."""
    outcome, key = np.empty(len(matrix), np.uint8), np.empty(len(matrix), np.int64)
    for start in range(0, len(matrix), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        outcome[part], key[part] = _judge_part(matrix[part], today)
    return outcome, key


def _judge_part(matrix: Digits, today: date) -> tuple[Marks, Numbers]:
    columns = np.ascontiguousarray(matrix.T) - np.uint8(48)  # other characters wrap to above 9
    key = np.zeros(len(matrix), np.int64)
    total = np.zeros(len(matrix), np.uint16)
    form = columns[17] <= 9
    form |= columns[17] == ord("X") - 48
    for at in range(17):
        form &= columns[at] <= 9
        key = key * 10 + columns[at]
        total += columns[at] * WEIGHTS[at]
    outcome = np.where(form, VALID, CHARACTERS).astype(np.uint8)
    right = CHECKS[total % 11] == matrix[:, 17]
    outcome[form & ~right] = CHECKSUM
    born = key // 1000 % 100_000_000
    outcome[(outcome == VALID) & ~real_day(born, today)] = BIRTH
    known = KNOWN_PROVINCE[np.minimum(key // 10**15, 99)]
    outcome[(outcome == VALID) & ~known] = PROVINCE
    return outcome, np.where(outcome == VALID, key, 0)


def real_day(born: Numbers, today: date) -> Mask:
    """Whether yyyymmdd numbers are days, not after today, of people at most 130 years old."""
    year, month, day = born // 10_000, born // 100 % 100, born % 100
    last = _MONTH_DAYS[np.where(month <= 12, month, 0)]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = last + ((month == 2) & leap)
    newest = today.year * 10_000 + today.month * 100 + today.day
    oldest = newest - (_OLDEST_AGE + 1) * 10_000
    real: Mask = (day >= 1) & (day <= last) & (born <= newest) & (born > oldest)
    return real


def _others(
    sent: pl.Series, rows: npt.NDArray[Any], outcome: Marks, key: Numbers, today: date
) -> tuple[pl.Series, pl.Series]:
    """Rows that are not 18 plain characters; fills `outcome` and `key` in, returns the numbers."""
    texts = np.array([id_as_sent(text) for text in sent.gather(rows)], object)
    lengths = np.array([len(text) for text in texts])
    numbers = texts.copy()
    plain_digits = np.array([text.isascii() for text in texts], np.bool_)
    for width, step in ((18, TIDIED), (15, UPGRADED), (20, CERTIFICATE), (22, CERTIFICATE)):
        here = np.flatnonzero((lengths == width) & plain_digits)
        if len(here):
            wide = _matrix(pl.Series(texts[here].tolist(), dtype=pl.String), width)
            told, keys, ids = _of_width(wide, step, today)
            outcome[rows[here]], key[rows[here]], numbers[here] = told, keys, ids
    for at in np.flatnonzero((outcome[rows] == LENGTH) | (outcome[rows] == CHARACTERS)):
        outcome[rows[at]], texts[at] = _unfit(sent[int(rows[at])], texts[at])
    return _placed(sent, rows, numbers), _placed(sent, rows, texts)


def _of_width(wide: Digits, step: int, today: date) -> tuple[Marks, Numbers, npt.NDArray[Any]]:
    """Ids inside texts of 18, 15, 20 or 22 characters."""
    ids = upgraded(wide) if step == UPGRADED else np.ascontiguousarray(wide[:, :18])
    told, keys = _judge(ids, today)
    told[told == VALID] = step
    if step == CERTIFICATE:
        category, level = wide[:, 18], wide[:, 19]
        fits = (category >= 49) & (category <= 55) & (level >= 49) & (level <= 52)
        if wide.shape[1] == 22:
            fits &= (wide[:, 20] == ord("B")) & (wide[:, 21] >= 48) & (wide[:, 21] <= 57)
        told[~fits & (told == CERTIFICATE)] = BAD_CERTIFICATE
        keys[~fits] = 0
    return told, keys, ids.view("S18").ravel().astype("U18").astype(object)


def upgraded(wide: Digits) -> Digits:
    """Old ids of 15 digits with 19 and the check digit; other characters stay where they are."""
    ids = np.empty((len(wide), 18), np.uint8)
    ids[:, :6], ids[:, 6], ids[:, 7], ids[:, 8:17] = wide[:, :6], ord("1"), ord("9"), wide[:, 6:]
    total = ((ids[:, :17] - np.uint8(48)).astype(np.uint16) * WEIGHTS).sum(axis=1)
    ids[:, 17] = CHECKS[total % 11]
    return ids


def _unfit(sent: str, plain: str) -> tuple[int, str]:
    """Why a text is no id, and the text with its masks as *."""
    if not plain:
        return EMPTY, plain
    if became_number(sent):
        return BECAME_NUMBER, plain
    if _MARKS.search(plain):
        return MASKED, _MARKS.sub(lambda found: "*" * len(found[0]), plain)
    return (CHARACTERS if len(plain) in (15, 18, 20, 22) else LENGTH), plain


def _placed(sent: pl.Series, rows: npt.NDArray[Any], texts: npt.NDArray[Any]) -> pl.Series:
    return sent.clone().scatter(rows.tolist(), pl.Series(texts.tolist(), dtype=pl.String))


def _rounded(sent: pl.Series, outcome: Marks, key: Numbers) -> None:
    """Ids that a spreadsheet kept to 15 figures: their last three are 000, in most of the column.

    A single such id may be right; then its check digit says so.
    """
    ends = sent.str.ends_with("000").to_numpy() & (sent.str.len_bytes() == 18).to_numpy()
    outcome[ends & (outcome > USABLE)] = BECAME_NUMBER
    full = int((sent.str.len_bytes() == 18).sum())
    if full >= 10 and int(ends.sum()) * 2 > full:
        outcome[ends], key[ends] = BECAME_NUMBER, 0
