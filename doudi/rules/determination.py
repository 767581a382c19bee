"""The answer and its reasons: outcomes, the full trace, and the article-by-article account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from doudi.kernel.money import Fen
from doudi.rules.errors import OnlySupposed
from doudi.rules.facts import HouseholdFacts
from doudi.rules.missing import Want


class Step(NamedTuple):
    """One value; `kind` is 资料, 缺省 (a fact not given), 参数, 规则, 已知 (the day) or 假设.

    `holder` is a person's reference or ''.
    `value` is fen, count, yes or no, or 0/1/2 for a finding; None when missing. The last six fields
    are set for parameters only: in force since, before, where, document, article, mark.
    """

    name: str
    kind: str
    holder: str
    value: int | None
    shown: str
    unit: str
    article: str
    meaning: str
    inputs: tuple[str, ...]
    since: str = ""
    before: str = ""
    place: str = ""
    document: str = ""
    document_article: str = ""
    mark: str = ""

    def as_json(self) -> dict[str, Any]:
        """The step as plain values, empty fields left out."""
        plain: dict[str, Any] = {
            name: value for name, value in self._asdict().items() if value not in ("", ())
        }
        if self.inputs:
            plain["inputs"] = list(self.inputs)
        return plain

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Step:
        """The step that `as_json` wrote."""
        values = {name: stored.get(name, "") for name in Step._fields}
        values["inputs"] = tuple(stored.get("inputs", ()))
        return Step(**values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one programme answers for one holder: the household ('') or a person's reference.

    `result` is 符合, 不符合, 需复核 or 缺资料; `monthly` is in fen and 0 unless 符合 with money.
    `per` says whether the amount is for each month (月), for once (次) or for each year (年).
    """

    programme: str
    holder: str
    result: str
    monthly: Fen
    reasons: tuple[str, ...]
    missing: tuple[Want, ...] = ()
    per: str = "月"

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain values."""
        plain: dict[str, Any] = {
            "programme": self.programme,
            "holder": self.holder,
            "result": self.result,
            "monthly_fen": int(self.monthly),
            "reasons": list(self.reasons),
            "missing": [want._asdict() for want in self.missing],
        }
        return plain if self.per == "月" else {**plain, "per": self.per}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Outcome:
        """The outcome that `as_json` wrote."""
        return Outcome(
            stored["programme"],
            stored["holder"],
            stored["result"],
            Fen(stored["monthly_fen"]),
            tuple(stored["reasons"]),
            tuple(Want(**want) for want in stored["missing"]),
            stored.get("per", "月"),
        )


class WhyLine(NamedTuple):
    """One line of the account; `indent` says how deep below the finding it stands."""

    indent: int
    text: str
    article: str
    document: str


@dataclass(frozen=True, slots=True)
class Determination:
    """What the law says about one household on one day, with everything needed to say it again."""

    facts: HouseholdFacts = field(repr=False)
    on: date
    place: str
    rules_version: str
    outcomes: tuple[Outcome, ...]
    trace: tuple[Step, ...] = field(repr=False)
    roots: Mapping[str, tuple[str, ...]] = field(repr=False)
    supposed: tuple[tuple[str, str, int], ...] = ()
    # Made when a why is first asked for: a desk asks about many programmes of one answer.
    _by_name: dict[str, list[Step]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _words: dict[int, tuple[str, str, str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def hypothetical(self) -> bool:
        """Whether computed values were set for the question: then it is no decision."""
        return bool(self.supposed)

    def outcome(self, programme: str, holder: str = "") -> Outcome | None:
        """The outcome of a programme for the household ('') or a person."""
        for outcome in self.outcomes:
            if outcome.programme == programme and outcome.holder == holder:
                return outcome
        return None

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values, to be stored; equal questions give equal values.

        Raises `OnlySupposed` for a hypothetical answer, which is only to be looked at.
        """
        if self.supposed:
            raise OnlySupposed(names="、".join(name for name, _, _ in self.supposed))
        return self._plain()

    def as_shown_json(self) -> dict[str, Any]:
        """As `as_json`, for a screen: what is only supposed is told, and nothing reads it back."""
        told = [
            {"name": name, "holder": holder, "value": value}
            for name, holder, value in self.supposed
        ]
        return {**self._plain(), "hypothetical": True, "supposed": told} if told else self._plain()

    def _plain(self) -> dict[str, Any]:
        return {
            "facts": self.facts.as_json(),
            "on": self.on.isoformat(),
            "place": self.place,
            "rules_version": self.rules_version,
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
            "trace": [step.as_json() for step in self.trace],
            "roots": {code: list(names) for code, names in self.roots.items()},
        }

    def to_text(self) -> str:
        """The JSON text to store with a decision; equal answers are equal byte for byte."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(stored: Mapping[str, Any] | str) -> Determination:
        """The determination that `as_json` or `to_text` wrote; raises `OnlySupposed`."""
        plain: Mapping[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
        if told := plain.get("supposed"):
            raise OnlySupposed(names="、".join(each["name"] for each in told))
        return Determination(
            facts=HouseholdFacts.from_json(plain["facts"]),
            on=date.fromisoformat(plain["on"]),
            place=plain["place"],
            rules_version=plain["rules_version"],
            outcomes=tuple(Outcome.from_json(outcome) for outcome in plain["outcomes"]),
            trace=tuple(Step.from_json(step) for step in plain["trace"]),
            roots={code: tuple(names) for code, names in plain["roots"].items()},
        )

    def _steps(self) -> dict[str, list[Step]]:
        if not self._by_name:
            for step in self.trace:
                self._by_name.setdefault(step.name, []).append(step)
        return self._by_name

    def why(self, programme: str, holder: str = "") -> list[WhyLine]:
        """The account of a programme, from the finding down to each fact and parameter, once each.

        Facts that were not given and took their default are left out.
        """
        steps, words = self._steps(), self._words
        lines: list[WhyLine] = []
        told: set[tuple[str, str]] = set()

        def tell(name: str, indent: int, whose: str) -> None:
            """One person's values until the path passes through the household, then everyone's."""
            found = steps.get(name, ())
            if whose:
                found = [step for step in found if step.holder == whose or not step.holder]
            if not found:
                return
            first = found[0]
            told.add((name, whose))
            told.add((name, first.holder and whose))
            for step in found:
                if step.kind != "缺省":
                    said = words.get(id(step)) or words.setdefault(id(step), _said(step))
                    lines.append(_new(WhyLine, (indent, *said)))
            below = whose if first.holder else ""
            # One person's value may be supposed, the others' worked out: their inputs are told.
            inputs = first.inputs or max((step.inputs for step in found), key=len)
            for other in inputs:
                if (other, below) not in told:
                    tell(other, indent + 1, below)

        for name in self.roots.get(programme, ()):
            tell(name, 0, holder)
        return lines


_new = tuple.__new__  # a line from a ready tuple: what NamedTuple itself does, without a detour


def _said(step: Step) -> tuple[str, str, str]:
    """Text, article and document of a step's line."""
    whose = f"成员 {step.holder}：" if step.holder else ""
    supposed = "（假设的值，不是算出来的）" if step.kind == "假设" else ""
    text = f"{whose}{step.name} = {step.shown}　{supposed}{step.meaning}"
    if step.kind != "参数" or not step.document:
        return text, step.article, ""
    document = f"《{step.document}》{step.document_article}，自 {step.since} 起（{step.mark}）"
    return text, step.article, document
