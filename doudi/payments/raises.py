"""A standard is raised (提标), often from a past month on: entered by one, confirmed by another.

What each class gains is not typed in: it is the new figure less the old, both from the dated
parameters of the rules, frozen with the raise. Confirming it adds the difference of every month
since (``raised_lines``); later months get theirs when they are accrued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.cases.law import overlay_in_force
from doudi.kernel import clock
from doudi.kernel.problems import NotThere, require
from doudi.payments import raised_lines
from doudi.payments.models import RaiseStep, StandardRaise
from doudi.payments.problems import PersonNeeded
from doudi.payments.problems_price import (
    NothingRaised,
    RaiseConfirmed,
    RaiseKnown,
    SchemeNotRaised,
)
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.raised_lines import BY_NEED
from doudi.rules import rules_version
from doudi.rules.tables import ParameterTable, ParameterValue, read_tables

OPEN, CONFIRMED = "待复核", "已确认"
TO_CONFIRM = "提标复核"
_CLASSES = ("一类", "二类", "三类", "四类")
_WORDS = {True: "城市", False: "农村"}


@dataclass(frozen=True, slots=True)
class RaiseFacts:
    """A raise as its document says: scheme, from which day, announced when, document number."""

    scheme: str
    since: date
    announced_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a class had and has per person and month, in fen."""

    urban: bool
    code: str
    old_fen: int
    new_fen: int


def _figure(table: ParameterTable, name: str, keys: dict[str, str], place: str, on: date) -> int:
    parameter = table.parameters[name]
    found = table.find(name, parameter.key_numbers(keys), place, on)
    return parameter.number_of(found.value) if isinstance(found, ParameterValue) else 0


def steps_of(place: str, since: date) -> list[Step]:
    """Every figure of 低保 that is higher from the day on than the day before, by the rules."""
    overlay = overlay_in_force()
    table = read_tables()
    if overlay is not None:
        table = table.with_overlay(overlay)
    before = since - timedelta(days=1)
    steps: list[Step] = []
    for urban, word in _WORDS.items():
        asked = [(BY_NEED, "低保标准", {"城乡": word})]
        asked += [(c, "低保分档标准", {"城乡": word, "评定类别": c}) for c in _CLASSES]
        for code, name, keys in asked:
            old = _figure(table, name, keys, place, before)
            new = _figure(table, name, keys, place, since)
            if 0 < old < new:
                steps.append(Step(urban, code, old, new))
    return steps


@action("raise.enter", needs="raise.enter")
def enter_raise(place: str, facts: RaiseFacts, *, by: Actor) -> StandardRaise:
    """Enter a raise with what each class gains by the rules; a second person confirms it.

    Raises ``NothingRaised`` where the parameters know no higher figure from that day on.
    """
    require(by.covers(place), NotThere())
    require(by.user_id is not None, PersonNeeded(step="登记提标"))
    require(facts.scheme == "低保", SchemeNotRaised(scheme=facts.scheme))
    lock(f"raise:{place[:6]}:{facts.scheme}")
    known: StandardRaise | None = StandardRaise.objects.filter(
        place=place, scheme=facts.scheme, since=facts.since
    ).first()
    if known is not None:
        other = RaiseKnown(scheme=facts.scheme, since=facts.since, document=known.document)
        require((known.document, known.announced_on) == (facts.document, facts.announced_on), other)
        return known
    steps = steps_of(place, facts.since)
    nothing = NothingRaised(place=place, since=facts.since, scheme=facts.scheme)
    require(steps, nothing)
    row: StandardRaise = StandardRaise.objects.create(
        place=place,
        scheme=facts.scheme,
        since=facts.since,
        announced_on=facts.announced_on,
        document=facts.document,
        state=OPEN,
        rules_version=rules_version(overlay_in_force()),
        entered_by_id=by.user_id,
        entered_at=clock.business_now(),
    )
    RaiseStep.objects.bulk_create(
        RaiseStep(
            standard_raise=row,
            urban=step.urban,
            code=step.code,
            old_fen=step.old_fen,
            new_fen=step.new_fen,
        )
        for step in steps
    )
    open_task(
        TaskFacts(
            kind=TO_CONFIRM,
            title=f"{row.scheme}提标 {row.document}（自 {row.since} 起）待复核",
            place=row.place,
            role="county_leader",
            subject=subject_of(row),
        )
    )
    return row


def subject_of(row: StandardRaise) -> str:
    """How tasks name a raise."""
    return f"payments.raise:{row.pk}"


@action("raise.confirm", needs="raise.confirm", fresh_seal=True)
def confirm_raise(raise_id: int, *, by: Actor) -> StandardRaise:
    """Confirm a raise: by another person; every month since gets its difference line, once."""
    row: StandardRaise = one_or_not_there(StandardRaise.objects.all(), pk=raise_id)
    lock(f"raise:{row.place[:6]}:{row.scheme}")
    row.refresh_from_db()
    require(by.user_id is not None, PersonNeeded(step="复核提标"))
    other = row.entered_by_id is not None and row.entered_by_id != by.user_id
    require(other, OtherPersonNeeded(subject=row.document, done="登记", step="复核"))
    require(row.state == OPEN, RaiseConfirmed(document=row.document))
    row.state, row.confirmed_by_id, row.confirmed_at = CONFIRMED, by.user_id, clock.business_now()
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    row.lines, row.fen = raised_lines.accrue(row.place, row.scheme, None, raise_id=row.pk)
    row.save(update_fields=["lines", "fen"])
    finish_tasks(subject_of(row), by=by)
    return row
