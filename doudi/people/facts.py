"""Facts with two times: true in the world (valid), known to us (known) (docs/people.md).

A statement about a person, kind and key speaks for everything from its ``valid_since`` on: what it
overlaps is closed (``known_before``), the part before it is kept, and the statement itself is
opened. Nothing is overwritten, so every past view can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg.types.json import Jsonb

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.kernel import clock
from doudi.people import _facts_sql as sql
from doudi.people.kinds import EVENTS, KINDS
from doudi.people.models import Fact

# Sources of what is mirrored from a file that was merged into another: "merge:3:delivery:12:48".
MERGE = "merge"


@dataclass(frozen=True, slots=True)
class FactValue:
    """A statement about somebody; amounts in fen, ``valid_before`` not included."""

    kind: str
    key: str = ""
    amount_fen: int | None = None
    code: str = ""
    detail: Mapping[str, Any] | None = None
    valid_since: date = date.min
    valid_before: date | None = None


@dataclass(frozen=True, slots=True)
class FactSeen:
    """A fact as one view of the past or the present shows it."""

    id: int
    person_id: int
    kind: str
    key: str
    amount_fen: int | None
    code: str
    detail: Mapping[str, Any] | None
    valid_since: date
    valid_before: date | None
    known_since: datetime
    known_before: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class MergeCount:
    """What a merge did with the statements: opened, corrected something, or already known."""

    new: int
    changed: int
    same: int


@action("fact.record", needs="fact.record")
def record(person_id: int, values: tuple[FactValue, ...], source: str, *, by: Actor) -> None:
    """Record statements about one person from one source, e.g. "visit:7"."""
    put(person_id, values, source)


def put(person_id: int, values: Iterable[FactValue], source: str) -> MergeCount:
    """The same inside an action that has its own permission (a decision, a visit)."""
    assert connection.in_atomic_block, "facts are written inside an action"
    lock(f"facts:{person_id}")
    create_staging()
    stage((person_id, value, source) for value in values)
    return merge_staged(source)


def create_staging() -> None:
    """Make this transaction's temporary table ``fact_staging``; making it again keeps its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_STAGING)


def stage(rows: Iterable[tuple[int, FactValue, str]]) -> int:
    """Put (person, value, source) into the staging table by COPY; returns how many."""
    written = 0
    with connection.cursor() as cursor, cursor.copy(sql.COPY_STAGING) as copy:
        for person_id, value, source in rows:
            copy.write_row(staged_row(person_id, value, source))
            written += 1
    return written


def staged_row(person_id: int, value: FactValue, source: str) -> tuple[Any, ...]:
    """One row of the staging table in the order of its columns."""
    assert value.kind in KINDS, f"{value.kind} is not in the dictionary of facts"
    assert source, "a fact has a source"
    return (
        person_id,
        value.kind,
        value.key,
        value.amount_fen,
        value.code,
        None if value.detail is None else Jsonb(dict(value.detail)),
        value.valid_since,
        value.valid_before,
        source,
    )


def merge_staged(source_prefix: str) -> MergeCount:
    """Merge the staged statements of one source into the facts, set-based, inside an action.

    A source "delivery:12" covers itself and "delivery:12:…". Identical statements change nothing;
    two statements of one key and day that contradict each other are settled by their values, so
    that the order of rows never matters. Merged rows leave the staging table. What is said of a
    file that was merged into another one is said of that one too (docs/people.md).
    """
    assert connection.in_atomic_block, "facts are written inside an action"
    with connection.cursor() as cursor:
        cursor.execute(sql.MIRROR_STAGED, {"prefix": source_prefix.rstrip(":")})
        mirrored = cursor.rowcount
    counts = _merge(source_prefix)
    if mirrored:
        _merge(MERGE)
    return counts


def mirror(merges: Iterable[int], *, newer: bool) -> None:
    """Say of kept files what the files merged into them say, inside an action.

    With ``newer``, what is newer than the kept file's own; without, only what it has nothing of.
    """
    create_staging()
    with connection.cursor() as cursor:
        cursor.execute(sql.MIRROR_ALL, {"merges": list(merges), "newer": newer})
        found = cursor.rowcount
    if found:
        _merge(MERGE)


