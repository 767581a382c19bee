"""Households in a YAML file that a clerk wrote: read strictly, every mistake named with its line.

A file is read as text: money is yuan with or without quotes, a code keeps its leading zero, and
nothing is guessed. Mistakes are gathered per household, so that the others can still be assessed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import yaml

from doudi.cli.local_figures import figure_rows, short_figures
from doudi.kernel.problems import Problem
from doudi.rules import (
    Change,
    FactRefused,
    HouseholdFacts,
    Input,
    ObligorFacts,
    Overlay,
    PersonFacts,
    PlaceRefused,
    inputs,
)
from doudi.rules.dialect import MONEY_UNITS, Level
from doudi.rules.schema import Fact
from doudi.rules.show import yuan
from doudi.rules.tables import ParameterValue, place_chain

_FIELDS = ("名称", "日期", "地区", "家庭", "成员", "义务人", "参数", "地方参数", "变化", "期望")
_CALLED = ("称呼", "编号")
_LISTS = ("户", "各户", "算例")
_UNKNOWN = frozenset({"", "~", "null", "未知", "不详"})
_YES_NO = {"true": "是", "false": "否", "True": "是", "False": "否"}
_MONEY = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,2}))?")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FileNotReadable(Problem):
    """The file is not there, or is not text in UTF-8."""

    code = "assess.file_not_readable"
    status = 422
    say = "读不了文件“{file}”：{why}。"
    next = "请核对文件名和位置；文件应是 UTF-8 编码的文本。"
    fields = ("file", "why")


class FileNotYaml(Problem):
    """The text does not follow YAML, or is not made of households."""

    code = "assess.file_not_yaml"
    status = 422
    say = "文件“{file}”第 {line} 行：{why}。"
    next = "每项写成“名称: 值”，冒号用半角、后面空一格，下一层多缩进两格（用空格，不用制表符）。"
    fields = ("file", "line", "why")


class HouseholdRefused(Problem):
    """What is written about one household cannot be used; every mistake is in `mistakes`."""

    code = "assess.household_refused"
    status = 422
    say = "{household}：有 {count} 处要改。\n{mistakes}"
    next = "请按行号改正后再测算；写法见 docs/assess.md。"
    fields = ("household", "count", "mistakes")


@dataclass(slots=True)
class Question:
    """One household as written, and what is wrong with how it is written (by line)."""

    name: str
    line: int
    on: date | None = None
    place: str = ""
    household: HouseholdFacts = field(default_factory=lambda: HouseholdFacts({}, ()))
    overlay: Overlay | None = None
    changes: tuple[Change, ...] = ()
    supposing: dict[tuple[str, str], Fact] = field(default_factory=dict)
    expected: dict[str, list[str]] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def wrong(self, node: yaml.Node, why: str) -> None:
        """Remember a mistake at a place in the file."""
        mistake = (line_of(node), why)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def at_home_in(self, county: Overlay) -> Question:
        """The same question with a county's figures below those of the file."""
        own = self.overlay.values if self.overlay else ()
        return replace(self, overlay=Overlay((*county.values, *own)))

    def problem(self) -> HouseholdRefused | None:
        """All mistakes as one problem, or None."""
        if not self.mistakes:
            return None
        lines = [f"  第 {line} 行：{why}" for line, why in sorted(self.mistakes)]
        return HouseholdRefused(household=self.name, count=len(lines), mistakes="\n".join(lines))


def line_of(node: yaml.Node) -> int:
    """The line of the file on which a node begins, counted from one."""
    return int(node.start_mark.line) + 1


def read_households(path: Path) -> list[Question]:
    """Every household of a file; raises `FileNotReadable` and `FileNotYaml`."""
    documents = read_documents(path)
    found: list[tuple[yaml.Node, dict[str, yaml.Node]]] = []
    for document in documents:
        usual, nodes = _households_of(path, document)
        found += [(node, usual) for node in nodes]
    if not found:
        raise FileNotYaml(file=path.name, line=1, why="里面一户也没有")
    return [_read(node, usual, number) for number, (node, usual) in enumerate(found, 1)]


