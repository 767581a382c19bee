"""The trace: every value of every name, in order, with its article, words and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doudi.rules.book import Node, Plan
from doudi.rules.determination import Step
from doudi.rules.dialect import Level
from doudi.rules.evaluate import Computed
from doudi.rules.facts import HouseholdFacts
from doudi.rules.missing import Missing
from doudi.rules.schema import Fact
from doudi.rules.show import show
from doudi.rules.tables import ParameterValue

_NO_SOURCE = ("",) * 6
_KEPT = 2000  # words and steps kept for each name, so that a registry does not fill memory


class _Kept:
    """What is the same for every household, kept for one name: the tail of its steps, and words."""

    __slots__ = ("node", "plain", "sources", "steps", "tail", "words")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.tail = (node.unit, node.article, node.meaning, node.inputs)
        self.plain = (*self.tail, *_NO_SOURCE)
        self.words: dict[Any, str] = {}
        self.steps: dict[Any, Step] = {}
        self.sources: dict[int, tuple[ParameterValue, tuple[Any, ...]]] = {}

    def say(self, value: Any) -> str:
        """A value in words, made once."""
        if len(self.words) > _KEPT:
            self.words.clear()
        said = self.words[value] = show(self.node, value)
        return said

    def with_source(self, row: ParameterValue | None) -> tuple[Any, ...]:
        """The tail of a step whose value stands in this row."""
        if row is None:
            return self.plain
        found = self.sources.get(id(row))
        if found is None:
            if len(self.sources) > _KEPT:
                self.sources.clear()
            # The row is kept beside, so that its id cannot come to name another.
            found = self.sources[id(row)] = (row, (*self.tail, *_source(row)))
        return found[1]

    def step(self, holder: str, value: Any, kind: str, tail: tuple[Any, ...]) -> Step:
        """The step of one holder's value."""
        if type(value) is Missing:
            return _make((self.node.name, kind, holder, None, "缺", *tail))
        said = self.words.get(value) or self.say(value)
        return _make((self.node.name, kind, holder, value, said, *tail))


def _make(values: tuple[Any, ...]) -> Step:
    return tuple.__new__(Step, values)


def trace_of(plan: Plan, computed: Computed, facts: HouseholdFacts) -> tuple[Step, ...]:
    """One step for each name and holder; equal values share their words."""
    given: dict[str, Mapping[str, Fact]] = {"": facts.values}
    for each in facts.members:
        given[each.reference] = each.values
    for other in facts.obligors:
        given[other.reference] = other.values
    steps: list[Step] = []
    for kept, value in zip(_kept(plan), computed.values, strict=True):
        if kept.node.level is Level.HOUSEHOLD:
            steps.append(_of_household(kept, value, computed, facts.values))
        else:
            _of_each(kept, value, computed, given, steps)
    return tuple(steps)


def _kept(plan: Plan) -> tuple[_Kept, ...]:
    kept = plan.works.get("trace")
    if kept is None:
        kept = plan.works["trace"] = tuple(_Kept(node) for node in plan.nodes)
    assert isinstance(kept, tuple)
    return kept


def _of_household(kept: _Kept, value: Any, computed: Computed, given: Mapping[str, Fact]) -> Step:
    node = kept.node
    if node.parameter is not None:
        row = computed.parameters[node.name][0]
        return kept.step("", value, node.kind, kept.with_source(row))
    kind = "缺省" if node.input is not None and node.name not in given else node.kind
    key = (None, kind) if type(value) is Missing else (value, kind)
    step = kept.steps.get(key)
    if step is None:
        if len(kept.steps) > _KEPT:
            kept.steps.clear()
        step = kept.steps[key] = kept.step("", value, kind, kept.plain)
    return step


def _of_each(
    kept: _Kept,
    values: list[Any],
    computed: Computed,
    given: Mapping[str, Mapping[str, Fact]],
    steps: list[Step],
) -> None:
    node = kept.node
    name, kind, plain, words = node.name, node.kind, kept.plain, kept.words
    holders = computed.holders(node.level)
    if node.parameter is not None:
        rows = computed.parameters[name]
        for holder, value, row in zip(holders, values, rows, strict=True):
            steps.append(kept.step(holder, value, kind, kept.with_source(row)))
        return
    asked = node.input is not None
    for holder, value in zip(holders, values, strict=True):
        said = "缺省" if asked and name not in given[holder] else kind
        if type(value) is Missing:
            steps.append(kept.step(holder, value, said, plain))
        else:  # written out: this line runs some thousand times for a large family
            shown = words.get(value) or kept.say(value)
            steps.append(tuple.__new__(Step, (name, said, holder, value, shown, *plain)))


def _source(used: ParameterValue) -> tuple[str, ...]:
    """Since, before, place, document, article and mark of a parameter's value."""
    before = used.before.isoformat() if used.before else ""
    since = used.since.isoformat()
    return (since, before, used.place, used.document, used.article, used.mark)
