"""People whom a new list no longer names: asked about, never silently fine."""

import pytest

from doudi.base.access import scope
from doudi.base.calendars import calendar
from doudi.base.models import Task
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed
from doudi.people.models import ChainEvent, Fact
from doudi.watch.vanished import (
    NobodyVanished,
    VanishedFindingMissing,
    ask_about_vanished,
    settle_vanished,
)
from tests.arrange import COUNTY, TOWNSHIP, actor
from tests.exchange.arrange import REVIEWER, register, send
from tests.exchange.lists import pensions
from tests.exchange.samples import TODAY
from tests.watch.lists import poor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


def gone_from_may(*, listed: bool):
    known = register(range(1, 8))
    home = poor(known[1]) if listed else None
    send(pensions(range(1, 7)), period="2022-04")
    may = send(pensions(range(2, 8), "202205"), period="2022-05")
    return known, home, may


def open_tasks():
    with scope(COUNTY):
        return list(Task.objects.filter(kind="消失核实", done_at=None))


def test_a_poor_person_who_is_gone_from_a_list_is_asked_about_once():
    _, _, may = gone_from_may(listed=True)
    (task,) = open_tasks()
    assert task.title == "名册消失核实：人社养老金 2022-05 不再有 1 人，其中低收入人口 1 人"
    assert (task.role, task.place) == ("county_reviewer", COUNTY)
    assert task.subject == f"exchange.delivery:{may.pk}"
    due = calendar().add_workdays(TODAY, 10).day
    assert (task.due_on, task.article) == (due, "国办发〔2023〕39号三（四）")
    assert ask_about_vanished(may.pk, by=REVIEWER) == 1
    assert len(open_tasks()) == 1


def test_nobody_is_asked_about_people_who_are_not_of_the_register():
    gone_from_may(listed=False)
    assert open_tasks() == []


def test_a_list_that_lost_most_of_its_people_is_asked_about_whoever_they_were():
    register(range(1, 7))
    send(pensions(range(1, 7)), period="2022-04")
    send(pensions((1, 2), "202205"), period="2022-05")
    (task,) = open_tasks()
    assert task.title == (
        "来文可能不全：人社养老金 2022-05 比 2022-04 少 4 人，请与人力资源和社会保障局核对是否送全"
    )


def test_the_answer_stands_in_the_aid_chain_and_ends_no_fact():
    known, home, may = gone_from_may(listed=True)
    assert settle_vanished(may.pk, "人社局答复：漏报", by=REVIEWER) == 1
    assert open_tasks() == []
    with scope(COUNTY):
        event = ChainEvent.objects.get(household_id=home)
        assert event.person_id == known[1]
        assert event.title == "人力资源和社会保障局2022-05名册不再有此人：人社局答复：漏报"
        assert Fact.objects.filter(person_id=known[1], known_before=None).exists()


def test_an_answer_has_words_and_is_given_once_by_whoever_may():
    _, _, may = gone_from_may(listed=True)
    with pytest.raises(VanishedFindingMissing):
        settle_vanished(may.pk, "  ", by=REVIEWER)
    with pytest.raises(NotAllowed):
        settle_vanished(may.pk, "漏报", by=actor("township_clerk", TOWNSHIP))
    settle_vanished(may.pk, "漏报", by=REVIEWER)
    with pytest.raises(NobodyVanished):
        settle_vanished(may.pk, "漏报", by=REVIEWER)
