"""One example of every action of exchange: prepare a world, then answer a call that performs it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

from doudi.base.access import scope
from doudi.exchange import duplicates, intake, matching, processing, verification
from doudi.exchange.models import Delivery, DeliveryRow, Duplicate
from doudi.kernel import clock
from doudi.people.consents import record_consent
from tests.arrange import COUNTY, TOWNSHIP, VILLAGE, actor, arranging
from tests.exchange.arrange import REVIEWER, register
from tests.exchange.samples import as_csv, record, table

Call = Callable[[], object]
CLERK = actor("township_clerk", TOWNSHIP)
ITEMS = ("养老金", "存款")
_numbers = itertools.count(1, 10)


def _file() -> tuple[bytes, dict[int, int]]:
    """A file about three registered people: two clear, one misnamed, one unusable."""
    first = next(_numbers)
    known = register(range(first, first + 3))
    rows = [record("pension", number) for number in range(first, first + 4)]
    rows[2]["姓名"] = "另一人"
    rows[3]["社会保障号码"] = "1"
    return as_csv(table("pension", rows)), known


def _received() -> Delivery:
    return _receive()()  # type: ignore[return-value]


def _receive() -> Call:
    content = _file()[0]
    return lambda: intake.receive(
        content, file_name="来文.csv", format_code="pension", period="2022-05", place=COUNTY,
        by=REVIEWER,
    )  # fmt: skip


def _read() -> Call:
    delivery = _received().pk
    return lambda: processing.read_delivery(delivery, by=REVIEWER)


def _match() -> Call:
    delivery = _received().pk
    processing.read_delivery(delivery, by=REVIEWER)
    return lambda: processing.match_delivery(delivery, by=REVIEWER)


def _store() -> Call:
    delivery = _received().pk
    processing.read_delivery(delivery, by=REVIEWER)
    processing.match_delivery(delivery, by=REVIEWER)
    return lambda: processing.store_delivery(delivery, by=REVIEWER)


def _stored() -> int:
    delivery = _received().pk
    processing.process_delivery(delivery)
    return delivery


def _withdraw() -> Call:
    delivery = _stored()
    return lambda: intake.withdraw(delivery, "来源部门更正", by=REVIEWER)


def _row(delivery: int, tier: str) -> int:
    with scope(COUNTY):
        return DeliveryRow.objects.filter(delivery_id=delivery, tier=tier).order_by("line")[0].pk


def _settle() -> Call:
    content, known = _file()
    delivery = intake.receive(
        content, file_name="来文.csv", format_code="pension", period="2022-05", place=COUNTY,
        by=REVIEWER,
    ).pk  # fmt: skip
    processing.process_delivery(delivery)
    row, person = _row(delivery, matching.TO_REVIEW), list(known.values())[2]
    return lambda: matching.settle_match(row, person, "电话核实，曾用名", by=REVIEWER)


def _undo() -> Call:
    row = _row(_stored(), matching.BY_ID)
    return lambda: matching.undo_match(row, "核实不是同一人", by=REVIEWER)


def _exclude() -> Call:
    row, person = _row(_stored(), matching.TO_REVIEW), 0
    with scope(COUNTY):
        person = DeliveryRow.objects.get(pk=row).person_id or 0
    return lambda: matching.exclude_candidate(row, person, "电话核实不是", by=REVIEWER)


def _asking() -> tuple[Call, int]:
    person = next(iter(register((next(_numbers),)).values()))
    record_consent(person, ITEMS, date(2022, 5, 1), by=CLERK)
    subject = f"cases.case:{person}"
    return (
        lambda: verification.request(subject, VILLAGE, (person,), ITEMS, by=CLERK),
        person,
    )


def _asked() -> tuple[int, int]:
    ask, person = _asking()
    return ask().pk, person  # type: ignore[attr-defined]


def _answer() -> Call:
    asked = _asked()[0]
    return lambda: verification.answer_from_registry(asked)


def _enter() -> Call:
    asked, person = _asked()
    return lambda: verification.enter_answer(
        asked, person, "存款", True, "余额合计", amount_fen=12_345, by=CLERK
    )


def _finish() -> Call:
    asked = _asked()[0]
    return lambda: verification.finish(asked, by=CLERK)


def _pair() -> tuple[int, int]:
    """Two files that may be one person's, waiting for a verdict."""
    known = register((next(_numbers), next(_numbers)))
    person, other = sorted(known.values())
    with arranging():
        row = Duplicate.objects.create(
            person_id=person, other_id=other, bits=12.5, parts=[["姓名", "同音", 8.2]],
            found_at=clock.business_now(),
        )  # fmt: skip
    return row.pk, person


def _merge_duplicate() -> Call:
    row, person = _pair()
    return lambda: duplicates.merge_duplicate(row, person, "查看户口簿", by=REVIEWER)


def _dismiss() -> Call:
    row, _ = _pair()
    return lambda: duplicates.dismiss_duplicate(row, "堂兄弟", by=REVIEWER)


def _reopen() -> Call:
    row, person = _pair()
    duplicates.merge_duplicate(row, person, "查看户口簿", by=REVIEWER)
    return lambda: duplicates.reopen_duplicate(row, "认错了", by=REVIEWER)


def _find() -> Call:
    register((next(_numbers), next(_numbers)))
    return lambda: duplicates.find_duplicates(by=REVIEWER)


def _finished() -> int:
    asked = _asked()[0]
    verification.finish(asked, by=CLERK)
    return asked


def _object() -> Call:
    asked = _finished()
    return lambda: verification.object_to(asked, "存款已经取出", by=CLERK)


def _answer_objection() -> Call:
    objection = verification.object_to(_finished(), "存款已经取出", by=CLERK).pk
    return lambda: verification.answer_objection(objection, True, "重新核对", by=CLERK)


def _repeat() -> Call:
    asked = _finished()
    return lambda: verification.repeat(asked, by=CLERK)


EXAMPLES: dict[str, Callable[[], Call]] = {
    "delivery.receive": _receive,
    "delivery.read": _read,
    "delivery.match": _match,
    "delivery.store": _store,
    "delivery.withdraw": _withdraw,
    "match.settle": _settle,
    "match.undo": _undo,
    "match.exclude": _exclude,
    "duplicate.ask": lambda: lambda: duplicates.ask_for_duplicates(by=REVIEWER),
    "duplicate.find": _find,
    "duplicate.merge": _merge_duplicate,
    "duplicate.dismiss": _dismiss,
    "duplicate.reopen": _reopen,
    "verification.request": lambda: _asking()[0],
    "verification.answer": _answer,
    "verification.enter": _enter,
    "verification.finish": _finish,
    "verification.object": _object,
    "verification.answer_objection": _answer_objection,
    "verification.repeat": _repeat,
}
