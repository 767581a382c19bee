"""A delivery on its way: 已接收 → 已读取 → 已匹配 → 已入库, one action a step.

Each step re-reads the state under lock and commits with it, so a kill anywhere leaves the step
either done or not begun, and running again goes on from there.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.files import content_of
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.exchange import _sql as sql
from doudi.exchange import matching
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import Delivery
from doudi.exchange.reading import Reading, read
from doudi.exchange.topics import DELIVERY_RECEIVED, FACTS_CHANGED
from doudi.kernel import faults
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.collecting import without_collecting
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


class _Lately:
    """The reading of the last step, for the next one, which is mostly this process a moment later.

    A reading is a function of the file's bytes, so whoever does not find it here reads again.
    """

    def __init__(self) -> None:
        self._kept: tuple[tuple[Any, ...], Reading] | None = None

    def keep(self, delivery: Delivery, reading: Reading) -> None:
        self._kept = (self._key(delivery), reading)

    def take(self, delivery: Delivery) -> Reading | None:
        kept, self._kept = self._kept, None
        return kept[1] if kept is not None and kept[0] == self._key(delivery) else None

    def _key(self, delivery: Delivery) -> tuple[Any, ...]:
        return delivery.format, delivery.file.digest, delivery.received_at


_lately = _Lately()


@action("delivery.read", needs="delivery.receive")
def read_delivery(delivery_id: int, *, by: Actor) -> None:
    """Step 1: count what the file holds, write its rejects; an unreadable file says why."""
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
        cursor.execute(sql.CREATE_REJECTS)
        with cursor.copy(sql.COPY_REJECTS) as copy:
            for reject in reading.rejects:
                first = reject.faults[0]
                copy.write_row(
                    (reject.line, first.column, clip(first.value, 120), first.code,
                     clip(reject.why, 200))
                )  # fmt: skip
        cursor.execute(sql.INSERT_REJECTS, [delivery_id])
    faults.here("delivery:rejects_written")
    delivery.state = READ
    delivery.rows_read = reading.read
    delivery.rows_accepted = len(reading.rows)
    delivery.rows_rejected = len(reading.rejects)
    delivery.save(update_fields=["state", "rows_read", "rows_accepted", "rows_rejected"])
    _lately.keep(delivery, reading)


@action("delivery.match", needs="delivery.receive")
def match_delivery(delivery_id: int, *, by: Actor) -> None:
    """Step 2: whose each row is, by keyed token of the id, else by the weight of the evidence."""
    delivery = _held(delivery_id, READ)
    if delivery is None:
        return
    reading = _lately.take(delivery) or reading_of(delivery)
    period = Month.parse(delivery.period)
    with without_collecting():
        matched = matching.write_matched(delivery_id, reading, period)
    faults.here("delivery:matched")
    delivery.state = MATCHED
    delivery.rows_matched = matched.known
    delivery.rows_accepted += matched.salvaged
    delivery.rows_rejected -= matched.salvaged
    delivery.save(
        update_fields=["state", "rows_matched", "rows_accepted", "rows_rejected"]
    )  # fmt: skip


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
