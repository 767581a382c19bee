"""What each programme answers from the computed values: finding, amount and reasons in words."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any, NamedTuple

from doudi.kernel.money import Fen
from doudi.rules.book import Node, Plan
from doudi.rules.determination import Outcome
from doudi.rules.dialect import FINDINGS, Level, Programme, Reason
from doudi.rules.evaluate import Computed
from doudi.rules.missing import Missing, Want, united
from doudi.rules.show import show

MISSING = "缺资料"
UNKNOWN = "（未知）"
_TEMPLATE = string.Formatter()


class _Place(NamedTuple):
    """Where a value of the plan stands."""

    slot: int
    personal: bool
    node: Node


class _Told(NamedTuple):
    """One reason: by the value at a place, the pieces of its text, some of them places."""

    about: _Place
    texts: dict[int, tuple[str | _Place, ...]]
    ends: tuple[int, ...]


class _Ready(NamedTuple):
    """A programme with everything looked up by place."""

    programme: Programme
    result: _Place
    amount: _Place | None
    applies: _Place | None
    reasons: tuple[_Told, ...]


def outcomes_of(plan: Plan, computed: Computed) -> tuple[Outcome, ...]:
    """The outcomes of every programme, for the household or for each person."""
    ready = plan.works.get("outcomes")
    if ready is None:
        ready = plan.works["outcomes"] = tuple(_ready(plan, each) for each in plan.programmes)
    assert isinstance(ready, tuple)
    values, outcomes = computed.values, []
    for each in ready:
        positions: Sequence[int] = (-1,)
        if each.programme.holder is Level.PERSON:
            positions = range(len(computed.persons))
        for at in positions:
            if each.applies is None or _value(values, each.applies, at) is not False:
                holder = "" if at < 0 else computed.persons[at]
                outcomes.append(_outcome(each, values, at, holder))
    return tuple(outcomes)


def _ready(plan: Plan, programme: Programme) -> _Ready:
    def place(name: str | None) -> _Place | None:
        if not name or name not in plan.slots:
            return None
        slot = plan.slots[name]
        return _Place(slot, plan.nodes[slot].level is Level.PERSON, plan.nodes[slot])

    def told(reason: Reason) -> _Told | None:
        about = place(reason.about)
        if about is None:  # a rule that was not yet or is no longer in force
            return None
        texts = {value: tuple(pieces(text)) for value, text in reason.texts.items()}
        return _Told(about, texts, reason.ends)

    def pieces(text: str) -> list[str | _Place]:
        found: list[str | _Place] = []
        for literal, name, _, _ in _TEMPLATE.parse(text):
            found.append(literal)
            if name:
                found.append(place(name) or UNKNOWN)
        return found

    result = place(programme.result)
    assert result is not None
    reasons = tuple(one for one in map(told, programme.reasons) if one is not None)
    return _Ready(programme, result, place(programme.amount), place(programme.applies), reasons)


def _value(values: list[Any], place: _Place, at: int) -> Any:
    value = values[place.slot]
    if not place.personal:
        return value
    return value[at] if at >= 0 else None


def _outcome(ready: _Ready, values: list[Any], at: int, holder: str) -> Outcome:
    programme = ready.programme
    found = _value(values, ready.result, at)
    amount = _value(values, ready.amount, at) if ready.amount else 0
    reasons = _reasons(ready.reasons, values, at)
    unknown = [value for value in (found, amount) if type(value) is Missing]
    if unknown:
        wants: tuple[Want, ...] = united(unknown).wants
        told = (*reasons, *(want.text for want in wants))
        return Outcome(programme.code, holder, MISSING, Fen(0), told, wants, programme.per)
    return Outcome(
        programme.code, holder, FINDINGS[found], Fen(amount), tuple(reasons), (), programme.per
    )


def _reasons(reasons: tuple[_Told, ...], values: list[Any], at: int) -> list[str]:
    told: list[str] = []
    for reason in reasons:
        value = _value(values, reason.about, at)
        if type(value) is Missing or value not in reason.texts:
            continue
        pieces = reason.texts[value]
        if len(pieces) == 1:
            told.append(pieces[0])  # type: ignore[arg-type]
        else:
            told.append("".join([_words(piece, values, at) for piece in pieces]))
        if value in reason.ends:
            break
    return told


def _words(piece: str | _Place, values: list[Any], at: int) -> str:
    if isinstance(piece, str):
        return piece
    value = _value(values, piece, at)
    return UNKNOWN if value is None or type(value) is Missing else show(piece.node, value)
