"""Thresholds of a county: tried on the months behind us, set from a day on, with who and why."""

from datetime import date, datetime, timedelta

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import User
from doudi.kernel import clock
from doudi.kernel.clock import SHANGHAI
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.models import Fact
from doudi.watch import thresholds
from doudi.watch.indicators import INDICATORS
from doudi.watch.models import Alert, ThresholdChange
from doudi.watch.parameters import parameters, told_on
from doudi.watch.problems import (
    ThresholdNotMovable,
    ThresholdReasonMissing,
    ThresholdSame,
    ThresholdTooEarly,
    ThresholdUnreadable,
)
from doudi.watch.scan import scan
from doudi.watch.trials import Trial
from tests.arrange import COUNTY, OTHER_COUNTY, TOWNSHIP, VILLAGE, actor, arranging
from tests.watch.village import PERIOD, TODAY, Somebody, benefit, families, family, stay

pytestmark = pytest.mark.django_db

CHIEF = actor("county_leader")
NAME = "R02.self_pay_over"
ELSEWHERE = f"{OTHER_COUNTY[:6]}100201"


def heard(person_id: int, told: dict, on: date, **more: object) -> None:
    """A fact that became known on a day."""
    with arranging():
        Fact.objects.create(
            person_id=person_id, source="delivery:7:1",
            known_since=datetime(on.year, on.month, on.day, 9, tzinfo=SHANGHAI), **{**told, **more},
        )  # fmt: skip


def tried(text: str, code: str = "R02", name: str = NAME, place: str = COUNTY) -> Trial:
    with scope(place):
        return thresholds.trial(place, thresholds.moved(place, code, name, text))


def a_home(*bills: tuple[int, date], place: str = VILLAGE) -> int:
    """A family without aid whose bills became known on these days; its number."""
    home = family(Somebody("马住院"), place=place)
    for at, (yuan, on) in enumerate(bills):
        heard(home.people[0], stay(yuan, on - timedelta(days=5), key=f"J{at}"), on)
    return home.id


def test_a_lower_threshold_would_have_raised_the_alerts_between_the_two():
    a_home((12000, date(2022, 2, 10)))
    a_home((7000, date(2022, 3, 10)))
    a_home((4000, date(2022, 3, 10)))
    told = tried("5000")
    assert (told.now.value, told.then.value) == (1_000_000, 500_000)
    assert (told.now.alerts, told.then.alerts) == (1, 2)
    by_month = dict(zip(told.months, told.then.by_month, strict=True))
    assert by_month == {**dict.fromkeys(told.months, 0), "2022-02": 1, "2022-03": 1}
    # Not this indicator alone: its bill is also much for one year (R04), as in the scan.
    assert told.now.by_colour == {"黄": 1}


def test_twelve_months_up_to_this_one_are_looked_at_and_no_more():
    a_home((12000, date(2021, 6, 30)))
    a_home((12000, date(2021, 7, 1)))
    a_home((12000, date(2022, 6, 5)))
    told = tried("9000")
    assert (told.months[0], told.months[-1], len(told.months)) == ("2021-07", "2022-06", 12)
    assert told.now.alerts == 2
    assert told.heard[0] == told.heard[-1] == 1


def test_the_past_is_judged_by_what_was_known_then():
    """A bill that was corrected in May was still too high in March."""
    home = family(Somebody("马住院"))
    heard(home.people[0], stay(12000, date(2022, 3, 1), key="J1"), date(2022, 3, 10),
          known_before=datetime(2022, 5, 10, tzinfo=SHANGHAI))  # fmt: skip
    heard(home.people[0], stay(3000, date(2022, 3, 1), key="J1"), date(2022, 5, 10))
    told = tried("2000")
    assert dict(zip(told.months, told.now.by_month, strict=True))["2022-03"] == 1
    assert told.now.alerts == 1
    # The cause is the same settlement: what fired in March does not fire again in May.
    assert told.then.alerts == 1


def test_a_cause_counts_once_however_many_months_speak_of_it():
    home = family(Somebody("马住院"))
    for month in (2, 3, 4):
        heard(home.people[0], {**stay(12000, date(2022, 1, 20), key="J1"), "amount_fen": 1200000},
              date(2022, month, 9),
              known_before=datetime(2022, month + 1, 9, tzinfo=SHANGHAI))  # fmt: skip
    assert tried("9000").now.alerts == 1


def closed_alert(household_id: int, verdict: str, on: date) -> None:
    with arranging():
        person = Fact.objects.filter(person__memberships__household_id=household_id).first()
        alert = Alert(
            household_id=household_id, person_id=person.person_id, place=VILLAGE, period="2022-03",
            direction="纳入", kinds=[], score=30, arithmetic=[], colour="蓝", state="已关闭",
            raised_at=datetime(on.year, on.month, on.day, tzinfo=SHANGHAI), visit_due=on,
            report_due=on, close_due=on, closed_at=clock.business_now(), withdrawn_why="x",
            verdict=verdict,
        )  # fmt: skip
        alert.save()


def test_known_cases_are_true_verdicts_and_later_awards_and_both_sides_say_how_many_they_found():
    true = a_home((7000, date(2022, 3, 10)))
    closed_alert(true, "属实", date(2022, 3, 20))
    untrue = a_home((12000, date(2022, 3, 10)))
    closed_alert(untrue, "不属实", date(2022, 3, 20))
    awarded = a_home((11000, date(2022, 2, 10)))
    with scope(NATION):
        head = Fact.objects.filter(person__memberships__household_id=awarded).first().person_id
    heard(head, benefit("低保", since=date(2022, 5, 1)), date(2022, 4, 20))
    told = tried("5000")
    assert told.cases == 2
    assert (told.now.alerts, told.now.found, told.now.right) == (2, 1, 1)
    assert (told.then.alerts, told.then.found, told.then.right) == (3, 2, 2)


