"""如果…: a computed value set for one question, with everything that follows from it.

Only for a question: what comes out is marked, and refuses to be written down as a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from doudi.rules.book import SUPPOSED, Node, rulebook
from doudi.rules.determination import Step
from doudi.rules.dialect import FINDINGS, MONEY_UNITS, Level
from doudi.rules.errors import FactRefused
from doudi.rules.facts import HouseholdFacts
from doudi.rules.schema import Fact, Input

Supposed = Mapping[tuple[str, str], int]  # by name and holder
_MOST_FEN = 100_000_000_000  # a thousand million yuan, as for facts
_MOST = 1_000_000


def supposable(name: str, on: date) -> Input:
    """How a computed name is written when it is supposed; raises `FactRefused` where it is none."""
    rule = next(
        (each for each in rulebook().rules if each.name == name and each.in_force(on)), None
    )
    if rule is None:
        raise FactRefused(name=name, why=f"{on} 没有这个名称的规则，不能假设它的值")
    options = rule.options
    if rule.unit == "结论":
        options = {word: number for number, word in FINDINGS.items()}
    most = _MOST_FEN if rule.unit in MONEY_UNITS else _MOST
    low, high = (0, 1) if rule.unit == "是否" else (-most, most)
    if rule.unit == "日期":
        low, high = 19000101, 21001231
    return Input(name, rule.level, rule.unit, rule.meaning, low, high, options, None, rule.article)


def read_supposed(
    household: HouseholdFacts, on: date, told: Mapping[tuple[str, str], Fact]
) -> Supposed:
    """Each supposed value as the rules use it, by name and holder; raises `FactRefused`."""
    people = {
        Level.HOUSEHOLD: {""},
        Level.PERSON: {each.reference for each in household.members},
        Level.OBLIGOR: {each.reference for each in household.obligors},
    }
    supposed: dict[tuple[str, str], int] = {}
    for (name, holder), value in told.items():
        fact = supposable(name, on)
        number = fact.read(value)
        if holder not in people[fact.level]:
            whose = "全家" if fact.level is Level.HOUSEHOLD else f"每个{fact.level.value}"
            raise FactRefused(name=name, why=f"它是{whose}的值，没有“{holder or '（空）'}”的")
        if number is None:
            raise FactRefused(name=name, why="假设的值不能是未知")
        supposed[name, holder] = number
    return supposed


def places_of(node: Node, holders: tuple[str, ...], supposed: Supposed) -> dict[int, int]:
    """Where the supposed values of a name stand among its holders."""
    return {
        at: supposed[node.name, holder]
        for at, holder in enumerate(holders)
        if (node.name, holder) in supposed
    }


def marked(trace: tuple[Step, ...], supposed: Supposed) -> tuple[Step, ...]:
    """The trace with supposed values told from those of the same name that were worked out."""
    return tuple(
        step
        if step.kind != SUPPOSED
        else step._replace(inputs=())
        if (step.name, step.holder) in supposed
        else step._replace(kind="规则")
        for step in trace
    )
