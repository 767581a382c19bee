"""The price-linkage subsidy: the real series month by month, one person once, paid as others."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

import doudi.rules
from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.base.models import Task
from doudi.cases.models import Award, AwardPerson
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import price_rosters
from doudi.payments.accrual import accrue
from doudi.payments.models import Payable, PriceIndex, PricePerson, PriceRound
from doudi.payments.price_rosters import confirm_roster, make_roster
from doudi.payments.prices import IndexFacts, confirm_index, enter_index
from doudi.payments.problems_price import (
    IndexConfirmed,
    IndexMissing,
    IndexUnfit,
    PriceUnknown,
    RoundConfirmed,
    RoundNotOpen,
)
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.queries import balanced
from doudi.payments.schemes import PRICE
from doudi.people.models import Fact, Household, Member
from tests.arrange import COUNTY, arranging
from tests.payments.owing import answer, county, covered_by, staff
from tests.payments.world import person_rows, record_death

pytestmark = pytest.mark.django_db

PROVINCE = "620000000000"
SEPTEMBER = Month(2022, 9)
NOW = datetime(2022, 10, 17, 9, tzinfo=clock.SHANGHAI)


def series():
    """The published values of 2019 to February 2023: month, CPI and food in 万分比."""
    folder = Path(doudi.rules.__file__).parent / "parameters"
    values = {}
    for name in ("price_cpi", "price_food"):
        with (folder / f"{name}.csv").open(encoding="utf-8") as file:
            values[name] = {row["自"][:7]: int(row["值"]) for row in csv.DictReader(file)}
    return [(m, cpi, values["price_food"][m]) for m, cpi in sorted(values["price_cpi"].items())]


@pytest.fixture(autouse=True)
def october():
    with clock.business_at(NOW):
        load_official_years(by=Actor.system())
        yield


@pytest.fixture
def reviewer():
    return staff("county_reviewer", "审核甲")


@pytest.fixture
def leader():
    return staff("county_leader", "领导乙")


def publish(reviewer, leader, month, cpi, food, released_on=None, region=PROVINCE, poor=None):
    """An index that two people vouch for."""
    day = released_on or (month + 1).first_day.replace(day=10)
    facts = IndexFacts(region, month, cpi, food, day, "统计局公布", poor)
    return confirm_index(enter_index(facts, by=reviewer).pk, by=leader)


def benefit(person_id, identity, since=date(2022, 1, 1), before=None):
    """Another department tells who somebody is."""
    with arranging():
        Fact.objects.create(
            person_id=person_id,
            kind="benefit",
            key=identity,
            valid_since=since,
            valid_before=before,
            known_since=clock.business_now(),
            source="delivery:1:1",
        )


def roster(round_):
    with scope(COUNTY):
        rows = PricePerson.objects.filter(round=round_).order_by("person_id")
        return {row.person_id: (row.identities, row.fen) for row in rows}


# -- the trigger, month by month


def expected_to_start():
    """As the domain reference lists them: 18 months on end, four in 2022, one in 2023."""
    months = {str(Month(2019, 4) + k) for k in range(18)}
    return months | {f"2022-{m:02d}" for m in (7, 8, 9, 10)} | {"2023-01"}


def test_every_month_of_2019_to_2023_starts_or_rests_as_the_policy_of_that_month_says(
    reviewer, leader
):
    started, by = set(), {}
    for text, cpi, food in series():
        month = Month.parse(text)
        publish(reviewer, leader, month, cpi, food)
        found = make_roster(COUNTY, month, by=reviewer)
        assert found.state == ("待复核" if found.by_cpi or found.by_food else "未启动")
        if found.state == "待复核":
            started.add(text)
            by[text] = (found.by_cpi, found.by_food)
            assert found.rise == max(cpi if found.by_cpi else 0, food if found.by_food else 0)
        else:
            assert found.due_on is None
    assert started == expected_to_start()
    both = {month for month, why in by.items() if why == (True, True)}
    assert both == {str(Month(2019, 10) + k) for k in range(6)}
    assert all(why[1] for why in by.values())


def test_a_threshold_reached_exactly_starts_and_a_hair_below_does_not(reviewer, leader):
    for month, cpi, food, starts in (
        (Month(2022, 1), 350, 0, True),
        (Month(2022, 2), 349, 599, False),
        (Month(2022, 3), 0, 600, True),
        (Month(2022, 8), 300, 0, True),  # the passing policy of 2022 lowers the CPI line
        (Month(2023, 3), 300, 0, False),
    ):
        publish(reviewer, leader, month, cpi, food)
        assert (make_roster(COUNTY, month, by=reviewer).state == "待复核") is starts, month


@pytest.mark.parametrize(
    ("month", "released_on", "due"),
    [
        ("2019-09", date(2019, 10, 15), date(2019, 11, 12)),
        ("2020-01", date(2020, 2, 10), date(2020, 3, 9)),
        ("2020-07", date(2020, 8, 10), date(2020, 9, 7)),
        ("2022-07", date(2022, 8, 10), date(2022, 9, 7)),
        ("2022-08", date(2022, 9, 9), date(2022, 10, 13)),
        ("2022-09", date(2022, 10, 14), date(2022, 11, 11)),
        ("2022-10", date(2022, 11, 9), date(2022, 12, 7)),
    ],
)
def test_it_is_due_twenty_working_days_after_the_index(reviewer, leader, month, released_on, due):
    publish(reviewer, leader, Month.parse(month), 280, 880, released_on)
    assert make_roster(COUNTY, Month.parse(month), by=reviewer).due_on == due


# -- the index


def test_an_index_judges_only_when_a_second_person_has_confirmed_it(reviewer, leader):
    facts = IndexFacts(PROVINCE, SEPTEMBER, 280, 880, date(2022, 10, 14), "统计局公布")
    row = enter_index(facts, by=reviewer)
    with pytest.raises(IndexMissing):
        make_roster(COUNTY, SEPTEMBER, by=reviewer)
    both = Actor(reviewer.user_id, "甲", "county_leader", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        confirm_index(row.pk, by=both)
    with (
        pytest.raises(IntegrityError, match="an_index_is_confirmed_by_another_person"),
        transaction.atomic(),
        arranging(),
    ):
        PriceIndex.objects.update(confirmed_by=reviewer.user_id)
    confirm_index(row.pk, by=leader)
    assert make_roster(COUNTY, SEPTEMBER, by=reviewer).rise == 880


def test_a_slip_is_corrected_before_and_never_after_the_confirmation(reviewer, leader):
    wrong = IndexFacts(PROVINCE, SEPTEMBER, 280, 88, date(2022, 10, 14), "统计局公布")
    right = IndexFacts(PROVINCE, SEPTEMBER, 280, 880, date(2022, 10, 14), "统计局公布")
    assert enter_index(wrong, by=reviewer).pk == enter_index(right, by=reviewer).pk
    publish(reviewer, leader, SEPTEMBER, 280, 880, date(2022, 10, 14))
    with pytest.raises(IndexConfirmed):
        enter_index(wrong, by=reviewer)


@pytest.mark.parametrize("change", [{"cpi": 28_000}, {"released_on": date(2022, 9, 30)}])
def test_an_index_that_cannot_be_is_refused_in_words(reviewer, change):
    told = {"cpi": 280, "food": 880, "released_on": date(2022, 10, 14), **change}
    with pytest.raises(IndexUnfit, match="不合适"):
        enter_index(IndexFacts(PROVINCE, SEPTEMBER, document="统计局", **told), by=reviewer)


def test_the_index_of_the_city_goes_before_that_of_the_province(reviewer, leader):
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    publish(reviewer, leader, SEPTEMBER, 280, 590, region="620500000000")
    assert make_roster(COUNTY, SEPTEMBER, by=reviewer).state == "未启动"


# -- the roster


def test_everybody_whom_an_award_covers_gets_thirty_nine_yuan_of_september_2022(reviewer, leader):
    world = county(2, people=3)
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    found = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    assert set(roster(found).values()) == {("低保", 3_900)}
    assert (found.persons, found.fen) == (6, 6 * 3_900)
    assert sorted(roster(found)) == sorted(
        person for home in world.households for person in covered_by(home)
    )
    assert "食品 8.80%" in str(found.trace)


def test_a_person_with_two_identities_stands_once_and_gets_the_higher(reviewer, leader):
    world = county(1, people=2)
    benefit(world.payees[0], "优抚对象")
    benefit(world.payees[0], "失业保险金")
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    found = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    assert roster(found)[world.payees[0]] == ("优抚对象 低保 失业保险金", 5_900)
    assert found.persons == 2


def test_a_roster_that_counts_identities_instead_of_persons_is_caught(
    reviewer, leader, monkeypatch
):
    """The planted bug: a person stands once for each identity; the database refuses."""
    twice = price_rosters._ROSTER.replace(
        "group by n.person_id", "group by n.person_id, n.identity"
    )
    monkeypatch.setattr(price_rosters, "_ROSTER", twice)
    with pytest.raises(IntegrityError, match="a_person_stands_on_a_roster_once"):
        test_a_person_with_two_identities_stands_once_and_gets_the_higher(reviewer, leader)


def test_a_person_who_died_before_the_month_of_the_index_is_not_on_the_roster(reviewer, leader):
    world = county(1, people=2)
    record_death(covered_by(world.households[0])[1], date(2022, 8, 30))
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    assert list(roster(make_roster(COUNTY, SEPTEMBER, by=reviewer))) == [world.payees[0]]


@pytest.mark.parametrize(
    ("month", "identity", "fen"),
    [
        ("2020-02", "事实无人抚养儿童", 0),
        ("2020-03", "事实无人抚养儿童", 21_200),  # 577 x 18.3 %, rounded, doubled
        ("2021-10", "孤儿", 0),
        ("2022-07", "孤儿", 4_200),
        ("2022-07", "低保边缘", 0),
        ("2022-08", "低保边缘", 2_700),
        ("2022-07", "失业补助金", 0),
        ("2022-08", "失业补助金", 4_100),
        ("2022-08", "优抚对象", 4_100),
    ],
)
def test_who_is_eligible_follows_the_policy_of_the_month(reviewer, leader, month, identity, fen):
    months = {m: (cpi, food) for m, cpi, food in series()}
    world = county(1)
    with arranging():
        Award.objects.update(since=date(2030, 1, 1))
        AwardPerson.objects.update(since=date(2030, 1, 1))
    benefit(world.payees[0], identity, date(2019, 1, 1))
    cpi, food = months[month]
    publish(reviewer, leader, Month.parse(month), cpi, food)
    found = make_roster(COUNTY, Month.parse(month), by=reviewer)
    assert roster(found) == ({world.payees[0]: (identity, fen)} if fen else {})


def test_urban_families_get_the_urban_and_rural_ones_the_rural_standard(reviewer, leader):
    world = county(2)
    with arranging():
        Household.objects.filter(pk=world.households[0]).update(urban=True)
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    found = roster(make_roster(COUNTY, SEPTEMBER, by=reviewer))
    assert [found[person][1] for person in world.payees] == [5_900, 3_900]


def test_a_person_without_a_household_is_named_and_counted_and_not_paid(reviewer, leader):
    county(1)
    with arranging():
        (alone,) = person_rows(1, ["独居"])
    benefit(alone, "优抚对象")
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    found = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    assert (found.persons, found.left_out, found.fen) == (1, 1, 3_900)


def test_a_month_without_a_standard_says_what_is_lacking(reviewer, leader):
    publish(reviewer, leader, Month(2024, 9), 280, 880)
    with pytest.raises(PriceUnknown, match="低保标准"):
        make_roster(COUNTY, Month(2024, 9), by=reviewer)


def test_a_roster_takes_as_many_questions_for_sixty_people_as_for_six(reviewer, leader):
    counts = []
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    for count in (2, 18):
        county(count, people=3, first=100 * count)
        with CaptureQueriesContext(connection) as asked:
            make_roster(COUNTY, SEPTEMBER, by=reviewer)
        counts.append(len(asked))
    assert abs(counts[1] - counts[0]) <= 2  # the second time the first roster is taken away


# -- confirmed, accrued, paid


def confirmed(reviewer, leader):
    publish(reviewer, leader, SEPTEMBER, 280, 880, date(2022, 10, 14))
    return confirm_roster(make_roster(COUNTY, SEPTEMBER, by=reviewer).pk, by=leader)


def test_nothing_accrues_before_a_second_person_has_confirmed_the_roster(reviewer, leader):
    world = county(2)
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    made = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    assert accrue(COUNTY, PRICE, SEPTEMBER, by=world.maker).new == 0
    both = Actor(reviewer.user_id, "甲", "county_leader", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        confirm_roster(made.pk, by=both)
    confirm_roster(made.pk, by=leader)
    assert accrue(COUNTY, PRICE, SEPTEMBER, by=world.maker).new == 2
    with scope(COUNTY):
        task = Task.objects.get(kind="价格补贴发放")
        assert task.due_on == made.due_on


def test_one_line_per_household_goes_through_three_people_to_the_bank(reviewer, leader):
    world = county(2, people=3)
    confirmed(reviewer, leader)
    accrue(COUNTY, PRICE, SEPTEMBER, by=world.maker)
    assert accrue(COUNTY, PRICE, SEPTEMBER, by=world.maker).same == 2
    from doudi.payments.batches import approve_batch, make_batch, release_batch

    batch = make_batch(COUNTY, PRICE, SEPTEMBER, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    batch = release_batch(batch.pk, by=world.releaser)
    answer(world, batch)
    with scope(COUNTY):
        names = list(Payable.objects.order_by("reference").values_list("reference", "fen"))
        assert balanced().holds
    assert names == [(f"WJ:H{home}:2022-09:main", 11_700) for home in world.households]
    assert batch.number == "620521-WJ-202209-1"


def test_a_confirmed_roster_is_frozen_whatever_becomes_known(reviewer, leader):
    world = county(2)
    made = confirmed(reviewer, leader)
    with pytest.raises(RoundConfirmed):
        make_roster(COUNTY, SEPTEMBER, by=reviewer)
    with pytest.raises(RoundNotOpen):
        confirm_roster(made.pk, by=leader)
    with arranging():
        Award.objects.update(before=date(2022, 9, 1))
    assert accrue(COUNTY, PRICE, SEPTEMBER, by=world.maker).new == 2
    with scope(COUNTY):
        assert not Payable.objects.exclude(held="").exists()


def test_a_roster_made_again_while_it_waits_is_made_from_what_is_known_now(reviewer, leader):
    county(1)
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    first = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    county(1, first=50)
    again = make_roster(COUNTY, SEPTEMBER, by=reviewer)
    assert (first.pk, again.persons) == (again.pk, 2)
    with scope(COUNTY):
        assert PriceRound.objects.count() == 1


def test_a_month_that_did_not_start_has_nobody_to_confirm_and_nothing_to_pay(reviewer, leader):
    world = county(1)
    publish(reviewer, leader, Month(2022, 11), 160, 370)
    still = make_roster(COUNTY, Month(2022, 11), by=reviewer)
    assert (still.state, still.persons, still.fen) == ("未启动", 0, 0)
    with pytest.raises(RoundNotOpen, match="未启动"):
        confirm_roster(still.pk, by=leader)
    assert accrue(COUNTY, PRICE, Month(2022, 11), by=world.maker).new == 0


def test_members_of_an_edge_household_are_all_on_the_roster(reviewer, leader):
    world = county(1)
    with arranging():
        Award.objects.update(since=date(2030, 1, 1))
        AwardPerson.objects.update(since=date(2030, 1, 1))
        (other,) = person_rows(1, ["成员"])
        Member.objects.create(
            household_id=world.households[0],
            person_id=other,
            relation="配偶",
            since=date(2020, 1, 1),
        )
    benefit(world.payees[0], "低保边缘")
    publish(reviewer, leader, SEPTEMBER, 280, 880)
    found = roster(make_roster(COUNTY, SEPTEMBER, by=reviewer))
    assert sorted(found) == sorted([world.payees[0], other])
