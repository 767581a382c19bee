"""Whose a row is: found by the id's token, confirmed by name or birth, else left to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F

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
    OPEN,
    SCORED,
    TO_REVIEW,
    Candidate,
    Verdict,
    judge,
    judge_all,
)
from doudi.exchange.formats.declaring import FactLine
from doudi.exchange.linking.weights import VERSION
from doudi.exchange.models import Delivery, DeliveryRow, MatchModel
from doudi.exchange.reading import Reading, Row, row_digest
from doudi.exchange.scoring import Asked, Scoring, score_rows, tells_more
from doudi.exchange.topics import FACTS_CHANGED
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, Problem, require
from doudi.kernel.text import clip
from doudi.people.facts import FactValue, close_source, put
from doudi.people.models import Person

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


@dataclass(frozen=True, slots=True)
class Matched:
    """What matching did: rows whose person is known, and rejected rows that found theirs."""

    known: int
    salvaged: int


def write_matched(delivery_id: int, reading: Reading, period: Month) -> Matched:
    """Judge every row of a delivery and write it with its verdict, inside an action.

    A row is written once, when it is known whose it is.
    """
    tokens = {row.line: token(row.id_number) for row in reading.rows if row.id_number}
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE_ROWS)
        _copy(sql.COPY_TOKENS, (f"{line}\t{_bytes(sent)}\n" for line, sent in tokens.items()))
        cursor.execute(sql.ANALYZE_TOKENS)
        cursor.execute(sql.KNOWN)
        known = {line: told for line, *told in cursor.fetchall()}
    facts = {row.line: [stored_fact(each, period) for each in row.facts] for row in reading.rows}
    judged = list(_candidates(reading.rows, facts, known))
    scoring = _scored(reading, judged, [judge(each) for each in judged])
    saved = [
        reject.otherwise
        for reject in reading.rejects
        if reject.otherwise is not None and reject.line in scoring.rows
    ]
    for row in saved:
        facts[row.line] = [stored_fact(each, period) for each in row.facts]
    rows = sorted([*reading.rows, *saved], key=lambda row: row.line) if saved else reading.rows
    weighed = {line: each.verdict for line, each in scoring.rows.items()}
    verdicts = judge_all(_candidates(rows, facts, known), weighed)
    with connection.cursor() as cursor:
        _copy(sql.COPY_ROWS, _lines(rows, reading, tokens, facts, verdicts, scoring))
        cursor.execute(sql.INSERT_ROWS, [delivery_id])
        if saved:
            cursor.execute(sql.FORGET_REJECTS, [delivery_id, [row.line for row in saved]])
    _keep_model(delivery_id, scoring)
    return Matched(sum(each.tier in CONFIRMED for each in verdicts), len(saved))


def _scored(reading: Reading, judged: list[Candidate], verdicts: list[Verdict]) -> Scoring:
    """Weigh the rows that no id decides, and the rejected ones whose id alone is wrong."""
    by_line = {row.line: row for row in reading.rows}
    asked = [
        Asked(
            by_line[each.line],
            _sent_id(by_line[each.line], reading),
            verdict.person_id,
            verdict.why,
        )
        for each, verdict in zip(judged, verdicts, strict=True)
        if verdict.tier == TO_REVIEW
    ]
    asked += [
        Asked(reject.otherwise, _sent_id(reject.otherwise, reading), rejected=True)
        for reject in reading.rejects
        if reject.otherwise is not None
        and tells_more(reject.otherwise, _sent_id(reject.otherwise, reading))
    ]
    if not asked:
        return Scoring({}, None)
    teachers = [
        (by_line[verdict.row_id], verdict.person_id)
        for verdict in verdicts
        if verdict.tier == BY_ID and verdict.person_id is not None
    ]
    usable = sum(bool(row.id_number) for row in reading.rows)
    return score_rows(reading.format, asked, teachers, len(teachers) / max(usable, 1))


def _sent_id(row: Row, reading: Reading) -> str:
    """What the department wrote where the id belongs."""
    at = reading.header.at.get(reading.format.column("id").name)
    return row.cells[at] if at is not None and at < len(row.cells) else ""


def _keep_model(delivery_id: int, scoring: Scoring) -> None:
    model = scoring.model
    if model is not None:
        MatchModel.objects.create(
            delivery_id=delivery_id, version=VERSION, anchors=model.anchors,
            tables=json.loads(model.as_json()), learned_at=clock.business_now(),
        )  # fmt: skip


def _candidates(
    rows: Sequence[Row], facts: dict[int, list[list[Any]]], known: dict[int, list[Any]]
) -> Iterator[Candidate]:
    for row in rows:
        person_id, name, birth = known.get(row.line, (None, "", None))
        yield Candidate(
            row.line, row.line, row.name, birth_of(row), bool(row.id_number), row.notes,
            facts[row.line], person_id, name, birth,
        )  # fmt: skip


def _lines(
    rows: Sequence[Row],
    reading: Reading,
    tokens: dict[int, bytes],
    facts: dict[int, list[list[Any]]],
    verdicts: list[Verdict],
    scoring: Scoring,
) -> Iterator[str]:
    """The rows in the form of COPY, their cells encrypted."""
    words = _words(reading)
    for row, verdict in zip(rows, verdicts, strict=True):
        assert verdict.row_id == row.line, "a verdict stands beside its row"
        birth = birth_of(row)
        said = {
            "cells": dict(zip(words, row.cells, strict=False)),
            "name": row.name,
            "birth": birth.isoformat() if birth else None,
            "notes": row.notes,
        }
        weighed = scoring.rows.get(row.line)
        evidence = {"candidates": weighed.candidates} if weighed and weighed.candidates else None
        cells = (
            str(row.line),
            _bytes(tokens.get(row.line)),
            _bytes(token(row_digest(row, reading.format), "row")),
            _bytes(encrypt(_json(said))),
            _NULL if verdict.person_id is None else str(verdict.person_id),
            verdict.tier,
            verdict.why.translate(_ESCAPES),
            _NULL if weighed is None or weighed.bits is None else str(weighed.bits),
            _NULL if evidence is None else _json(evidence).translate(_ESCAPES),
            _json(facts[row.line]).translate(_ESCAPES),
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
    require(row.tier in OPEN, MatchAlreadySettled(line=row.line, tier=row.tier))
    row.tier, row.why = NOBODY, clip(f"人工认定不是本地登记人员：{reason.strip()}", 200)
    row.person = None
    if person_id is not None:
        row.person = one_or_not_there(Person.objects.all(), pk=person_id)
        row.tier, row.why = BY_HAND, clip(f"人工认定：{reason.strip()}", 200)
    _settled(row, by)
    if person_id is not None:
        put(person_id, _values(row), _source(row))
        _count(row, 1)
        _tell(row)
    return row


@action("match.exclude", needs="match.review")
def exclude_candidate(row_id: int, person_id: int, reason: str, *, by: Actor) -> DeliveryRow:
    """Say that a row of the queue is not about this candidate; the next one is then asked about.

    Who said so stays with the row. After the last candidate the row is about nobody of ours.
    """
    require(reason.strip(), MatchReasonMissing())
    row = _locked(row_id)
    require(row.tier in OPEN, MatchAlreadySettled(line=row.line, tier=row.tier))
    told: dict[str, Any] = row.evidence or {"candidates": []}
    gone = [each for each in told["candidates"] if each["person"] == person_id]
    require(gone or row.person_id == person_id, NotThere())
    told["candidates"] = [each for each in told["candidates"] if each["person"] != person_id]
    told.setdefault("excluded", []).append(
        {"person": person_id, "by": by.name, "at": clock.business_now().isoformat(),
         "why": clip(reason.strip(), 80)}
    )  # fmt: skip
    row.evidence = told
    left = told["candidates"]
    row.person_id = left[0]["person"] if left else None
    if not left:
        row.tier, row.why = NOBODY, clip(f"人工认定：不是登记的这个人（{reason.strip()}）", 200)
    _settled(row, by)
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
    _settled(row, by)
    fallen = close_source(_source(row))
    _count(row, -1)
    _tell(row)
    return fallen


def _settled(row: DeliveryRow, by: Actor) -> None:
    row.settled_by_id, row.settled_at = by.user_id, clock.business_now()
    row.save(
        update_fields=["person", "tier", "why", "evidence", "settled_by", "settled_at"]
    )  # fmt: skip


def _count(row: DeliveryRow, more: int) -> None:
    """Keep the delivery's count of rows whose person is known."""
    Delivery.objects.filter(pk=row.delivery_id).update(rows_matched=F("rows_matched") + more)


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


__all__ = [
    "BY_HAND", "BY_ID", "CONFIRMED", "NOBODY", "SCORED", "TO_REVIEW", "exclude_candidate",
    "settle_match", "undo_match", "write_matched",
]  # fmt: skip
