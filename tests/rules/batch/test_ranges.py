"""No rule leaves 64 bits: shown for every value that schema and parameters allow, not tried.

Arrays and machine code would go round silently where the scalar engine counts on. So the range of
every part of every rule is computed from the ranges of what comes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from doudi.rules.batch import ir
from doudi.rules.batch.program import Program, program_on
from doudi.rules.book import rulebook
from doudi.rules.dialect import Level

# More than any household and any person has, each at the highest the schema allows: a thousand
# million yuan in every field.
PERSONS, OBLIGORS = 100, 20
LARGEST = 2**63 - 1
Range = tuple[int, int]


def united(ranges: Iterable[Range]) -> Range:
    several = list(ranges)
    return min(low for low, _ in several), max(high for _, high in several)


class Ranges:
    """The range of every name of a program, and the parts that do not fit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.of: dict[int, Range] = {}
        self.too_large: list[str] = []
        self.largest = 0
        for slot in sorted(program.slots.values()):
            self.of[slot] = self._named(slot)

    def _named(self, slot: int) -> Range:
        node = self.program.nodes[slot]
        if slot in self.program.bodies:
            self.name = node.name
            found = self.statement(self.program.bodies[slot], {})
            return (0, 1) if self.program.is_truth(slot) else found
        if node.input is not None:
            return node.input.low, node.input.high
        if node.parameter is not None:
            return node.parameter.low, node.parameter.high
        return 19000101, 99991231

    def fits(self, found: Range) -> Range:
        worst = max(abs(found[0]), abs(found[1]))
        self.largest = max(self.largest, worst)
        if worst > LARGEST:
            self.too_large.append(self.name)
        return found

    def statement(self, body: ir.Statement, local: Mapping[str, Range]) -> Range:
        match body:
            case ir.Answer(value=value):
                return self.value(value, local)
            case ir.Let(name=name, value=value, rest=rest):
                return self.statement(rest, {**local, name: self.value(value, local)})
            case ir.Branch(test=test, then=then, other=other):
                self.value(test, local)
                return united([self.statement(then, local), self.statement(other, local)])

    def value(self, node: ir.Expression, local: Mapping[str, Range]) -> Range:
        return self.fits(self._value(node, local))

    def _value(self, node: ir.Expression, local: Mapping[str, Range]) -> Range:
        match node:
            case ir.Constant(value=value):
                return value, value
            case ir.Value(slot=slot):
                return self.of[slot]
            case ir.Local(name=name):
                return local[name]
            case ir.Operation(operator=operator, left=left, right=right):
                return computed(operator, self.value(left, local), self.value(right, local))
            case ir.Negation(operand=operand):
                low, high = self.value(operand, local)
                return -high, -low
            case ir.Choice(test=test, yes=yes, no=no):
                self.value(test, local)
                return united([self.value(yes, local), self.value(no, local)])
            case ir.Extreme(largest=largest, parts=parts):
                ranges = [self.value(part, local) for part in parts]
                pick = max if largest else min
                return pick(low for low, _ in ranges), pick(high for _, high in ranges)
            case ir.Rounding(name=name, arguments=arguments):
                return self.rounded(name, [self.value(each, local) for each in arguments])
            case ir.Aggregation(name=name, slot=slot):
                persons = self.program.level(slot) is Level.PERSON
                return gathered(name, self.of[slot], PERSONS if persons else OBLIGORS)
            case ir.Junction(parts=parts):
                return united(self.value(part, local) for part in parts)
            case ir.Membership(operand=operand) | ir.Opposite(operand=operand):
                self.value(operand, local)
            case ir.Comparison(left=left, right=right):
                self.value(left, local)
                self.value(right, local)
        return 0, 1

    def rounded(self, name: str, given: list[Range]) -> Range:
        low, high = given[0]
        if name == "比例":
            return computed("//", self.fits(computed("*", given[0], given[1])), (10000, 10000))
        if name in ("均分", "四舍五入到分"):
            parts = max(given[1][0], 1), max(given[1][1], 1)
            self.fits((2 * low - parts[1], 2 * high + parts[1]))
            return low if low < 0 else low // parts[1], high
        return self.fits((low - 100, high + 100))


def computed(operator: str, left: Range, right: Range) -> Range:
    if operator == "%":
        return 0, right[1] - 1
    if operator == "//":
        return left[0] // right[0], left[1] // right[0]
    results = [_one(operator, a, b) for a, b in product(left, right)]
    return min(results), max(results)


def _one(operator: str, left: int, right: int) -> int:
    if operator == "*":
        return left * right
    return left + right if operator == "+" else left - right


def gathered(name: str, each: Range, people: int) -> Range:
    low, high = min(each[0], 0), max(each[1], 0)
    if name == "合计":
        return low * people, high * people
    return {"任一": (0, 1), "人数": (0, people)}.get(name, (low, high))


DAYS = [day for day in rulebook().change_days if day >= date(2014, 5, 1)]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_part_of_any_rule_leaves_64_bits_in_a_household_of_a_hundred(day: date) -> None:
    ranges = Ranges(program_on(day))
    assert ranges.too_large == []
    assert ranges.largest > 10**15, "the law multiplies amounts by shares"


def test_a_rule_that_could_leave_64_bits_is_found() -> None:
    program = program_on(DAYS[-1])
    slot = program.slots["家庭总收入"]
    cube = ir.Operation("*", ir.Operation("*", income := ir.Value(slot), income), income)
    holder = program.slots["家庭收入"]
    wrong = replace(program, bodies={**program.bodies, holder: ir.Answer(cube)})
    assert "家庭收入" in Ranges(wrong).too_large
