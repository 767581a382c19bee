"""The first load of a registry: hundreds of thousands of people, set-based, in chunks.

A chunk is one action, so one transaction: a kill between chunks loses nothing, and the same load
again goes on with the first chunk that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any

from django.db import connection

from doudi.base.access import NATION, Actor, scope
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.statistics import refresh
from doudi.kernel import faults
from doudi.kernel.collecting import without_collecting
from doudi.kernel.problems import Problem, require
from doudi.people import _loading_sql as sql
from doudi.people._loading_rows import account_line, fact_line, household_line, person_line
from doudi.people.facts import FactValue
from doudi.people.models import (
    Fact,
    Household,
    LoadedBatch,
    Member,
    PayeeAccount,
    Person,
    PersonPlace,
    SearchGram,
)

CHUNK = 50_000


class RegistryOverlaps(Problem):
    """Somebody in the source is in the registry already, or stands in the source twice."""

    code = "registry.overlaps"
    status = 409
    say = "名册“{name}”第{chunk}段有 {count} 个身份证号重复或已经登记，这一段没有导入。"
    next = "请核对名册中的重复人员，或确认这份名册是否已用别的名称导入过。"
    fields = ("name", "chunk", "count")


class RegistryOutOfOrder(Problem):
    """Facts or people do not come in the order of the households."""

    code = "registry.out_of_order"
    say = "名册“{name}”的{what}没有按家庭和人员的顺序排列，后面的内容没有导入。"
    next = "请按户排序后重新导入；已导入的部分不会重复。"
    fields = ("name", "what")


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household of the source, by the source's own number; ``head`` is a person's local id."""

    local_id: int
    number: str
    place: str
    urban: bool
    address: str
    head: int
    since: date


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of the source; members of one household stand together, in order of households."""

    local_id: int
    household: int
    relation: str
    name: str
    id_number: str
    sex: str
    birth: date
    registered_place: str
    residence_place: str
    urban: bool
    address: str = ""
    phone: str = ""
    ethnic: str = ""
    marital: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A confirmed payee account of a person of the source."""

    person: int
    bank: str
    card: str
    holder_name: str


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """What a registry holds; ``facts`` are (local id of a person, statement), ordered as people."""

    known_at: datetime
    households: Iterable[HouseholdRow]
    people: Iterable[PersonRow]
    facts: Iterable[tuple[int, FactValue]] = ()
    accounts: Iterable[AccountRow] = ()


