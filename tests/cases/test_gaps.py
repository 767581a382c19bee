"""What a household may be due and does not have, and what it has and may not have together."""

from __future__ import annotations

from datetime import date

import pytest

from doudi.base.access import scope
from doudi.cases.gaps import CLASH, MAYBE, gaps_of
from doudi.people.facts import FactValue, put
from tests.arrange import COUNTY, arranging
from tests.cases.world import World

pytestmark = pytest.mark.django_db
SINCE = date(2022, 1, 1)


def known(person_id: int, *values: FactValue) -> None:
    with arranging():
        put(person_id, values, f"delivery:{person_id}:1")


def found(world: World) -> list[tuple[int | None, str, str]]:
    with scope(COUNTY):
        told = gaps_of(world.household_id, "620521100201")
    return [(gap.person_id, gap.kind, gap.programme) for gap in told]


def test_the_severely_disabled_without_nursing_subsidy_are_a_gap(world: World):
    assert not [gap for gap in found(world) if "护理" in gap[2]]
    known(world.spouse_id, FactValue("disability", "", None, "41", None, SINCE))
    assert (world.spouse_id, MAYBE, "重度残疾人护理补贴") in found(world)
    with scope(COUNTY):
        gap = next(g for g in gaps_of(world.household_id, "620521100201") if "护理" in g.programme)
    assert gap.procedure == "残疾人两项补贴"
    assert "长期照护月数" in gap.why


def test_who_has_the_subsidy_is_no_gap(world: World):
    known(
        world.spouse_id,
        FactValue("disability", "", None, "41", None, SINCE),
        FactValue("benefit", "重度残疾人护理补贴", 10_000, "", None, SINCE),
    )
    assert not [gap for gap in found(world) if "护理" in gap[2]]


def test_two_programmes_that_exclude_each_other_are_an_overlap(world: World):
    known(
        world.applicant_id,
        FactValue("benefit", "特困", 70_000, "", None, SINCE),
        FactValue("benefit", "重度残疾人护理补贴", 10_000, "", None, SINCE),
    )
    assert found(world)[0] == (world.applicant_id, CLASH, "特困、重度残疾人护理补贴")
