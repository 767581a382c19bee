"""A county's own figures as a folder, in the format of the shipped ones, to be laid over them.

A YAML file holds rows under a parameter's name (历史, or 表: a CSV file beside it); a CSV file may
also stand alone under the parameter's name. What the shipped file says of a parameter (单位, 键 …)
may be left out or must agree, so that a copied folder is a good beginning.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from doudi.rules.book import rulebook
from doudi.rules.errors import CountyRefused, RuleRefused
from doudi.rules.files import read_yaml
from doudi.rules.tables import Overlay, Parameter, ParameterValue, check_row, read_row

_HEAD = frozenset({"单位", "依据", "说明", "键", "范围", "选项", "历史", "表"})
Row = tuple[str, Mapping[str, object]]  # where it stands, what it says


class _Reading:
    """A folder being read: the rows that are good, and everything that is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[ParameterValue] = []
        self.mistakes: list[str] = []
        self.tables: set[str] = set()
        self.seen: dict[tuple[object, ...], str] = {}
        self.known = rulebook().tables.parameters

    def wrong(self, where: str, why: str) -> None:
        self.mistakes.append(f"  {where}：{why}")

    def parameter(self, where: str, name: str) -> Parameter | None:
        """The shipped parameter of a name."""
        found = self.known.get(name)
        if found is None:
            close = difflib.get_close_matches(name, self.known, n=1, cutoff=0.5)
            hint = f"，是不是“{close[0]}”" if close else ""
            self.wrong(where, f"没有参数“{name}”{hint}")
        return found

    def add(self, parameter: Parameter, rows: Iterator[Row]) -> None:
        for where, entry in rows:
            try:
                self._add(parameter, where, entry)
            except ValueError as wrong:
                self.wrong(where, str(wrong))

    def _add(self, parameter: Parameter, where: str, entry: Mapping[str, object]) -> None:
        if not entry.get("地区"):
            raise ValueError("没有写“地区”（区划代码，加引号）")
        row = read_row(parameter.name, parameter.keys, entry)
        check_row(row)
        key = (parameter.name, parameter.key_numbers(dict(row.keys)), row.place, row.since)
        parameter.number_of(row.value)
        if key in self.seen:
            raise ValueError(f"与{self.seen[key]}是同一地区、同一天起的同一个数，只能写一次")
        self.seen[key] = where
        self.rows.append(row)


def read_county(folder: Path) -> Overlay:
    """Every row of a county's folder as an overlay; raises `CountyRefused` with all mistakes."""
    reading = _Reading(folder)
    if not folder.is_dir():
        reading.wrong(folder.name, "没有这个目录")
    else:
        for path in sorted(folder.glob("*.yaml")):
            _read_file(reading, path)
        for path in sorted(folder.glob("*.csv")):
            if path.name not in reading.tables:
                parameter = reading.parameter(path.name, path.stem)
                if parameter is not None:
                    reading.add(parameter, _csv_rows(reading, path))
        if not reading.rows and not reading.mistakes:
            reading.wrong(folder.name, "里面没有 .yaml 或 .csv 的参数")
    if reading.mistakes:
        told = "\n".join(reading.mistakes)
        raise CountyRefused(folder=folder.name, count=len(reading.mistakes), mistakes=told)
    return Overlay(tuple(reading.rows))


def _read_file(reading: _Reading, path: Path) -> None:
    try:
        content = read_yaml(path)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        reading.wrong(f"{path.name} 第 {line} 行", "格式不对，请看缩进、引号和括号是否成对")
        return
    except ValueError as wrong:
        if not isinstance(wrong, UnicodeDecodeError):  # PyYAML makes dates itself
            reading.wrong(path.name, "有一个日期日历上没有，应写成 2022-01-01 这样")
            return
        reading.wrong(path.name, "不是 UTF-8 编码的文本")
        return
    except yaml.YAMLError:
        reading.wrong(path.name, "不是 YAML 文本，或有不能用的控制字符")
        return
    except RuleRefused as refused:
        reading.wrong(path.name, str(refused).replace(str(path), path.name).rstrip("。"))
        return
    for name, entry in content.items():
        where = f"{path.name} 的“{name}”"
        parameter = reading.parameter(path.name, str(name))
        if parameter is None:
            continue
        if not isinstance(entry, dict):
            reading.wrong(where, "下面应写“历史:”和一行一行的值，或者“表:”和文件名")
        elif parameter.view_of:
            if entry.get("取自") != parameter.view_of:
                reading.wrong(where, f"它取自“{parameter.view_of}”，请改那一项")
        else:
            _read_entry(reading, path, where, parameter, entry)


def _read_entry(
    reading: _Reading,
    path: Path,
    where: str,
    parameter: Parameter,
    entry: Mapping[str, object],
) -> None:
    if extra := set(entry) - _HEAD:
        reading.wrong(where, f"有不认识的栏目“{'、'.join(sorted(map(str, extra)))}”")
    for what, shipped in _shipped_head(parameter).items():
        if what in entry and entry[what] != shipped:
            reading.wrong(where, f"“{what}”应与通用的相同：{shipped}；地方只能改值")
    table, rows = entry.get("表"), entry.get("历史") or []
    if table:
        reading.tables.add(str(table))
        beside = path.parent / str(table)
        if beside.parent != path.parent or not beside.is_file():
            reading.wrong(where, f"同一目录里没有表“{table}”")
        else:
            reading.add(parameter, _csv_rows(reading, beside))
    elif not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reading.wrong(where, "“历史”下面每行应写成 - {地区: …, 自: …, 值: …, 文件: …, 标记: …}")
    else:
        reading.add(
            parameter, ((f"{where}第 {number} 行", row) for number, row in enumerate(rows, 1))
        )


def _shipped_head(parameter: Parameter) -> dict[str, object]:
    return {
        "单位": parameter.unit,
        "键": ["地区", *parameter.keys],
        "范围": [parameter.low, parameter.high],
        "选项": dict(parameter.options),
    }


def _csv_rows(reading: _Reading, path: Path) -> Iterator[Row]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        reading.wrong(path.name, "不是 UTF-8 编码（表格软件里另存为“CSV UTF-8”）")
        return
    rows = csv.DictReader(text.splitlines())
    for row in rows:
        where = f"{path.name} 第 {rows.line_num} 行"
        if None in row or None in row.values():
            reading.wrong(where, "格数与第一行的栏目不一样多")
            continue
        yield where, row
