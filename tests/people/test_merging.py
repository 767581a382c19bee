"""Two files of one person become one, and come apart again exactly as if it had never been."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from doudi.base.access import Actor, scope
from doudi.base.models import AuditEntry
from doudi.kernel import clock
from doudi.people import facts, merging, registry, search
from doudi.people import queries as people_queries
from doudi.people.facts import FactValue
from doudi.people.models import Fact, Household, Member, PersonMerge, PersonPlace
from doudi.people.problems import (
    AlreadyMerged,
    BothReceive,
    CannotRestore,
    DeathsDiffer,
    HeadsOthers,
    MergedAway,
    NotMerged,
    SamePerson,
)
from tests.arrange import COUNTY, actor, arranging
from tests.people.people import a_household, a_person

pytestmark = pytest.mark.django_db
REVIEWER = actor("county_reviewer")
SYSTEM = Actor.system(COUNTY)


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(datetime(2022, 6, 2, 9, tzinfo=clock.SHANGHAI)):
        yield


def tell(person: int, source: str, amount: int, key: str = "城乡居民基本养老保险") -> None:
    value = FactValue("pension", key, amount, "", None, date(2022, 1, 1))
    facts.record(person, (value,), source, by=SYSTEM)


def stands() -> dict[str, list[Any]]:
    """Everything that a page would show of persons, households and facts, without clocks."""
    with scope(COUNTY):
        known = Fact.objects.filter(known_before=None)
        return {
            "facts": sorted(
                known.values_list(
                    "person_id",
                    "kind",
                    "key",
                    "amount_fen",
                    "code",
                    "valid_since",
                    "valid_before",
                    "source",
                )
            ),
            "members": sorted(
                Member.objects.values_list(
                    "id", "household_id", "person_id", "relation", "since", "before"
                ),
                key=str,
            ),
            "households": sorted(Household.objects.values_list("id", "head_id", "before"), key=str),
            "places": sorted(PersonPlace.objects.values_list("person_id", "place", "why")),
        }


def two_files() -> tuple[int, int]:
    """One person twice: once in a family, once alone in a household of one."""
    wife, kept = a_person("李秀英", 1), a_person("王建国", 2)
    a_household(wife, kept, relations=("配偶",))
    gone = a_person("王建囯", 3)
    a_household(gone)
    return kept.pk, gone.pk


def merge(kept: int, gone: int) -> PersonMerge:
    return merging.merge_people(kept, gone, "查看户口簿，同一人", by=REVIEWER)


def amounts(person: int) -> list[int | None]:
    with scope(COUNTY):
        return [fact.amount_fen for fact in facts.facts_of([person])[person]]


def test_what_is_known_of_either_file_is_known_of_the_kept_one():
    kept, gone = two_files()
    tell(kept, "delivery:1:2", 100)
    tell(gone, "delivery:1:3", 7, key="企业职工基本养老保险")
    merge(kept, gone)
    assert sorted(map(str, amounts(kept))) == ["100", "7"]
    assert amounts(gone) == [7], "nothing moves: the file that is given up keeps what it said"


def test_the_newer_of_two_statements_stands_whichever_file_it_came_to():
    kept, gone = two_files()
    tell(gone, "delivery:1:2", 100)
    with clock.business_at(datetime(2022, 6, 3, 9, tzinfo=clock.SHANGHAI)):
        tell(kept, "delivery:2:2", 120)
        merge(kept, gone)
        assert amounts(kept) == [120]
        tell(gone, "delivery:3:2", 130)
        assert amounts(kept) == [130]


def test_the_file_that_is_given_up_leaves_its_household_and_counts_nowhere_twice():
    kept, gone = two_files()
    merge(kept, gone)
    with scope(COUNTY):
        assert not Member.objects.filter(person_id=gone, before=None).exists()
        assert Household.objects.filter(before=None).count() == 1
        assert search.find_people("王建", place=None)[0].person_id == kept
        assert len(search.find_people("王建", place=None)) == 1


def test_undone_at_once_everything_stands_as_before():
    kept, gone = two_files()
    tell(kept, "delivery:1:2", 100)
    tell(gone, "delivery:1:3", 90)
    before = stands()
    made = merge(kept, gone)
    assert stands() != before
    merging.unmerge_people(made.pk, "查证是两个人", by=REVIEWER)
    assert stands() == before
    with scope(COUNTY):
        row = PersonMerge.objects.get()
        assert (row.undone_why, row.undone_at is not None) == ("查证是两个人", True)


def happenings(kept: int, gone: int) -> None:
    """What comes meanwhile: news of both, a correction, a delivery that is taken back."""
    tell(gone, "delivery:5:2", 110)
    tell(kept, "delivery:6:2", 115)
    tell(gone, "delivery:7:2", 125)
    tell(gone, "delivery:8:9", 3, key="企业职工基本养老保险")
    with arranging():
        facts.close_source("delivery:7")
    tell(kept, "delivery:9:2", 140)


def without_the_merge(kept: int, gone: int) -> dict[str, list[Any]]:
    happenings(kept, gone)
    return stands()


def with_the_merge(kept: int, gone: int) -> dict[str, list[Any]]:
    made = merge(kept, gone)
    happenings(kept, gone)
    merging.unmerge_people(made.pk, "查证是两个人", by=REVIEWER)
    return stands()


def worlds() -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The same news in two worlds, the second one merged and taken apart; told apart by numbers."""
    told = []
    for run in (without_the_merge, with_the_merge):
        kept, gone = two_files_at(len(told))
        tell(kept, "delivery:1:2", 100)
        tell(gone, "delivery:1:3", 90)
        shown = run(kept, gone)
        facts_of_both = [(each[0] - kept, *each[1:]) for each in shown["facts"]
                         if each[0] in (kept, gone)]  # fmt: skip
        members = [(each[2] - kept, each[3], each[5]) for each in shown["members"]
                   if each[2] in (kept, gone)]  # fmt: skip
        told.append({"facts": sorted(facts_of_both, key=str), "members": sorted(members, key=str)})
    return told[0], told[1]