def _merge(source_prefix: str) -> MergeCount:
    now = clock.business_now()
    told: dict[str, Any] = {
        "prefix": source_prefix.rstrip(":"),
        "events": list(EVENTS),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_WANTED)
        cursor.execute(sql.WANTED, told)
        cursor.execute(sql.CLOSING, told)
        cursor.execute("analyze fact_wanted; analyze fact_closing")
        cursor.execute(sql.COUNTS)
        counts = MergeCount(*cursor.fetchone())
        if counts.changed:
            cursor.execute(sql.CLOSE, told)
            cursor.execute(sql.KEEP_EARLIER_PART, told)
        if counts.changed or counts.new:
            cursor.execute(sql.OPEN, told)
        cursor.execute(sql.FORGET_STAGED, told)
    return counts


def open_selected(select: str, told: Mapping[str, Any]) -> int:
    """Open events that a SELECT of the caller's own rows finds, inside an action; returns how many.

    For events that are named before they happen and stated once, such as a payment: the schema
    refuses a second one under the same key and day. Columns of the SELECT: person, kind, key,
    amount in fen, code, detail, first day, last day (not included), source.
    """
    assert connection.in_atomic_block, "facts are written inside an action"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.OPEN_SELECTED.format(select), {**told, "known_since": clock.business_now()}
        )
        return int(cursor.rowcount)


def take_back_selected(select: str, told: Mapping[str, Any]) -> int:
    """Withdraw events that a SELECT of the caller's own rows names, inside an action; how many.

    For events stated once (``open_selected``) that did not last, such as a payment that came back.
    Columns of the SELECT: person, kind, key.
    """
    assert connection.in_atomic_block, "facts are written inside an action"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.TAKE_BACK_SELECTED.format(select), {**told, "known_since": clock.business_now()}
        )
        return int(cursor.rowcount)


def close_source(source_prefix: str) -> int:
    """Withdraw a source inside an action: returns how many of its statements were taken back.

    What the remaining statements say, in the order in which they came, stands again; so on the
    files into which others were merged.
    """
    assert connection.in_atomic_block, "facts are written inside an action"
    prefix = source_prefix.rstrip(":")
    with connection.cursor() as cursor:
        cursor.execute(sql.MIRRORS_OF_SOURCE, {"prefix": prefix})
        merges = [merge for (merge,) in cursor.fetchall()]
    withdrawn = _close(prefix)
    for merge in merges:
        _close(f"{MERGE}:{merge}:{prefix}")
    if merges:
        mirror(merges, newer=False)
    return withdrawn


def _close(source_prefix: str) -> int:
    told: dict[str, Any] = {
        "prefix": source_prefix.rstrip(":"),
        "events": list(EVENTS),
        "now": clock.business_now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.DROP_WITHDRAWN)
        cursor.execute(sql.TOUCHED, told)
        cursor.execute(sql.WITHDRAW, told)
        withdrawn = cursor.rowcount
        if withdrawn:
            cursor.execute("analyze fact_touched")
            cursor.execute(sql.STANDING, told)
            cursor.execute(sql.CLOSE_FALLEN, told)
            cursor.execute(sql.REOPEN, told)
    return int(withdrawn)


def facts_of(
    person_ids: Iterable[int],
    on: date | None = None,
    as_known: datetime | None = None,
    kinds: Iterable[str] | None = None,
) -> dict[int, list[FactSeen]]:
    """Facts of these persons in one query; every person asked for has a list.

    ``on`` keeps what was true on that day; ``as_known`` what was believed at that moment (now, if
    not given); ``kinds`` only these kinds.
    """
    wanted = sorted(set(person_ids))
    rows = Fact.objects.filter(person_id__in=wanted)
    if as_known is None:
        rows = rows.filter(known_before=None)
    else:
        rows = rows.filter(
            Q(known_before=None) | Q(known_before__gt=as_known), known_since__lte=as_known
        )
    if on is not None:
        rows = rows.filter(Q(valid_before=None) | Q(valid_before__gt=on), valid_since__lte=on)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    found: dict[int, list[FactSeen]] = {person_id: [] for person_id in wanted}
    for row in rows.order_by("person_id", "kind", "key", "valid_since", "id").values_list(
        *FactSeen.__dataclass_fields__
    ):
        fact = FactSeen(*row)
        found[fact.person_id].append(fact)
    return found