def test_an_alert_that_would_have_come_after_the_award_found_nobody():
    home = a_home((12000, date(2022, 5, 10)))
    with scope(NATION):
        head = Fact.objects.filter(person__memberships__household_id=home).first().person_id
    heard(head, benefit("低保边缘", since=date(2022, 3, 1)), date(2022, 3, 1))
    told = tried("5000", "R01", "R01.self_pay_over")
    assert (told.cases, told.now.alerts, told.now.found) == (1, 1, 0)


def test_other_counties_do_not_count():
    a_home((12000, date(2022, 3, 10)), place=ELSEWHERE)
    assert tried("5000").then.alerts == 0


def test_a_trial_takes_a_constant_number_of_statements(django_assert_max_num_queries):
    families([(Somebody(f"马{at}", news=[stay(12000, key=f"K{at}")]),) for at in range(20)])
    with django_assert_max_num_queries(12 * 12 + 10):
        assert tried("5000").now.alerts == 20


def test_too_many_families_are_looked_at_by_a_fixed_share(monkeypatch):
    families([(Somebody(f"马{at}", news=[stay(12000, key=f"K{at}")]),) for at in range(20)])
    few = {**told_on(TODAY), "threshold.most_households": 5}
    monkeypatch.setattr(thresholds, "told_on", lambda day: few)
    told = tried("5000")
    assert told.one_in == 4
    assert told.now.alerts % 4 == 0
    assert 12 <= told.now.alerts <= 28


def test_a_trial_writes_nothing():
    a_home((12000, date(2022, 3, 10)))
    tried("5000")
    with scope(NATION):
        assert not Alert.objects.exists()


def set_it(text: str = "5000", since: date = TODAY, why: str = "县常务会议纪要", **more: object):
    told = {"code": "R02", "name": NAME, "place": COUNTY, "by": CHIEF, **more}
    return thresholds.set_threshold(
        told["place"], told["code"], told["name"], text, since, why, by=told["by"]
    )


def test_a_threshold_holds_from_its_day_on_in_its_county_only_and_the_scan_obeys():
    row = set_it(since=TODAY + timedelta(days=1))
    assert (row.before, row.value, row.trial["now"]["value"]) == (1_000_000, 500_000, 1_000_000)
    home = family(Somebody(news=[stay(7000)]))
    family(Somebody(news=[stay(7000)]), place=ELSEWHERE)
    scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
    with scope(NATION):
        assert not Alert.objects.exists()
    with clock.business_at(TODAY + timedelta(days=1)):
        scan(COUNTY, PERIOD, by=Actor.system(COUNTY))
        scan(OTHER_COUNTY, PERIOD, by=Actor.system(OTHER_COUNTY))
        assert thresholds.told_at(TOWNSHIP, clock.business_today())[NAME] == 500_000
        assert thresholds.told_at(ELSEWHERE, clock.business_today())[NAME] == 1_000_000
    with scope(NATION):
        assert [alert.household_id for alert in Alert.objects.all()] == [home.id]


def test_the_latest_word_for_a_day_holds_and_every_word_stays_readable():
    with arranging():
        user = User.objects.create(username="chief", name="周审批")
    set_it("5000", why="试一个月", by=actor("county_leader", user_id=user.pk))
    set_it("8000", why="太多了")
    assert thresholds.told_at(VILLAGE, TODAY)[NAME] == 800_000
    told = [(row.value, row.before, row.why) for row in thresholds.changes_of(VILLAGE)]
    assert told == [(800_000, 500_000, "太多了"), (500_000, 1_000_000, "试一个月")]
    assert thresholds.changes_of(VILLAGE)[1].entered_by.name == "周审批"
    assert not thresholds.changes_of(ELSEWHERE).exists()


def test_what_cannot_be_a_threshold_is_refused_with_the_next_step():
    for problem, told in (
        (ThresholdReasonMissing, {"why": " "}),
        (ThresholdTooEarly, {"since": TODAY - timedelta(days=1)}),
        (ThresholdSame, {"text": "10000"}),
        (ThresholdUnreadable, {"text": "五千"}),
        (ThresholdUnreadable, {"text": "-5"}),
        (ThresholdUnreadable, {"text": "1.234"}),
        (ThresholdUnreadable, {"text": "²"}),
        (ThresholdNotMovable, {"name": "score.colours"}),
        (ThresholdNotMovable, {"code": "R99"}),
        (NotThere, {"place": OTHER_COUNTY}),
        (NotAllowed, {"by": actor("county_reviewer")}),
        (NotThere, {"by": actor("county_leader", TOWNSHIP)}),
    ):
        with pytest.raises(problem):
            set_it(**told)
    with scope(NATION):
        assert not ThresholdChange.objects.exists()


def test_every_indicator_has_a_figure_that_may_be_moved_and_it_can_be_typed_as_it_is_shown():
    for indicator in INDICATORS.values():
        figures = thresholds.movable(indicator)
        assert f"{indicator.code}.weight" in {each.name for each in figures}
        for each in figures:
            now = each.values[-1].value
            shown = thresholds.shown_value(each, now).removesuffix(each.unit)
            assert thresholds.read_value(each, shown) == now
    assert not thresholds.movable(INDICATORS["R27"])[0].name.endswith("vehicles")
    assert parameters()["R03.income_share"].unit == "万分比"
