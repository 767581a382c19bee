"""No number of any rule leaves 64 bits, and no division meets zero or a negative number.

Every name starts from its declared range. A rule is walked way by way: what a test says of a value
holds on the way taken, so a divisor need only be above zero where the division is really done. The
engines differ on dividing negative numbers (Python rounds down, C and SQL towards zero), which is
why a negative dividend is refused even where it would be harmless in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from doudi.rules.batch.ir import Statement, lower
from doudi.rules.book import Node, Rulebook
from doudi.rules.checks.intervals import Range
from doudi.rules.checks.proof import Proof
from doudi.rules.dialect import Level, Rule
from doudi.rules.errors import RuleRefused
from doudi.rules.schema import MOST_MEMBERS, MOST_OBLIGORS, Input

_DAY = Range(1_01_01, 9999_12_31)  # every day a calendar can name, as yyyymmdd
_HOLDERS: Mapping[Level, int] = {Level.PERSON: MOST_MEMBERS, Level.OBLIGOR: MOST_OBLIGORS}


def check_ranges(book: Rulebook) -> dict[str, Range]:
    """Prove every rule on every change day; the range of every name over all days.

    Raises `RuleRefused` naming the rule, the expression and its range.
    """
    for fact in book.schema.values():
        _check_default(fact)
    proofs = _Proofs()
    ever: dict[str, Range] = {}
    for day in book.change_days:
        now: dict[str, Range] = {}
        levels: dict[str, Level] = {}
        for node in book.names_on(day):
            levels[node.name] = node.level
            found = proofs.prove(node.rule, now, levels) if node.rule else _declared(node)
            now[node.name] = found
            ever[node.name] = found.with_all(ever.get(node.name))
    for carry in book.carries:
        _check_carry(book.schema[carry.fact], carry.found, ever[carry.found])
    return ever


class _Proofs:
    """The proofs made so far: a rule whose inputs are the same on another day is proved already."""

    def __init__(self) -> None:
        self.made: dict[tuple[int, tuple[Range, ...]], Range] = {}
        self.bodies: dict[int, Statement] = {}

    def prove(self, rule: Rule, now: Mapping[str, Range], levels: Mapping[str, Level]) -> Range:
        """The range of a rule's answer on one day."""
        given = tuple(now[name] for name in rule.inputs)
        found = self.made.get((id(rule), given))
        if found is None:
            if id(rule) not in self.bodies:
                slots = {name: slot for slot, name in enumerate(rule.inputs)}
                self.bodies[id(rule)] = lower(rule, slots)
            holders = [_HOLDERS.get(levels[name], 1) for name in rule.inputs]
            found = Proof(rule, given, holders).answer(self.bodies[id(rule)])
            self.made[id(rule), given] = found
        return found


def _check_carry(fact: Input, rule: str, found: Range) -> None:
    if found.low < fact.low or fact.high < found.high:
        raise RuleRefused(
            f"“{fact.name}”结转自“{rule}”，但结果（范围 {found}）可能不在"
            f"这项资料的范围 {fact.low}…{fact.high} 里。"
        )


def _check_default(fact: Input) -> None:
    if fact.default is not None and not fact.low <= fact.default <= fact.high:
        raise RuleRefused(
            f"资料“{fact.name}”的缺省 {fact.default} 不在它的范围 {fact.low}…{fact.high} 里。"
        )


def _declared(node: Node) -> Range:
    told = node.input or node.parameter
    if told is None:
        return _DAY
    if told.low > told.high:
        raise RuleRefused(f"“{node.name}”的范围 {told.low}…{told.high} 上下颠倒。")
    return Range(told.low, told.high)
