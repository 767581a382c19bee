"""The answer to one household of a file: in words, as plain values, and compared with others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any, NoReturn

from doudi.cli.commands.assess import EXAMPLE
from doudi.cli.household_file import Question, read_fact
from doudi.cli.local_figures import assumed
from doudi.cli.table import table
from doudi.kernel.problems import Problem
from doudi.rules import (
    Assessment,
    FactRefused,
    History,
    HouseholdFacts,
    Input,
    Outcome,
    Overlay,
    OverlayRefused,
    PersonFacts,
    Turn,
    WhyLine,
    assess,
    fragment,
    inputs,
    turning_points,
)
from doudi.rules.book import rulebook
from doudi.rules.dialect import MONEY_UNITS, Level
from doudi.rules.schema import Fact
from doudi.rules.show import yuan
from doudi.rules.supposing import supposable

_HEAD = ("项目", "对象", "结论", "金额（元）", "理由")
_PER = {"月": "每月", "次": "一次", "年": "每年"}


class OptionRefused(Problem):
    """What stands behind an option does not fit this household."""

    code = "assess.option_refused"
    status = 422
    say = "{household}：{option} “{value}”不能用：{why}。"
    next = "请改正后再运行；例：" + EXAMPLE
    fields = ("household", "option", "value", "why")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the law gives one household; `only` names the programmes that are of interest."""

    question: Question
    assessment: Assessment
    only: tuple[str, ...]

    @staticmethod
    def of(question: Question, only: tuple[str, ...] = ()) -> Answer:
        """Assess one household as written; raises as `assess`, and `OptionRefused`."""
        assert question.on is not None
        check_only(question, only)
        found = assess(
            question.household, question.on, question.place, overlay=question.overlay,
            supposing=question.supposing,
        )  # fmt: skip
        return Answer(question, found, only)

    def _wanted(self, programme: str) -> bool:
        return not self.only or programme.removeprefix("转介·") in {
            name.removeprefix("转介·") for name in self.only
        }

    def _of(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        return [outcome for outcome in outcomes if self._wanted(outcome.programme)]

    @property
    def blocked(self) -> list[Outcome]:
        return self._of(self.assessment.blocked)

    @property
    def outcomes(self) -> list[Outcome]:
        """Due first, then to be looked into, blocked, and not due."""
        told = self.assessment
        return self._of([*told.awards, *told.reviews, *told.blocked, *told.refused])

    def turns(self) -> list[tuple[Outcome, Turn]]:
        """For each refusal of the household (or asked for by name) the nearest change."""
        if self.question.expected or self.question.supposing:
            return []  # a case to be checked or a supposition, not a family to be advised
        excluded = {(each.programme, each.holder) for each in self.assessment.exclusions}
        asked = self.assessment.determination
        found = []
        for outcome in self._of(self.assessment.refused):
            if (outcome.programme, outcome.holder) in excluded:
                continue
            if outcome.holder and not self.only:
                continue
            turns = turning_points(
                asked.facts,
                asked.on,
                asked.place,
                outcome.programme,
                outcome.holder,
                overlay=self.question.overlay,
                most=20,
            )
            if turns:
                found.append((outcome, min(turns, key=_nearness)))
        return found

    def as_json(self) -> dict[str, Any]:
        """The whole assessment with facts and trace; `--only` does not shorten it."""
        return {
            "assessment": self.assessment.as_json(),
            "determination": self.assessment.determination.as_shown_json(),
            "turning_points": [
                {
                    "programme": outcome.programme,
                    "holder": outcome.holder,
                    "name": turn.name,
                    "of": turn.holder,
                    "now": turn.now,
                    "then": turn.then,
                    "text": turn.text,
                }
                for outcome, turn in self.turns()
            ],
        }

    def lines(self) -> Iterator[str]:
        """The answer in words, for a screen or a printer."""
        told = self.assessment
        asked = told.determination
        yield f"【{self.question.name}】{asked.on}，{asked.place}，规则 {asked.rules_version}"
        yield f"每月合计 {told.monthly().yuan()} 元"
        if told.destitute:
            yield f"本次认定特困、不再计入家庭的：{'、'.join(told.destitute)}"
        yield ""
        yield from table(_HEAD, _rows(self.outcomes, [*self.question.called]))
        yield from _part("还缺", _wants(self.blocked))
        yield from _part(
            "互相排斥",
            (
                f"{each.programme}（{_whose(each.holder)}）：因{each.by}，{each.why}"
                for each in told.exclusions
                if self._wanted(each.programme)
            ),
        )
        yield from _part(
            "转介",
            (
                f"{each.help}（{_whose(each.holder)}）→ {each.to}"
                f"{'' if each.sure else '（由其决定）'}：{'；'.join(each.reasons)}"
                for each in told.referrals
                if self._wanted(each.help)
            ),
        )
        yield from _part(
            "怎样改变就符合（只动一项，最近的）",
            (
                f"{outcome.programme}（{_whose(outcome.holder)}）：{turn.text}"
                for outcome, turn in self.turns()
            ),
        )


def on_its_day(question: Question) -> Question:
    """The household as its changes left it on the day asked about."""
    if not question.changes or question.on is None:
        return question
    household = History(question.household, question.changes).at(question.on)
    return replace(question, household=household, changes=())


def check_only(question: Question, only: Iterable[str]) -> None:
    """Refuse the name of a programme that there is not; raises `OptionRefused`."""
    codes = [programme.code for programme in rulebook().programmes]
    for name in only:
        if name not in codes and f"转介·{name}" not in codes:
            _refuse(question, "--only", name, f"没有这个项目{_near(name, codes)}")


def page_part(answer: Answer) -> str:
    """The answer as a piece of a page: every programme with its reasons, step by step."""
    asked = answer.assessment.determination
    where = f"{asked.on}，{asked.place}，规则 {asked.rules_version}"
    parts = [
        f'<article class="assessment"><h2>{escape(answer.question.name)}</h2><p>{where}</p>',
        f"<p>每月合计 {answer.assessment.monthly().yuan()} 元</p>",
        *(fragment(asked, each.programme, each.holder) for each in answer.outcomes),
        "</article>",
    ]
    return "\n".join(parts)


def _nearness(turn: Turn) -> tuple[int, bool]:
    """Of changes that are equally near, one of something that is there comes first."""
    return abs(turn.then - turn.now), turn.now == 0


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(dict.fromkeys(lines))
    if listed:
        yield from ("", title, *(f"  {line}" for line in listed))


def _whose(holder: str) -> str:
    return holder or "全家"


def _amount(outcome: Outcome) -> str:
    paid = {programme.code: programme.amount for programme in rulebook().programmes}
    if outcome.result != "符合" or not paid[outcome.programme]:
        return ""
    return f"{_PER[outcome.per]} {outcome.monthly.yuan()}"


def _rows(outcomes: list[Outcome], order: list[str]) -> list[tuple[str, ...]]:
    """One row for all holders to whom the same is said for the same reasons."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for outcome in outcomes:
        reasons = "\n".join(outcome.reasons)
        key = (outcome.programme, outcome.result, _amount(outcome), reasons)
        grouped.setdefault(key, []).append(outcome.holder)
    return [
        (key[0], "、".join(map(_whose, sorted(holders, key=["", *order].index))), *key[1:])
        for key, holders in grouped.items()
    ]


def _wants(blocked: list[Outcome]) -> Iterator[str]:
    """Each thing once, with the programmes that wait for it."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for outcome in blocked:
        for want in outcome.missing:
            waiting.setdefault((want.holder, want.text), []).append(outcome.programme)
    for (holder, text), programmes in waiting.items():
        whose = f"{holder}：" if holder and holder not in text else ""
        yield f"{whose}{text}（{'、'.join(dict.fromkeys(programmes))}）"


def why(assessment: Assessment, wanted: str, question: Question) -> list[WhyLine]:
    """The account of a programme, or of any name of the trace; raises `OptionRefused`."""
    name, _, holder = wanted.replace("：", ":").partition(":")
    holder = question.called.get(holder, holder)
    asked = assessment.determination
    if f"转介·{name}" in asked.roots:
        name = f"转介·{name}"
    held = [step.name for step in asked.trace]
    if name not in asked.roots:
        if name not in held:
            hint = _near(name, [*asked.roots, *held])
            _refuse(question, "--why", wanted, f"这次测算里没有“{name}”{hint}")
        asked = replace(asked, roots={name: (name,)})
    if holder and holder not in question.called.values():
        who = "、".join(dict.fromkeys(question.called.values()))
        _refuse(question, "--why", wanted, f"没有“{holder}”，成员有：{who}")
    return asked.why(name, holder)


def why_text(line: WhyLine) -> str:
    """One line of the account, indented, with article and document."""
    sources = "，".join(source for source in (line.article, line.document) if source)
    return f"{'  ' * line.indent}{line.text}{f'［{sources}］' if sources else ''}"


def changed(question: Question, what_if: list[str]) -> Question:
    """The household with facts or figures changed as told; raises `OptionRefused`."""
    for each in what_if:
        about, sign, text = each.partition("=")
        if not sign:
            _refuse(question, "--what-if", each, "应写成 名称=值，例如 机动车数=0")
        whose, dot, name = about.strip().rpartition(".")
        try:
            if not dot and name in rulebook().tables.parameters:
                assert question.on is not None
                row = assumed(name, text.strip(), question.household, question.place, question.on)
                rows = question.overlay.values if question.overlay else ()
                question = replace(question, overlay=Overlay((*rows, row)))
            else:
                holder = question.called.get(whose, whose)
                question = _changed_value(question, each, holder, name, text)
        except (FactRefused, OverlayRefused) as refused:
            _refuse(question, "--what-if", each, str(refused.facts["why"]))
    return question


def _changed_value(question: Question, option: str, holder: str, name: str, text: str) -> Question:
    """A fact is another, or a computed value is supposed to be."""
    fact = inputs().get(name)
    if fact is not None:
        value = _value(question, option, holder, fact, text)
        return replace(question, household=_with(question.household, holder, name, value))
    rules = [rule.name for rule in rulebook().rules]
    if name not in rules:
        names = [*inputs(), *rulebook().tables.parameters, *rules]
        _refuse(
            question, "--what-if", option, f"没有这项资料、参数或算出来的值{_near(name, names)}"
        )
    assert question.on is not None
    value = _value(question, option, holder, supposable(name, question.on), text)
    if value is None:
        _refuse(question, "--what-if", option, "假设的值不能是未知")
    return replace(question, supposing={**question.supposing, (name, holder): value})


def _value(question: Question, option: str, holder: str, fact: Input, text: str) -> Fact:
    name = fact.name
    household = question.household
    people = {
        Level.HOUSEHOLD: [""],
        Level.PERSON: [member.reference for member in household.members],
        Level.OBLIGOR: [obligor.reference for obligor in household.obligors],
    }[fact.level]
    if holder not in people:
        if fact.level is Level.HOUSEHOLD:
            why = f"“{name}”是全家的，前面不写人"
        else:
            who = f"请写成 {people[0]}.{name}=值" if people else "这户没有义务人"
            why = f"“{name}”是{fact.level.value}的，{who}；可以写的有：{'、'.join(people)}"
        _refuse(question, "--what-if", option, why)
    return read_fact(fact, text)


def _with(household: HouseholdFacts, holder: str, name: str, value: Fact) -> HouseholdFacts:
    if not holder:
        return replace(household, values={**household.values, name: value})
    return replace(
        household,
        members=tuple(
            PersonFacts(each.reference, {**each.values, name: value})
            if each.reference == holder
            else each
            for each in household.members
        ),
        obligors=tuple(
            replace(each, values={**each.values, name: value}) if each.reference == holder else each
            for each in household.obligors
        ),
    )


def changes(before: Answer, after: Answer) -> list[dict[str, Any]]:
    """Every outcome (referrals too) whose result or amount differs, and the monthly total."""
    was = {(each.programme, each.holder): each for each in _all(before)}
    became = {(each.programme, each.holder): each for each in _all(after)}
    found: list[dict[str, Any]] = []
    for key in dict.fromkeys([*was, *became]):
        told = [_said(side.get(key)) for side in (was, became)]
        if told[0] != told[1]:
            found.append(
                {"programme": key[0], "holder": key[1], "before": told[0], "after": told[1]}
            )
    if found:
        totals = [f"{side.assessment.monthly().yuan()} 元" for side in (before, after)]
        found.append(
            {"programme": "每月合计", "holder": "", "before": totals[0], "after": totals[1]}
        )
    return found


def _all(answer: Answer) -> list[Outcome]:
    return answer._of(answer.assessment.determination.outcomes)


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return "没有"
    amount = _amount(outcome)
    return f"{outcome.result} {amount} 元" if amount else outcome.result


def change_text(change: dict[str, Any]) -> str:
    """One difference in words."""
    whose = _whose(change["holder"])
    return f"{change['programme']}（{whose}）：{change['before']} → {change['after']}"


def differences(question: Question, assessment: Assessment) -> list[str]:
    """Where the answer is other than the file expects, in words."""
    found = []
    for about, expected in question.expected.items():
        observed = _observed(assessment, about, expected)
        if not observed & {tuple(expected)}:
            shown = " ".join(min(observed, default=("没有这个名称",)))
            found.append(f"{about}：期望 {' '.join(expected)}，测算 {shown}")
    return found


def _observed(assessment: Assessment, about: str, expected: list[str]) -> set[tuple[str, ...]]:
    """Everything that may be written for what was found, as texts."""
    asked = assessment.determination
    if about == "缺":
        wants = {want.name for each in asked.outcomes for want in each.missing}
        return {tuple(name for name in expected if name in wants)}
    programme, _, holder = about.partition(" ")
    outcome = asked.outcome(programme, holder)
    if outcome is not None:
        if len(expected) == 1:
            return {(outcome.result,)}
        return {(outcome.result, outcome.monthly.yuan())}
    step = next(
        (each for each in asked.trace if each.name == programme and each.holder == holder),
        next((each for each in asked.trace if each.name == about), None),
    )
    if step is None or step.value is None:
        return {("缺",)} if step else set()
    if step.unit in MONEY_UNITS:
        return {(yuan(step.value),)}
    return {(step.shown,), (str(int(step.value)),)}


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, dict.fromkeys(known), n=1, cutoff=0.5)
    return f"，是不是“{close[0].removeprefix('转介·')}”" if close else ""


def _refuse(question: Question, option: str, value: str, why: str) -> NoReturn:
    raise OptionRefused(household=question.name, option=option, value=value, why=why)