def two_files_at(at: int) -> tuple[int, int]:
    wife, kept = a_person("李秀英", 10 * at + 1), a_person("王建国", 10 * at + 2)
    a_household(wife, kept, relations=("配偶",))
    gone = a_person("王建囯", 10 * at + 3)
    a_household(gone)
    return kept.pk, gone.pk


def test_undone_later_what_came_meanwhile_stands_with_the_file_to_which_it_came():
    never, undone = worlds()
    assert undone == never
    assert len(never["facts"]) == 3


def test_a_mirror_that_is_forgotten_at_the_undoing_is_caught(monkeypatch):
    real = facts.close_source
    monkeypatch.setattr(
        merging.facts, "close_source", lambda source: real(f"{source}:delivery:1")
    )  # only what was there at the merge, not what came later
    never, undone = worlds()
    assert undone != never


def test_a_delivery_that_is_taken_back_is_taken_back_from_the_kept_file_too():
    kept, gone = two_files()
    merge(kept, gone)
    tell(gone, "delivery:5:2", 110)
    tell(gone, "delivery:6:2", 120)
    assert amounts(kept) == [120]
    with arranging():
        facts.close_source("delivery:6")
    assert amounts(gone) == [110]
    assert amounts(kept) == [110]


def test_two_live_awards_of_one_scheme_refuse_the_merge_and_name_the_scheme():
    kept, gone = two_files()
    with scope(COUNTY):
        wife = Household.objects.order_by("id")[0].head_id
    for person, source in ((wife, "decision:1"), (gone, "decision:2")):
        value = FactValue("benefit", "低保", 60_000, "一类", None, date(2022, 1, 1))
        facts.record(person, (value,), source, by=SYSTEM)
    with pytest.raises(BothReceive) as refused:
        merge(kept, gone)
    assert "低保" in str(refused.value)
    facts.record(
        gone,
        (FactValue("benefit", "低保", 60_000, "一类", None, date(2022, 1, 1), date(2022, 5, 1)),),
        "decision:3", by=SYSTEM,
    )  # fmt: skip
    assert merge(kept, gone)