@dataclass(slots=True)
class _Part:
    households: list[HouseholdRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    facts: list[tuple[int, FactValue]] = field(default_factory=list)
    accounts: list[AccountRow] = field(default_factory=list)


class _Chunk:
    """One part under its number; shown to the audit by its size, never by its people."""

    def __init__(self, name: str, number: int, part: _Part, known_at: datetime) -> None:
        self.name, self.number, self.part, self.known_at = name, number, part, known_at

    @property
    def batch(self) -> str:
        return f"{self.name}#{self.number:04d}"

    def __str__(self) -> str:
        return f"{self.batch}: {len(self.part.people)} people, {len(self.part.facts)} facts"


def load_registry(
    name: str, source: RegistrySource, by: Actor, *, chunk_size: int = CHUNK
) -> LoadedBatch:
    """Load a registry under a name; the same name again changes nothing.

    Raises ``RegistryOverlaps`` for people who are known already; what was loaded before stays, and
    a later call with the mended source goes on there (with the same ``chunk_size``).
    """
    done = LoadedBatch.objects.filter(name=name).first()
    if done is not None:
        return done
    loaded = set(
        LoadedBatch.objects.filter(name__startswith=f"{name}#").values_list("name", flat=True)
    )
    for number, part in enumerate(_parts(name, source, chunk_size), 1):
        chunk = _Chunk(name, number, part, source.known_at)
        if chunk.batch not in loaded:
            _load_chunk(chunk, by=by)
        faults.here("people.load:chunk")
    refresh(Person, PersonPlace, SearchGram, Household, Member, Fact, PayeeAccount)
    return _finish(name, by=by)


def _parts(name: str, source: RegistrySource, chunk_size: int) -> Iterator[_Part]:
    """Whole households, some ``chunk_size`` people at a time, with their facts and accounts."""
    households = iter(source.households)
    members = groupby(source.people, key=lambda person: person.household)
    facts = _Ahead(source.facts)
    accounts: dict[int, list[AccountRow]] = {}
    for account in source.accounts:
        accounts.setdefault(account.person, []).append(account)
    part = _Part()
    for household in households:
        number, people = next(members, (None, iter(())))
        require(number == household.local_id, RegistryOutOfOrder(name=name, what="人员"))
        part.households.append(household)
        for person in people:
            part.people.append(person)
            part.facts.extend(facts.of(person.local_id))
            part.accounts.extend(accounts.pop(person.local_id, ()))
        if len(part.people) >= chunk_size:
            yield part
            part = _Part()
    if part.households:
        yield part
    require(next(members, None) is None, RegistryOutOfOrder(name=name, what="人员"))
    require(facts.ended and not accounts, RegistryOutOfOrder(name=name, what="事实或账户"))


class _Ahead:
    """Facts read one ahead, handed out person by person."""

    def __init__(self, facts: Iterable[tuple[int, FactValue]]) -> None:
        self._facts = iter(facts)
        self._next = next(self._facts, None)

    @property
    def ended(self) -> bool:
        return self._next is None

    def of(self, person: int) -> Iterator[tuple[int, FactValue]]:
        while self._next is not None and self._next[0] == person:
            yield self._next
            self._next = next(self._facts, None)


@action("people.load", needs="people.load")
def _load_chunk(chunk: _Chunk, *, by: Actor) -> LoadedBatch:
    lock(f"people.load:{chunk.name}")
    found = LoadedBatch.objects.filter(name=chunk.batch).first()
    if found is not None:
        return found
    # A migrant's residence lies outside the county, and must be written like all others.
    with scope(NATION), connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        with without_collecting():
            _copy_part(chunk.part)
        cursor.execute(sql.ANALYZE)
        cursor.execute(sql.DOUBLED)
        doubled = cursor.fetchone()[0]
        require(not doubled, RegistryOverlaps(name=chunk.name, chunk=chunk.number, count=doubled))
        told: dict[str, Any] = {"known_at": chunk.known_at, "source": f"registry:{chunk.name}"[:60]}
        for statement in sql.INSERTS:
            cursor.execute(statement, told)
        cursor.execute(sql.DROP)
    return LoadedBatch.objects.create(
        name=chunk.batch, people=len(chunk.part.people), facts=len(chunk.part.facts)
    )


@action("people.load_done", needs="people.load")
def _finish(name: str, *, by: Actor) -> LoadedBatch:
    lock(f"people.load:{name}")
    found = LoadedBatch.objects.filter(name=name).first()
    if found is not None:
        return found
    chunks = LoadedBatch.objects.filter(name__startswith=f"{name}#")
    told = list(chunks.values_list("people", "facts"))
    return LoadedBatch.objects.create(
        name=name, people=sum(people for people, _ in told), facts=sum(facts for _, facts in told)
    )


def _copy_part(part: _Part) -> None:
    """Give every person and household an id, and copy all of it to the temporary tables."""
    people = dict(
        zip((p.local_id for p in part.people), _ids("person", len(part.people)), strict=True)
    )
    homes = dict(
        zip(
            (h.local_id for h in part.households),
            _ids("household", len(part.households)),
            strict=True,
        )
    )
    since = {h.local_id: h.since for h in part.households}
    place = {h.local_id: h.place for h in part.households}
    _copy(
        "load_household",
        (household_line(h, homes[h.local_id], people[h.head]) for h in part.households),
    )
    _copy(
        "load_person",
        (
            person_line(
                p, people[p.local_id], homes[p.household], since[p.household], place[p.household]
            )
            for p in part.people
        ),
    )
    _copy("load_fact", (fact_line(people[who], value) for who, value in part.facts))
    _copy("load_account", (account_line(a, people[a.person]) for a in part.accounts))


def _ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(%s) from generate_series(1, %s)", [f"people_{table}_id_seq", count]
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(table: str, lines: Iterator[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        while block := "".join(islice(lines, 2000)):
            copy.write(block)
