"""A fact is corrected: what each past month should have been, and what is owed or to be recovered.

What cannot be decided in a month (需复核, 缺资料) is never counted as zero: the line has no
difference, and the months are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from doudi.kernel.dates import Month
from doudi.kernel.money import Fen
from doudi.rules.book import rulebook
from doudi.rules.determination import Determination, Outcome
from doudi.rules.history import History
from doudi.rules.months import MonthFound, month_by_month
from doudi.rules.onepass import Assessment
from doudi.rules.tables import Overlay

NOTHING = "没有"  # the programme does not concern the holder in that month
_UNDECIDED = ("需复核", "缺资料")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One programme and holder in one month, before and after the correction; amounts in fen.

    An amount is None where it cannot be decided yet.
    """

    month: Month
    programme: str
    holder: str
    before_result: str
    after_result: str
    before: Fen | None
    after: Fen | None

    @property
    def difference(self) -> int | None:
        """After less before in fen; None where either cannot be decided."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def differs(self) -> bool:
        """Whether finding or amount is another."""
        return (self.before_result, self.before) != (self.after_result, self.after)

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        return {
            "month": str(self.month),
            "programme": self.programme,
            "holder": self.holder,
            "before_result": self.before_result,
            "after_result": self.after_result,
            "before_fen": self.before,
            "after_fen": self.after,
            "difference_fen": self.difference,
        }


class FactChanged(NamedTuple):
    """A fact that is another in the first month that differs, in words."""

    holder: str
    name: str
    before: str
    after: str


class Reasoned(NamedTuple):
    """Why a programme found what it found, before and after."""

    programme: str
    holder: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """The first month that differs: which facts are others, and the reasons of both sides."""

    month: Month
    facts: tuple[FactChanged, ...]
    reasons: tuple[Reasoned, ...]

    def as_json(self) -> dict[str, Any]:
        """The month as plain values."""
        return {
            "month": str(self.month),
            "facts": [fact._asdict() for fact in self.facts],
            "reasons": [
                {**each._asdict(), "before": list(each.before), "after": list(each.after)}
                for each in self.reasons
            ],
        }


@dataclass(frozen=True, slots=True)
class MonthByMonth:
    """Every month before and after a correction, with the sums; everything in fen."""

    before: tuple[MonthFound, ...]
    after: tuple[MonthFound, ...]
    lines: tuple[MonthLine, ...]
    first: FirstDifference | None

    @property
    def differences(self) -> tuple[MonthLine, ...]:
        """The lines whose finding or amount is another."""
        return tuple(line for line in self.lines if line.differs)

    @property
    def undecided(self) -> tuple[MonthLine, ...]:
        """The lines that differ and of which one side cannot be decided: in no sum."""
        return tuple(line for line in self.differences if line.difference is None)

    @property
    def total_before(self) -> Fen:
        """What was found before, all decided months together."""
        return Fen(sum(line.before or 0 for line in self.lines if line.difference is not None))

    @property
    def total_after(self) -> Fen:
        """What is found now, all decided months together."""
        return Fen(sum(line.after or 0 for line in self.lines if line.difference is not None))

    def by_month(self) -> dict[Month, int]:
        """What each month differs by, in fen: its decided lines, set off against each other."""
        sums: dict[Month, int] = {}
        for line in self.lines:
            sums[line.month] = sums.get(line.month, 0) + (line.difference or 0)
        return sums

    @property
    def owed(self) -> Fen:
        """应补发: the months that are higher now, each month set off within itself."""
        return Fen(sum(max(more, 0) for more in self.by_month().values()))

    @property
    def to_recover(self) -> Fen:
        """应追缴: the months that are lower now, as a positive amount."""
        return Fen(sum(max(-more, 0) for more in self.by_month().values()))

    @property
    def net(self) -> int:
        """应补发 less 应追缴; negative where more is to be recovered."""
        return self.owed - self.to_recover

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values; of the lines only those that differ."""
        return {
            "months": [
                {"before": was.as_json(), "after": now.as_json()}
                for was, now in zip(self.before, self.after, strict=True)
            ],
            "differences": [line.as_json() for line in self.differences],
            "undecided": [line.as_json() for line in self.undecided],
            "first": self.first.as_json() if self.first else None,
            "total_before_fen": int(self.total_before),
            "total_after_fen": int(self.total_after),
            "owed_fen": int(self.owed),
            "to_recover_fen": int(self.to_recover),
            "net_fen": self.net,
        }


def reassess(
    history_before: History,
    history_after: History,
    since: Month,
    before: Month,
    place: str,
    overlay: Overlay | None = None,
) -> MonthByMonth:
    """Each month from `since` (included) to `before` (not) by both histories, and what differs.

    Both are asked under the law and figures of each month; raises as `month_by_month`.
    """
    was = month_by_month(history_before, since, before, place, overlay=overlay)
    now = month_by_month(history_after, since, before, place, overlay=overlay)
    lines: list[MonthLine] = []
    first = None
    for old, new in zip(was, now, strict=True):
        found = list(_lines(old, new))
        lines += found
        if first is None and any(line.differs for line in found):
            first = _first(old, new, [line for line in found if line.differs])
    return MonthByMonth(was, now, tuple(lines), first)


def _lines(old: MonthFound, new: MonthFound) -> Iterator[MonthLine]:
    was, now = outcomes_by_name(old.assessment), outcomes_by_name(new.assessment)
    for programme, holder in dict.fromkeys([*was, *now]):
        one, other = was.get((programme, holder)), now.get((programme, holder))
        yield MonthLine(
            old.month,
            programme,
            holder,
            one.result if one else NOTHING,
            other.result if other else NOTHING,
            amount_of(one),
            amount_of(other),
        )


def outcomes_by_name(assessment: Assessment) -> dict[tuple[str, str], Outcome]:
    """What the bureau itself decides, by programme and holder; referrals are left out."""
    elsewhere = {programme.code for programme in rulebook().programmes if programme.to}
    return {
        (outcome.programme, outcome.holder): outcome
        for outcome in assessment.determination.outcomes
        if outcome.programme not in elsewhere
    }


def amount_of(outcome: Outcome | None) -> Fen | None:
    """The amount in fen; None where a programme that pays cannot be decided."""
    if outcome is None:
        return Fen(0)
    if outcome.result in _UNDECIDED and outcome.programme in _paying():
        return None
    return outcome.monthly


def _paying() -> frozenset[str]:
    return frozenset(programme.code for programme in rulebook().programmes if programme.amount)


def _first(old: MonthFound, new: MonthFound, lines: list[MonthLine]) -> FirstDifference:
    was, now = outcomes_by_name(old.assessment), outcomes_by_name(new.assessment)
    reasons = []
    for line in lines:
        sides = (was.get((line.programme, line.holder)), now.get((line.programme, line.holder)))
        told = [side.reasons if side else () for side in sides]
        reasons.append(Reasoned(line.programme, line.holder, told[0], told[1]))
    facts = _facts_changed(old.assessment.determination, new.assessment.determination)
    return FirstDifference(old.month, tuple(facts), tuple(reasons))


def _facts_changed(old: Determination, new: Determination) -> Iterator[FactChanged]:
    was = _facts(old)
    now = _facts(new)
    for holder, name in dict.fromkeys([*was, *now]):
        sides = [side.get((holder, name), NOTHING) for side in (was, now)]
        if sides[0] != sides[1]:
            yield FactChanged(holder, name, sides[0], sides[1])


def _facts(asked: Determination) -> dict[tuple[str, str], str]:
    return {
        (step.holder, step.name): step.shown
        for step in asked.trace
        if step.kind in ("资料", "缺省")
    }
