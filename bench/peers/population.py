"""An invented county for the screening bench: people, and twelve months of what became known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

PEOPLE = 300_000
MONTHS = tuple((2021, month) for month in range(6, 13)) + tuple(
    (2022, month) for month in range(1, 6)
)
KNOWN_BEFORE = "2021-05"
_EPOCH = date(1970, 1, 1).toordinal()
_COUNTY = "620521"
Array = np.ndarray


def _day(year: int, month: int, day: int = 1) -> int:
    return date(year, month, day).toordinal() - _EPOCH


class _County:
    """Draws people and their facts; the same seed draws the same."""

    def __init__(self, people: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        sizes = self.rng.choice([1, 2, 3, 4, 5, 6], people, p=[0.14, 0.2, 0.26, 0.22, 0.13, 0.05])
        households = int(np.searchsorted(np.cumsum(sizes), people)) + 1
        self.sizes = sizes[:households]
        self.household = np.repeat(np.arange(households), self.sizes)
        self.people = len(self.household)
        self.head = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.age = self.rng.integers(0, 88, self.people)
        self.age[self.head] = self.rng.integers(24, 80, households)
        self.birth = _day(2022, 1) - self.age * 365 - self.rng.integers(0, 365, self.people)
        self.urban = self.rng.random(households) < 0.3
        self.scheme = self.rng.choice(
            ["", "低保", "特困", "低保边缘"], households, p=[0.9, 0.065, 0.01, 0.025]
        )
        self.poor = (self.scheme != "")[self.household]

    def some(self, share: float, among: Array | None = None) -> Array:
        """People drawn with this chance, of all or of those among whom."""
        drawn = self.rng.random(self.people) < share
        return np.flatnonzero(drawn if among is None else drawn & among)

    def days(self, count: int, first: int, last: int) -> Array:
        return self.rng.integers(first, max(last, first + 1), count)


def _facts(people: Array, kind: str, since: Array | int, **told: object) -> pl.DataFrame:
    """Facts of one kind; columns that are not told are empty."""
    count = len(people)
    columns = {
        "人号": pl.Series(people, dtype=pl.Int64),
        "种类": pl.repeat(kind, count, dtype=pl.String, eager=True),
        "键": _column(told.get("key", ""), count, pl.String),
        "金额": _column(told.get("fen"), count, pl.Int64),
        "代码": _column(told.get("code", ""), count, pl.String),
        "明细": _column(told.get("detail"), count, pl.String),
        "起": _column(since, count, pl.Int32).cast(pl.Date),
        "止": _column(told.get("before"), count, pl.Int32).cast(pl.Date),
    }
    return pl.DataFrame(columns)


def _column(told: object, count: int, kind: type[pl.DataType]) -> pl.Series:
    if isinstance(told, np.ndarray | list):
        return pl.Series(told, dtype=kind, strict=False)
    return pl.repeat(told, count, dtype=kind, eager=True)


def _known_before(county: _County) -> list[pl.DataFrame]:
    """What the registry knew before the first month."""
    rng, first, last = county.rng, _day(2012, 1), _day(2021, 5)
    grown = (county.age >= 18) & (county.age < 60)

    def old(people: Array) -> Array:
        return county.days(len(people), first, last)

    def fen(people: Array, least: int, most: int) -> Array:
        return rng.integers(least, most, len(people))

    aided = county.head[county.scheme != ""]
    disabled = county.some(0.06)
    served = disabled[rng.random(len(disabled)) < 0.97]
    pupils = county.some(1.0, (county.age >= 6) & (county.age < 18))
    helped = pupils[county.poor[pupils] & (rng.random(len(pupils)) < 0.95)]
    workers, farmers = county.some(0.35, grown), county.some(0.5, county.age >= 18)
    retired, insured = county.some(0.8, county.age >= 60), county.some(0.97)
    chronic, watched = county.some(0.08), county.head[rng.random(len(county.head)) < 0.015]
    reviewed, cars = county.head[county.scheme != ""], county.some(0.08, grown)
    levels = rng.choice(["41", "42", "43", "44", "64"], len(disabled))
    return [
        _facts(aided, "benefit", old(aided), key=county.scheme[county.scheme != ""], fen=60_000),
        _facts(disabled, "disability", old(disabled), key="证", code=levels),
        _facts(served, "benefit", old(served), key="残疾人护理补贴", fen=12_500),
        _facts(served, "benefit", old(served), key="残疾人生活补贴", fen=11_000),
        _facts(chronic, "illness.chronic", old(chronic), key="高血压", code="I10"),
        _facts(workers, "income.wage", old(workers), fen=fen(workers, 180_000, 600_000)),
        _facts(farmers, "income.business", old(farmers), fen=fen(farmers, 20_000, 150_000)),
        _facts(retired, "pension", old(retired), fen=fen(retired, 13_000, 40_000)),
        _facts(pupils, "schooling", _day(2020, 9), key="学籍", code="小学",
               detail='{"school": "中心小学", "status": "在读"}'),
        _facts(helped, "schooling", _day(2021, 3), key="资助", code="小学"),
        _facts(insured, "medical.enrolment", _day(2021, 1), key="2021", before=_day(2022, 1)),
        _facts(watched, "fp", old(watched), key="户", code="边缘易致贫户"),
        _facts(reviewed, "income.reviewed", county.days(len(reviewed), _day(2020, 9), last)),
        _facts(county.head, "house", old(county.head), key="1", code="宅基地住房"),
        _facts(cars, "vehicle", old(cars), key="甲", code="小型轿车", fen=8_000_000),
    ]  # fmt: skip


# Kind, share of people in a month, key, code, lowest and highest amount in fen.
_MONTHLY = (
    ("medical.self_pay", 0.012, "住院", "", 20_000, 700_000),
    ("medical.self_pay", 0.0006, "大额", "", 500_000, 4_000_000),
    ("medical.outpatient", 0.05, "门诊", "", 3_000, 60_000),
    ("illness.chronic", 0.002, "糖尿病", "E11", 0, 0),
    ("illness.major", 0.0004, "肿瘤", "C34", 0, 0),
    ("disability", 0.0005, "新证", "42", 0, 0),
    ("unemployment", 0.001, "登记", "登记失业", 0, 0),
    ("death", 0.0006, "", "户籍注销", 0, 0),
    ("vehicle", 0.001, "乙", "小型轿车", 5_000_000, 20_000_000),
    ("enterprise", 0.0004, "企", "法定代表人", 0, 0),
    ("pension", 0.0008, "职工", "", 150_000, 350_000),
    ("asset.financial", 0.001, "农信", "", 100_000, 9_000_000),
    ("appeal", 0.0004, "单", "", 0, 0),
    ("custody", 0.0001, "", "服刑", 0, 0),
    ("disaster", 0.0003, "灾", "洪涝", 0, 0),
    ("enrolment", 0.0004, "录", "本科", 0, 0),
    ("fp", 0.0002, "户", "突发严重困难户", 0, 0),
)


def _month(county: _County, year: int, month: int) -> list[pl.DataFrame]:
    """What one month's files tell."""
    first, last = _day(year, month), _day(year, month, 28)
    told = []
    for kind, share, key, code, least, most in _MONTHLY:
        people = county.some(share)
        fen = county.rng.integers(least, most, len(people)) if most else None
        named = f"{key}{year}-{month}" if kind.startswith("medical") else key
        since = county.days(len(people), first, last)
        told.append(_facts(people, kind, since, key=named, code=code, fen=fen))
    fell = county.some(0.004, (county.age >= 18) & (county.age < 60))
    told.append(
        _facts(fell, "income.wage", _day(2012, 1), before=first, fen=250_000, key=f"{month}")
    )
    if (year, month) == (2022, 1):
        insured = county.some(0.96)
        told.append(
            _facts(
                insured, "medical.enrolment", first, key="2022", before=_day(2023, 1), fen=32_000
            )
        )
    reviewed = county.head[(county.scheme != "") & (county.rng.random(len(county.head)) < 0.16)]
    told.append(_facts(reviewed, "income.reviewed", county.days(len(reviewed), first, last)))
    return told


