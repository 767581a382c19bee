"""A row and who it may be about, side by side: what each says, how alike it is, what it weighs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from doudi.base.vault import decrypt
from doudi.exchange.formats import FORMATS
from doudi.exchange.linking.levels import FIELDS
from doudi.exchange.linking.people import SYNONYMS
from doudi.exchange.models import DeliveryRow
from doudi.kernel.masks import mask_id
from doudi.kernel.text import half_width_without_blanks
from doudi.people.models import Household, Member, Person

_ASKED = {"姓名": "姓名", "出生日期": "出生", "证件号码": "证号", "地区": "地区", "性别": "性别",
          "家庭": "户号"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what was sent, what is registered, how alike in words, and its bits."""

    field: str
    sent: str
    known: str
    words: str
    bits: float | None


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One person whom a row may be about; ``bits`` is None where nothing was weighed."""

    person_id: int
    name: str
    place: str
    died_on: Any
    bits: float | None
    lines: tuple[Line, ...]


def candidates_of(row: DeliveryRow) -> tuple[CandidateView, ...]:
    """Those who come into question for a row, the likeliest first; ids masked; three queries."""
    told = (row.evidence or {}).get("candidates", [])
    if not told and row.person_id is not None:
        told = [{"person": row.person_id, "bits": None, "parts": []}]
    people = Person.objects.in_bulk([each["person"] for each in told])
    homes = _homes(people)
    sent = _sent(row)
    return tuple(
        _view(people[each["person"]], each, sent, homes.get(each["person"], ""))
        for each in told
        if each["person"] in people
    )


def _view(person: Person, told: dict[str, Any], sent: dict[str, str], home: str) -> CandidateView:
    known = {
        "姓名": person.name,
        "出生日期": person.birth.isoformat(),
        "证件号码": mask_id(decrypt(person.id_cipher)) if person.id_cipher else "",
        "地区": person.registered_place,
        "性别": person.sex,
        "家庭": home,
    }
    parts = {name: (words, bits) for name, words, bits in told["parts"]}
    lines = tuple(
        Line(name, sent.get(name, ""), known[name], *parts.get(name, ("来文未提供", None)))
        for name in FIELDS
        if sent.get(name) or name in parts
    )
    return CandidateView(
        person.pk, person.name, person.registered_place, person.died_on, told["bits"], lines
    )


def _sent(row: DeliveryRow) -> dict[str, str]:
    """What the department sent of the fields that are compared; the id masked."""
    told = json.loads(decrypt(row.values_cipher))
    columns = FORMATS[row.delivery.format].columns
    found = {"姓名": told["name"], "出生日期": told["birth"] or ""}
    for field, what in _ASKED.items():
        if found.get(field):
            continue
        words = [
            name for column in columns for name in column.names if column.name in SYNONYMS[what]
        ]
        if what == "证号":
            words = list(FORMATS[row.delivery.format].column("id").names)
        cells = (told["cells"].get("".join(word.split()), "") for word in words)
        found[field] = next((cell for cell in cells if cell), "")
    plain = half_width_without_blanks(found["证件号码"])
    found["证件号码"] = mask_id(plain) if len(plain) >= 8 else plain
    return found


def _homes(people: Iterable[int]) -> dict[int, str]:
    """The number of the household in which each person lives."""
    rows = Member.objects.filter(person_id__in=list(people), before=None)
    homes = dict(rows.values_list("person_id", "household_id"))
    numbers = dict(Household.objects.filter(pk__in=homes.values()).values_list("pk", "number"))
    return {person: numbers.get(home, "") for person, home in homes.items()}
