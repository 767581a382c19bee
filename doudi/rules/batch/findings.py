"""What the programmes answer for every household and person of a frame, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from doudi.rules.batch.frame import Column, Figures, Form, Frame, Numbers, Truths
from doudi.rules.batch.program import Finding, Program
from doudi.rules.dialect import Level, 符合
from doudi.rules.onepass import TAKEN_OUT

MISSING, NOT_ASKED = 3, 4
CODES = {0: "符合", 1: "需复核", 2: "不符合", MISSING: "缺资料", NOT_ASKED: "不适用"}
_TEKUN, _KEPT = "特困", "按特困供养"


@dataclass(frozen=True, slots=True)
class Found:
    """One programme over a frame: `codes` as in `CODES`, `fen` where the finding is 符合.

    One entry for each household or each person, as the programme's holder is. `fen` is None for a
    programme that pays nothing.
    """

    finding: Finding
    codes: npt.NDArray[np.int8]
    fen: Numbers | None


def decide(form: Form, program: Program, frame: Frame, figures: Figures) -> list[Found]:
    """Every programme of a program, in one pass (一次申请、分类认定).

    Persons found destitute (特困) are taken out of their household first, as the law orders, and
    those households are asked again; see `doudi.rules.onepass`.
    """
    wanted = program.wanted()
    taken_out = program.slots.get(TAKEN_OUT)
    kept = program.slots.get(_KEPT)
    tekun = next((each for each in program.findings if each.programme.code == _TEKUN), None)
    if taken_out is None or kept is None or tekun is None:
        return findings(program, frame, form(frame, figures, wanted))
    columns = dict(form(frame, figures, (*wanted, kept)))
    newly = _newly_destitute(program, frame, columns, tekun, kept)
    if newly.any():
        houses, again = _taken_out(program, frame, newly, taken_out)
        _put(program, frame, columns, houses, form(again, figures, wanted))
    return findings(program, frame, columns)


def findings(program: Program, frame: Frame, columns: Mapping[int, Column]) -> list[Found]:
    """The columns of a form as findings."""
    owners = np.repeat(np.arange(frame.households), np.diff(frame.persons))
    return [_found(program, columns, each, owners) for each in program.findings]


def _found(
    program: Program, columns: Mapping[int, Column], finding: Finding, owners: Numbers
) -> Found:
    personal = finding.programme.holder is Level.PERSON

    def column(slot: int) -> Column:
        found = columns[slot]
        if personal and program.level(slot) is Level.HOUSEHOLD:
            known = None if found.known is None else found.known[owners]
            return Column(found.values[owners], known)
        return found

    result = column(finding.result)
    codes = result.values.astype(np.int8)
    unknown = _unknown(result)
    fen: Numbers | None = None
    if finding.amount is not None:
        amount = column(finding.amount)
        unknown = unknown | _unknown(amount)
        fen = amount.values.astype(np.int64)
    codes[unknown] = MISSING
    if finding.applies is not None:
        applies = column(finding.applies)
        codes[~_unknown(applies) & (applies.values == 0)] = NOT_ASKED
    if fen is not None:
        fen = np.where(codes == 符合, fen, 0)
    return Found(finding, codes, fen)


def _unknown(column: Column) -> Truths:
    if column.known is None:
        return np.zeros(len(column.values), np.bool_)
    return ~column.known


def _newly_destitute(
    program: Program, frame: Frame, columns: Mapping[int, Column], tekun: Finding, kept: int
) -> Truths:
    owners = np.repeat(np.arange(frame.households), np.diff(frame.persons))
    found = _found(program, columns, tekun, owners)
    already = ~_unknown(columns[kept]) & (columns[kept].values != 0)
    destitute: Truths = (found.codes == 符合) & ~already
    return destitute


def _taken_out(program: Program, frame: Frame, newly: Truths, slot: int) -> tuple[Numbers, Frame]:
    """The households of the newly destitute, by themselves, with that fact set."""
    before = np.concatenate([[0], np.cumsum(newly)])
    houses = np.flatnonzero(np.diff(before[frame.persons]) > 0)
    given = frame.columns.get(slot)
    values = np.zeros(len(newly), np.bool_) if given is None else given.values != 0
    known = None if given is None or given.known is None else given.known | newly
    column = Column(values | newly, known)
    whole = replace(frame, columns={**frame.columns, slot: column})
    return houses, take(program, whole, houses)


def take(program: Program, frame: Frame, houses: Numbers) -> Frame:
    """Some households of a frame, in order, as a frame of their own."""
    persons, person_rows = _stretches(frame.persons, houses)
    obligors, obligor_rows = _stretches(frame.obligors, houses)
    owed, link_rows = _stretches(frame.owed, person_rows)
    moved = np.zeros(int(frame.obligors[-1]) + 1, np.int64)
    moved[obligor_rows] = np.arange(len(obligor_rows))
    rows = {Level.HOUSEHOLD: houses, Level.PERSON: person_rows, Level.OBLIGOR: obligor_rows}
    columns = {}
    for slot, column in frame.columns.items():
        at = rows[program.level(slot)]
        known = None if column.known is None else column.known[at]
        columns[slot] = Column(column.values[at], known)
    return Frame(
        households=len(houses),
        persons=persons,
        obligors=obligors,
        owed=owed,
        owing=moved[frame.owing[link_rows]],
        places=frame.places[houses],
        columns=columns,
    )


def _stretches(starts: Numbers, which: Numbers) -> tuple[Numbers, Numbers]:
    """New starts, and the rows of the chosen stretches in order."""
    lengths = starts[which + 1] - starts[which]
    new = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(starts[which] - new[:-1], lengths) + np.arange(int(new[-1]))
    return new, rows


def _put(
    program: Program,
    frame: Frame,
    columns: dict[int, Column],
    houses: Numbers,
    again: Mapping[int, Column],
) -> None:
    """Lay the second answer over the first."""
    _, person_rows = _stretches(frame.persons, houses)
    for slot, column in again.items():
        rows = houses if program.level(slot) is Level.HOUSEHOLD else person_rows
        old = columns[slot]
        values = old.values.copy()
        values[rows] = column.values
        known = None
        if old.known is not None or column.known is not None:
            known = ~_unknown(old)
            known[rows] = ~_unknown(column)
        columns[slot] = Column(values, known)
