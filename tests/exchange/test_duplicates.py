"""Persons who stand twice in the registry are found, decided by people, and come apart again."""

from __future__ import annotations

import pytest

from doudi.base.access import Actor, scope
from doudi.base.worklist import drain
from doudi.exchange import duplicates, scoring
from doudi.exchange.models import DeliveryRow, Duplicate
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.merging import merge_people
from doudi.people.models import Person, PersonMerge
from doudi.people.registry import PersonFacts, register_person
from tests.arrange import COUNTY, OTHER_COUNTY, VILLAGE, actor, arranging
from tests.exchange.arrange import REVIEWER, facts_now, register, send
from tests.exchange.samples import TODAY, as_csv, good_table, record, table
from tests.exchange.test_scoring import load_invented, slipped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


def second_file(of: int, name: str) -> int:
    """The same person once more, without an id and under another spelling."""
    with scope(COUNTY):
        first = Person.objects.get(pk=of)
    return register_person(
        PersonFacts(
            name=name, id_number="", registered_place=VILLAGE, residence_place=VILLAGE,
            urban=False, sex=first.sex, birth=first.birth,
        ),
        by=Actor.system(COUNTY),
    ).pk  # fmt: skip


def found() -> list[Duplicate]:
    duplicates.find_duplicates(by=REVIEWER)
    with scope(COUNTY):
        return list(duplicates.duplicates())


def test_a_second_file_without_id_is_found_and_nothing_is_merged_by_itself():
    load_invented(600)
    with scope(COUNTY):
        first = Person.objects.exclude(name__contains="·").order_by("pk")[7]
    twin = second_file(first.pk, first.name)
    rows = found()
    assert (first.pk, twin) in {(row.person_id, row.other_id) for row in rows}
    assert len(rows) < 8
    row = next(each for each in rows if each.other_id == twin)
    assert {part[0] for part in row.parts} >= {"姓名", "出生日期"}
    with scope(COUNTY):
        assert not PersonMerge.objects.exists()


def test_again_nothing_is_found_twice_and_what_was_dismissed_is_not_asked_again():
    load_invented(600)
    with scope(COUNTY):
        first = Person.objects.exclude(name__contains="·").order_by("pk")[7]
    second_file(first.pk, first.name)
    (row, *rest) = found()
    duplicates.dismiss_duplicate(row.pk, "堂兄弟", by=REVIEWER)
    assert duplicates.find_duplicates(by=REVIEWER) == 0
    assert len(found()) == len(rest)


def test_only_few_ids_are_opened_to_look_through_a_registry(monkeypatch):
    load_invented(600)
    opened: list[str] = []
    real = scoring.decrypt

    def opening(sealed: bytes) -> str:
        opened.append(real(sealed))
        return opened[-1]

    monkeypatch.setattr(scoring, "decrypt", opening)
    duplicates.find_duplicates(by=REVIEWER)
    assert len(opened) < 60


def test_the_work_list_looks_when_somebody_asks():
    load_invented(600)
    with scope(COUNTY):
        first = Person.objects.exclude(name__contains="·").order_by("pk")[7]
    second_file(first.pk, first.name)
    duplicates.ask_for_duplicates(by=REVIEWER)
    drain()
    with scope(COUNTY):
        assert duplicates.duplicates().exists()


def pair() -> tuple[Duplicate, int, int]:
    person, other = sorted(register((1, 2)).values())
    with arranging():
        told = Duplicate.objects.create(
            person_id=person, other_id=other, bits=12.5, parts=[["姓名", "同音", 8.2]],
            found_at=clock.business_now(),
        )  # fmt: skip
    return told, person, told.other_id


def test_a_merge_is_undone_by_reopening_and_the_pair_waits_again():
    row, kept, gone = pair()
    merged = duplicates.merge_duplicate(row.pk, kept, "查看户口簿", by=REVIEWER)
    assert merged.state == "已合并"
    with scope(COUNTY):
        live = PersonMerge.objects.get(undone_at=None)
        assert (live.kept_id, live.gone_id) == (kept, gone)
    back = duplicates.reopen_duplicate(row.pk, "认错了", by=REVIEWER)
    assert (back.state, back.merge_id) == ("待核", None)
    with scope(COUNTY):
        assert not PersonMerge.objects.filter(undone_at=None).exists()


def test_a_settled_pair_is_not_settled_again_and_a_stranger_is_not_kept():
    row, kept, _ = pair()
    with pytest.raises(NotThere):
        duplicates.merge_duplicate(row.pk, kept + 999_999, "x", by=REVIEWER)
    duplicates.dismiss_duplicate(row.pk, "两个人", by=REVIEWER)
    with pytest.raises(duplicates.DuplicateSettled):
        duplicates.merge_duplicate(row.pk, kept, "x", by=REVIEWER)


def test_only_who_reviews_matches_merges_and_nobody_sees_another_countys_pairs():
    row, kept, _ = pair()
    with pytest.raises(NotAllowed):
        duplicates.merge_duplicate(row.pk, kept, "x", by=actor("township_clerk"))
    with pytest.raises(NotThere):
        duplicates.dismiss_duplicate(row.pk, "x", by=actor("county_reviewer", OTHER_COUNTY))


def test_a_file_given_up_is_nobodys_candidate_and_its_id_still_tells_of_the_kept_one():
    known = register(range(1, 60))
    merge_people(known[40], known[41], "户口簿", by=REVIEWER)
    delivery = send(as_csv(table("pension", [record("pension", 41)])))
    told = {fact[0] for fact in facts_now()}
    assert told == {known[40], known[41]}
    number = record("pension", 41)["社会保障号码"]
    rows = good_table("pension", 20)
    rows.append([*table("pension", [record("pension", 41) | {"社会保障号码": slipped(number)}])[1]])
    again = send(as_csv(rows), period="2022-06")
    with scope(COUNTY):
        wrong = DeliveryRow.objects.filter(delivery_id=again.pk, person_id=known[41])
        assert not wrong.exists()
    assert delivery.rows_matched == 1