def read_documents(path: Path) -> list[yaml.Node]:
    """The YAML documents of a file, not yet read; raises `FileNotReadable` and `FileNotYaml`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        why = "不是 UTF-8 编码（记事本里另存为时选 UTF-8）"
        raise FileNotReadable(file=path, why=why) from wrong
    except OSError as wrong:
        reasons = {FileNotFoundError: "没有这个文件", IsADirectoryError: "这是目录，不是文件"}
        why = reasons.get(type(wrong), "没有权限或读取出错")
        raise FileNotReadable(file=path, why=why) from wrong
    try:
        return [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = mark.line + 1 if mark else 1
        raise FileNotYaml(file=path.name, line=line, why=_yaml_fault(text, line)) from wrong
    except RecursionError as wrong:
        raise FileNotYaml(file=path.name, line=1, why="括号或层次套得太深") from wrong
    except yaml.YAMLError as wrong:  # a character that YAML does not allow
        at = getattr(wrong, "position", 0)
        line = text.count("\n", 0, at) + 1
        raise FileNotYaml(file=path.name, line=line, why="有不能用的控制字符") from wrong


def _yaml_fault(text: str, line: int) -> str:
    """What most often lies behind text that YAML cannot read, looked for near the line."""
    lines = text.splitlines()
    near = lines[max(0, line - 2) : line]
    if any("\t" in each for each in near):
        return "缩进里有制表符，请改成空格"
    if any("：" in each and ": " not in each for each in near):
        return "这里用了全角冒号“：”，请改成半角冒号加一个空格"
    if any(each.count('"') % 2 for each in near):
        return "引号没有成对"
    if any(each.count("{") != each.count("}") for each in near):
        return "大括号没有成对"
    return "格式不对，或者与上一行没有对齐"


def _households_of(path: Path, document: yaml.Node) -> tuple[dict[str, yaml.Node], list[yaml.Node]]:
    """What is usual in this file, and its households: one, a list, or a list under a name."""
    if isinstance(document, yaml.SequenceNode):
        return {}, list(document.value)
    if not isinstance(document, yaml.MappingNode):
        why = full_width(document) or "应写一户，或者每户前面加“- ”的几户"
        raise FileNotYaml(file=path.name, line=line_of(document), why=why)
    top = {str(key.value): (key, value) for key, value in document.value}
    listed = next((name for name in _LISTS if name in top), None)
    if listed is None:
        return {}, [document]
    if stray := [name for name in top if name not in (listed, "通常")]:
        why = f"“{stray[0]}”写在了各户之外，这里只能写“通常”和“{listed}”"
        raise FileNotYaml(file=path.name, line=line_of(top[stray[0]][0]), why=why)
    node = top[listed][1]
    if not isinstance(node, yaml.SequenceNode):
        why = f"“{listed}”下面每户前面要加“- ”"
        raise FileNotYaml(file=path.name, line=line_of(node), why=why)
    usual = top["通常"][1] if "通常" in top else None
    if usual is None:
        return {}, list(node.value)
    if not isinstance(usual, yaml.MappingNode):
        why = "“通常”下面应写“家庭”和“成员”"
        raise FileNotYaml(file=path.name, line=line_of(usual), why=why)
    return {str(key.value): value for key, value in usual.value}, list(node.value)


def full_width(node: yaml.Node) -> str:
    """What is wrong with text that holds a full-width colon; else nothing."""
    if isinstance(node, yaml.ScalarNode) and "：" in node.value:
        return "这里用了全角冒号“：”，请改成半角冒号加一个空格"
    return ""


def _read(node: yaml.Node, usual: Mapping[str, yaml.Node], number: int) -> Question:
    question = Question(f"第 {number} 户", line_of(node))
    parts = read_mapping(question, node, "一户", _FIELDS)
    if "名称" in parts:
        question.name = read_text(parts["名称"]) or question.name
    for name in ("日期", "地区", "成员"):
        if name not in parts:
            question.wrong(node, f"没有写“{name}”")
    if "日期" in parts:
        question.on = read_day(question, parts["日期"], "日期")
    if "地区" in parts:
        question.place = _place(question, parts["地区"])
    values = read_facts(question, usual.get("家庭"), Level.HOUSEHOLD, "家庭")
    values |= read_facts(question, parts.get("家庭"), Level.HOUSEHOLD, "家庭")
    members = tuple(_members(question, parts.get("成员"), usual.get("成员")))
    if "成员" in parts and not members and not question.mistakes:
        question.wrong(parts["成员"], "“成员”下面一个人也没有写")
    obligors = tuple(_obligors(question, parts.get("义务人"), members))
    question.household = HouseholdFacts(values, members, obligors)
    question.overlay = _overlay(question, parts)
    if "变化" in parts:
        from doudi.cli.history_file import read_changes  # it reads a change with what stands here

        question.changes = read_changes(question, parts["变化"], question)
    if "期望" in parts:
        entries = read_mapping(question, parts["期望"], "期望")
        question.expected = {name: _texts(value) for name, value in entries.items()}
    _check_births(question, parts.get("成员"))
    return question


def read_mapping(
    question: Question, node: yaml.Node | None, what: str, known: Iterable[str] = ()
) -> dict[str, yaml.Node]:
    """The entries of a mapping; a name said twice or not known is a mistake."""
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value in _UNKNOWN):
        return {}
    if not isinstance(node, yaml.MappingNode):
        question.wrong(node, full_width(node) or f"{what}应写成“名称: 值”")
        return {}
    names = tuple(known)
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in found:
            question.wrong(key, f"{what}的“{name}”写了两次")
        elif not name or (names and name not in names):
            hint = near_to(name, names)
            question.wrong(key, f"不认识“{name}”{hint}；{what}里可以写：{'、'.join(names)}")
        else:
            found[name] = value
    return found


def near_to(name: str, known: Iterable[str]) -> str:
    """The known name that may be meant, as the end of a sentence; else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"，是不是“{close[0]}”" if close else ""


