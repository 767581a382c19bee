"""Points, colours and terms: the worked cases MT-01, MT-02, MT-04, MT-05 of the domain."""

from datetime import date, timedelta

import pytest

from doudi.kernel.workdays import Calendar
from doudi.watch import kinds
from doudi.watch.merging import OpenAlert, changes
from doudi.watch.parameters import ParameterRefused, parameters, read, told_on
from doudi.watch.score import Counted, colour_of, deadlines, score
from doudi.watch.views import Day
from tests.watch.views import DAY, household
from tests.watch.village import (
    TODAY,
    Somebody,
    benefit,
    certificate,
    cremation,
    state,
    stay,
)

PLAIN = Calendar({}, frozenset({2022}))


def alert(*members: Somebody, alerts=None, known=frozenset()):
    return changes(household(*members), DAY, set(known), alerts or {})


def test_mt_01_an_edge_family_with_a_large_stay_and_a_severe_certificate_is_orange_72():
    member = Somebody(known=[benefit("低保边缘", 0)], news=[stay(12000), certificate("42")])
    (found,) = alert(member)
    assert (found.score.points, found.colour, found.direction) == (72, "橙", "纳入")
    assert found.score.arithmetic == (
        ("身份 K04", 10),
        ("身份叠加 1 项", 2),
        ("R01 大额住院自付（监测和救助对象）", 30),
        ("R09 新办残疾证或等级加重", 30),
    )
    assert deadlines("橙", TODAY, DAY, PLAIN, death=False).visit.day == date(2022, 6, 9)


def test_mt_02_a_plain_family_is_blue_30_and_with_a_new_chronic_illness_yellow_40():
    (blue,) = alert(Somebody(news=[stay(11000)]))
    assert (blue.score.points, blue.colour) == (30, "蓝")
    ill = state("illness.chronic", date(2022, 5, 12), key="I10", code="I10")
    (yellow,) = alert(Somebody(news=[stay(11000), ill]))
    assert (yellow.score.points, yellow.colour, yellow.kinds) == (40, "黄", ())


def test_mt_04_a_recipient_cremated_is_red_with_the_lawful_last_day_in_the_sentence():
    dead = Somebody(known=[benefit("低保")], news=[cremation(date(2022, 5, 20), date(2022, 5, 20))])
    (found,) = alert(dead)
    assert (found.colour, found.direction, found.death) == ("红", "退出", True)
    assert "最迟 2022-08-20 前核查并办完增减停" in found.hits[0].hit.sentence


def test_mt_05_of_a_hundred_severely_disabled_twelve_on_the_list_leave_eighty_eight():
    old = certificate("42", date(2022, 3, 1))
    listed = [Somebody(known=[old, benefit("残疾人护理补贴", 100)]) for _ in range(12)]
    missing = [Somebody(known=[old]) for _ in range(88)]
    found = [change for one in [*listed, *missing] for change in alert(one)]
    assert len(found) == 88
    assert {change.direction for change in found} == {"落实"}


def hit(days_ago: int, weight: int = 30, cause: str = "a", **told: object) -> Counted:
    return Counted(1, "R01", "住院", cause, weight, TODAY - timedelta(days=days_ago), **told)


@pytest.mark.parametrize(("days", "points"), [(0, 30), (90, 30), (91, 15), (179, 15)])
def test_an_event_counts_whole_for_ninety_days_and_half_after(days, points):
    assert score((), [hit(days)], DAY).points == points


def test_what_goes_on_does_not_fade():
    assert score((), [hit(150, fades=False)], DAY).points == 30


def test_the_same_rule_counts_once_in_thirty_days_and_again_after():
    assert score((), [hit(40), hit(10, cause="b")], DAY).points == 30
    assert score((), [hit(41), hit(10, cause="b")], DAY).points == 60
    assert score((), [hit(10), hit(5, cause="b")._replace(person_id=2)], DAY).points == 60


@pytest.mark.parametrize(
    ("points", "colour"),
    [
        (0, ""),
        (14, ""),
        (15, "蓝"),
        (34, "蓝"),
        (35, "黄"),
        (59, "黄"),
        (60, "橙"),
        (89, "橙"),
        (90, "红"),
    ],
)
def test_colours_begin_at_their_points(points, colour):
    assert colour_of(points, DAY) == colour


def test_the_arithmetic_adds_up_to_the_score():
    member = Somebody(
        known=[benefit("低保边缘", 0), certificate("43", date(2019, 1, 1))],
        news=[stay(12000), stay(7000, key="J2"), certificate("42")],
    )
    (found,) = alert(member)
    assert sum(number for _, number in found.score.arithmetic) == found.score.points
    assert any("重复" in words for words, _ in found.score.arithmetic)


