"""A scan raises what the facts ask for, once, set-based, whatever the order of deliveries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import AuditEntry, Task
from doudi.kernel import clock
from doudi.kernel.dates import DateUnreadable
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.facts import FactValue
from doudi.people.models import ChainEvent, Member
from doudi.watch import topics
from doudi.watch.models import Alert, AlertHit, Scan
from doudi.watch.scan import scan
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, actor, arranging
from tests.watch.village import (
    PERIOD,
    TODAY,
    Somebody,
    benefit,
    certificate,
    cremation,
    death,
    families,
    family,
    state,
    stay,
    tell,
    tell_many,
)

pytestmark = pytest.mark.django_db


def run(delivery_id: int | None = None, place: str = COUNTY, period: str = PERIOD) -> Scan:
    return scan(place, period, by=Actor.system(place), delivery_id=delivery_id)


@pytest.fixture(autouse=True)
def seeing():
    with scope(NATION):
        yield


def everything() -> list[list[tuple]]:
    """All rows that a scan may write, as plain values."""
    return [
        list(model.objects.order_by("id").values_list())
        for model in (Scan, Alert, AlertHit, Task, ChainEvent)
    ]


def test_a_large_stay_raises_one_alert_with_hit_task_event_and_terms():
    plain = family(Somebody(name="马有福", news=[stay(11000)]))
    row = run()
    alert = Alert.objects.get()
    assert (row.people, row.hits, row.alerts) == (1, 1, 1)
    assert (alert.household_id, alert.person_id) == (plain.id, plain.people[0])
    assert (alert.direction, alert.colour, alert.score, alert.state) == ("纳入", "蓝", 30, "待接收")
    assert alert.place == "620521100201"
    assert alert.arithmetic == [["R02 大额住院自付（其他居民）", 30]]
    hit = AlertHit.objects.get()
    assert hit.sentence == "2022-05-17 出院，个人自付 11,000.00 元，超过 10,000 元"
    assert (hit.cause, hit.source) == ("J1", f"delivery:1:{plain.people[0]}")
    task = Task.objects.get()
    assert (task.place, task.role, task.subject) == (
        TOWNSHIP, "township_clerk", f"watch.alert:{alert.pk}",
    )  # fmt: skip
    assert task.due_on == alert.visit_due
    assert "马有福" in task.title
    event = ChainEvent.objects.get()
    assert (event.household_id, event.kind, event.subject) == (plain.id, "预警", task.subject)


def test_a_scan_run_twice_changes_nothing():
    family(Somebody(known=[benefit("低保")], news=[stay(11000), death()]))
    family(Somebody(news=[certificate("42")]))
    run()
    before = everything()
    run()
    assert everything() == before
    assert before[1]


def test_a_scan_of_another_delivery_finds_the_same_causes_on_record():
    family(Somebody(news=[stay(11000), certificate()]), delivery=5)
    run(5)
    alerts = everything()[1:]
    run()
    assert everything()[1:] == alerts


def test_a_scan_of_a_delivery_looks_at_its_people_and_nobody_else():
    told = family(Somebody(news=[stay(11000)]), delivery=12)
    family(Somebody(news=[stay(11000)]), delivery=120)
    family(Somebody(news=[stay(11000)]), delivery=1)
    assert run(12).people == 1
    assert list(Alert.objects.values_list("household_id", flat=True)) == [told.id]


def test_the_order_of_deliveries_does_not_matter():
    """A stay of 8000 is nothing for a plain family; the later listing as 监测户 makes it a hit."""
    early = family(Somebody(news=[stay(8000)]), delivery=1)
    run(1)
    assert not Alert.objects.exists()
    listing = FactValue("fp", code="边缘易致贫户", valid_since=date(2022, 5, 12))
    with clock.business_at(TODAY):
        tell(early.people[0], listing, source="delivery:2:1")
    run(2)
    assert set(AlertHit.objects.values_list("indicator", flat=True)) == {"R01", "R03", "R21"}
    assert Alert.objects.get().score == 15 + 30 + 25 + 25


def test_hits_of_one_household_and_direction_merge_into_the_open_alert():
    home = family(Somebody(news=[stay(11000)]), Somebody(name="李桂英", relation="配偶"))
    run()
    first = Alert.objects.get()
    tell(home.people[1], FactValue("disability", key="证", code="42", valid_since=date(2022, 5, 9)))
    run()
    alert = Alert.objects.get()
    assert alert.pk == first.pk
    assert (alert.score, alert.colour, alert.kinds) == (70, "橙", ["K10"])
    assert alert.visit_due < first.visit_due
    assert Task.objects.get().due_on == alert.visit_due
    assert "橙色" in Task.objects.get().title
    assert ChainEvent.objects.count() == 2


def test_a_merge_never_moves_a_deadline_away():
    home = family(Somebody(news=[stay(11000)]), Somebody(relation="配偶"))
    run()
    first = Alert.objects.get()
    with clock.business_at(TODAY + timedelta(days=20)):
        ill = FactValue("illness.chronic", key="I10", code="I10", valid_since=date(2022, 5, 9))
        tell(home.people[1], ill)
        run()
    alert = Alert.objects.get()
    assert alert.score == 40
    assert alert.visit_due <= first.visit_due
    assert alert.close_due <= first.close_due


def test_two_directions_of_one_household_are_two_alerts():
    family(
        Somebody(known=[benefit("低保")], news=[stay(9000)]),
        Somebody(relation="父亲", birth=date(1940, 1, 1), news=[death()]),
    )
    run()
    assert set(Alert.objects.values_list("direction", "colour")) == {("落实", "黄"), ("退出", "红")}


def test_after_an_alert_is_closed_a_new_cause_raises_a_new_one_and_the_old_cause_does_not():
    home = family(Somebody(news=[stay(11000)]))
    run()
    with arranging():
        from doudi.people.models import Visit

        alert = Alert.objects.get()
        alert.visit = Visit.objects.create(
            household_id=home.id, place=alert.place, purpose="预警核查", manner="入户",
            visited_at=clock.business_now(), visitors=["甲"], findings="无", family_signed=True,
            visitors_signed=True,
        )  # fmt: skip
        alert.disposal, alert.verdict, alert.state = "A0", "属实", "已关闭"
        alert.closed_at = clock.business_now()
        alert.save()
    run()
    assert Alert.objects.count() == 1
    again = FactValue("medical.self_pay", key="J2", amount_fen=1500000, valid_since=TODAY)
    tell(home.people[0], again)
    run()
    assert Alert.objects.count() == 2
    assert Alert.objects.get(closed_at=None).score == 30 + 25


def test_a_death_of_a_recipient_is_told_downstream_by_ids_only(monkeypatch):
    told = []
    monkeypatch.setattr(topics.DEATH_SUSPECTED, "emit", lambda **facts: told.append(facts))
    monkeypatch.setattr("doudi.watch.scan.DEATH_SUSPECTED", topics.DEATH_SUSPECTED)
    home = family(
        Somebody(known=[benefit("低保")]),
        Somebody(birth=date(1940, 1, 1), news=[cremation()]),
    )
    run()
    run()
    assert told == [{"person_id": home.people[1], "household_id": home.id}]
    assert Alert.objects.get().close_due == date(2022, 6, 30)


def test_police_and_crematorium_about_one_death_are_one_hit():
    home = family(
        Somebody(known=[benefit("低保")]), Somebody(birth=date(1940, 1, 1), news=[cremation()])
    )
    run()
    tell(home.people[1], FactValue("death", code="户籍注销", valid_since=date(2022, 5, 20)))
    run()
    assert AlertHit.objects.filter(indicator="R26").count() == 1


def test_somebody_whose_membership_ended_by_death_is_still_of_the_household():
    home = family(
        Somebody(known=[benefit("低保")]), Somebody(birth=date(1940, 1, 1), news=[death()])
    )
    with arranging():
        Member.objects.filter(person_id=home.people[1]).update(before=date(2022, 5, 21))
    run()
    assert AlertHit.objects.get().indicator == "R26"


def test_somebody_who_moved_counts_in_the_new_household_only():
    old, new = family(Somebody(), Somebody(news=[stay(11000)])), family()
    mover = old.people[1]
    with arranging():
        Member.objects.filter(person_id=mover).update(before=date(2022, 3, 1))
        Member.objects.create(
            household_id=new.id, person_id=mover, relation="配偶", since=date(2022, 3, 1)
        )
    run()
    assert Alert.objects.get().household_id == new.id


def test_a_standing_shortfall_is_found_by_the_monthly_scan_without_any_news():
    family(Somebody(known=[certificate("41", date(2020, 1, 1))]))
    run()
    assert AlertHit.objects.get().indicator == "R10"


def test_a_scan_of_one_place_leaves_other_places_alone():
    family(Somebody(news=[stay(11000)]), place=OTHER_TOWNSHIP[:9] + "201")
    run(place=TOWNSHIP)
    run(place=OTHER_COUNTY)
    assert not Alert.objects.exists()
    run()
    assert Alert.objects.count() == 1


def test_a_clerk_may_not_scan_nor_a_reviewer_elsewhere_and_a_month_must_be_one():
    with pytest.raises(NotAllowed):
        scan(COUNTY, PERIOD, by=actor("township_clerk"))
    with pytest.raises(DateUnreadable):
        run(period="五月")
    with pytest.raises(NotThere):
        scan(OTHER_COUNTY, PERIOD, by=actor("county_reviewer"))


def _queries(people: int) -> int:
    """Statements of two scans: one that raises alerts, one in which open alerts grow."""
    # Like in the county: most have one fact, some fire, some households have an open alert.
    told = [
        (
            Somebody(known=[benefit("低保")], news=[stay(11000 if n % 3 else 2000)]),
            Somebody(news=[certificate("42")] if n % 5 == 0 else [stay(500)]),
        )
        for n in range(people // 2)
    ]
    made = families(told, delivery=people)
    with CaptureQueriesContext(connection) as raising:
        run(people)
    ill = FactValue("illness.major", key="C34", code="C34", valid_since=date(2022, 5, 3))
    ailing = [home.people[1] for home in made[: people // 4]]
    tell_many(ailing, ill, source=f"delivery:{people + 1}:1")
    with CaptureQueriesContext(connection) as growing:
        run(people + 1)
    return len(raising) + len(growing)


def test_a_scan_of_two_thousand_people_asks_as_often_as_one_of_twenty():
    assert _queries(20) == _queries(2000)


def test_a_scan_is_one_audited_action_with_one_entry_for_each_table():
    families([(Somebody(news=[stay(11000)]),)] * 10)
    before = AuditEntry.objects.count()
    run()
    names = AuditEntry.objects.order_by("id").values_list("kind", "name")[before:]
    assert [name for kind, name in names if kind == "A"] == ["watch.scan"]
    inserted = [name for kind, name in names if kind == "I"]
    assert sorted(inserted) == sorted(
        ["watch_scan", "watch_alert", "watch_alerthit", "base_task", "people_chainevent"]
    )


def test_the_database_itself_refuses_a_cause_twice():
    family(Somebody(news=[stay(11000)]))
    run()
    with arranging():
        hit = AlertHit.objects.get()
        hit.pk = None
        AlertHit.objects.bulk_create([hit], ignore_conflicts=True)
    assert AlertHit.objects.count() == 1


def test_unemployment_and_a_wage_that_ended_are_read_together():
    wage = state("income.wage", date(2022, 1, 1), amount_fen=300000, valid_before=date(2022, 5, 1))
    lost = state("unemployment", date(2022, 5, 9), key="20220509", code="登记失业")
    family(Somebody(known=[wage], news=[lost]))
    run()
    alert = Alert.objects.get()
    assert (alert.score, alert.kinds, alert.colour) == (20, ["K09"], "蓝")


def test_a_cause_as_long_as_its_column_still_fires_once():
    long = "9" * 64
    car = state("vehicle", date(2022, 5, 9), key=long, code="小型轿车")
    family(Somebody(known=[benefit("低保")], news=[car]))
    run()
    before = everything()
    run()
    assert everything() == before
    assert AlertHit.objects.count() == 1