def read_text(node: yaml.Node) -> str:
    """The text of a single value; nothing for what is none."""
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""


def _texts(node: yaml.Node) -> list[str]:
    listed = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [read_text(each) for each in listed]


def read_day(question: Question, node: yaml.Node, name: str) -> date | None:
    """A day written like 2021-08-01 that is in the calendar."""
    text = read_text(node)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            question.wrong(node, f"“{name}”的 {text} 日历上没有这一天")
            return None
    question.wrong(node, f"“{name}”的“{text}”不是日期，应写成 2021-08-01 这样")
    return None


def _place(question: Question, node: yaml.Node) -> str:
    text = read_text(node)
    try:
        place_chain(text)
    except PlaceRefused as refused:
        question.wrong(node, f"{refused}应写受理地的代码，如 620521。")
        return ""
    return text


def read_facts(
    question: Question, node: yaml.Node | None, level: Level, what: str
) -> dict[str, Fact]:
    """The facts of a mapping, each as the schema wants it."""
    found: dict[str, Fact] = {}
    known = inputs()
    for name, value in read_mapping(question, node, what).items():
        fact = known.get(name)
        if fact is None:
            hint = near_to(name, [each.name for each in known.values() if each.level is level])
            question.wrong(value, f"{what}的“{name}”：没有这项资料{hint}")
        elif fact.level is not level:
            where = {Level.HOUSEHOLD: "家庭", Level.PERSON: "成员", Level.OBLIGOR: "义务人"}
            question.wrong(value, f"{what}的“{name}”：这是{where[fact.level]}的资料，请移过去")
        elif not isinstance(value, yaml.ScalarNode):
            question.wrong(value, f"{what}的“{name}”：只能写一个值")
        else:
            try:
                found[name] = read_fact(fact, value.value)
            except FactRefused as refused:
                question.wrong(value, f"{what}的“{name}”：{refused.facts['why']}")
    return found


def read_fact(fact: Input, text: str) -> Fact:
    """A written value as the rules take it; money is yuan; raises `FactRefused`."""
    text = text.strip()
    if text in _UNKNOWN:
        return None
    value: Fact = text
    if fact.unit in MONEY_UNITS:
        return _read_money(fact, text)
    if fact.unit == "是否":
        value = _YES_NO.get(text, text)
    elif fact.unit == "日期":
        _check_day(fact, text)
    elif not fact.options and _WHOLE.fullmatch(text):
        value = int(text)
    elif not fact.options and not text.endswith("%"):
        raise FactRefused(name=fact.name, why=f"“{text}”不是整数（单位：{fact.unit}）")
    fact.read(value)
    return value


def _read_money(fact: Input, text: str) -> Fact:
    money = _MONEY.fullmatch(text)
    if money is None:
        why = f"“{text}”不是金额；应写成元，如 1440.00，不带单位、逗号，最多两位小数"
        raise FactRefused(name=fact.name, why=why)
    fen = int(money[2]) * 100 + int((money[3] or "0").ljust(2, "0"))
    fen = -fen if money[1] else fen
    if not fact.low <= fen <= fact.high:
        why = f"{text} 元不在 {yuan(fact.low)} 到 {yuan(fact.high)} 元之间"
        raise FactRefused(name=fact.name, why=why)
    return fen if fen < 0 else text.removeprefix("-")


