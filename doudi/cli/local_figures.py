"""A place's own figures as a clerk writes them beside a household, or tries them in a what-if."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import yaml

from doudi.rules import HouseholdFacts, Overlay, OverlayRefused, ParameterValue
from doudi.rules.book import rulebook

ASSUMED = "测算假定"
_FIXED = {"名", "地区", "自", "至", "值", "文件", "条", "标记", "注"}
_SHARE = re.compile(r"(-?)([0-9]{1,4})(?:\.([0-9]{1,2}))?%")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
Wrong = Callable[[yaml.Node, str], None]


def figure_rows(node: yaml.Node, place: str, wrong: Wrong) -> list[ParameterValue]:
    """One written row (名, 自, 值 and the keys); place, document and mark have defaults."""
    if not isinstance(node, yaml.MappingNode):
        wrong(node, "参数的每一行应写“名”“自”“值”，有键的再写键")
        return []
    entry = {str(key.value): str(value.value) for key, value in node.value}
    if lacking := [name for name in ("名", "自", "值") if not entry.get(name)]:
        wrong(node, f"参数的这一行没有写“{'”“'.join(lacking)}”")
        return []
    try:
        since = date.fromisoformat(entry["自"])
        before = date.fromisoformat(entry["至"]) if entry.get("至") else None
    except ValueError:
        wrong(node, f"参数“{entry['名']}”的“自”“至”应写成 2021-08-01 这样的日期")
        return []
    try:
        return [
            checked(
                ParameterValue(
                    name=entry["名"],
                    place=entry.get("地区", place),
                    since=since,
                    before=before,
                    value=file_value(entry["名"], entry["值"]),
                    document=entry.get("文件", ASSUMED),
                    article=entry.get("条", ""),
                    mark=entry.get("标记", "默认"),
                    note=entry.get("注", ""),
                    keys=tuple((key, word) for key, word in entry.items() if key not in _FIXED),
                )
            )
        ]
    except OverlayRefused as refused:
        wrong(node, f"{refused}")
        return []


def short_figures(
    entries: Mapping[str, yaml.Node], household: HouseholdFacts, place: str, on: date, wrong: Wrong
) -> list[ParameterValue]:
    """Figures written as 名称: 值, taken to hold for this household on this day."""
    rows = []
    for name, node in entries.items():
        if not isinstance(node, yaml.ScalarNode):
            wrong(node, f"参数“{name}”：只能写一个值；要写日期、文件的，请写成一行一行的")
            continue
        try:
            rows.append(assumed(name, node.value, household, place, on))
        except OverlayRefused as refused:
            wrong(node, f"{refused}")
    return rows


def assumed(
    name: str, text: str, household: HouseholdFacts, place: str, on: date
) -> ParameterValue:
    """A figure taken to hold at the place on the day; keys come from the household's own facts.

    Raises `OverlayRefused` where a key is not a fact of the household.
    """
    parameter = rulebook().tables.parameters.get(name)
    keys: list[tuple[str, str]] = []
    for key in parameter.keys if parameter else ():
        word = household.values.get(key)
        if not isinstance(word, str):
            raise OverlayRefused(name=name, why=f"它按“{key}”取值，请写成带“{key}”的一行")
        keys.append((key, word))
    return checked(
        ParameterValue(
            name=name, place=place, since=on, value=file_value(name, text), document=ASSUMED,
            mark="默认", keys=tuple(keys),
        )
    )  # fmt: skip


def file_value(name: str, text: str) -> int | str:
    """A written figure in file form: a share may be written in per cent."""
    parameter = rulebook().tables.parameters.get(name)
    if parameter and parameter.unit == "万分比" and (share := _SHARE.fullmatch(text)):
        number = int(share[2]) * 100 + int((share[3] or "0").ljust(2, "0"))
        return -number if share[1] else number
    is_number = parameter and not parameter.options and not parameter.unit.startswith("分")
    return int(text) if is_number and _WHOLE.fullmatch(text) else text


def checked(row: ParameterValue) -> ParameterValue:
    """The row, if it can be laid over the shipped figures; raises `OverlayRefused`."""
    rulebook().tables.with_overlay(Overlay((row,)))
    return row
