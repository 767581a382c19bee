"""One example of every action of payments: prepare a world, then answer a call that performs it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from doudi.base.access import Actor, scope
from doudi.payments.accrual import accrue
from doudi.payments.aftermath import tell_settled
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, make_batch, release_batch, send_back_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import BankReturn, Batch, PayeeArrangement
from doudi.payments.payees import confirm_arrangement, end_arrangement, enter_arrangement
from doudi.payments.queries import failed_payables
from doudi.payments.reconcile import receive_return
from doudi.payments.sending import resend, send_batch
from tests.arrange import COUNTY, actor
from tests.payments.examples_owing import EXAMPLES as OWING
from tests.payments.examples_prices import EXAMPLES as PRICES
from tests.payments.world import JUNE, SCHEME, World, add_households

Prepare = Callable[[], Callable[[], object]]
_numbers = itertools.count(1)


def _accrue(world: World) -> None:
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)


def _make(world: World) -> Batch:
    _accrue(world)
    return make_batch(COUNTY, SCHEME, JUNE, by=world.maker)


def _approve(world: World) -> Batch:
    return approve_batch(_make(world).pk, by=world.approver)


def _release(world: World) -> Batch:
    return release_batch(_approve(world).pk, by=world.releaser)


def _fail(world: World) -> Batch:
    batch = _release(world)
    receive_return(batch.pk, _answer(world, batch), "回盘.txt", by=world.maker)
    return batch


def _resubmit(world: World, batch: Batch) -> int:
    with scope(world.maker):
        failed = tuple(line.pk for line in failed_payables(batch.pk))
    return resubmit_failed(batch.pk, failed, by=world.maker)


def _tell(world: World, batch: Batch) -> int:
    with scope(world.maker):
        row = BankReturn.objects.get(batch=batch)
    return tell_settled(row.pk, by=Actor.system(COUNTY))


def _answer(world: World, batch: Batch) -> bytes:
    """A return that pays one line, refuses one, and names one that nobody knows."""
    paid = ReturnLine(0, world.reference(0), True, world.fen[0])
    failed = ReturnLine(0, world.reference(1), False, world.fen[1], "账户已销户")
    return build_return(batch.number, [paid, failed, ReturnLine(0, "DB:H0", True, 1)])


def _example(
    arrange: Callable[[World], Batch | None], act: Callable[[World, Batch], object]
) -> Prepare:
    def prepare() -> Callable[[], object]:
        world = add_households(2, first=1_000 * next(_numbers))
        batch = arrange(world) or Batch()
        return lambda: act(world, batch)

    return prepare


def _enter(world: World) -> PayeeArrangement:
    return enter_arrangement(
        world.households[0], SCHEME, "代管人", "李代管", "农信社", "6217000000000000012",
        "协议1号", by=actor("township_clerk", COUNTY, world.maker.user_id),
    )  # fmt: skip


def _arranged(act: Callable[[World, PayeeArrangement], object]) -> Prepare:
    def prepare() -> Callable[[], object]:
        world = add_households(1, first=1_000 * next(_numbers))
        one = _enter(world)
        return lambda: act(world, one)

    return prepare


EXAMPLES: dict[str, Prepare] = (
    {
        "payment.accrue": _example(lambda world: None, lambda world, _: _accrue(world)),
        "payment.make": _example(
            _accrue,  # type: ignore[arg-type,func-returns-value]
            lambda world, _: make_batch(COUNTY, SCHEME, JUNE, by=world.maker),
        ),
        "payment.approve": _example(
            _make, lambda world, batch: approve_batch(batch.pk, by=world.approver)
        ),
        "payment.release": _example(
            _approve, lambda world, batch: release_batch(batch.pk, by=world.releaser)
        ),
        "payment.send_back": _example(
            _approve, lambda world, batch: send_back_batch(batch.pk, "金额有误", by=world.approver)
        ),
        "payment.send": _example(
            _release, lambda world, batch: send_batch(batch.pk, by=world.releaser)
        ),
        "payment.resend": _example(
            _release, lambda world, batch: resend(batch.pk, by=world.releaser)
        ),
        "payee.enter": _arranged(lambda world, _: _enter(world)),
        "payee.confirm": _arranged(
            lambda world, one: confirm_arrangement(one.pk, by=world.approver)
        ),
        "payee.end": _arranged(lambda world, one: end_arrangement(one.pk, by=world.approver)),
        "payment.tell": _example(_fail, lambda world, batch: _tell(world, batch)),
        "payment.correct": _example(_fail, _resubmit),
        "payment.receive": _example(
            _release,
            lambda world, batch: receive_return(
                batch.pk, _answer(world, batch), "回盘.txt", by=world.maker
            ),
        ),
    }
    | OWING
    | PRICES
)
