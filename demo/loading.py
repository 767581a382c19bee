"""Hands the made-up county to the registry: seeds become rows, nothing else happens here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from demo.county import County
from demo.county.model import KNOWN_ON
from doudi.base.access import Actor, scope
from doudi.base.vault import token
from doudi.kernel import clock
from doudi.people.facts import FactValue
from doudi.people.loading import (
    AccountRow,
    HouseholdRow,
    PersonRow,
    RegistrySource,
    load_registry,
)

COUNTY_PLACE = "620521000000"
_SINCE = date(2015, 1, 1)  # when the county began its household cards


def household_number(place: str, local_id: int) -> str:
    """The number on the household card: village, year, running number."""
    return f"{place}{_SINCE.year}{local_id:06d}"


def local_id_of(number: str) -> int:
    """The other way: which seed a household's number stands for."""
    return int(number[-6:])


def load(county: County, name: str) -> int:
    """Load the registry as it was known on 2022-04-30; again changes nothing."""
    by = Actor.system(COUNTY_PLACE)
    source = RegistrySource(
        known_at=datetime.combine(KNOWN_ON, time(18), tzinfo=clock.SHANGHAI),
        households=_households(county),
        people=_people(county),
        facts=_facts(county),
        accounts=_accounts(county),
    )
    with scope(by):
        return int(load_registry(name, source, by).people)


def _households(county: County) -> Iterator[HouseholdRow]:
    for seed in county.households:
        yield HouseholdRow(
            local_id=seed.local_id,
            number=household_number(seed.place, seed.local_id),
            place=seed.place,
            urban=seed.urban,
            address=seed.address,
            head=seed.head,
            since=_SINCE,
        )


def _people(county: County) -> Iterator[PersonRow]:
    for seed in county.people:
        yield PersonRow(
            local_id=seed.local_id,
            household=seed.household_id,
            relation=seed.relation,
            name=seed.name,
            id_number=seed.id_number,
            sex=seed.sex,
            birth=seed.birth,
            registered_place=seed.registered_place,
            residence_place=seed.residence_place,
            urban=seed.urban,
            address=seed.address,
            phone=seed.phone,
            ethnic=seed.ethnic,
            marital=seed.marital,
        )


def _facts(county: County) -> Iterator[tuple[int, FactValue]]:
    for seed in county.facts():
        key = token(seed.key, "plate").hex()[:16] if seed.kind == "vehicle" else seed.key
        yield (
            seed.person_local_id,
            FactValue(
                kind=seed.kind,
                key=key,
                amount_fen=seed.amount_fen,
                code=seed.code or "",
                detail=seed.detail,
                valid_since=seed.valid_since,
                valid_before=seed.valid_before,
            ),
        )


def _accounts(county: County) -> Iterator[AccountRow]:
    for seed in county.accounts:
        yield AccountRow(seed.person_local_id, seed.bank, seed.card, seed.holder)
