"""``doudi parameters``: which figures are in force where and when, and which are missing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doudi.kernel.problems import Problem

if TYPE_CHECKING:
    from doudi.rules.tables import Parameter, ParameterTable

HELP = "参数：某地某日适用哪些数字，出自哪个文件，还缺哪些"
EXAMPLE = "doudi parameters --place 620521 --on 2022-06-01 --missing"


class DayRefused(Problem):
    """The day asked about is not a day of the calendar."""

    code = "parameters.day_refused"
    status = 422
    say = "“{day}”不是日期。"
    next = "请写成 2022-06-01 这样。"
    fields = ("day",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--place", default="000000", help="区划代码；不给时只看全国的数字")
    parser.add_argument("--on", metavar="日期", help="哪一天，如 2022-06-01；不给时是今天")
    parser.add_argument(
        "--parameters", type=Path, metavar="目录", help="再看本地参数的目录（YAML、CSV）"
    )
    parser.add_argument("--missing", action="store_true", help="只列当地当日还没有值的")


def run(told: argparse.Namespace) -> int:
    rows = list(figures(told.place, _day(told.on), told.parameters))
    rows = [row for row in rows if not told.missing or row["value"] is None]
    if told.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    from doudi.cli.table import table

    head = ("参数", "键", "值", "地区", "自", "至（不含）", "标记", "文件")
    print("\n".join(table(head, list(_lines(rows)))))
    lacking = sum(row["value"] is None for row in rows)
    print(f"\n共 {len(rows)} 项，其中没有值的 {lacking} 项。")
    return 0


def _day(text: str | None) -> date:
    if text is None:
        from doudi.kernel.clock import business_today

        return business_today()
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise DayRefused(day=text) from wrong


def figures(place: str, on: date, county: Path | None = None) -> Iterator[dict[str, Any]]:
    """Every figure that the rules in force on the day may ask for, with its value at the place.

    The figures of a county's folder lie over the shipped ones. Raises `NoLawInForce`,
    `PlaceRefused` and `CountyRefused`.
    """
    from doudi.rules.api import tables_of
    from doudi.rules.book import rulebook
    from doudi.rules.county import read_county
    from doudi.rules.tables import place_chain

    book = rulebook()
    place_chain(place)
    used = book.plan(on).slots
    tables = tables_of(read_county(county) if county else None)
    names = {
        parameter.view_of or parameter.name
        for parameter in tables.parameters.values()
        if parameter.name in used
    }
    for parameter in tables.parameters.values():
        if parameter.name in names:
            yield from _figures(parameter, tables, place, on)


def _figures(
    parameter: Parameter, tables: ParameterTable, place: str, on: date
) -> Iterator[dict[str, Any]]:
    from doudi.rules.missing import Missing
    from doudi.rules.tables import key_words

    for keys in product(*(_key_numbers(name) for name in parameter.keys)):
        words = {name: key_words(name, key) for name, key in zip(parameter.keys, keys, strict=True)}
        row: dict[str, Any] = {
            "name": parameter.name, "meaning": parameter.label, "article": parameter.article,
            "unit": parameter.unit, "keys": words,
        }  # fmt: skip
        found = tables.find(parameter.name, keys, place, on)
        if isinstance(found, Missing):
            row["value"] = None
        else:
            row |= {
                "value": found.value,
                "shown": _shown(parameter, found.value, found.number),
                "place": found.place,
                "since": found.since.isoformat(),
                "before": found.before.isoformat() if found.before else None,
                "document": found.document,
                "document_article": found.article,
                "mark": found.mark,
                "note": found.note,
            }
        yield row


def _key_numbers(name: str) -> list[int]:
    from doudi.rules.classes import CLASSES, LISTS
    from doudi.rules.schema import inputs

    options = CLASSES.get(name) or LISTS.get(name) or inputs()[name].options
    return list(options.values())


def _shown(parameter: Parameter, value: int | str, number: int) -> str:
    from doudi.rules.dialect import MONEY_UNITS
    from doudi.rules.show import yuan

    if parameter.options:
        return str(value)
    if parameter.unit in MONEY_UNITS:
        return f"{yuan(number)} {parameter.unit.replace('分', '元', 1)}"
    if parameter.unit == "万分比":
        sign = "-" if number < 0 else ""
        return f"{sign}{abs(number) // 100}.{abs(number) % 100:02d}%"
    return f"{number} {parameter.unit}"


def _lines(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """One line for each figure; what a parameter lacks stands in one line."""
    told: set[str] = set()
    for row in rows:
        keys = "、".join(row["keys"].values())
        if row["value"] is None:
            if row["name"] in told:
                continue
            told.add(row["name"])
            same = [each for each in rows if each["name"] == row["name"] and each["value"] is None]
            if len(same) > 1:
                keys = f"{keys} 等 {len(same)} 种"
        yield _cells(row, keys)


def _cells(row: dict[str, Any], keys: str) -> tuple[str, ...]:
    if row["value"] is None:
        return (row["name"], keys, "缺", "", "", "", "", f"{row['meaning']}：请补录并附文件")
    place = "全国" if row["place"] == "000000" else row["place"]
    source = f"{row['document']}{row['document_article']}"
    return (
        row["name"], keys, row["shown"], place, row["since"], row["before"] or "", row["mark"],
        f"{source}（{row['note']}）" if row["note"] else source,
    )  # fmt: skip
