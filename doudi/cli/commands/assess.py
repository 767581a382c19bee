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
    from doudi.cli.assessing import Answer
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
        help="改一项再算：资料（机动车数=0、甲.工资性收入=1200.00）、参数（低保标准=700.00）、"
        "算出来的值（人均收入=500.00，只作假设）；可以写几次",
    )
    parser.add_argument(
        "--parameters",
        type=Path,
        metavar="目录",
        help="本地参数的目录（YAML、CSV），盖在通用参数之上，写法见 docs/rules.md",
    )
    parser.add_argument(
        "--html", action="store_true", help="打印网页片段（逐条理由），可放进信函；可与 --only 同用"
    )
    parser.add_argument("--since", metavar="月份", help="逐月测算：从哪个月起，如 2022-01")
    parser.add_argument("--before", metavar="月份", help="逐月测算：到哪个月为止（不含）")
    parser.add_argument(
        "--correct",
        type=Path,
        metavar="更正文件",
        help="逐月测算：按更正后的情况重算，列出每月差额、应补发、应追缴",
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

    questions = read_households(told.file)
    if told.correct and len(questions) > 1:
        raise _one_household(told)
    if told.parameters:
        from doudi.rules import read_county

        county = read_county(told.parameters)
        questions = [question.at_home_in(county) for question in questions]
    answers = [_answered(question, told) for question in questions]
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


def _one_household(told: argparse.Namespace) -> Problem:
    from doudi.cli.assessing import OptionRefused

    why = "更正针对一户，文件里却有几户，请把这一户单独写成一个文件"
    return OptionRefused(household=told.file.name, option="--correct", value=told.correct, why=why)


def _answered(question: Question, told: argparse.Namespace) -> Answered:
    from doudi.cli import assessing
    from doudi.cli.household_file import HouseholdRefused

    answered = Answered(question)
    try:
        if refused := question.problem():
            raise refused
        if _by_month(answered, told):
            return answered
        answer = assessing.Answer.of(assessing.on_its_day(question), tuple(told.only))
        answered.is_blocked = bool(answer.blocked)
        if told.json:  # what is nearest to a yes takes time: it is looked for once
            answered.plain = answer.as_json()
        if told.html:
            answered.lines = [assessing.page_part(answer)]
            answered.plain["html"] = answered.lines[0]
            return answered
        if not told.json:
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
            _what_if(answered, answer, told)
    except Problem as problem:
        answered.problem = problem
        answered.plain = {"problem": problem.as_dict()}
        named = isinstance(problem, HouseholdRefused | assessing.OptionRefused)
        whose = "" if named else f"{question.name}（第 {question.line} 行）："
        answered.lines = [f"{whose}{problem}", problem.next_step]
    return answered


def _what_if(answered: Answered, answer: Answer, told: argparse.Namespace) -> None:
    """What would change, and why; a supposed value makes it a supposition and no decision."""
    from doudi.cli import assessing

    question = assessing.changed(answer.question, told.what_if)
    other = assessing.Answer.of(question, tuple(told.only))
    changes = assessing.changes(answer, other)
    hypothetical = bool(question.supposing)
    plain: dict[str, Any] = {"hypothetical": hypothetical, "changes": changes}
    if told.json:
        plain |= other.as_json()
    answered.plain["what_if"] = plain
    supposed = "（含假设的值，只供参考，不能作为决定）" if hypothetical else ""
    title = f"如果 {'，'.join(told.what_if)}{supposed}"
    answered.lines += _section(title, map(assessing.change_text, changes))
    if not changes:
        answered.lines.append("  结论和金额都没有变化")
    for wanted in told.why:
        lines = assessing.why(other.assessment, wanted, question)
        plain.setdefault("why", {})[wanted] = [line._asdict() for line in lines]
        answered.lines += _section(f"如果这样，为什么：{wanted}", map(assessing.why_text, lines))


def _by_month(answered: Answered, told: argparse.Namespace) -> bool:
    """Answer month by month, if that is asked for."""
    if not (told.since or told.before or told.correct):
        return False
    from doudi.cli.monthly import Asked, answer_months

    asked = Asked.of(told, answered.question)
    if asked is None:
        return False
    found = answer_months(answered.question, asked)
    answered.plain, answered.lines = found.plain, found.lines
    answered.is_blocked = found.is_blocked
    return True


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)]
