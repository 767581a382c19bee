"""Means are verified with everyone's consent, answered by who knows, and reported whole."""

from datetime import date, datetime

import pytest

from doudi.base.access import scope
from doudi.base.models import OfficialYear, Task
from doudi.exchange import verification
from doudi.exchange.conflicts import conflicts_of
from doudi.exchange.models import Verification
from doudi.kernel import clock
from doudi.kernel.problems import NotThere
from doudi.people.facts import FactSeen, FactValue, record
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


def finished() -> tuple[int, int]:
    """A finished verification of one person, and the person."""
    known = register((1,))
    consent(known[1])
    number = ask([known[1]])
    verification.answer_from_registry(number)
    verification.finish(number, by=CLERK)
    return number, known[1]


def seen(number: int) -> dict:
    with scope(COUNTY):
        return verification.report(number)


def test_what_departments_sent_by_request_answers_and_what_none_was_asked_for_stays_unanswered():
    known = register((1, 2))
    items = ["存款", "公积金", "纳税"]
    consent(*known.values(), items=tuple(items))
    for code in ("bank_balance", "provident_fund", "tax"):
        send(as_csv(good_table(code, 1)), code)
    number = ask(list(known.values()), items)
    assert verification.answer_from_registry(number) == 3
    first = {line["item"]: line for line in seen(number)["people"][0]["items"]}
    assert first["存款"]["amount_fen"] == 1_201_07
    assert first["公积金"]["amount_fen"] == 9_001_12
    assert "甘肃银行" in first["存款"]["summary"]
    second = seen(number)["people"][1]["items"]
    assert {line["summary"] for line in second} == {"未答复"}


def test_the_report_stands_as_it_was_when_it_was_finished_and_grows_old():
    number, _ = finished()
    before = seen(number)
    assert before["valid"]
    send(as_csv(good_table("pension", 1)))
    assert seen(number)["people"] == before["people"]
    with clock.business_at(date(2022, 12, 2)):
        told = seen(number)
    assert (told["valid"], told["valid_before"]) == (False, "2022-12-02")


def test_an_objection_is_answered_once_and_upholds_the_report_or_asks_again():
    number, _ = finished()
    first = verification.object_to(number, "车辆已经卖了", by=CLERK)
    verification.answer_objection(first.pk, False, "交管部门登记未变更", by=CLERK)
    with pytest.raises(verification.ObjectionAnswered):
        verification.answer_objection(first.pk, True, "再查", by=CLERK)
    second = verification.object_to(number, "已经过户", by=CLERK)
    send(as_csv(good_table("pension", 1)))
    verification.answer_objection(second.pk, True, "重新核对", by=CLERK)
    assert [each["outcome"] for each in seen(number)["objections"]] == ["维持", "重新核对"]
    with scope(COUNTY):
        again = Verification.objects.get(repeats_id=number)
    verification.answer_from_registry(again.pk)
    new = {line["item"]: line for line in seen(again.pk)["people"][0]["items"]}
    old = {line["item"]: line for line in seen(number)["people"][0]["items"]}
    assert (old["养老金"]["found"], new["养老金"]["found"]) == (False, True)


def test_asking_again_needs_the_consents_again():
    number, person = finished()
    with arranging():
        Consent.objects.filter(person_id=person).update(before=date(2022, 6, 2))
    with pytest.raises(verification.ConsentMissing):
        verification.repeat(number, by=CLERK)


def test_nothing_is_said_against_a_report_that_is_not_there_yet_nor_without_words():
    known = register((1,))
    consent(known[1])
    number = ask([known[1]])
    with pytest.raises(verification.NotFinished):
        verification.object_to(number, "不对", by=CLERK)
    with pytest.raises(verification.NotFinished):
        verification.repeat(number, by=CLERK)
    with pytest.raises(verification.ObjectionEmpty):
        verification.object_to(number, " ", by=CLERK)


def test_conflicts_between_sources_stand_in_the_report_ranked_and_only_about_what_was_asked():
    known = register((1,))
    items = ("养老金", "死亡", "存款")
    consent(known[1], items=items)
    send(as_csv(good_table("pension", 1)))
    send(as_csv(good_table("bank_balance", 1)), "bank_balance")
    send(as_csv(good_table("death", 1)), "death")
    send(as_csv(good_table("jobless", 1)), "jobless")
    send(as_csv(good_table("public_payroll", 1)), "public_payroll")
    told = FactValue("asset.financial", "申报", 50_000, "", None, date(2022, 1, 1))
    record(known[1], (told,), "visit:1", by=CLERK)
    number = ask([known[1]], list(items))
    verification.answer_from_registry(number)
    conflicts = seen(number)["conflicts"]
    assert [each["rank"] for each in conflicts] == [1, 1, 5]
    assert "死亡" in conflicts[0]["text"]
    assert "只计部门数据" in conflicts[-1]["counted"]
    assert len(conflicts[-1]["sources"]) == 2
    lines = {line["item"]: line for line in seen(number)["people"][0]["items"]}
    assert lines["存款"]["amount_fen"] == 1_201_07, "the deposit is counted once"


WAGES = "工资、薪金所得"
JUNE = date(2022, 6, 1)
KNOWN = datetime(2022, 6, 1, tzinfo=clock.SHANGHAI)


def fact(kind: str, amount: int | None = None, key: str = "", code: str = "") -> FactSeen:
    source = f"delivery:{kind}:2"
    return FactSeen(
        1, 1, kind, key, amount, code, None, date(2022, 1, 1), None, KNOWN, None, source
    )  # fmt: skip


PAID = fact("tax", 400_000, code=WAGES)


@pytest.mark.parametrize(
    ("facts", "rank", "words"),
    [
        ([fact("death"), fact("pension", 10_000)], 1, "死亡"),
        ([fact("unemployment"), PAID], 2, "登记失业"),
        ([fact("income.wage", 200_000), PAID], 3, "申报的工资"),
        ([fact("income.transfer", 10_000, key="养老金"), fact("pension", 12_000)], 4, "养老金"),
    ],
)  # fmt: skip
def test_each_conflict_has_its_rank_and_says_what_counts(facts, rank, words):
    found = [each for each in conflicts_of(facts, JUNE) if each.rank == rank]
    assert words in found[0].text
    assert found[0].counted


def test_sources_that_agree_are_no_conflict():
    alike = [fact("income.wage", 400_000), fact("tax", 410_000, code="工资、薪金所得")]
    assert conflicts_of(alike, JUNE) == []
