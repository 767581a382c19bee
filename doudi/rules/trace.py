"""The trace: every value of every name, in order, with its article, words and source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doudi.rules.book import Node, Plan
from doudi.rules.determination import Step
from doudi.rules.dialect import Level
from doudi.rules.evaluate import Computed
from doudi.rules.facts import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.missing import Missing
from doudi.rules.schema import Fact
from doudi.rules.show import show
from doudi.rules.tables import ParameterValue

_NO_SOURCE = ("",) * 6
_HOLDERS = 256  # persons whose last steps are kept
_KEPT = 2000  # words and steps kept for each name, so that a registry does not fill memory


class _Said(dict[Any, str]):
    """Values of one name in words, each made once."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node

    def __missing__(self, value: Any) -> str:
        if type(value) is Missing:
            return "缺"
        if len(self) > _KEPT:
            self.clear()
        said = self[value] = show(self.node, value)
        return said


class _Kept:
    """What is the same for every household, kept for one name: the tail of its steps, and words."""

    __slots__ = ("node", "plain", "said", "sources", "tail")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.tail = (node.unit, node.article, node.meaning, node.inputs)
        self.plain = (*self.tail, *_NO_SOURCE)
        self.said = _Said(node)
        self.sources: dict[int, tuple[ParameterValue, tuple[Any, ...]]] = {}

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
        number = None if type(value) is Missing else value
        return _new(Step, (self.node.name, kind, holder, number, self.said[value], *tail))


_new = tuple.__new__  # a step from a ready tuple: what NamedTuple itself does, without a detour


def trace_of(plan: Plan, computed: Computed, facts: HouseholdFacts) -> tuple[Step, ...]:
    """One step for each name and holder; equal values share their words.

    A desk asks about the same family again and again, mostly with one fact changed: the last steps
    of each person are kept, and those whose value is the same are handed out again.
    """
    steps: list[Step] = []
    people = {
        Level.HOUSEHOLD: [_holder(plan, "", facts.values)],
        Level.PERSON: _holders(plan, computed.persons, facts.members),
        Level.OBLIGOR: _holders(plan, computed.obligors, facts.obligors),
    }
    for slot, (kept, value) in enumerate(zip(_kept(plan), computed.values, strict=True)):
        node = kept.node
        holders = people[node.level]
        if not holders:
            continue
        values = (value,) if node.level is Level.HOUSEHOLD else value
        if node.parameter is not None:
            _figures(kept, values, slot, holders, computed.parameters[node.name], steps)
        else:
            _others(kept, values, slot, holders, steps)
    return tuple(steps)


_Last = list[Any]  # by slot: the last step, or for a figure its row and step
_Holder = tuple[str, Mapping[str, Fact], _Last]


def _holders(
    plan: Plan, references: Sequence[str], facts: Sequence[PersonFacts | ObligorFacts]
) -> list[_Holder]:
    given = {each.reference: each.values for each in facts}
    return [_holder(plan, reference, given[reference]) for reference in references]


def _holder(plan: Plan, reference: str, given: Mapping[str, Fact]) -> _Holder:
    lasts = plan.works.setdefault("last", {})
    assert isinstance(lasts, dict)
    mine: _Last | None = lasts.get(reference)
    if mine is None:
        if len(lasts) > _HOLDERS:
            lasts.clear()
        mine = lasts[reference] = [None] * len(plan.nodes)
    return reference, given, mine


def _kept(plan: Plan) -> tuple[_Kept, ...]:
    kept = plan.works.get("trace")
    if kept is None:
        kept = plan.works["trace"] = tuple(_Kept(node) for node in plan.nodes)
    assert isinstance(kept, tuple)
    return kept


def _figures(
    kept: _Kept,
    values: Sequence[Any],
    slot: int,
    holders: list[_Holder],
    rows: list[ParameterValue | None],
    steps: list[Step],
) -> None:
    for (holder, _, last), value, row in zip(holders, values, rows, strict=True):
        old = last[slot]
        if old is None or row is None or old[0] is not row:
            old = last[slot] = (row, kept.step(holder, value, "参数", kept.with_source(row)))
        steps.append(old[1])


def _others(
    kept: _Kept, values: Sequence[Any], slot: int, holders: list[_Holder], steps: list[Step]
) -> None:
    name, kind, asked = kept.node.name, kept.node.kind, kept.node.input is not None
    for (holder, given, last), value in zip(holders, values, strict=True):
        source = "缺省" if asked and name not in given else kind
        old = last[slot]
        # A missing value may not be compared, so it is looked at before the last one.
        if type(value) is Missing or old is None or old[3] != value or old[1] != source:
            old = last[slot] = kept.step(holder, value, source, kept.plain)
        steps.append(old)


def _source(used: ParameterValue) -> tuple[str, ...]:
    """Since, before, place, document, article and mark of a parameter's value."""
    before = used.before.isoformat() if used.before else ""
    since = used.since.isoformat()
    return (since, before, used.place, used.document, used.article, used.mark)