def test_one_award_of_the_household_in_which_both_files_live_is_no_obstacle():
    kept, gone = a_person("王建国", 2), a_person("王建囯", 3)
    a_household(kept, gone)
    value = FactValue("benefit", "低保", 60_000, "一类", None, date(2022, 1, 1))
    facts.record(kept.pk, (value,), "decision:1", by=SYSTEM)
    made = merge(kept.pk, gone.pk)
    assert merging.unmerge_people(made.pk, "查证", by=REVIEWER)


def test_a_head_who_is_given_up_hands_the_household_to_the_kept_file_and_gets_it_back():
    gone, kept = a_person("王建国", 2), a_person("王建囯", 3)
    home = a_household(gone, kept)
    made = merge(kept.pk, gone.pk)
    with scope(COUNTY):
        assert Household.objects.get(pk=home.pk).head_id == kept.pk
    merging.unmerge_people(made.pk, "查证", by=REVIEWER)
    with scope(COUNTY):
        assert Household.objects.get(pk=home.pk).head_id == gone.pk


def test_who_heads_another_family_is_not_given_up():
    kept = a_person("王建国", 2)
    a_household(kept)
    gone, child = a_person("王建囯", 3), a_person("王小", 4)
    a_household(gone, child)
    with pytest.raises(HeadsOthers):
        merge(kept.pk, gone.pk)


def test_merges_are_not_chained_and_a_file_is_not_merged_with_itself():
    kept, gone = two_files()
    third = a_person("王建国", 5).pk
    merge(kept, gone)
    for pair in ((third, gone), (gone, third), (third, kept)):
        with pytest.raises(AlreadyMerged):
            merge(*pair)
    with pytest.raises(SamePerson):
        merge(kept, kept)
    assert merge(kept, third), "a further file of the same person may join the kept one"


def test_deaths_that_differ_refuse_the_merge():
    kept, gone = two_files()
    registry.record_death(gone, date(2022, 5, 1), "visit:1", by=SYSTEM)
    with pytest.raises(DeathsDiffer):
        merge(kept, gone)


def test_a_file_that_was_given_up_joins_no_household_and_is_undone_once():
    kept, gone = two_files()
    made = merge(kept, gone)
    with scope(COUNTY):
        home = Household.objects.filter(before=None).get()
    with pytest.raises(MergedAway):
        registry.join(home.pk, registry.MemberFacts(gone, "子"), date(2022, 6, 2), by=SYSTEM)
    merging.unmerge_people(made.pk, "查证", by=REVIEWER)
    with pytest.raises(NotMerged):
        merging.unmerge_people(made.pk, "再次", by=REVIEWER)


def test_a_household_that_was_changed_since_is_not_restored_over():
    gone, kept, third = a_person("王建国", 2), a_person("王建囯", 3), a_person("王芳", 4)
    home = a_household(gone, kept, third)
    made = merge(kept.pk, gone.pk)
    with arranging():
        Household.objects.filter(pk=home.pk).update(head_id=third.pk)
    with pytest.raises(CannotRestore):
        merging.unmerge_people(made.pk, "查证", by=REVIEWER)


def test_who_merged_and_why_is_in_the_audit_and_in_the_aid_chain():
    kept, gone = two_files()
    made = merge(kept, gone)
    with scope(COUNTY):
        home = people_queries.household_of(kept, date(2022, 6, 2))
        told = people_queries.chain_of(home).filter(kind="并档").get()
    assert told.subject == f"people.merge:{made.pk}"
    assert AuditEntry.objects.filter(kind="A", name="person.merge").exists()
