"""The aid chain (一户一条救助链): append-only events of a household, written by every stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from doudi.kernel import clock
from doudi.people.models import ChainEvent


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One event; ``at`` is the business moment, now unless given; amounts in fen."""

    household_id: int
    kind: str
    title: str
    scheme: str = ""
    person_id: int | None = None
    detail: Mapping[str, Any] | None = None
    amount_fen: int | None = None
    subject: str = ""
    at: datetime | None = None


def append(
    household_id: int,
    kind: str,
    title: str,
    *,
    scheme: str = "",
    person_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    amount_fen: int | None = None,
    subject: str = "",
    at: datetime | None = None,
) -> None:
    """Append one event, inside an action."""
    row = ChainRow(household_id, kind, title, scheme, person_id, detail, amount_fen, subject, at)
    append_many([row])


def append_many(rows: Iterable[ChainRow]) -> int:
    """Append many events in few statements, inside an action; returns how many."""
    assert connection.in_atomic_block, "the chain is written inside an action"
    now = clock.business_now()
    events = [
        ChainEvent(
            household_id=row.household_id,
            person_id=row.person_id,
            kind=row.kind,
            scheme=row.scheme,
            title=row.title[:120],
            detail=None if row.detail is None else dict(row.detail),
            amount_fen=row.amount_fen,
            subject=row.subject,
            happened_at=row.at or now,
        )
        for row in rows
    ]
    ChainEvent.objects.bulk_create(events, batch_size=5000)
    return len(events)


def append_selected(select: str, told: Mapping[str, Any]) -> int:
    """Append what a SELECT of the caller's own rows finds, in one statement, inside an action.

    Its columns: household, person, kind, scheme, title, detail, amount in fen, subject, moment.
    Returns how many.
    """
    assert connection.in_atomic_block, "the chain is written inside an action"
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_chainevent (household_id, person_id, kind, scheme, title, detail, "
            f"amount_fen, subject, happened_at) {select}",
            told,
        )
        return int(cursor.rowcount)
