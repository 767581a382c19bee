"""Rows of the bulk load as lines of PostgreSQL's COPY text, with ids encrypted and grams made."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

from doudi.base.vault import encrypt, token
from doudi.kernel.text import half_width_without_blanks
from doudi.people.facts import FactValue
from doudi.people.grams import grams_of
from doudi.people.kinds import KINDS
from doudi.people.names import name_initials

if TYPE_CHECKING:
    from doudi.people.loading import AccountRow, HouseholdRow, PersonRow

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_NULL = "\\N"
GRAM_SEPARATOR = "\x1f"


def _text(value: str) -> str:
    return value.translate(_ESCAPES) if _SPECIAL.search(value) else value


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _day(value: date | None) -> str:
    return _NULL if value is None else value.isoformat()


def _flag(value: bool) -> str:
    return "t" if value else "f"


def household_line(row: HouseholdRow, household_id: int, head_id: int) -> str:
    """One line of ``load_household``."""
    return (
        f"{household_id}\t{_text(row.number)}\t{row.place}\t{_flag(row.urban)}\t"
        f"{_text(row.address)}\t{head_id}\t{_day(row.since)}\n"
    )


def person_line(
    row: PersonRow, person_id: int, household_id: int, household_since: date, place: str
) -> str:
    """One line of ``load_person``; membership begins with the household, or with birth."""
    name = half_width_without_blanks(row.name)
    initials = name_initials(name)
    number = row.id_number
    grams = GRAM_SEPARATOR.join(grams_of(name, initials, number))
    return "\t".join(
        (
            str(person_id),
            str(household_id),
            _text(row.relation),
            _day(max(household_since, row.birth)),
            place,
            _text(name),
            initials,
            row.sex,
            _day(row.birth),
            _bytes(encrypt(number)) if number else _NULL,
            _bytes(token(number)) if number else _NULL,
            _bytes(encrypt(row.phone)) if row.phone else _NULL,
            row.registered_place,
            row.residence_place,
            _text(row.address),
            _flag(row.urban),
            _text(row.ethnic),
            _text(row.marital),
            _text(grams) + "\n",
        )
    )


def fact_line(person_id: int, fact: FactValue) -> str:
    """One line of ``load_fact``."""
    assert fact.kind in KINDS, f"{fact.kind} is not in the dictionary of facts"
    detail = _NULL if fact.detail is None else _text(json.dumps(fact.detail, ensure_ascii=False))
    amount = _NULL if fact.amount_fen is None else str(int(fact.amount_fen))
    return (
        f"{person_id}\t{fact.kind}\t{_text(fact.key)}\t{amount}\t{_text(fact.code)}\t{detail}\t"
        f"{_day(fact.valid_since)}\t{_day(fact.valid_before)}\n"
    )


def account_line(row: AccountRow, person_id: int) -> str:
    """One line of ``load_account``."""
    return (
        f"{person_id}\t{_text(row.bank)}\t{_bytes(encrypt(row.card))}\t"
        f"{_bytes(token(row.card, 'card'))}\t{_text(row.holder_name)}\n"
    )
