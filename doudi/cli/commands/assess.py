"""``doudi assess``: what the law gives the households of a file; neither database nor server."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doudi.kernel.problems import Problem

if TYPE_CHECKING:  # other commands must not wait for the rules
    from doudi.cli.household_file import Question

HELP = "测算：按一份文件（YAML）算出每户能享受什么、为什么，不用数据库"
EXAMPLE = "doudi assess 张家.yaml --why 低保 --what-if 甲.转移性收入=3600.00"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="家庭文件，写法见 docs/assess.md")
    parser.add_argument(
        "--only", action="append", default=[], metavar="项目", help="只看这个项目，可以写几次"
    )
    parser.add_argument(
        "--why",
        action="append",
        default=[],
        metavar="项目[:对象]",
        help="逐条说明为什么，如 低保、特困:甲，也可以写人均收入这样的名称",
    )
    parser.add_argument(
        "--what-if",
        action="append",
        default=[],
        metavar="名称=值",
        help="改一项再算，如 机动车数=0、甲.工资性收入=1200.00、低保标准=700.00，可以写几次",
    )


@dataclass(slots=True)
class Answered:
    """A household with its answer, or with what prevents one."""

    question: Question
    plain: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problem: Problem | None = None
    is_blocked: bool = False
    is_other_than_expected: bool = False


def run(told: argparse.Namespace) -> int:
    """0 all assessed; 1 not as 期望 says; 2 something could not be read; 3 facts are missing."""
    from doudi.cli.household_file import read_households

    answers = [_answered(question, told) for question in read_households(told.file)]
    if told.json:
        households = [{"name": each.question.name, **each.plain} for each in answers]
        print(json.dumps({"households": households}, ensure_ascii=False))
    else:
        for each in answers:
            # In the order of the file, also where both streams go to one screen.
            stream = sys.stderr if each.problem else sys.stdout
            print("\n".join(each.lines), end="\n\n", file=stream, flush=True)
    if any(each.problem for each in answers):
        return 2
    if any(each.is_other_than_expected for each in answers):
        return 1
    return 3 if any(each.is_blocked for each in answers) else 0


def _answered(question: Question, told: argparse.Namespace) -> Answered:
    from doudi.cli import assessing
    from doudi.cli.household_file import HouseholdRefused

    answered = Answered(question)
    try:
        if refused := question.problem():
            raise refused
        answer = assessing.Answer.of(question, tuple(told.only))
        answered.plain = answer.as_json()
        answered.lines = [*answer.lines()]
        if question.expected:
            differences = assessing.differences(question, answer.assessment)
            answered.is_other_than_expected = bool(differences)
            answered.plain["expected"] = {"same": not differences, "differences": differences}
            answered.lines += _section("与期望", differences or ["相符"])
        for wanted in told.why:
            lines = assessing.why(answer.assessment, wanted, question)
            answered.plain.setdefault("why", {})[wanted] = [line._asdict() for line in lines]
            answered.lines += _section(f"为什么：{wanted}", map(assessing.why_text, lines))
        if told.what_if:
            other = assessing.Answer.of(assessing.changed(question, told.what_if), tuple(told.only))
            changes = assessing.changes(answer, other)
            answered.plain["what_if"] = {"changes": changes, **other.as_json()}
            title = f"如果 {'，'.join(told.what_if)}"
            answered.lines += _section(title, map(assessing.change_text, changes))
            if not changes:
                answered.lines.append("  结论和金额都没有变化")
        answered.is_blocked = bool(answer.blocked)
    except Problem as problem:
        answered.problem = problem
        answered.plain = {"problem": problem.as_dict()}
        named = isinstance(problem, HouseholdRefused | assessing.OptionRefused)
        whose = "" if named else f"{question.name}（第 {question.line} 行）："
        answered.lines = [f"{whose}{problem}", problem.next_step]
    return answered


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)]
