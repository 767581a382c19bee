"""Batches: made, approved and released by three different people; the steps before the bank.

A batch has a derived number, and its bytes are a function of its lines. Releasing sets the money
aside in the ledger, keeps the bytes and commits; only then are they written out (``sending``).
"""

from __future__ import annotations

from hashlib import sha256

from django.db import connection
from django.db.models import Max

from doudi.base import vault
from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.files import keep
from doudi.base.locks import lock
from doudi.base.statistics import learn
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, require
from doudi.payments import funds, layouts, ledger, setoff, shares, stops
from doudi.payments.accrual import month_lock
from doudi.payments.bankfile import FileLine
from doudi.payments.layouts import CARD, demand_known, file_name, media_type
from doudi.payments.models import Batch, Payable
from doudi.payments.problems import (
    ContentChanged,
    EverythingHeld,
    NothingToPay,
    PersonNeeded,
    SamePerson,
    WrongState,
)
from doudi.payments.schemes import batch_number
from doudi.payments.topics import BATCH_RELEASED
from doudi.places.queries import name_of

MADE, APPROVED, RELEASED, SETTLED, RETURNED = "已编制", "已复核", "已放行", "已对账", "已退回"


@action("payment.make", needs="payment.make")
def make_batch(place: str, scheme: str, month: Month, *, layout: str = CARD, by: Actor) -> Batch:
    """Freeze the month's waiting lines without a stop into a batch; late ones make a second part.

    ``layout`` is that of the bank's file. Raises ``NothingToPay`` where no line waits. Stops are
    asked for in this transaction.
    """
    require(by.covers(place), NotThere())
    require(by.user_id is not None, PersonNeeded(step="编制批次"))
    demand_known(layout)
    lock(month_lock(place, scheme, month))
    stops.refresh(place, scheme, month)
    part = _next_part(place, scheme, month)
    batch: Batch = Batch.objects.create(
        number=batch_number(place, scheme, str(month), part),
        place=place,
        scheme=scheme,
        month=str(month),
        part=part,
        layout=layout,
        state=MADE,
        lines=0,
        total_fen=0,
        made_by_id=by.user_id,
        made_at=clock.business_now(),
    )
    _freeze(batch, month)
    shares.keep(batch, month)
    setoff.keep(batch)
    _seal(batch)
    batch.save(update_fields=["lines", "total_fen", "digest"])
    return batch


def _next_part(place: str, scheme: str, month: Month) -> int:
    made = Batch.objects.filter(place=place, scheme=scheme, month=str(month))
    return int(made.aggregate(last=Max("part"))["last"] or 0) + 1


def _freeze(batch: Batch, month: Month) -> None:
    told = {**stops.told(batch.place, batch.scheme, month), "batch": batch.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            "update payments_payable set batch_id = %(batch)s "
            "where scheme = %(scheme)s and month = %(month)s and batch_id is null "
            "and held = '' and place >= %(low)s and place < %(high)s",
            told,
        )
        frozen = cursor.rowcount
    learn(frozen, Payable, "batch_id")
    if not frozen:
        held = Payable.objects.filter(
            scheme=batch.scheme,
            month=batch.month,
            batch=None,
            place__gte=told["low"],
            place__lt=told["high"],
        ).count()
        raise NothingToPay(
            scheme=batch.scheme, month=batch.month, batches=batch.part - 1, held=held
        )


def lines_of(batch: Batch) -> list[FileLine]:
    """What the bank file of a batch says, with cards in plain: for the bank file only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.reference, coalesce(g.holder_name, k.holder_name), "
            "coalesce(g.card_cipher, k.card_cipher), p.fen - p.kept_fen from payments_payable p "
            "left join people_payeeaccount k on k.id = p.account_id "
            "left join payments_payeearrangement g on g.id = p.arrangement_id "
            "where p.batch_id = %s",
            [batch.pk],
        )
        return [
            FileLine(reference, holder, vault.decrypt(card), fen)
            for reference, holder, card, fen in cursor.fetchall()
        ]


def _bytes_of(batch: Batch, lines: list[FileLine]) -> bytes:
    payer = "" if batch.layout == CARD else f"{name_of(batch.place[:6].ljust(12, '0'))}民政局"
    return layouts.build(batch, lines, payer)


def _seal(batch: Batch) -> bytes:
    """Set the count, total and digest of the batch from its lines; returns the file's bytes."""
    lines = lines_of(batch)
    content = _bytes_of(batch, lines)
    batch.lines = len(lines)
    batch.total_fen = sum(line.fen for line in lines)
    batch.digest = sha256(content).hexdigest()
    return content


