"""A household month by month for `doudi assess`: its months, or what a correction changes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from doudi.cli.assessing import OptionRefused, check_only
from doudi.cli.history_file import read_corrections
from doudi.cli.household_file import Question
from doudi.cli.table import table
from doudi.kernel.dates import DateUnreadable, Month
from doudi.kernel.money import Fen
from doudi.rules import (
    History,
    MonthByMonth,
    MonthFound,
    MonthLine,
    MonthsRefused,
    Outcome,
    month_by_month,
    reassess,
)
from doudi.rules.months import months_of
from doudi.rules.reassess import amount_of, outcomes_by_name
from doudi.rules.show import yuan

_ALONE = (("why", "--why"), ("what_if", "--what-if"), ("html", "--html"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which months are asked about, for which programmes, and the file of corrections if any."""

    since: Month
    before: Month
    only: tuple[str, ...]
    corrections: Path | None

    @staticmethod
    def of(told: argparse.Namespace, question: Question) -> Asked | None:
        """What the options say; None where no months are asked about; raises `OptionRefused`."""
        if not (told.since or told.before):
            if told.correct:
                why = "要写明重算哪几个月，如 --since 2022-01 --before 2022-07"
                _refuse(question, "--correct", told.correct, why)
            return None
        if not (told.since and told.before):
            option, value = ("--since", told.since) if told.since else ("--before", told.before)
            _refuse(question, option, value, "--since 和 --before（不含）要一起写")
        for name, option in _ALONE:
            if getattr(told, name):
                why = "逐月测算时不能用；要看某个月的，把“日期”写成那个月再测算"
                _refuse(question, option, "", why)
        check_only(question, told.only)
        since = _month(question, "--since", told.since)
        before = _month(question, "--before", told.before)
        try:
            months_of(since, before)
        except MonthsRefused as refused:
            _refuse(question, "--before", told.before, str(refused.facts["why"]))
        return Asked(since, before, tuple(told.only), told.correct)

    def wanted(self, programme: str) -> bool:
        """Whether the programme is of interest."""
        return not self.only or programme in self.only


def _month(question: Question, option: str, text: str) -> Month:
    try:
        return Month.parse(text)
    except DateUnreadable:
        _refuse(question, option, text, "应写成 2022-01 这样的月份")


def _refuse(question: Question, option: str, value: object, why: str) -> NoReturn:
    raise OptionRefused(household=question.name, option=option, value=value, why=why)


@dataclass(frozen=True, slots=True)
class Months:
    """The answer for one household: plain values, lines to print, and whether facts are missing."""

    plain: dict[str, Any]
    lines: list[str]
    is_blocked: bool


def answer_months(question: Question, asked: Asked) -> Months:
    """Each month as known, or what the corrections change; raises as `reassess`."""
    history = History(question.household, question.changes)
    if asked.corrections is None:
        found = month_by_month(
            history, asked.since, asked.before, question.place, overlay=question.overlay
        )
        plain = {"months": [month.as_json() for month in found]}
        blocked = any(_is_blocked(month, asked) for month in found)
        return Months(plain, [*_known(question, asked, found)], blocked)
    changes = read_corrections(asked.corrections, question)
    told = reassess(
        history, history.corrected(*changes), asked.since, asked.before, question.place,
        question.overlay,
    )  # fmt: skip
    if asked.only:
        told = replace(
            told, lines=tuple(line for line in told.lines if asked.wanted(line.programme))
        )
    blocked = any(_is_blocked(month, asked) for month in told.after)
    lines = [*_corrected(question, asked, told)]
    return Months({"reassessed": told.as_json()}, lines, blocked)


def _is_blocked(month: MonthFound, asked: Asked) -> bool:
    return any(asked.wanted(outcome.programme) for outcome in month.assessment.blocked)


def _title(question: Question, asked: Asked) -> str:
    return (
        f"【{question.name}】{asked.since} 起、{asked.before} 前（不含），{question.place}，"
        "每月按一日的情况、规则和标准"
    )


# Months as they are known.


def _known(question: Question, asked: Asked, found: tuple[MonthFound, ...]) -> Iterator[str]:
    rows = [(month, outcomes_by_name(month.assessment)) for month in found]
    shown = [
        key
        for key in dict.fromkeys(key for _, outcomes in rows for key in outcomes)
        if asked.wanted(key[0]) and any(_is_shown(outcomes.get(key)) for _, outcomes in rows)
    ]
    yield _title(question, asked)
    yield ""
    cells = []
    sums = []
    for month, outcomes in rows:
        paid = [amount_of(outcomes.get(key)) for key in shown]
        sums.append(Fen(sum(each or 0 for each in paid)))
        open_ = "（另有未定）" if None in paid else ""
        told = [_cell(outcomes.get(key)) for key in shown]
        cells.append((str(month.month), *told, f"{sums[-1].yuan()}{open_}"))
    head = ("月份", *(f"{name}（{holder}）" if holder else name for name, holder in shown), "合计")
    yield from table(head, cells)
    yield ""
    yield f"共 {len(found)} 个月，合计 {yuan(sum(sums))} 元"


def _is_shown(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.result != "不符合" and amount_of(outcome) != 0


def _cell(outcome: Outcome | None) -> str:
    if outcome is None or outcome.result == "不符合":
        return "—"
    return outcome.monthly.yuan() if outcome.result == "符合" else outcome.result


# What a correction changes.

_HEAD = ("月份", "项目", "对象", "原结论", "原金额", "现结论", "现金额", "差额（元）")


def _corrected(question: Question, asked: Asked, told: MonthByMonth) -> Iterator[str]:
    yield _title(question, asked)
    yield ""
    if not told.differences:
        yield "更正以后，各月的结论和金额都没有变化"
        return
    yield from table(_HEAD, [_row(line) for line in told.differences])
    yield ""
    yield f"原合计 {told.total_before.yuan()} 元，现合计 {told.total_after.yuan()} 元"
    yield (
        f"应补发 {told.owed.yuan()} 元，应追缴 {told.to_recover.yuan()} 元"
        f"（同一个月的各项目先相抵），相抵后 {_signed(told.net)} 元"
    )
    if told.undecided:
        months = "、".join(dict.fromkeys(str(line.month) for line in told.undecided))
        yield f"还不能定的有 {len(told.undecided)} 项（{months}），没有计入合计"
    yield from _first(told)


def _row(line: MonthLine) -> tuple[str, ...]:
    amounts = ["未定" if each is None else each.yuan() for each in (line.before, line.after)]
    difference = "未定" if line.difference is None else _signed(line.difference)
    return (
        str(line.month), line.programme, line.holder or "全家", line.before_result, amounts[0],
        line.after_result, amounts[1], difference,
    )  # fmt: skip


def _signed(fen: int) -> str:
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def _first(told: MonthByMonth) -> Iterator[str]:
    first = told.first
    if first is None:
        return
    yield ""
    yield f"为什么：第一个不同的月份是 {first.month}"
    for fact in first.facts:
        whose = f"{fact.holder} 的" if fact.holder else ""
        yield f"  {whose}{fact.name}：{fact.before} → {fact.after}"
    for each in first.reasons:
        yield f"  {each.programme}（{each.holder or '全家'}）"
        yield f"    原：{_joined(each.before)}"
        yield f"    现：{_joined(each.after)}"


def _joined(reasons: Iterable[str]) -> str:
    return "；".join(reasons) or "没有涉及"
