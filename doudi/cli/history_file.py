"""Changes over time as a clerk writes them: 变化 in a household's file, 更正 in one of its own.

A change says from when (自, a month or a day) until when (至, not included; left out: for good) and
what was different: facts of 家庭, 成员 and 义务人, who joined (加入) and who left (离开).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import yaml

from doudi.cli.household_file import (
    FileNotYaml,
    Question,
    read_documents,
    read_facts,
    read_mapping,
    read_people,
    read_text,
)
from doudi.kernel.dates import DateUnreadable, Month
from doudi.rules import Change, PersonFacts
from doudi.rules.dialect import Level
from doudi.rules.schema import Fact

_FIELDS = ("自", "至", "说明", "家庭", "成员", "义务人", "加入", "离开")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_corrections(path: Path, question: Question) -> tuple[Change, ...]:
    """The corrections of a file, for this household.

    Raises `FileNotReadable`, `FileNotYaml`, and `HouseholdRefused` naming each mistake by its line.
    """
    told = Question(f"更正 {path.name}", 1)
    told.called = dict(question.called)
    told.household = question.household
    nodes: list[yaml.Node] = []
    for document in read_documents(path):
        if isinstance(document, yaml.MappingNode) and _names(document) == ["更正"]:
            document = document.value[0][1]
        nodes.append(document)
    if not nodes:
        raise FileNotYaml(file=path.name, line=1, why="里面一项更正也没有")
    found = [change for node in nodes for change in read_changes(told, node, question)]
    if refused := told.problem():
        raise refused
    return tuple(found)


def _names(node: yaml.MappingNode) -> list[str]:
    return [str(key.value) for key, _ in node.value]


def read_changes(told: Question, node: yaml.Node, about: Question) -> tuple[Change, ...]:
    """One change or a list of them; mistakes are kept with `told`."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    joined: set[str] = {member.reference for change in about.changes for member in change.joined}
    there = {member.reference for member in about.household.members} | joined
    found = []
    for each in nodes:
        change = _change(told, each, about, there)
        if change is not None:
            there |= {member.reference for member in change.joined}
            found.append(change)
    return tuple(found)


def _change(told: Question, node: yaml.Node, about: Question, there: set[str]) -> Change | None:
    parts = read_mapping(told, node, "一项变化", _FIELDS)
    if not parts:
        return None
    if "自" not in parts:
        told.wrong(node, "没有写“自”（从哪个月或哪天起）")
        return None
    since, before = _day(told, parts["自"], "自"), None
    if "至" in parts:
        before = _day(told, parts["至"], "至")
        if since and before and before <= since:
            told.wrong(parts["至"], f"“至”{before}（不含）应晚于“自”{since}")
    members = [PersonFacts(*each) for each in _joining(told, parts.get("加入"))]
    people = there | {member.reference for member in members}
    owing = {obligor.reference for obligor in about.household.obligors}
    left = parts.get("离开")
    change = Change(
        since or date.min,
        before,
        read_facts(told, parts.get("家庭"), Level.HOUSEHOLD, "家庭"),
        _by_person(told, parts.get("成员"), Level.PERSON, people),
        _by_person(told, parts.get("义务人"), Level.OBLIGOR, owing),
        tuple(members),
        tuple(_known(told, each, read_text(each), people, "成员") for each in _listed(left)),
    )
    if not (change.says() or change.joined or change.left):
        told.wrong(node, "这一项没有写什么变了（家庭、成员、义务人、加入、离开）")
    return change


def _listed(node: yaml.Node | None) -> list[yaml.Node]:
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _joining(told: Question, node: yaml.Node | None) -> list[tuple[str, Mapping[str, Fact]]]:
    return [
        (reference, read_facts(told, values, Level.PERSON, f"成员 {reference} "))
        for reference, values in read_people(told, node, "加入的成员")
    ]


def _by_person(
    told: Question, node: yaml.Node | None, level: Level, there: set[str]
) -> dict[str, dict[str, Fact]]:
    found = {}
    for name, values in read_mapping(told, node, level.value).items():
        what = "成员" if level is Level.PERSON else "义务人"
        reference = _known(told, values, name, there, what)
        found[reference] = read_facts(told, values, level, f"{what} {name} ")
    return found


def _known(told: Question, node: yaml.Node, name: str, there: set[str], what: str) -> str:
    reference = told.called.get(name, name)
    if reference not in there:
        who = "、".join(sorted(there)) or "没有人"
        told.wrong(node, f"这户没有{what}“{name}”，有：{who}")
    return reference


def _day(told: Question, node: yaml.Node, name: str) -> date | None:
    """A day like 2022-03-01, or a month like 2022-03, which is its first day."""
    text = read_text(node)
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else Month.parse(text).first_day
    except (ValueError, DateUnreadable):
        told.wrong(node, f"“{name}”的“{text}”应写成 2022-03 或 2022-03-01 这样")
        return None
