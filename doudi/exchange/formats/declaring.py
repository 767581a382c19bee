"""What a department's file is made of, as data: columns, their names, and the facts of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from doudi.kernel.dates import Month

Kind = Literal[
    "name",  # of a person
    "id",  # resident identity number, 15 digits upgraded
    "certificate",  # disability certificate of 20 or 22 characters
    "credit_code",  # unified social credit code
    "date",
    "month",
    "term",  # school term: 2022年春季学期
    "amount",  # yuan, or the unit in the header; becomes fen
    "choice",  # one of the words in `choices`
    "text",
]
Value = str | int | date | Month | None
Values = Mapping[str, Value]

KIND_LABELS: dict[str, str] = {
    "name": "姓名",
    "id": "身份证号",
    "certificate": "残疾人证号",
    "credit_code": "统一社会信用代码",
    "date": "日期",
    "month": "年月",
    "term": "学期",
    "amount": "金额",
    "choice": "选项",
    "text": "文字",
}


@dataclass(frozen=True)
class Column:
    """One column that we use: the department's name for it, other names, and what it holds."""

    name: str
    synonyms: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False  # the column must be there and the cell filled
    unit: str = "元"  # of amounts whose header names none
    choices: Mapping[str, str] = field(default_factory=dict)  # word in the sheet -> meaning
    past: bool = False  # a date after today is a slip
    longest: int = 200  # characters of a text; 40 where it becomes a fact's code or key

    @property
    def names(self) -> tuple[str, ...]:
        """The column's name and all its synonyms."""
        return (self.name, *self.synonyms)


class FactLine(NamedTuple):
    """One fact that a row tells about its person; amounts in fen, days half-open.

    ``secret`` keys (a plate) are replaced by their keyed token before they are stored. ``ended``
    says that the fact was over in the period of the file, where no day is given.
    """

    kind: str
    key: str = ""
    amount_fen: int | None = None
    code: str = ""
    detail: dict[str, Any] | None = None
    valid_since: date = date.min
    valid_before: date | None = None
    secret: bool = False
    ended: bool = False


class Disagreement(NamedTuple):
    """Two columns of a row that cannot both be right: the column to mark and what to say."""

    column: str
    why: str


def _nothing(values: Values) -> Disagreement | None:
    return None


@dataclass(frozen=True)
class Format:
    """One kind of file of one department: what it must contain and what its rows mean."""

    code: str
    label: str
    department: str
    authority: str  # the document on which the sharing rests
    about: str  # what we use it for, one sentence
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # columns that name one record; twice with other content is refused
    facts: Callable[[Values], tuple[FactLine, ...]]
    period: str = "月"
    disagreement: Callable[[Values], Disagreement | None] = _nothing
    roster: bool = False  # every file lists everybody, so that a person can be gone from it
    worse: str = ""  # what of its amounts is worse for a person: "少", "多"; "" says nothing
    widths: tuple[int, ...] = ()  # of a fixed-width text, column by column, in bytes of GB18030

    def __post_init__(self) -> None:
        assert self.worse in ("", "少", "多"), f"{self.code}: {self.worse}"
        assert len(self.widths) in (0, len(self.columns)), f"{self.code}: one width for each column"

    def column(self, kind: Kind) -> Column:
        """The first column of a kind; every format has one "name" and one "id"."""
        return next(column for column in self.columns if column.kind == kind)

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns without which the file cannot be read."""
        return tuple(column for column in self.columns if column.required)


def name_column(name: str, *synonyms: str) -> Column:
    """The column with the person's name."""
    return Column(name, synonyms, "name", required=True)


def id_column(name: str, *, required: bool = True) -> Column:
    """The column with the person's identity number, under any of its many names."""
    known = (
        "身份证号", "身份证号码", "公民身份号码", "身份证件号", "身份证件号码", "证件号码",
        "证件号", "居民身份证号", "居民身份证号码",
    )  # fmt: skip
    return Column(name, tuple(each for each in known if each != name), "id", required=required)


def day(values: Values, column: str) -> date:
    """The date in a required column."""
    found = values[column]
    assert isinstance(found, date), f"{column} is required and a date"
    return found


def fen(values: Values, column: str) -> int | None:
    """The amount in a column, in fen, or None where it was left blank."""
    found = values.get(column)
    return found if isinstance(found, int) else None


def text(values: Values, column: str) -> str:
    """The text in a column, empty where it was left blank."""
    found = values.get(column)
    return found if isinstance(found, str) else ""


def detail(values: Values, **columns: str) -> dict[str, Any] | None:
    """The filled ones of these columns as a fact's detail: ``detail(values, brand="车辆品牌")``."""
    told = {name: values.get(column) for name, column in columns.items()}
    return {name: value for name, value in told.items() if value not in (None, "")} or None


def not_before(earlier: str, later: str) -> Callable[[Values], Disagreement | None]:
    """A check that the later date does not lie before the earlier one."""

    def check(values: Values) -> Disagreement | None:
        first, second = values.get(earlier), values.get(later)
        if isinstance(first, date) and isinstance(second, date) and second < first:
            return Disagreement(later, f"{later} {second} 早于{earlier} {first}")
        return None

    return check