def _check_day(fact: Input, text: str) -> None:
    if not _DAY.fullmatch(text):
        raise FactRefused(name=fact.name, why=f"“{text}”不是日期，应写成 1965-03-12 这样")
    try:
        date.fromisoformat(text)
    except ValueError as wrong:
        raise FactRefused(name=fact.name, why=f"{text} 日历上没有这一天") from wrong


def read_people(
    question: Question, node: yaml.Node | None, what: str
) -> Iterator[tuple[str, yaml.Node]]:
    """Reference and node of each person: a list with 称呼 or 编号, or a mapping by reference."""
    if not isinstance(node, yaml.SequenceNode):
        yield from read_mapping(question, node, what).items()
        return
    for each in node.value:
        entries = read_mapping(question, each, what)
        names = [read_text(entries[name]) for name in _CALLED if name in entries]
        if not names or not all(names):
            question.wrong(each, f"有一位{what}没有写“称呼”（或“编号”）")
            continue
        if names[0] in question.called.values():
            question.wrong(each, f"“{names[0]}”写了两次，请用不同的称呼或编号")
        question.called |= dict.fromkeys(names, names[0])
        pairs = [(key, value) for key, value in each.value if key.value not in _CALLED]
        yield (
            names[0],
            yaml.MappingNode(each.tag, pairs, each.start_mark, each.end_mark, each.flow_style),
        )


def _members(
    question: Question, node: yaml.Node | None, usual: yaml.Node | None
) -> Iterator[PersonFacts]:
    common = read_facts(question, usual, Level.PERSON, "通常的成员")
    for reference, values in read_people(question, node, "成员"):
        question.called.setdefault(reference, reference)
        own = read_facts(question, values, Level.PERSON, f"成员 {reference} ")
        yield PersonFacts(reference, {**common, **own})


def _obligors(
    question: Question, node: yaml.Node | None, members: tuple[PersonFacts, ...]
) -> Iterator[ObligorFacts]:
    there = {member.reference for member in members}
    for reference, values in read_people(question, node, "义务人"):
        if reference in there:
            question.wrong(values, f"义务人“{reference}”与成员同名，请用不同的称呼")
        if not isinstance(values, yaml.MappingNode):
            question.wrong(values, f"义务人 {reference} 应写成“名称: 值”")
            continue
        whose = [value for key, value in values.value if key.value == "属于"]
        rest = [(key, value) for key, value in values.value if key.value != "属于"]
        listed = whose[0] if whose else values
        names = listed.value if isinstance(listed, yaml.SequenceNode) else whose
        of = tuple(question.called.get(read_text(each), read_text(each)) for each in names)
        if not of or not set(of) <= there:
            who = "、".join(name for name in of if name not in there) or "（空）"
            question.wrong(listed, f"义务人 {reference} 的“属于”：没有成员“{who}”")
        own = yaml.MappingNode(values.tag, rest, values.start_mark, values.end_mark)
        yield ObligorFacts(
            reference, of, read_facts(question, own, Level.OBLIGOR, f"义务人 {reference} ")
        )


def _check_births(question: Question, node: yaml.Node | None) -> None:
    """Nobody of the household is born after the day asked about."""
    for member in question.household.members:
        born = member.values.get("出生日期")
        day = question.on.isoformat() if question.on else "9999"
        if node is not None and isinstance(born, str) and born > day:
            question.wrong(node, f"成员 {member.reference} 的出生日期 {born} 晚于“日期”{day}")


def _overlay(question: Question, parts: Mapping[str, yaml.Node]) -> Overlay | None:
    rows: list[ParameterValue] = []
    for name in ("参数", "地方参数"):
        node = parts.get(name)
        if node is None or not question.place or question.on is None:
            continue
        if isinstance(node, yaml.SequenceNode):
            for each in node.value:
                rows += figure_rows(each, question.place, lambda at, why: question.wrong(at, why))
        else:
            entries = read_mapping(question, node, name)
            rows += short_figures(entries, question.household, question.place, question.on,
                                  lambda at, why: question.wrong(at, why))  # fmt: skip
    return Overlay(tuple(rows)) if rows else None
