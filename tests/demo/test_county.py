"""The made-up county: nobody real, nobody impossible, and the same bytes every time."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from demo.county import County, generate
from demo.county.model import DIBAO, EDGE, KNOWN_ON, TEKUN
from demo.county.places import read_places
from doudi.kernel.ids import (
    check_bank_card,
    check_credit_code,
    check_disability_certificate,
    check_resident_id,
)
from doudi.people.kinds import KINDS

ROOT = Path(__file__).parents[2]
STORY_KINDS = 22


@pytest.fixture(scope="module")
def county() -> County:
    return generate(scale=0.02)


DIGEST = """
import hashlib, sys, tempfile
from pathlib import Path
from demo.county import generate
from demo.county.files import write_month
county = generate(scale=0.005)
total = hashlib.sha256()
known = (county.people, county.households, county.facts(), county.awards, county.accounts)
for record in (each for records in known for each in records):
    total.update(repr(record).encode())
with tempfile.TemporaryDirectory() as folder:
    for path in write_month(county, Path(folder)):
        total.update(path.read_bytes())
    county.write_truth(Path(folder) / "truth.jsonl")
    total.update((Path(folder) / "truth.jsonl").read_bytes())
print(total.hexdigest())
"""


def test_two_processes_with_different_hash_seeds_make_the_same_bytes() -> None:
    digests = set()
    for hash_seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1


def test_another_seed_makes_another_county(county: County) -> None:
    other = generate(seed=1, scale=0.002)
    assert [p.name for p in other.people[:50]] != [p.name for p in county.people[:50]]


def test_every_id_is_unique_passes_the_check_and_belongs_to_no_real_county(county: County) -> None:
    strangers = [person for each in county.outsiders.values() for person in each]
    everybody = [*county.people, *strangers]
    assert len({person.id_number for person in everybody}) == len(everybody)
    for person in everybody:
        assert person.id_number.startswith("620599")
        said = check_resident_id(person.id_number, today=KNOWN_ON)
        assert (said.birth, said.sex) == (person.birth, person.sex)


def test_certificates_cards_and_credit_codes_pass_their_checks(county: County) -> None:
    for known in (county.disabilities, county.events.disabilities):
        for local_id, disability in known.items():
            check_disability_certificate(disability.number, today=KNOWN_ON)
            assert disability.number.startswith(county.person(local_id).id_number)
    for account in county.accounts:
        check_bank_card(account.card)
    assert len({account.card for account in county.accounts}) == len(county.accounts)
    for enterprise in county.enterprises.values():
        check_credit_code(enterprise.uscc)


def test_each_household_has_one_head_who_comes_first_and_members_follow_on(county: County) -> None:
    seen = []
    for household in county.households:
        members = county.members(household)
        assert [p.relation == "户主" for p in members] == [True] + [False] * (len(members) - 1)
        assert {p.household_id for p in members} == {household.local_id}
        assert sum(p.relation == "配偶" for p in members) <= 1
        assert members[0].age >= 18
        seen += list(household.members)
    assert seen == [person.local_id for person in county.people]


def test_children_are_younger_than_their_parents_by_a_generation(county: County) -> None:
    for household in county.households:
        head, *others = county.members(household)
        for person in others:
            years = person.age - head.age
            if person.relation in ("子", "女"):
                assert years <= -16, (household, person)
            elif person.relation in ("孙子", "孙女"):
                assert years <= -34, (household, person)
            elif person.relation in ("父亲", "母亲"):
                assert years >= 16, (household, person)
            elif person.relation == "配偶":
                assert person.sex != head.sex
                assert abs(years) <= 8


def test_people_live_in_real_villages_and_some_live_or_are_registered_elsewhere(
    county: County,
) -> None:
    villages = {village.code: village for village in read_places().villages}
    assert len(villages) == 268
    for household in county.households:
        assert villages[household.place].urban == household.urban
        assert not household.urban or household.place.startswith("620521100")
    away = sum(p.residence_place[:6] != "620521" for p in county.people)
    assert 0.08 < away / len(county.people) < 0.25
    assert any(p.registered_place[:6] != "620521" for p in county.people)


def test_the_pyramid_is_that_of_a_poor_rural_county(county: County) -> None:
    size = len(county.people)
    assert size == pytest.approx(6000, abs=10)
    old = sum(p.age >= 60 for p in county.people) / size
    young = sum(p.age < 15 for p in county.people) / size
    assert 0.16 < old < 0.26
    assert 0.13 < young < 0.25
    assert 2.8 < size / len(county.households) < 4.0
    assert any("·" in p.name for p in county.people)
    assert any(set(p.name) & set("㐂𠮷䶮㛃喆赟") for p in county.people)


def test_nobody_has_two_basic_benefits_and_each_award_is_a_fact_of_its_holder(
    county: County,
) -> None:
    basic = [a for a in county.awards if a.programme in (DIBAO, TEKUN, EDGE)]
    covered = Counter(member for award in basic for member in award.members)
    assert set(covered.values()) == {1}
    told = {
        (fact.person_local_id, fact.key): fact.amount_fen
        for fact in county.facts()
        if fact.kind == "benefit"
    }
    assert told == {(a.holder, a.programme): a.amount_fen for a in county.awards}


def test_facts_of_day_one_hold_nothing_that_happened_in_the_month(county: County) -> None:
    kinds = set()
    for fact in county.facts():
        kinds.add(fact.kind)
        assert fact.kind in KINDS
        assert fact.valid_since <= KNOWN_ON, fact
    assert kinds == {
        "income.wage", "income.business", "income.property", "income.transfer", "disability",
        "illness.chronic", "illness.major", "vehicle", "house", "enterprise", "schooling",
        "unemployment", "benefit", "fp", "income.reviewed", "property.reviewed", "asset.financial",
    }  # fmt: skip


def test_recipients_of_dibao_are_poor_and_own_nothing_that_speaks_against_it(
    county: County,
) -> None:
    for household in county.households:
        if household.group == DIBAO:
            assert county.per_head_fen(household, gross=True) < household.standard_fen
            assert county.is_clean(household)


def test_every_kind_of_story_is_told_and_each_household_has_one_only(county: County) -> None:
    kinds = Counter(story.kind for story in county.truth)
    assert len(kinds) == STORY_KINDS
    assert len({story.household_id for story in county.truth}) == len(county.truth)
    assert {story.expect for story in county.truth} == {
        "approve", "refuse_income", "refuse_property", "subsidy", "review", "keep",
    }  # fmt: skip


def test_nobody_is_poor_without_a_story_or_a_benefit(county: County) -> None:
    for household in county.households:
        if household.group == "普通" and household.local_id not in county.events.told:
            assert county.per_head_fen(household) > household.standard_fen * 3 // 2, household


def test_nobody_but_those_in_stories_pays_a_large_bill_or_dies_as_a_recipient(
    county: County,
) -> None:
    patients = {story.person_local_id for story in county.truth if "医保住院" in story.files}
    for stay in county.events.stays:
        assert (stay.self_pay > 600000) == (stay.person_local_id in patients)
        assert min(stay.basic, stay.serious, stay.aid, stay.self_pay) >= 0
    dead = {story.person_local_id for story in county.truth if "死亡" in story.kind + story.why}
    for award in county.awards:
        assert set(award.members) & set(county.events.deaths) <= dead
