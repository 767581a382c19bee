"""Whose a row is: found by the id's token, confirmed by name or birth, else left to people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.vault import encrypt, token
from doudi.exchange import _sql as sql
from doudi.exchange.agreeing import (
    BY_HAND,
    BY_ID,
    CONFIRMED,
    NOBODY,
    TO_REVIEW,
    Candidate,
    Verdict,
    judge_all,
)
from doudi.exchange.formats.declaring import FactLine
from doudi.exchange.models import Delivery, DeliveryRow
from doudi.exchange.reading import Reading, Row, row_digest
from doudi.exchange.topics import FACTS_CHANGED
from doudi.kernel.dates import Month
from doudi.kernel.problems import Problem, require
from doudi.kernel.text import clip
from doudi.people.facts import FactValue, close_source, put
from doudi.people.models import Person

T = TypeVar("T")
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_json = json.JSONEncoder(ensure_ascii=False).encode


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


def write_matched(delivery_id: int, reading: Reading, period: Month) -> int:
    """Judge every row of a delivery and write it with its verdict, inside an action.

    A row is written once, when it is known whose it is; returns how many were confirmed.
    """
    tokens = [token(row.id_number) if row.id_number else None for row in reading.rows]
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_ROWS)
        lines = (f"{row.line}\t{_bytes(sent)}\n" for row, sent in _paired(reading, tokens) if sent)
        _copy(sql.COPY_TOKENS, lines)
        cursor.execute(sql.ANALYZE_TOKENS)
        cursor.execute(sql.KNOWN)
        known = {line: told for line, *told in cursor.fetchall()}
        facts = [[stored_fact(fact, period) for fact in row.facts] for row in reading.rows]
        verdicts = judge_all(_candidates(reading, facts, known))
        _copy(sql.COPY_ROWS, _lines(reading, tokens, facts, verdicts))
        cursor.execute(sql.INSERT_ROWS, [delivery_id])
    return sum(each.tier == BY_ID for each in verdicts)


def _paired(reading: Reading, told: list[T]) -> Iterator[tuple[Row, T]]:
    return zip(reading.rows, told, strict=True)


def _candidates(
    reading: Reading, facts: list[list[list[Any]]], known: dict[int, list[Any]]
) -> Iterator[Candidate]:
    for row, told in _paired(reading, facts):
        person_id, name, birth = known.get(row.line, (None, "", None))
        yield Candidate(
            row.line, row.line, row.name, birth_of(row), bool(row.id_number), row.notes, told,
            person_id, name, birth,
        )  # fmt: skip


def _lines(
    reading: Reading,
    tokens: list[bytes | None],
    facts: list[list[list[Any]]],
    verdicts: list[Verdict],
) -> Iterator[str]:
    """The rows in the form of COPY, their cells encrypted."""
    words = _words(reading)
    for row, sent, told, verdict in zip(reading.rows, tokens, facts, verdicts, strict=True):
        assert verdict.row_id == row.line, "a verdict stands beside its row"
        birth = birth_of(row)
        said = {
            "cells": dict(zip(words, row.cells, strict=False)),
            "name": row.name,
            "birth": birth.isoformat() if birth else None,
            "notes": row.notes,
        }
        cells = (
            str(row.line),
            _bytes(sent),
            _bytes(token(row_digest(row, reading.format), "row")),
            _bytes(encrypt(_json(said))),
            _NULL if verdict.person_id is None else str(verdict.person_id),
            verdict.tier,
            verdict.why.translate(_ESCAPES),
            _json(told).translate(_ESCAPES),
        )
        yield "\t".join(cells) + "\n"


def _words(reading: Reading) -> list[str]:
    """The header's words; it may repeat one, and the position keeps such cells apart."""
    words: list[str] = []
    for at, word in enumerate(reading.header.words, start=1):
        plain = "".join(word.split()) or f"第{at}列"
        words.append(plain if plain not in words else f"{plain}（第{at}列）")
    return words


def birth_of(row: Row) -> date | None:
    """The date of birth in a column of its own, where the format has one."""
    birth = row.values.get("出生日期")
    return birth if isinstance(birth, date) else None


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


def _bytes(value: bytes | None) -> str:
    return _NULL if value is None else "\\\\x" + value.hex()


def _copy(statement: str, lines: Iterator[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := "".join(islice(lines, 2000)):
            copy.write(block)


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


__all__ = ["BY_HAND", "BY_ID", "CONFIRMED", "NOBODY", "TO_REVIEW", "settle_match", "undo_match",
           "write_matched"]  # fmt: skip