def write_county(folder: Path, people: int = PEOPLE, seed: int = 1) -> None:
    """Write one county as a part of a screening library."""
    county = _County(people, seed)
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    numbers = pl.int_range(len(county.sizes), eager=True)
    pl.DataFrame(
        {
            "户号": numbers,
            "地区": pl.repeat(f"{_COUNTY}100201", len(numbers), eager=True),
            "城镇": county.urban,
        }
    ).write_parquet(folder / "households.parquet")
    pl.DataFrame(
        {
            "人号": pl.int_range(county.people, eager=True),
            "户号": county.household,
            "出生日期": pl.Series(county.birth, dtype=pl.Int32).cast(pl.Date),
        }
    ).write_parquet(folder / "persons.parquet")
    _write(folder, KNOWN_BEFORE, _known_before(county))
    for year, month in MONTHS:
        _write(folder, f"{year}-{month:02}", _month(county, year, month))


def library(scratch: Path, parts: int, people: int = PEOPLE) -> Path:
    """So many counties of so many people each: one is invented, the others are the same files."""
    one = scratch / f"county-{people}"
    if not (one / "persons.parquet").exists():
        write_county(one, people)
    whole = scratch / f"screen-{parts}-of-{people}"
    for number in range(parts):
        part = whole / f"county-{number:03}"
        part.mkdir(parents=True, exist_ok=True)
        for name in ("households.parquet", "persons.parquet", "facts"):
            if not (part / name).exists():
                (part / name).symlink_to(one / name)
    return whole


def _write(folder: Path, month: str, told: list[pl.DataFrame]) -> None:
    rows = pl.concat(told).unique(["人号", "种类", "键", "起"], keep="first", maintain_order=True)
    rows.sort("人号", maintain_order=True).write_parquet(folder / "facts" / f"{month}.parquet")