def test_what_is_too_little_for_blue_raises_nothing_and_waits_for_more():
    assert alert(Somebody(news=[stay(9000)])) == []
    ill = state("illness.chronic", date(2022, 5, 12), key="I10", code="I10")
    assert alert(Somebody(news=[ill])) == []


def test_an_open_alert_grows_and_never_becomes_milder():
    (first,) = alert(Somebody(news=[stay(11000)]))
    opened = OpenAlert(7, "纳入", [], "红", TODAY, [each.counted for each in first.hits])
    known = {(1, "R02", "J1")}
    news = [stay(11000), certificate("42")]
    (grown,) = alert(Somebody(news=news), alerts={"纳入": opened}, known=known)
    assert (grown.open_id, grown.colour, len(grown.hits)) == (7, "红", 1)
    assert grown.score.points == 70


@pytest.mark.parametrize(
    ("colour", "visit", "report", "close"),
    [("红", 7, 8, 13), ("橙", 9, 13, 20), ("黄", 15, 20, 34), ("蓝", 27, 34, 48)],
)
def test_terms_are_working_days_by_colour(colour, visit, report, close):
    due = deadlines(colour, TODAY, DAY, PLAIN, death=False)
    june = date(2022, 6, 1)
    days = [(each.day - june).days + 1 for each in (due.visit, due.report, due.close)]
    assert days == [visit, report, close]


def test_a_death_closes_within_the_month_but_not_before_its_report():
    early = deadlines("红", date(2022, 6, 6), DAY, PLAIN, death=True)
    assert (early.visit.day, early.report.day, early.close.day) == (
        date(2022, 6, 9), date(2022, 6, 13), date(2022, 6, 30),
    )  # fmt: skip
    late = deadlines("红", date(2022, 6, 29), DAY, PLAIN, death=True)
    assert late.close.day == late.report.day == date(2022, 7, 6)


def test_kinds_of_the_household_reach_all_and_of_a_person_only_them():
    view = household(
        Somebody(known=[benefit("低保")]), Somebody(known=[certificate("43", date(2019, 1, 1))])
    )
    assert view.kinds == {1: ("K02",), 2: ("K02", "K10")}
    assert household(Somebody(known=[benefit("低保")]), urban=True).kinds == {1: ("K01",)}


def test_an_illness_heard_of_just_now_is_no_kind_yet():
    ill = state("illness.chronic", date(2021, 1, 1), key="I10", code="I10")
    assert household(Somebody(news=[ill])).kinds == {1: ()}
    assert household(Somebody(known=[ill])).kinds == {1: ("K13",)}


def test_the_dictionary_has_thirteen_kinds_with_a_weight_each():
    codes = [kind.code for kind in kinds.dictionary()]
    assert codes == [f"K{number:02d}" for number in range(1, 14)]
    assert set(DAY["score.identity"]) == set(codes)
    assert len({kind.group for kind in kinds.dictionary()}) == 5


def test_every_figure_has_source_and_mark_and_the_later_value_speaks_from_its_day():
    assert all(
        value.source and value.mark for each in parameters().values() for value in each.values
    )
    text = (
        "a:\n  label: 上限\n  unit: 元\n  values:\n"
        '    - {since: 2020-01-01, value: "6000.00", mark: 已核, source: 甲}\n'
        '    - {since: 2022-07-01, value: "7000.00", mark: 默认, source: 乙}\n'
    )
    figure = read(text)["a"]
    assert figure.on(date(2022, 6, 30)).value == 600000
    assert figure.on(date(2022, 7, 1)).value == 700000


@pytest.mark.parametrize(
    "entry",
    [
        "{since: 2020-01-01, value: 6000.5, mark: 已核, source: 甲}",
        '{since: 2020-01-01, value: "6000.00", mark: 大概, source: 甲}',
        '{since: 2020-01-01, value: "6000.00", mark: 已核, source: ""}',
        '{since: 2020-01-01, value: "6000.00", mark: 已核}',
    ],
)
def test_a_figure_without_source_mark_or_exact_value_is_refused_at_load(entry):
    with pytest.raises(ParameterRefused):
        read(f"a:\n  label: 上限\n  unit: 元\n  values:\n    - {entry}\n")


def test_every_figure_is_in_force_on_the_first_day_of_the_demo():
    day = Day(date(2022, 6, 1), told_on(date(2022, 6, 1)))
    assert day["R01.self_pay_over"] == 600000
    assert day.news_since == date(2021, 12, 3)
