"""A made-up registry of a province: seeded, the same bytes each time, crowded around thresholds.

``python -m bench.peers.registry FOLDER PEOPLE`` writes households.parquet and persons.parquet. All
is known (no nulls); what has a default and no column here is its default for every engine alike.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.peers.figures import DAY, FILE, PLACES, figures_text

SEED = 20220601
_ROOT = Path(__file__).resolve().parents[2]
ROWS_IN_GROUP = 131_072
_HOUSEHOLDS_AT_ONCE = 400_000
_SIZES = np.array([0.20, 0.28, 0.22, 0.16, 0.08, 0.04, 0.015, 0.005])
_TODAY = np.datetime64(DAY)

Numbers = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]


def ready(scratch: Path, people: int) -> Path:
    """The folder of a registry of so many people; written when there is none by this recipe yet."""
    recipe = figures_text().encode() + Path(__file__).read_bytes()
    folder = scratch / f"registry-{people}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if not folder.exists():
        for old in scratch.glob(f"registry-{people}-*"):
            shutil.rmtree(old)
        half = scratch / f"half-registry-{people}"
        print(f"· 造一份 {people:,} 人的名册 ……", file=sys.stderr, flush=True)
        # In a process of its own, which gives its memory back before anything is measured.
        subprocess.run(
            [sys.executable, "-m", __name__, str(half), str(people)], check=True, cwd=_ROOT
        )
        half.rename(folder)
    return folder


def households(folder: Path) -> int:
    """How many households a registry has."""
    counted = pl.scan_parquet(folder / "households.parquet").select(pl.len()).collect()
    return int(counted.item())


def write_registry(folder: Path, people: int) -> None:
    """Households with about so many people in all, as two Parquet files in household order."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(figures_text(), encoding="utf-8")
    standards = np.array(json.loads(figures_text())["低保标准"], np.int64)
    generator = np.random.default_rng(SEED)
    households = round(people / float((_SIZES * np.arange(1, 9)).sum()))
    parts: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    persons = 0
    for first in range(0, households, _HOUSEHOLDS_AT_ONCE):
        count = min(_HOUSEHOLDS_AT_ONCE, households - first)
        # Counties stand one after the other, as a province collects them.
        place = (np.arange(first, first + count) * len(PLACES)) // households
        household, person = _make(generator, place, standards, first, persons)
        persons += person.height
        parts.append((household, person))
    for name, at in (("households", 0), ("persons", 1)):
        whole = pl.concat([part[at] for part in parts], rechunk=True)
        whole.write_parquet(
            folder / f"{name}.parquet", compression="zstd", row_group_size=ROWS_IN_GROUP
        )


