"""What an indicator says it needs is never more than it needs, else people were missed."""

from collections import Counter
from dataclasses import replace

import pytest

from doudi.watch.indicators import INDICATORS
from doudi.watch.indicators.needing import Has, Not, OfKinds, met
from doudi.watch.views import HouseholdView
from tests.watch.screening.people import random_families
from tests.watch.views import DAY, household

FAMILIES = 6_000


@pytest.fixture(scope="module")
def families() -> list[HouseholdView]:
    return [
        household(*told, urban=urban)
        for urban in (False, True)
        for told in random_families(1 + urban, FAMILIES // 2, urban=urban)
    ]


def missed(code: str, families: list[HouseholdView]) -> tuple[int, int, int]:
    """How often it fired, how often without its need, and how often the need held for nothing."""
    each, found = INDICATORS[code], Counter[str]()
    for family in families:
        for person in family.members:
            if not any(kind in person.facts for kind in each.triggers):
                continue
            fired = bool(each.fires(person, family, DAY))
            needed = each.needs is None or met(each.needs, person, family, DAY)
            found["fired"] += fired
            found["missed"] += fired and not needed
            found["in vain"] += needed and not fired
    return found["fired"], found["missed"], found["in vain"]


@pytest.mark.parametrize("code", sorted(INDICATORS))
def test_where_an_indicator_fires_its_need_is_met(code, families):
    fired, lost, _ = missed(code, families)
    assert fired >= 5, "the families of this test never make it fire: the test says nothing"
    assert lost == 0


def test_a_need_that_asks_too_much_is_caught(families, monkeypatch):
    stricter = replace(INDICATORS["R10"], needs=INDICATORS["R10"].needs & OfKinds("K01", "K02"))
    monkeypatch.setitem(INDICATORS, "R10", stricter)
    assert missed("R10", families)[1] > 0


def test_what_says_too_much_cannot_be_negated():
    with pytest.raises(AssertionError):
        Not(Has(("schooling",), words=lambda day: ("辍学",)))
