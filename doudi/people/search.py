"""Finding people by name, initials, id tail, full id or village, under row security.

Only equality on ``people_searchgram`` with a range of places: nothing that is not leakproof, so the
index serves whoever asks (DESIGN §8.6).
"""

# ruff: noqa: S608 (the pieces put together are constants of this file)
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from doudi.base.access import Actor, ScopeMissing, current_scope
from doudi.base.actions import record_read
from doudi.base.vault import decrypt, token
from doudi.kernel import clock
from doudi.kernel.masks import mask_id
from doudi.kernel.problems import require
from doudi.kernel.text import half_width_without_blanks
from doudi.people import queries
from doudi.people.grams import name_grams, tail_gram
from doudi.people.merging import kept_for
from doudi.people.models import Person
from doudi.people.problems import TailNeedsPlace
from doudi.places import queries as places

Range = tuple[str, str]

_TAIL = re.compile(r"[0-9]{4}|[0-9]{3}[0-9X]|[0-9]{5}[0-9X]")
_FULL = re.compile(r"[0-9]{17}[0-9X]")
_WORDS = re.compile(r"[\s,，、;；]+")
_PLACES_OF_A_WORD = 40
_ENDS_OF_PLACES = ("村", "镇", "乡", "社区", "街道", "居委会", "村委会", "委员会", "县", "区", "市")
_MOST = 200


@dataclass(frozen=True, slots=True)
class PersonFound:
    """One line of the answer; the id is masked."""

    person_id: int
    household_id: int | None
    name: str
    sex: str
    birth: date
    place: str
    place_name: str
    address: str
    masked_id: str
    died_on: date | None


def find_people(
    text: str, *, place: Range | None, limit: int = 30, by: Actor | None = None
) -> list[PersonFound]:
    """People visible in the scope whom all words of the text describe, at most ``limit`` (200).

    A word is a part of the name, initials (two letters on), the last 4 or 6 of an id, a full id,
    or the name of a place: a word is taken as a place where it ends like one, or where nobody is
    called so. ``place`` narrows to a half-open range of codes. A search by id is recorded where
    ``by`` is given. Raises ``TailNeedsPlace`` for a tail over more than a county.
    """
    words = [half_width_without_blanks(word).upper() for word in _WORDS.split(text.strip())]
    words = [word for word in words if word]
    inside = _inside(place)
    if not words:
        return []
    asked = _Asked(words, inside, places_too=False)
    if asked.by_id and by is not None:
        record_read("people.search", by=by, why="按身份证号查找")
    ids = asked.people(min(limit, _MOST))
    if not ids and asked.name_parts:
        asked = _Asked(words, inside, places_too=True)
        ids = asked.people(min(limit, _MOST)) if asked.as_places else []
    kept = kept_for(ids)
    return _shown(list(dict.fromkeys(kept.get(each, each) for each in ids)), asked.name_parts)


def _inside(place: Range | None) -> Range:
    bounds = current_scope()
    if bounds is None:
        raise ScopeMissing("people are searched inside a scope")
    return _both(bounds, place) if place else bounds


class _Asked:
    """What the words ask for: grams to meet, ranges to lie in, perhaps one full id."""

    def __init__(self, words: list[str], inside: Range, *, places_too: bool) -> None:
        self.grams: list[str] = []
        self.ranges: list[Range] = [inside]
        self.name_parts: list[str] = []
        self.full_id: str | None = None
        self.by_id = False
        self.as_places = False
        self._inside = inside
        self._places_too = places_too
        for word in words:
            self._take(word)

    def _take(self, word: str) -> None:
        if _FULL.fullmatch(word):
            self.full_id, self.by_id = word, True
        elif _TAIL.fullmatch(word):
            require(_is_county(*self._inside), TailNeedsPlace())
            self.grams.append(tail_gram(word))
            self.by_id = True
        elif word.isascii():
            self.grams.append(f"i:{word.lower()}")
        elif not self._take_place(word):
            self.grams.extend(name_grams(word))
            self.name_parts.append(word)

    def _take_place(self, word: str) -> bool:
        if len(word) < 2 or not (self._places_too or word.endswith(_ENDS_OF_PLACES)):
            return False
        named = places.ranges_named(word, self._inside, limit=_PLACES_OF_A_WORD)
        if not named:
            return False
        self.as_places = True
        met = (_both(one, other) for one in self.ranges for other in named)
        self.ranges = [found for found in met if found[0] < found[1]]
        return True

    def people(self, limit: int) -> list[int]:
        """Ids of the people asked for, in order of place."""
        if self.full_id is not None:
            rows = Person.objects.filter(id_token=token(self.full_id))
            return list(rows.values_list("pk", flat=True)[:1])
        if not self.ranges:
            return []
        with connection.cursor() as cursor:
            cursor.execute(*statement(self.grams, self.ranges, limit))
            return [person_id for (person_id,) in cursor.fetchall()]


def statement(grams: list[str], ranges: list[Range], limit: int) -> tuple[str, list[Any]]:
    """The SQL of a search and its parameters.

    One index range for the first gram, a look-up for each other; without grams, the people of the
    places.
    """
    told: list[Any] = []
    parts = []
    for low, high in ranges:
        if not grams:
            parts.append(
                "(select person_id, place from people_personplace "
                "where place >= %s and place < %s order by place, person_id limit %s)"
            )
            told += [low, high, limit]
            continue
        joins = "".join(
            f" join people_searchgram g{k} on g{k}.gram = %s and g{k}.place = g.place "
            f"and g{k}.person_id = g.person_id"
            for k in range(1, len(grams))
        )
        parts.append(
            f"(select g.person_id, g.place from people_searchgram g{joins} "
            "where g.gram = %s and g.place >= %s and g.place < %s "
            "order by g.place, g.person_id limit %s)"
        )
        told += [*grams[1:], grams[0], low, high, limit]
    union = " union all ".join(parts)
    return (
        f"select person_id from ({union}) found group by person_id "
        "order by min(place), person_id limit %s",
        [*told, limit],
    )


def _shown(ids: list[int], name_parts: list[str]) -> list[PersonFound]:
    """The lines, in the order of the ids; a name must hold each part as a whole."""
    rows = Person.objects.in_bulk(ids)
    homes = queries.households_of(ids, clock.business_today())
    kept = [
        rows[person_id]
        for person_id in ids
        if person_id in rows and all(part in rows[person_id].name.upper() for part in name_parts)
    ]
    names = places.names_of({row.registered_place for row in kept})
    return [
        PersonFound(
            person_id=row.pk,
            household_id=homes.get(row.pk),
            name=row.name,
            sex=row.sex,
            birth=row.birth,
            place=row.registered_place,
            place_name=names[row.registered_place],
            address=row.address,
            masked_id=mask_id(decrypt(row.id_cipher)) if row.id_cipher is not None else "",
            died_on=row.died_on,
        )
        for row in kept
    ]


def _both(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])


def _is_county(low: str, high: str) -> bool:
    """Whether the range is one county or less."""
    return low[:6].isdigit() and high <= f"{int(low[:6]) + 1:06d}000000"
