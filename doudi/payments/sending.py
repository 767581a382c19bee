"""From a released batch to a file in the outbox: in two steps, recorded before and after.

Before: the release committed the bytes and the ledger. After: ``sent_at``. A crash between the two
writes the same bytes under the same name once more, and the bank takes each name once.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from doudi.base.access import Actor, scope
from doudi.base.actions import action
from doudi.base.files import content_of, write_whole
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.kernel import clock, faults
from doudi.payments.batches import RELEASED, SETTLED, demand_state, locked
from doudi.payments.layouts import file_name
from doudi.payments.models import Batch
from doudi.payments.topics import BATCH_RELEASED


def outbox() -> Path:
    """Where the bank's channel collects; a name that begins with a dot is not whole yet."""
    return Path(settings.DOUDI_VAR) / "outbox"


@action("payment.send", needs="payment.send")
def send_batch(batch_id: int, *, by: Actor) -> Batch:
    """Write a released batch to the outbox and record that it is sent; sent already is a no-op."""
    lock("payments.outbox")
    batch = locked(batch_id)
    demand_state(batch, RELEASED, SETTLED, step="送盘")
    if batch.sent_at is not None:
        return batch
    if batch.state == RELEASED:  # a settled one was answered, so the bank has it
        _write(batch)
    batch.sent_at = clock.business_now()
    batch.save(update_fields=["sent_at"])
    return batch


@action("payment.resend", needs="payment.send")
def resend(batch_id: int, *, by: Actor) -> Batch:
    """Write the same bytes under the same name once more, where the bank lost the file."""
    lock("payments.outbox")
    batch = locked(batch_id)
    demand_state(batch, RELEASED, step="重新送盘")
    _write(batch)
    batch.sent_at = clock.business_now()
    batch.save(update_fields=["sent_at"])
    return batch


def _write(batch: Batch) -> None:
    folder = outbox()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A kill while writing leaves a half file with a hidden name; the lock says nobody else writes.
    for left in folder.glob(".aside-*"):
        left.unlink()
    assert batch.bank_file is not None, "a released batch has its bytes"
    content = content_of(batch.bank_file)
    faults.here("payment.send:read")
    write_whole(folder / file_name(batch.number, batch.layout), content)
    faults.here("payment.send:written")


def send_waiting(place: str, *, by: Actor) -> list[str]:
    """Send every released batch of a place that is not recorded as sent; returns the numbers."""
    with scope(by):
        waiting = list(
            Batch.objects.filter(state__in=[RELEASED, SETTLED], sent_at=None)
            .order_by("number")
            .values_list("pk", "number", "place")
        )
    here = Actor.system(place)
    found = [(pk, number) for pk, number, where in waiting if here.covers(where)]
    for pk, _ in found:
        send_batch(pk, by=by)
    return [number for _, number in found]


@consumes(BATCH_RELEASED)
def send_released(batch_id: int, place: str) -> None:
    """Consumer: write the released batch out, as the machine, within its place."""
    send_batch(batch_id, by=Actor.system(place))
