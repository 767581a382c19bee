"""Means are verified with everyone's consent, answered by who knows, and reported whole."""

from datetime import date

import pytest

from doudi.base.access import scope
from doudi.base.models import OfficialYear, Task
from doudi.exchange import verification
from doudi.kernel import clock
from doudi.kernel.problems import NotThere
from doudi.people.models import Consent, Person
from tests.arrange import COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, actor, arranging
from tests.exchange.arrange import register, send
from tests.exchange.samples import as_csv, good_table

pytestmark = pytest.mark.django_db
CLERK = actor("township_clerk", TOWNSHIP)
ITEMS = ["养老金", "车辆", "婚姻", "存款"]


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(date(2022, 6, 2)):
        yield


def consent(*person_ids: int, items: tuple[str, ...] = tuple(ITEMS)) -> None:
    with arranging():
        OfficialYear.objects.get_or_create(year=2022, defaults={"source": "x"})
        for person_id in person_ids:
            Consent.objects.create(
                person_id=person_id, items=list(items), purpose="核对", signed_by="本人",
                signed_on=date(2022, 5, 1), before=date(2023, 5, 1),
            )  # fmt: skip


def ask(people: list[int], items: list[str] = ITEMS) -> int:
    return verification.request("cases.case:1", VILLAGE, people, items, by=CLERK).pk


def test_without_the_consent_of_each_adult_nothing_is_asked_and_who_is_missing_is_named_masked():
    known = register((1, 2))
    consent(known[1])
    with scope(COUNTY):
        missing = Person.objects.get(pk=known[2]).name
    with pytest.raises(verification.ConsentMissing) as caught:
        ask(list(known.values()))
    assert missing[0] in str(caught.value)
    assert missing not in str(caught.value)


def test_a_child_needs_no_consent_of_its_own():
    known = register((1, 2))
    with arranging():
        Person.objects.filter(pk=known[2]).update(birth=date(2015, 1, 1))
    consent(known[1])
    assert ask(list(known.values()))


def test_consent_for_other_things_is_no_consent():
    known = register((1,))
    consent(known[1], items=("车辆",))
    with pytest.raises(verification.ConsentMissing):
        ask([known[1]])


def test_it_is_to_be_started_within_three_working_days_and_a_task_says_so():
    known = register((1,))
    consent(known[1])
    number = ask([known[1]])
    with scope(COUNTY):
        task = Task.objects.get()
        # 2 June 2022 is a Thursday, 3 June the Dragon Boat holiday only where it is loaded.
        assert task.due_on == date(2022, 6, 7)
        assert task.subject == f"exchange.verification:{number}"
    assert ask([known[1]]) == number
    verification.answer_from_registry(number)
    with scope(COUNTY):
        assert Task.objects.get().done_at is not None


def test_the_registry_answers_what_it_knows_and_the_rest_is_reported_as_unanswered():
    known = register((1, 2))
    consent(*known.values())
    send(as_csv(good_table("pension", 1)))
    send(as_csv(good_table("vehicle", 1)), "vehicle")
    number = ask(list(known.values()))
    assert verification.answer_from_registry(number) == 6
    assert verification.answer_from_registry(number) == 0
    verification.enter_answer(
        number, known[1], "存款", True, "余额合计", amount_fen=123_45, source="农商行", by=CLERK
    )
    verification.finish(number, by=CLERK)
    with scope(COUNTY):
        told = verification.report(number)
    assert told["unanswered"] == 1
    first = {line["item"]: line for line in told["people"][0]["items"]}
    assert first["养老金"]["amount_fen"] == 12_136
    assert "121.36 元" in first["养老金"]["summary"]
    assert first["车辆"]["found"]
    assert first["存款"]["source"] == "农商行"
    second = {line["item"]: line for line in told["people"][1]["items"]}
    assert not second["车辆"]["found"]
    assert second["存款"]["summary"] == "未答复"
    with pytest.raises(verification.VerificationFinished):
        verification.enter_answer(number, known[2], "存款", False, "无", by=CLERK)


def test_nobody_asks_about_people_of_another_place():
    known = register((1,), OTHER_COUNTY)
    with pytest.raises(NotThere):
        ask([known[1]])


def test_an_unknown_item_and_an_empty_request_are_refused():
    known = register((1,))
    with pytest.raises(verification.UnknownItem):
        ask([known[1]], ["星座"])
    with pytest.raises(verification.NobodyToVerify):
        ask([], ITEMS)
