"""A registered death suspends one member's share until a person checks; nothing more."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from doudi.base import worklist
from doudi.base.access import Actor, scope
from doudi.base.models import Task
from doudi.kernel.problems import NotAllowed
from doudi.people.facts import FactValue
from doudi.people.models import ChainEvent, Member
from doudi.watch.models import Alert, Suspension
from doudi.watch.problems import DeathFindingMissing, SuspensionSettled
from doudi.watch.register_queries import suspensions, withheld_shares
from doudi.watch.scan import scan
from doudi.watch.suspensions import check_death, suspend_share
from tests.arrange import COUNTY, TOWNSHIP, actor, arranging
from tests.watch.village import (
    PERIOD,
    Somebody,
    benefit,
    cremation,
    death,
    families,
    family,
    stay,
    tell,
)

pytestmark = pytest.mark.django_db

CLERK = actor("township_clerk", TOWNSHIP)
OLD = date(1940, 1, 1)
LOW = {**benefit("低保", 1000), "detail": {"people": 3}}


@pytest.fixture(autouse=True)
def seen():
    with scope(COUNTY):
        yield


def run() -> None:
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    worklist.drain()


def family_of_three(event=None, low=LOW):
    return family(
        Somebody(known=[low]), Somebody("李桂英", relation="配偶"),
        Somebody("马老汉", birth=OLD, relation="父亲", news=[event or death()]),
    )  # fmt: skip


def test_a_registered_death_suspends_a_third_of_a_family_of_three_and_no_more():
    home = family_of_three()
    run()
    row = Suspension.objects.get()
    assert (row.person_id, row.household_fen, row.share_fen) == (home.people[2], 100000, 33333)
    assert withheld_shares(COUNTY, "低保") == {home.id: 33333}


def test_a_person_is_asked_within_three_working_days_and_the_law_gives_three_months():
    family_of_three()
    run()
    row = Suspension.objects.get()
    assert (row.check_due, row.legal_due) == (date(2022, 6, 9), date(2022, 8, 20))
    task = Task.objects.get(kind="死亡核实")
    assert (task.role, task.place, task.due_on) == ("township_clerk", TOWNSHIP, row.check_due)
    assert task.title == (
        "死亡核实：马老汉，低保核实前暂缓发放（本人份额 333.33 元，全户 1,000.00 元）"
    )


def test_a_cremation_alone_raises_an_alert_and_suspends_nothing():
    family_of_three(cremation())
    run()
    assert Alert.objects.get().direction == "退出"
    assert not Suspension.objects.exists()


def test_a_death_registered_after_the_cremation_suspends_then():
    """The alert is on record already and does not fire again; the share must wait all the same."""
    home = family_of_three(cremation())
    run()
    tell(home.people[2], FactValue("death", code="户籍注销", valid_since=date(2022, 5, 20)))
    run()
    assert Suspension.objects.get().person_id == home.people[2]
    assert Alert.objects.count() == 1


def test_the_same_month_twice_and_a_consumer_called_twice_suspend_once():
    home = family_of_three()
    run()
    run()
    assert suspend_share(home.people[2], home.id, by=Actor.system(COUNTY)) == 0
    assert Suspension.objects.count() == 1
    assert Task.objects.filter(kind="死亡核实").count() == 1
    assert ChainEvent.objects.filter(subject__startswith="watch.suspension:").count() == 1


def test_support_of_somebody_in_the_specially_poor_scheme_is_theirs_alone():
    family(
        Somebody(known=[benefit("低保", 300)]),
        Somebody(birth=OLD, known=[benefit("特困", 571)], news=[death()]),
    )
    run()
    told = set(Suspension.objects.values_list("scheme", "share_fen"))
    assert told == {("特困", 57100), ("低保", 15000)}
    law = {title[5:].split("，")[1][:2]: article for title, article in
           Task.objects.filter(kind="死亡核实").values_list("title", "article")}  # fmt: skip
    assert law == {
        "特困": "特困人员认定办法 第二十四条、第二十六条",
        "低保": "最低生活保障审核确认办法 第三十一条、第三十二条",
    }


def test_without_a_number_of_people_the_members_of_the_day_share():
    home = family_of_three(low=benefit("低保", 900))
    with arranging():
        Member.objects.filter(person_id=home.people[2]).update(before=date(2022, 5, 21))
    run()
    assert Suspension.objects.get().share_fen == 30000


def test_nobody_is_suspended_where_nothing_is_paid():
    family(Somebody(), Somebody(birth=OLD, news=[death()]))
    home = family_of_three(low={**LOW, "valid_before": date(2022, 6, 1)})
    run()
    assert suspend_share(home.people[2], home.id, by=Actor.system(COUNTY)) == 0
    assert not Suspension.objects.exists()


def test_a_check_that_finds_somebody_alive_pays_again_and_the_same_fact_never_suspends_again():
    home = family_of_three()
    run()
    row = Suspension.objects.get()
    check_death(row.pk, False, "本人在家，村医和邻居证明", by=CLERK)
    assert withheld_shares(COUNTY, "低保") == {}
    assert Task.objects.get(kind="死亡核实").done_at is not None
    run()
    assert suspend_share(home.people[2], home.id, by=Actor.system(COUNTY)) == 0
    assert list(suspensions()) == []


def test_a_check_that_finds_somebody_dead_keeps_the_share_back_until_the_award_changes():
    home = family_of_three()
    run()
    row = check_death(Suspension.objects.get().pk, True, "已安葬，家属确认", by=CLERK)
    assert row.state == "属实"
    assert withheld_shares(COUNTY, "低保") == {home.id: 33333}
    assert ChainEvent.objects.order_by("-id")[0].title == (
        "低保死亡核实：死亡属实，应在 2022-08-20 前减人重算或停发"
    )


def test_a_death_is_checked_once_with_words_and_by_whoever_may():
    family_of_three()
    run()
    number = Suspension.objects.get().pk
    with pytest.raises(NotAllowed):
        check_death(number, True, "已安葬", by=actor("finance_maker", COUNTY))
    with pytest.raises(DeathFindingMissing):
        check_death(number, True, "  ", by=CLERK)
    check_death(number, True, "已安葬", by=CLERK)
    with pytest.raises(SuspensionSettled):
        check_death(number, False, "没有死", by=CLERK)


def test_other_families_and_other_alerts_are_left_alone():
    families([(Somebody(known=[LOW], news=[stay(9000)]),)] * 3)
    home = family_of_three()
    run()
    assert list(withheld_shares(COUNTY, "低保")) == [home.id]


def test_the_database_refuses_to_suspend_more_than_the_family_has():
    family_of_three()
    run()
    refused = pytest.raises(IntegrityError, match="a_share_is_not_more_than_the_whole")
    with refused, transaction.atomic(), arranging():
        Suspension.objects.update(share_fen=100001)