def _make(
    generator: np.random.Generator,
    place: Numbers,
    standards: Numbers,
    first_household: int,
    first_person: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One stretch of households and their people."""
    count = len(place)
    size = generator.choice(np.arange(1, 9), count, p=_SIZES)
    rural = (generator.random(count) < 0.7).astype(np.int64)
    standard = standards[place, rural]
    number = np.arange(first_household, first_household + count)
    household = {
        "城乡": rural,
        "评定类别": generator.choice([1, 2, 3, 4], count, p=[0.15, 0.3, 0.35, 0.2]),
        **_property(generator, standard, size),
    }
    of = np.repeat(np.arange(count), size)
    position = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    person = _people(generator, position)
    _incomes(generator, person, standard[of], size[of], position)
    return (
        _frame({"户号": number}, household).insert_column(1, _place_column(place)),
        _frame(
            {"户号": number[of], "人号": np.arange(first_person, first_person + len(of))}, person
        ),
    )


def _place_column(place: Numbers) -> pl.Series:
    return pl.Series("地区", PLACES, dtype=pl.Categorical).gather(place)


def _rarely(
    generator: np.random.Generator, count: int, chances: Mapping[int, float]
) -> npt.NDArray[np.int64]:
    """Zero, but each of these values with its chance."""
    drawn = generator.random(count)
    values = np.zeros(count, np.int64)
    below = 0.0
    for value, chance in chances.items():
        values[(drawn >= below) & (drawn < below + chance)] = value
        below += chance
    return values


def _property(generator: np.random.Generator, standard: Numbers, size: Numbers) -> Columns:
    count = len(size)
    limit = standard * size * 24
    wealth = np.minimum(limit * generator.lognormal(-1.2, 1.0, count), 100_000_000).astype(np.int64)
    # Three in a hundred stand within two fen of the limit.
    close = generator.random(count) < 0.03
    wealth[close] = (limit + generator.integers(-2, 3, count))[close]
    cars = _rarely(generator, count, {1: 0.07, 2: 0.01})
    spent = _rarely(generator, count, {2_999_999: 0.01, 3_000_000: 0.02, 12_000_000: 0.02})
    return {
        "金融资产": wealth,
        "金融资产豁免额": np.where(generator.random(count) < 0.05, wealth // 3, 0),
        "金融资产待核额": np.where(generator.random(count) < 0.08, wealth // 2, 0),
        "住房套数": 1 + _rarely(generator, count, {-1: 0.05, 1: 0.03}),
        "机动车数": cars,
        "机动车豁免数": np.minimum(cars, _rarely(generator, count, {1: 0.5})),
        "经营企业数": _rarely(generator, count, {1: 0.015, 2: 0.002}),
        "非居住房产数": _rarely(generator, count, {1: 0.01}),
        "大额支出": spent,
        "大额支出说明": np.where(spent > 0, generator.integers(0, 3, count), 0),
    }


def _people(generator: np.random.Generator, position: Numbers) -> Columns:
    """Who they are; the applicant first, then mostly spouse and children."""
    count = len(position)
    others = generator.choice([3, 4, 5, 6, 7, 9], count, p=[0.62, 0.2, 0.04, 0.06, 0.05, 0.03])
    married = generator.random(count) < 0.75
    relation = np.where(position == 0, 1, np.where((position == 1) & married, 2, others))
    ages = np.select(
        [relation == 3, np.isin(relation, (4, 5))],
        [generator.integers(0, 30 * 365, count), generator.integers(48 * 365, 92 * 365, count)],
        generator.integers(18 * 365, 85 * 365, count),
    )
    born = (_TODAY - ages.astype("timedelta64[D]")).astype("datetime64[D]")
    _birthdays(generator, born)
    grade = _rarely(generator, count, {1: 0.015, 2: 0.025, 3: 0.025, 4: 0.02})
    kind = generator.choice([1, 2, 3, 4, 5, 6, 7], count, p=[0.1, 0.1, 0.05, 0.45, 0.15, 0.1, 0.05])
    idle = generator.random(count) < 0.06
    lodger = ~np.isin(relation, (1, 2, 3)) & (generator.random(count) < 0.3)
    return {
        "与申请人关系": relation,
        "出生日期": _as_number(born),
        "人员状态": _rarely(generator, count, {1: 0.006, 2: 0.002, 3: 0.001, 4: 0.004, 5: 0.003}),
        "已享受特困供养": generator.random(count) < 0.004,
        "在读层次": _rarely(generator, count, {1: 0.12, 2: 0.01}),
        "不能独立生活": generator.random(count) < 0.04,
        "共同居住月数": np.where(lodger, generator.integers(0, 25, count), 1200),
        "残疾等级": grade,
        "残疾类别": np.where(grade > 0, kind, 0),
        "重特大疾病": generator.random(count) < 0.04,
        "有能力未就业": idle,
        "连续拒绝工作次数": np.where(idle, generator.integers(0, 5, count), 0),
    }


def _birthdays(generator: np.random.Generator, born: npt.NDArray[np.datetime64]) -> None:
    """Two in a hundred turn 18 or 60 on the day, or on the day before or after."""
    years = np.where(generator.random(len(born)) < 0.5, 18, 60)
    turned = (_TODAY.astype("datetime64[Y]") - years).astype("datetime64[D]")
    turned += _TODAY - _TODAY.astype("datetime64[Y]").astype("datetime64[D]")
    turned += generator.integers(-1, 2, len(born)).astype("timedelta64[D]")
    chosen = (generator.random(len(born)) < 0.02) & (born < _TODAY - np.timedelta64(365 * 15, "D"))
    born[chosen] = turned[chosen]


def _as_number(day: npt.NDArray[np.datetime64]) -> Numbers:
    """A date as yyyymmdd."""
    months = day.astype("datetime64[M]")
    years = day.astype("datetime64[Y]").astype(np.int64) + 1970
    number: Numbers = (
        years * 10000
        + (months.astype(np.int64) % 12 + 1) * 100
        + (day - months.astype("datetime64[D]")).astype(np.int64)
        + 1
    )
    return number


def _incomes(
    generator: np.random.Generator,
    person: Columns,
    standard: Numbers,
    size: Numbers,
    position: Numbers,
) -> None:
    """A year's income in fen; one household in twenty is within a few fen of its standard."""
    count = len(position)
    age = (DAY.year * 10000 + DAY.month * 100 + DAY.day - person["出生日期"]) // 10000
    old, able = age >= 60, (age >= 18) & (age < 65)
    level = standard * 12.0 * generator.lognormal(0.1, 0.9, count)
    wage = np.where(able & (generator.random(count) < 0.45), level * 1.6, 0).astype(np.int64)
    trade = np.where(able & (generator.random(count) < 0.25), level * 0.7, 0).astype(np.int64)
    trade = np.where(generator.random(count) < 0.03, -trade, trade)
    rent = np.where(generator.random(count) < 0.2, level * 0.1, 0).astype(np.int64)
    pension = np.where(old & (generator.random(count) < 0.8), 127_200, 0)
    honours = np.where(generator.random(count) < 0.02, 360_000, 0)
    aid = np.where(generator.random(count) < 0.08, generator.integers(1, 40, count) * 10_000, 0)
    other = np.where(generator.random(count) < 0.1, level * 0.3, 0).astype(np.int64)
    person["工资性收入"] = np.minimum(wage, 60_000_000)
    person["工资为净额"] = generator.random(count) < 0.2
    person["经营净收入"] = np.clip(trade, -30_000_000, 60_000_000)
    person["财产净收入"] = np.minimum(rent, 30_000_000)
    person["转移性收入"] = np.minimum(other, 30_000_000) + pension + honours + aid
    person["赡养抚养扶养费"] = np.where(old & (generator.random(count) < 0.15), 240_000, 0)
    person["优待抚恤奖励金"] = honours
    person["社会救助款物"] = aid
    person["基础养老金"] = pension
    person["经常性转出"] = np.where(wage > 0, wage // 25, 0)
    sick = np.where(generator.random(count) < 0.12, level * 0.4, 0).astype(np.int64)
    person["自付医疗费"] = np.minimum(sick, 30_000_000)
    _at_the_line(generator, person, standard, size, position)


_MONEY = (
    "工资性收入", "经营净收入", "财产净收入", "转移性收入", "赡养抚养扶养费", "优待抚恤奖励金",
    "社会救助款物", "基础养老金", "经常性转出", "自付医疗费",
)  # fmt: skip


def _at_the_line(
    generator: np.random.Generator,
    person: Columns,
    standard: Numbers,
    size: Numbers,
    position: Numbers,
) -> None:
    """Some households have one income only, which meets the standard give or take a few fen."""
    household = np.cumsum(position == 0) - 1
    chosen = (generator.random(household[-1] + 1) < 0.05)[household]
    for name in _MONEY:
        person[name][chosen] = 0
    around = generator.integers(-25, 26, len(size))
    first = chosen & (position == 0)
    person["财产净收入"][first] = (standard * 12 * size + around)[first]


def _frame(identity: Mapping[str, Numbers], columns: Columns) -> pl.DataFrame:
    """Columns in the narrowest integers that hold them in every stretch alike."""
    narrow = {name: values.astype(_type_of(name, values)) for name, values in columns.items()}
    return pl.DataFrame({**identity, **narrow})


def _type_of(name: str, values: npt.NDArray[np.generic]) -> type[np.generic]:
    if values.dtype == np.bool_:
        return np.bool_
    if name == "共同居住月数":
        return np.int16
    wide = name in _MONEY or name in ("金融资产", "金融资产豁免额", "金融资产待核额", "大额支出")
    return np.int32 if wide or name == "出生日期" else np.int8


if __name__ == "__main__":
    write_registry(Path(sys.argv[1]), int(sys.argv[2]))
