"""Whose a row is: found by the id's token, confirmed by name or birth, else left to people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.vault import decrypt
from doudi.exchange import _sql as sql
from doudi.exchange.agreeing import (
    BY_HAND,
    BY_ID,
    CONFIRMED,
    NOBODY,
    TO_REVIEW,
    Candidate,
    judge_all,
)
from doudi.exchange.models import Delivery, DeliveryRow
from doudi.exchange.topics import FACTS_CHANGED
from doudi.kernel.problems import Problem, require
from doudi.kernel.text import clip
from doudi.people.facts import FactValue, close_source, put
from doudi.people.models import Person


class MatchReasonMissing(Problem):
    code = "match.reason_missing"
    say = "人工认定要写明理由。"
    next = "请写明凭什么认定，例如“电话核实，曾用名一致”。"


class MatchAlreadySettled(Problem):
    code = "match.already_settled"
    status = 409
    say = "第 {line} 行已经认定为“{tier}”，不在待认队列中。"
    next = "请刷新队列；要改变已有认定，先撤销再重新认定。"
    fields = ("line", "tier")


def match_rows(delivery_id: int) -> int:
    """Judge every row of a delivery inside an action; returns how many were confirmed."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CANDIDATES, [delivery_id])
        verdicts = judge_all(_candidates(cursor.fetchall()))
        cursor.execute(sql.CREATE_VERDICTS)
        with cursor.copy(sql.COPY_VERDICTS) as copy:
            for each in verdicts:
                copy.write_row((each.row_id, each.person_id, each.tier, each.why))
        cursor.execute(sql.APPLY_VERDICTS, [delivery_id])
    return sum(each.tier == BY_ID for each in verdicts)


def _candidates(rows: list[tuple[Any, ...]]) -> Iterator[Candidate]:
    for row_id, line, cipher, has_id, told, person_id, name, birth in rows:
        said = json.loads(decrypt(cipher))
        yield Candidate(
            row_id,
            line,
            said["name"],
            date.fromisoformat(said["birth"]) if said["birth"] else None,
            has_id,
            tuple(said["notes"]),
            json.loads(told) if isinstance(told, str) else told,
            person_id,
            name or "",
            birth,
        )


@action("match.settle", needs="match.review")
def settle_match(row_id: int, person_id: int | None, reason: str, *, by: Actor) -> DeliveryRow:
    """Say by hand whose a row of the queue is (None: nobody of ours), and store what it tells."""
    require(reason.strip(), MatchReasonMissing())
    row = _locked(row_id)
    require(row.tier == TO_REVIEW, MatchAlreadySettled(line=row.line, tier=row.tier))
    row.tier, row.why = NOBODY, clip(f"人工认定不是本地登记人员：{reason.strip()}", 200)
    row.person = None
    if person_id is not None:
        row.person = one_or_not_there(Person.objects.all(), pk=person_id)
        row.tier, row.why = BY_HAND, clip(f"人工认定：{reason.strip()}", 200)
    row.save(update_fields=["person", "tier", "why"])
    if person_id is not None:
        put(person_id, _values(row), _source(row))
        _tell(row)
    return row


@action("match.undo", needs="match.review")
def undo_match(row_id: int, reason: str, *, by: Actor) -> int:
    """Undo a match, automatic or by hand; returns how many facts fell with it."""
    require(reason.strip(), MatchReasonMissing())
    row = _locked(row_id)
    if row.tier not in CONFIRMED:
        return 0
    row.tier, row.why = TO_REVIEW, clip(f"认定已撤销：{reason.strip()}", 200)
    row.person = None
    row.save(update_fields=["person", "tier", "why"])
    fallen = close_source(_source(row))
    _tell(row)
    return fallen


def _locked(row_id: int) -> DeliveryRow:
    row: DeliveryRow = one_or_not_there(DeliveryRow.objects.all(), pk=row_id)
    lock(f"delivery:{row.delivery_id}")
    row = one_or_not_there(DeliveryRow.objects.all(), pk=row_id)
    return row


def _source(row: DeliveryRow) -> str:
    return f"delivery:{row.delivery_id}:{row.line}"


def _values(row: DeliveryRow) -> list[FactValue]:
    return [
        FactValue(
            kind, key, amount, code, detail, date.fromisoformat(since),
            date.fromisoformat(before) if before else None,
        )
        for kind, key, amount, code, detail, since, before in row.facts or []
    ]  # fmt: skip


def _tell(row: DeliveryRow) -> None:
    delivery = Delivery.objects.get(pk=row.delivery_id)
    FACTS_CHANGED.emit(delivery_id=delivery.pk, place=delivery.place, period=delivery.period)


__all__ = ["BY_HAND", "BY_ID", "CONFIRMED", "NOBODY", "TO_REVIEW", "match_rows", "settle_match",
           "undo_match"]  # fmt: skip
