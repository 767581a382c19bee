"""A delivery on its way: 已接收 → 已读取 → 已匹配 → 已入库, one action a step.

Each step re-reads the state under lock and commits with it, so a kill anywhere leaves the step
either done or not begun, and running again goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.files import content_of
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.base.vault import encrypt, token
from doudi.exchange import _sql as sql
from doudi.exchange import matching
from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import FactLine
from doudi.exchange.models import Delivery
from doudi.exchange.reading import Reading, Row, read, row_digest
from doudi.exchange.topics import DELIVERY_RECEIVED, FACTS_CHANGED
from doudi.kernel import faults
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.dates import Month
from doudi.kernel.problems import Problem
from doudi.kernel.text import clip
from doudi.people import facts

RECEIVED, READ, MATCHED, STORED, UNREADABLE = "已接收", "已读取", "已匹配", "已入库", "无法读取"


@consumes(DELIVERY_RECEIVED)
def process_delivery(delivery_id: int) -> None:
    """Take a delivery through all steps that it still has before it; again is a no-op."""
    with scope(Actor.system()):
        place: str = one_or_not_there(Delivery.objects.all(), pk=delivery_id).place
    by = Actor.system(place)
    read_delivery(delivery_id, by=by)
    match_delivery(delivery_id, by=by)
    store_delivery(delivery_id, by=by)


def _held(delivery_id: int, state: str) -> Delivery | None:
    """The delivery under lock, if it waits for this step."""
    lock(f"delivery:{delivery_id}")
    delivery = one_or_not_there(Delivery.objects.select_related("file"), pk=delivery_id)
    return delivery if delivery.state == state else None


def reading_of(delivery: Delivery) -> Reading:
    """What the delivery's file says, read on the day on which it came in."""
    day = delivery.received_at.astimezone(SHANGHAI).date()
    return read(content_of(delivery.file), delivery.file_name, FORMATS[delivery.format], day)


@action("delivery.read", needs="delivery.receive")
def read_delivery(delivery_id: int, *, by: Actor) -> None:
    """Step 1: rows and rejects out of the file; a file that cannot be read says why."""
    delivery = _held(delivery_id, RECEIVED)
    if delivery is None:
        return
    try:
        reading = reading_of(delivery)
    except Problem as problem:
        delivery.state = UNREADABLE
        delivery.problem = f"{problem}{problem.next_step}"
        delivery.save(update_fields=["state", "problem"])
        return
    faults.here("delivery:read")
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_ROWS)
        with cursor.copy(sql.COPY_ROWS) as copy:
            for staged in _staged_rows(reading, Month.parse(delivery.period)):
                copy.write_row(staged)
        cursor.execute(sql.INSERT_ROWS, [delivery_id])
        with cursor.copy(sql.COPY_REJECTS) as copy:
            for reject in reading.rejects:
                first = reject.faults[0]
                copy.write_row(
                    (reject.line, first.column, clip(first.value, 120), first.code,
                     clip(reject.why, 200))
                )  # fmt: skip
        cursor.execute(sql.INSERT_REJECTS, [delivery_id])
    faults.here("delivery:rows_written")
    delivery.state = READ
    delivery.rows_read = reading.read
    delivery.rows_accepted = len(reading.rows)
    delivery.rows_rejected = len(reading.rejects)
    delivery.save(update_fields=["state", "rows_read", "rows_accepted", "rows_rejected"])


def _staged_rows(reading: Reading, period: Month) -> Iterator[tuple[Any, ...]]:
    # A header may repeat a word; the position keeps such cells apart.
    words: list[str] = []
    for at, word in enumerate(reading.header.words, start=1):
        plain = "".join(word.split()) or f"第{at}列"
        words.append(plain if plain not in words else f"{plain}（第{at}列）")
    for row in reading.rows:
        told = {
            "cells": dict(zip(words, row.cells, strict=False)),
            "name": row.name,
            "birth": _birth(row, reading),
            "notes": list(row.notes),
        }
        yield (
            row.line,
            token(row.id_number) if row.id_number else None,
            token(row_digest(row, reading.format), "row"),
            encrypt(json.dumps(told, ensure_ascii=False)),
            Jsonb([stored_fact(fact, period) for fact in row.facts]),
        )


def _birth(row: Row, reading: Reading) -> str | None:
    """The date of birth in a column of its own, where the format has one."""
    birth = row.values.get("出生日期")
    return birth.isoformat() if isinstance(birth, date) else None


def stored_fact(fact: FactLine, period: Month) -> list[Any]:
    """A fact as it is stored with its row: [kind, key, amount, code, detail, since, before]."""
    before = fact.valid_before
    if fact.ended:
        before = max(period.first_day, fact.valid_since + timedelta(days=1))
    key = token(fact.key, "plate").hex()[:16] if fact.secret else fact.key
    return [
        fact.kind, key, fact.amount_fen, fact.code, fact.detail, fact.valid_since.isoformat(),
        before.isoformat() if before else None,
    ]  # fmt: skip


@action("delivery.match", needs="delivery.receive")
def match_delivery(delivery_id: int, *, by: Actor) -> None:
    """Step 2: whose each row is, by keyed token of the id and agreement of name or birth."""
    delivery = _held(delivery_id, READ)
    if delivery is None:
        return
    delivery.rows_matched = matching.match_rows(delivery_id)
    faults.here("delivery:matched")
    delivery.state = MATCHED
    delivery.save(update_fields=["state", "rows_matched"])


@action("delivery.store", needs="delivery.receive")
def store_delivery(delivery_id: int, *, by: Actor) -> None:
    """Step 3: the facts of confirmed rows, merged set-based; identical ones change nothing."""
    delivery = _held(delivery_id, MATCHED)
    if delivery is None:
        return
    facts.create_staging()
    with connection.cursor() as cursor:
        cursor.execute(
            sql.STAGE_FACTS, {"delivery": delivery_id, "tiers": list(matching.CONFIRMED)}
        )
        cursor.execute("analyze fact_staging")
    faults.here("delivery:facts_staged")
    merged = facts.merge_staged(f"delivery:{delivery_id}")
    faults.here("delivery:facts_merged")
    delivery.state = STORED
    delivery.facts_new = merged.new
    delivery.facts_changed = merged.changed
    delivery.facts_same = merged.same
    delivery.save(update_fields=["state", "facts_new", "facts_changed", "facts_same"])
    FACTS_CHANGED.emit(delivery_id=delivery.pk, place=delivery.place, period=delivery.period)
