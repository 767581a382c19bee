"""C8 over columns of households: more income never more 低保金, whoever stands first."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from doudi.rules import HouseholdFacts
from doudi.rules.batch import arrays
from doudi.rules.batch.frame import Column, Frame, Numbers
from doudi.rules.batch.ir import Choice, Operation, Opposite
from doudi.rules.batch.program import Program
from doudi.rules.dialect import Level

from .comparing import differences, every_slot
from .households import Households, batches
from .walking import changed, parts_of, with_body

pytestmark = pytest.mark.promise("C8")

HOUSEHOLDS, DAYS = (10_000, 20) if os.environ.get("DOUDI_FULL") else (3000, 6)
INCOMES = ("工资性收入", "经营净收入", "财产净收入", "转移性收入", "其他应计收入", "赡养抚养扶养费")


def drawn_for(codes: tuple[str, ...] | None, seed: int) -> Iterator[Households]:
    return batches(codes, HOUSEHOLDS, seed, size=HOUSEHOLDS // DAYS, nudges=60)


def with_more(drawn: Households, frame: Frame, name: str) -> Frame:
    """Somebody of each household has more of an income: a fen, some, or up to a threshold."""
    slot, chance = drawn.program.slots[name], drawn.chance
    counts = np.diff(drawn.persons)
    who = (drawn.persons[:-1] + chance.integers(0, np.maximum(counts, 1)))[counts > 0]
    more = chance.choice([1, 99, 100, 1200, 50_000, 700_000, 3_000_000], len(who))
    values = frame.columns[slot].values.copy()
    values[who] += more
    return replace(
        frame, columns={**frame.columns, slot: Column(values, frame.columns[slot].known)}
    )


def paid(drawn: Households, program: Program, frame: Frame) -> tuple[Numbers, Any]:
    """低保金 of each household, and where it is known."""
    slot = program.slots["低保金"]
    column = arrays.make(program)(frame, drawn.figures, (slot,))[slot]
    known = np.ones(len(drawn), np.bool_) if column.known is None else column.known
    return column.values, known


@dataclass
class Compared:
    """Households asked again with more income: how many, who got less, who got more."""

    known: int = 0
    less: int = 0
    more: list[tuple[str, HouseholdFacts]] = field(default_factory=list)

    def ask(self, drawn: Households, program: Program) -> None:
        """Each household six times, with more of each kind of income."""
        frame = drawn.plain(drawn.told)
        before, known = paid(drawn, program, frame)
        for name in INCOMES:
            after, still = paid(drawn, program, with_more(drawn, frame, name))
            both = known & still
            self.known += int(both.sum())
            self.less += int((both & (after < before)).sum())
            self.more += [(name, drawn.facts(at)) for at in np.flatnonzero(both & (after > before))]


def test_more_income_never_means_more_money() -> None:
    found = Compared()
    for drawn in drawn_for(("低保",), seed=8):
        found.ask(drawn, drawn.program)
    assert found.more == []
    assert found.known > 2 * HOUSEHOLDS
    assert found.less > HOUSEHOLDS // 10  # it does matter to many


@pytest.mark.parametrize(("rule", "old", "new"), [("差额保障金", "-", "+"), ("低保户", "", "")])
def test_a_rule_that_gives_more_to_the_richer_is_seen(rule: str, old: str, new: str) -> None:
    """Planted: the shortfall with its sign turned; the test of income turned round."""
    found = Compared()
    for drawn in itertools.islice(drawn_for(("低保",), seed=8), 3):
        slot = drawn.program.slots[rule]
        body = drawn.program.bodies[slot]
        part: Any
        for part in parts_of(body):
            if isinstance(part, Operation) and part.operator == old:
                body = changed(body, part, replace(part, operator=new))
                break
            if isinstance(part, Choice):
                body = changed(body, part, replace(part, test=Opposite(part.test)))
                break
        assert body is not drawn.program.bodies[slot]
        found.ask(drawn, with_body(drawn.program, slot, body))
    assert found.more


def turned(program: Program, frame: Frame, chance: np.random.Generator) -> tuple[Frame, Any]:
    """The same households with their members and obligors in another order."""
    rows = {Level.HOUSEHOLD: np.arange(frame.households)}
    for level, starts in ((Level.PERSON, frame.persons), (Level.OBLIGOR, frame.obligors)):
        owner = np.repeat(np.arange(frame.households), np.diff(starts))
        rows[level] = np.lexsort((chance.random(len(owner)), owner))
    now = np.empty(len(rows[Level.OBLIGOR]), np.int64)
    now[rows[Level.OBLIGOR]] = np.arange(len(now))
    links = [frame.owing[frame.owed[who] : frame.owed[who + 1]] for who in rows[Level.PERSON]]
    owed = np.cumsum([0, *map(len, links)])
    columns = {
        slot: Column(
            column.values[rows[program.level(slot)]],
            None if column.known is None else column.known[rows[program.level(slot)]],
        )
        for slot, column in frame.columns.items()
    }
    owing = now[np.concatenate([*links, np.zeros(0, np.int64)])]
    return replace(frame, owed=owed, owing=owing, columns=columns), rows


def test_the_order_of_members_and_obligors_does_not_matter() -> None:
    for drawn in drawn_for(None, seed=18):
        program, frame = drawn.program, drawn.plain(drawn.told)
        form, slots = arrays.make(program), every_slot(program)
        again, rows = turned(program, frame, drawn.chance)
        before, after = (form(each, drawn.figures, slots) for each in (frame, again))
        expected = {
            slot: Column(
                column.values[rows[program.level(slot)]],
                None if column.known is None else column.known[rows[program.level(slot)]],
            )
            for slot, column in before.items()
        }
        assert differences(program, after, expected) == []