def locked(batch_id: int) -> Batch:
    """The batch, held until the transaction ends; ``NotThere`` outside one's places."""
    lock(f"payments.batch:{batch_id}")
    found: Batch = one_or_not_there(Batch.objects.all(), pk=batch_id)
    return found


def demand_state(batch: Batch, *states: str, step: str) -> None:
    """Raise ``WrongState`` unless the batch is in one of these states."""
    require(batch.state in states, WrongState(number=batch.number, state=batch.state, step=step))


def _demand_other_person(batch: Batch, by: Actor, *done: tuple[str, int | None], step: str) -> None:
    """By person, not by role: somebody who holds two posts is still one person (M10)."""
    require(by.user_id is not None, PersonNeeded(step=step))
    for what, user_id in done:
        require(
            user_id is not None and user_id != by.user_id,
            SamePerson(number=batch.number, done=what, step=step),
        )


@action("payment.approve", needs="payment.approve")
def approve_batch(batch_id: int, *, by: Actor) -> Batch:
    """Approve a batch (复核): by somebody else than its maker, over exactly the same bytes."""
    batch = locked(batch_id)
    demand_state(batch, MADE, step="复核")
    _demand_other_person(batch, by, ("编制", batch.made_by_id), step="复核")
    _demand_same_content(batch, step="复核")
    batch.state, batch.approved_by_id = APPROVED, by.user_id
    batch.approved_at = clock.business_now()
    batch.save(update_fields=["state", "approved_by", "approved_at"])
    return batch


def _demand_same_content(batch: Batch, *, step: str) -> bytes:
    content = _bytes_of(batch, lines_of(batch))
    same = sha256(content).hexdigest() == batch.digest
    require(same, ContentChanged(number=batch.number, step=step))
    return content


@action("payment.release", needs="payment.release", fresh_seal=True)
def release_batch(batch_id: int, *, by: Actor) -> Batch:
    """Release a batch (放行): by a third person; the money is set aside and the bytes are kept.

    Lines that meet a stop now are taken out and held. The file is written to the outbox after the
    commit, by the work list or by ``sending.send_waiting``.
    """
    batch = locked(batch_id)
    demand_state(batch, APPROVED, step="放行")
    _demand_other_person(
        batch, by, ("编制", batch.made_by_id), ("复核", batch.approved_by_id), step="放行"
    )
    content = _demand_same_content(batch, step="放行")
    if stops.take_out(batch.pk, Month.parse(batch.month)):
        lines = batch.lines
        shares.let_go(batch)
        setoff.let_go(batch)
        content = _seal(batch)
        require(batch.lines, EverythingHeld(number=batch.number, lines=lines))
    funds.draw(batch)
    pended = ledger.pend(batch)
    assert pended == batch.lines, "the ledger and the batch count differently"
    batch.bank_file = keep(
        content,
        name=file_name(batch.number, batch.layout),
        media_type=media_type(batch.layout),
    )
    assert batch.bank_file.digest == batch.digest, "the bytes kept are not the bytes counted"
    batch.state, batch.released_by_id = RELEASED, by.user_id
    batch.released_at = clock.business_now()
    batch.save()
    BATCH_RELEASED.emit(batch_id=batch.pk, place=batch.place)
    return batch


@action("payment.send_back", needs="payment.approve")
def send_back_batch(batch_id: int, reason: str, *, by: Actor) -> Batch:
    """Return a batch that is not released yet (退回): its lines wait again for the next part."""
    batch = locked(batch_id)
    demand_state(batch, MADE, APPROVED, step="退回")
    with connection.cursor() as cursor:
        cursor.execute(
            "update payments_payable set batch_id = null where batch_id = %s", [batch.pk]
        )
    shares.let_go(batch)
    setoff.let_go(batch)
    batch.state, batch.returned_reason = RETURNED, reason[:200]
    batch.save(update_fields=["state", "returned_reason"])
    return batch
