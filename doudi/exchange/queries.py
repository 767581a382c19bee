"""What others may read of exchange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet

from doudi.base.access import one_or_not_there
from doudi.base.vault import decrypt
from doudi.exchange.agreeing import NOT_FOUND, OPEN, TO_REVIEW
from doudi.exchange.candidates import CandidateView, candidates_of
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import Delivery, DeliveryRow, Reject, Verification, VerificationAnswer
from doudi.exchange.processing import reading_of
from doudi.exchange.sheets import rejects_book
from doudi.exchange.sheets import template as _template
from doudi.kernel.masks import mask_id, mask_name
from doudi.people.models import Fact


@dataclass(frozen=True)
class Consequence:
    """Something that hangs on a delivery: subject ("watch.alert:12") and a sentence."""

    subject: str
    text: str


@dataclass(frozen=True)
class Consequences:
    """What a withdrawal takes back, and what others have already done because of it."""

    facts: int
    people: int
    others: tuple[Consequence, ...]


# Packages downstream say what they did because of a delivery; they register themselves here.
_TELLERS: dict[str, Callable[[int], Iterable[Consequence]]] = {}


def tells_consequences(
    teller: Callable[[int], Iterable[Consequence]],
) -> Callable[[int], Iterable[Consequence]]:
    """Register a function that lists what hangs on a delivery (alerts raised from its facts)."""
    _TELLERS[f"{teller.__module__}.{teller.__name__}"] = teller
    return teller


def consequences_of(delivery_id: int) -> Consequences:
    """What hangs on a delivery: facts in force, persons they are about, alerts raised from them."""
    one_or_not_there(Delivery.objects.all(), pk=delivery_id)
    rows = Fact.objects.filter(
        source__gte=f"delivery:{delivery_id}:",
        source__lt=f"delivery:{delivery_id};",
        known_before=None,
    )
    counted = rows.aggregate(facts=Count("id"), people=Count("person", distinct=True))
    others = [each for name in sorted(_TELLERS) for each in _TELLERS[name](delivery_id)]
    return Consequences(counted["facts"], counted["people"], tuple(others))


def deliveries() -> QuerySet[Delivery]:
    """Deliveries in the scope, the latest first."""
    return Delivery.objects.order_by("-received_at", "-id")


def delivery_of(delivery_id: int) -> Delivery:
    """One delivery, or ``NotThere``."""
    found: Delivery = one_or_not_there(Delivery.objects.all(), pk=delivery_id)
    return found


def tiers_of(delivery_id: int) -> dict[str, int]:
    """How many rows of a delivery were matched in which way."""
    rows = DeliveryRow.objects.filter(delivery_id=delivery_id)
    return dict(rows.order_by().values_list("tier").annotate(n=Count("id")))


def rows_of(delivery_id: int, tier: str = "") -> QuerySet[DeliveryRow]:
    """Accepted rows of a delivery in the order of the sheet, of all tiers or one."""
    rows = DeliveryRow.objects.filter(delivery_id=delivery_id).order_by("line")
    return rows.filter(tier=tier) if tier else rows


def rejects_of(delivery_id: int) -> QuerySet[Reject]:
    """Rejected rows of a delivery in the order of the sheet."""
    return Reject.objects.filter(delivery_id=delivery_id).order_by("line", "id")


def match_queue(tier: str = TO_REVIEW) -> QuerySet[DeliveryRow]:
    """Rows that a human must look at (待认), or may (未找到): the likeliest of the latest first."""
    rows = DeliveryRow.objects.filter(tier=tier).exclude(delivery__state="已撤回")
    return rows.select_related("delivery", "person").order_by(
        "-delivery_id", F("bits").desc(nulls_last=True), "line"
    )


def row_of(row_id: int) -> DeliveryRow:
    """One row with its delivery, or ``NotThere``."""
    rows = DeliveryRow.objects.select_related("delivery", "settled_by")
    found: DeliveryRow = one_or_not_there(rows, pk=row_id)
    return found


def cells_of(row: DeliveryRow, *, masked: bool = True) -> dict[str, str]:
    """What a row says, header word by header word; names and numbers of people masked."""
    told: dict[str, Any] = json.loads(decrypt(row.values_cipher))
    cells: dict[str, str] = told["cells"]
    if not masked:
        return cells
    return {word: _masked(text, told["name"]) for word, text in cells.items()}


def _masked(text: str, name: str) -> str:
    plain = "".join(text.split())
    if plain and plain == "".join(name.split()):
        return mask_name(plain)
    digits = sum(character.isdigit() for character in plain)
    return mask_id(plain) if digits >= 11 else text


def rejects_sheet(delivery_id: int) -> bytes:
    """XLSX of the rejected rows as the department sent them, bad cells red, with 问题说明."""
    delivery = one_or_not_there(Delivery.objects.select_related("file"), pk=delivery_id)
    reading = reading_of(delivery)
    found = set(DeliveryRow.objects.filter(delivery_id=delivery_id).values_list("line", flat=True))
    left = tuple(reject for reject in reading.rejects if reject.line not in found)
    return rejects_book(left, reading.header)


def template(format_code: str) -> bytes:
    """XLSX to fill in for this format."""
    return _template(FORMATS[format_code])


def verifications() -> QuerySet[Verification]:
    """Verifications in the scope, the latest first."""
    return Verification.objects.order_by("-requested_at", "-id")


__all__ = [
    "NOT_FOUND", "OPEN", "TO_REVIEW", "CandidateView", "Consequence", "Consequences", "Delivery",
    "DeliveryRow", "Reject", "Verification", "VerificationAnswer", "candidates_of", "cells_of",
    "consequences_of", "deliveries", "delivery_of", "match_queue", "rejects_of", "rejects_sheet",
    "row_of", "rows_of", "tells_consequences", "template", "tiers_of", "verifications",
]  # fmt: skip
