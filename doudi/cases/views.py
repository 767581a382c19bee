"""What a page of a case shows: frozen, built by ``queries``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doudi.cases.models import Award


@dataclass(frozen=True)
class StepSeen:
    """One step of a case, as its page shows it."""

    verb: str
    title: str
    before: str
    after: str
    article: str
    note: str
    who: str
    role: str
    at: datetime


@dataclass(frozen=True)
class Deadline:
    """What is open on a case until when; colour is red, yellow or green."""

    title: str
    role: str
    due_on: date | None
    provisional: bool
    article: str
    colour: str


@dataclass(frozen=True)
class OpinionSeen:
    """An opinion; the amount is in fen, None where it refuses and nothing is due."""

    round: int
    kind: str
    agrees: bool
    reason: str
    amount_fen: int | None
    who: str
    at: datetime


@dataclass(frozen=True)
class ObjectionSeen:
    """An objection and its answer ("" while open)."""

    id: int
    raised_at: datetime
    text: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class NoticeSeen:
    """A notice: its days, what it says, and who objected to it."""

    id: int
    round: int
    posted_on: date
    ends_on: date
    removed_on: date | None
    where: str
    content: dict[str, Any]
    objections: tuple[ObjectionSeen, ...]


@dataclass(frozen=True)
class DecisionSeen:
    """A decision; its why is asked for apart."""

    id: int
    round: int
    outcome: str
    amount_fen: int
    people: int
    starts: date | None
    reason: str
    decided_on: date
    rules_version: str
    who: str
    shares: tuple[tuple[str, str, int], ...] = ()
    before: date | None = None


@dataclass(frozen=True)
class RecordSeen:
    """What a case holds beside its steps: relief first, minutes, abilities, an agreement."""

    id: int
    kind: str
    content: dict[str, Any]
    amount_fen: int | None
    who: str
    at: datetime


@dataclass(frozen=True)
class CaseView:
    """One case whole."""

    id: int
    number: str
    procedure: str
    place: str
    household_id: int
    applicant_id: int
    applicant: str
    channel: str
    reason: str
    stage: str
    round: int
    applied_on: date
    accepted_on: date
    due_on: date
    due_provisional: bool
    colour: str
    closed: bool
    kin_of_official: bool
    alert_subject: str
    declared: dict[str, Any]
    verification_id: int | None
    visit_id: int | None
    steps: tuple[StepSeen, ...]
    deadlines: tuple[Deadline, ...]
    opinions: tuple[OpinionSeen, ...]
    notices: tuple[NoticeSeen, ...]
    decisions: tuple[DecisionSeen, ...]
    awards: tuple[Award, ...]
    subjects: tuple[int, ...] = ()
    records: tuple[RecordSeen, ...] = ()

    @property
    def to_be_told(self) -> bool:
        """Whether a decision still has to be told to the family in writing."""
        return bool(self.decisions) and not any(s.verb == "case.give_notice" for s in self.steps)


@dataclass(frozen=True)
class VerbOffered:
    """Something this actor may do now with a case; ``blocked`` says why not, "" when they may."""

    verb: str
    title: str
    article: str
    demands: tuple[str, ...]
    blocked: str = ""


@dataclass(frozen=True)
class Recomputed:
    """A decision computed again from its snapshot: the same, or every difference in words."""

    same: bool
    same_rules: bool
    amount_fen: int
    differences: tuple[str, ...]
