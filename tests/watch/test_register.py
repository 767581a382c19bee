"""The register of the low-income population: who, since when, why; what changed; on any day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base import worklist
from doudi.base.access import Actor, scope
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.facts import FactValue, close_source
from doudi.people.models import Fact, Member
from doudi.watch import kinds
from doudi.watch.consumers import scan_delivery
from doudi.watch.gathering import Reach, choose, households
from doudi.watch.kinds import DictionaryRefused, dictionary, read
from doudi.watch.models import Listing, RegisterRun
from doudi.watch.parameters import told_on
from doudi.watch.register import ask_refresh, refresh
from doudi.watch.register_queries import (
    COUNTY as COUNTY_DIGITS,
)
from doudi.watch.register_queries import (
    VILLAGE as VILLAGE_DIGITS,
)
from doudi.watch.register_queries import (
    classes,
    listings,
    listings_of,
    register_counts,
    register_flow,
)
from doudi.watch.views import Day
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor, arranging
from tests.watch.village import (
    PERIOD,
    TODAY,
    Somebody,
    benefit,
    certificate,
    families,
    family,
    state,
    tell,
)

pytestmark = pytest.mark.django_db

LATER = date(2022, 7, 6)
LOW = benefit("低保")


@pytest.fixture(autouse=True)
def seen():
    with scope(COUNTY):
        yield


def run(period=PERIOD, place=COUNTY):
    return refresh(place, period, by=Actor.system(place))


def listed() -> set[tuple[int, str]]:
    return set(Listing.objects.filter(before=None).values_list("person_id", "kind"))


def everything() -> list[tuple]:
    rows = Listing.objects.order_by("id").values_list()
    return [*rows, *RegisterRun.objects.values_list()]


def test_an_award_lists_the_whole_family_and_a_certificate_its_holder():
    home = family(
        Somebody(known=[LOW]), Somebody("李桂英", relation="配偶", known=[certificate("43")])
    )
    assert run() == 3
    head, wife = home.people
    assert listed() == {(head, "K02"), (wife, "K02"), (wife, "K10")}
    told = RegisterRun.objects.get()
    assert (told.new, told.ended, told.people, told.households) == (3, 0, 2, 1)


def test_a_listing_says_since_when_and_why_with_its_source():
    home = family(Somebody(known=[LOW]), Somebody("李桂英", relation="配偶"))
    run()
    wife = listings_of(home.people[1]).get()
    assert (wife.since, wife.before, wife.noted_on) == (date(2021, 1, 1), None, TODAY)
    assert wife.why == "农村低保对象：马有福的享受待遇“低保”，自 2021-01-01"
    assert wife.source == "registry"
    assert Fact.objects.get(pk=wife.fact_id).kind == "benefit"


def test_town_and_village_are_two_kinds_of_one_class():
    town = family(Somebody(known=[LOW]), urban=True)
    family(Somebody(known=[LOW]))
    run()
    assert (town.people[0], "K01") in listed()
    assert [kind.code for kind in classes()["低保对象"]] == ["K01", "K02"]
    assert (len(classes()), sum(len(each) for each in classes().values())) == (5, 13)


def test_the_same_month_twice_makes_nothing_new():
    family(Somebody(known=[LOW]), Somebody(relation="子"))
    run()
    before = everything()
    assert run() == 0
    assert everything() == before


def test_an_illness_heard_of_this_month_waits_and_is_listed_with_the_next():
    home = family(Somebody(news=[state("illness.chronic", date(2022, 5, 3), key="I10")]))
    run()
    assert listed() == set()
    with clock.business_at(LATER):
        run("2022-07")
    assert listed() == {(home.people[0], "K13")}


def test_an_award_that_ended_ends_the_listing_on_its_day_and_history_stays():
    home = family(Somebody(known=[LOW]))
    run()
    tell(home.people[0], FactValue("benefit", key="低保", amount_fen=40000,
         valid_since=date(2021, 1, 1), valid_before=date(2022, 7, 1)))  # fmt: skip
    with clock.business_at(LATER):
        assert run("2022-07") == 1
    row = listings_of(home.people[0]).get()
    assert (row.before, row.end_noted_on) == (date(2022, 7, 1), LATER)
    assert row.why_ended == "依据到期"
    assert listings(on=date(2022, 6, 30)).count() == 1
    assert listings(on=LATER).count() == 0


def test_a_certificate_with_an_end_says_that_its_ground_ran_out():
    ends = {**certificate("43", date(2020, 1, 1)), "valid_before": date(2022, 6, 20)}
    home = family(Somebody(known=[ends]))
    run()
    with clock.business_at(LATER):
        run("2022-07")
    row = listings_of(home.people[0]).get()
    assert (row.before, row.why_ended) == (date(2022, 6, 20), "依据到期")
    assert listings(on=date(2022, 6, 19)).count() == 1
    assert listings(on=date(2022, 6, 20)).count() == 0


def test_a_ground_that_was_withdrawn_ends_the_listing_today_with_the_reason():
    home = family(Somebody(news=[certificate("43")]), delivery=7)
    run()
    with arranging():
        close_source("delivery:7")
    run()
    row = listings_of(home.people[0]).get()
    assert (row.before, row.why_ended) == (TODAY, "依据更正或撤回")


def test_who_left_the_family_leaves_its_listing_and_who_came_back_is_listed_again():
    home = family(Somebody(known=[LOW]), Somebody(relation="子"))
    run()
    son = home.people[1]
    with arranging():
        Member.objects.filter(person_id=son).update(before=date(2022, 6, 10))
    with clock.business_at(LATER):
        run("2022-07")
    row = listings_of(son).get()
    assert (row.before, row.why_ended) == (date(2022, 6, 10), "不在该户")
    with arranging():
        Member.objects.create(
            household_id=home.id, person_id=son, relation="子", since=date(2022, 8, 1)
        )
    with clock.business_at(date(2022, 8, 5)):
        run("2022-08")
    assert [(r.since, r.before) for r in listings_of(son)] == [
        (date(2021, 1, 1), date(2022, 6, 10)),
        (date(2022, 8, 1), None),
    ]


def test_a_correction_of_a_fact_that_still_holds_leaves_the_listing_alone():
    home = family(Somebody(known=[LOW]))
    run()
    tell(home.people[0], FactValue("benefit", key="低保", amount_fen=50000,
         valid_since=date(2022, 6, 1)))  # fmt: skip
    assert run() == 0


def test_the_register_lists_exactly_whom_the_indicators_see_as_of_a_kind():
    """One dictionary, read by SQL for the county and in Python for a household."""
    told = [
        (Somebody(known=[LOW]), Somebody(known=[certificate("42")])),
        (Somebody(known=[benefit("特困", 571), state("fp", date(2021, 1, 1), code="边缘易致贫户")]),
         Somebody(relation="子", news=[state("enrolment", date(2022, 5, 2), key="2022")])),
        (Somebody(known=[benefit("低保边缘", 0)],
                  news=[state("illness.major", date(2022, 5, 2), key="C34")]),),
        (Somebody(known=[state("illness.chronic", date(2020, 1, 1), key="I10")]),),
        (Somebody(known=[{**LOW, "valid_before": TODAY}]),),
        (Somebody(known=[state("unemployment", date(2022, 1, 1), key="登记")]),),
    ]  # fmt: skip
    families(told)
    families(told, urban=True)
    run()
    day = Day(TODAY, told_on(TODAY), {})
    with arranging():
        for name in ("watch_concerned", "watch_households", "watch_people"):
            with connection.cursor() as cursor:
                cursor.execute(f"drop table if exists pg_temp.{name}")
        choose(Reach(COUNTY, "2000-01", None), day)
        with connection.cursor() as cursor:
            cursor.execute("truncate watch_people")
            cursor.execute(
                "insert into watch_people select m.person_id, m.household_id, m.relation, h.place,"
                " h.urban, h.head_id, true from people_member m"
                " join people_household h on h.id = m.household_id"
            )
        reach = Reach(COUNTY, PERIOD, None)
        tagged = {
            (person.id, kind)
            for home in households(reach, TODAY)
            for person in home.members
            for kind in home.kinds_of(person.id)
        }
    assert len(tagged) > 12
    assert listed() == tagged


def test_counts_by_village_township_and_county_count_a_person_once():
    family(Somebody(known=[LOW, certificate("43", date(2020, 1, 1))]), Somebody(relation="子"))
    family(Somebody(known=[benefit("特困", 571)]), place=OTHER_TOWNSHIP[:9] + "201")
    run()
    villages = register_counts(level=VILLAGE_DIGITS)
    assert [(v.place, v.people, v.households) for v in villages] == [
        (VILLAGE, 2, 1),
        (OTHER_TOWNSHIP[:9] + "201", 1, 1),
    ]
    assert villages[0].by_kind == {"K02": 2, "K10": 1}
    assert [each.place for each in register_counts()] == [TOWNSHIP, OTHER_TOWNSHIP]
    (county,) = register_counts(level=COUNTY_DIGITS)
    assert (county.place, county.people, county.households) == (COUNTY, 3, 2)
    assert [each.people for each in register_counts(TOWNSHIP)] == [2]


def test_a_township_clerk_sees_the_register_of_the_township_only():
    family(Somebody(known=[LOW]))
    family(Somebody(known=[LOW]), place=OTHER_TOWNSHIP[:9] + "201")
    run()
    with scope(actor("township_clerk", TOWNSHIP)):
        assert [row.place for row in listings()] == [VILLAGE]


def test_a_month_against_the_month_before_says_who_came_and_who_went():
    home = family(Somebody(known=[LOW]))
    family(Somebody(known=[certificate("43", date(2020, 1, 1))]))
    run()
    with arranging():
        Member.objects.filter(person_id=home.people[0]).update(before=date(2022, 7, 1))
    with clock.business_at(LATER):
        run("2022-07")
    june = register_flow(date(2022, 6, 1), date(2022, 7, 1))
    assert [(f.kind, f.came, f.went) for f in june] == [("K02", 1, 0), ("K10", 1, 0)]
    july = register_flow(date(2022, 7, 1), date(2022, 8, 1))
    assert [(f.kind, f.came, f.went) for f in july] == [("K02", 0, 1)]


def _statements(count: int) -> int:
    families([(Somebody(known=[LOW]), Somebody(known=[certificate("43")]))] * count)
    with CaptureQueriesContext(connection) as asked:
        run()
    return len(asked)


def test_a_county_takes_as_many_statements_as_a_village():
    assert _statements(2) == _statements(500)


def test_only_whoever_may_refreshes_and_only_their_own_place():
    with pytest.raises(NotAllowed):
        refresh(TOWNSHIP, PERIOD, by=actor("township_clerk"))
    with pytest.raises(NotThere):
        refresh(OTHER_COUNTY, PERIOD, by=actor("county_reviewer"))
    with pytest.raises(NotThere):
        ask_refresh(OTHER_COUNTY, PERIOD, by=actor("county_reviewer"))


def test_a_reviewer_asks_and_the_work_list_refreshes():
    family(Somebody(known=[LOW]))
    ask_refresh(COUNTY, PERIOD, by=actor("county_reviewer"))
    assert not Listing.objects.exists()
    worklist.drain()
    assert Listing.objects.count() == 1


def test_deliveries_of_a_month_ask_for_one_refresh_that_comes_after_them():
    home = family(Somebody(known=[LOW]))
    for number in (1, 2, 3):
        scan_delivery(delivery_id=number, place=COUNTY, period=PERIOD)
    assert worklist.waiting() == 1
    worklist.drain()
    assert listed() == {(home.people[0], "K02")}
    row = RegisterRun.objects.get()
    assert (row.period, row.new, row.people, row.households) == (PERIOD, 1, 1, 1)
    assert row.finished_at is not None


def test_a_refresh_that_is_done_may_be_asked_for_again():
    family(Somebody(known=[LOW]))
    ask_refresh(COUNTY, PERIOD, by=actor("county_reviewer"))
    worklist.drain()
    family(Somebody(known=[LOW]))
    ask_refresh(COUNTY, PERIOD, by=actor("county_reviewer"))
    worklist.drain()
    assert (RegisterRun.objects.get().new, Listing.objects.count()) == (2, 2)


def test_a_county_list_replaces_ours_and_ends_what_it_does_not_know(tmp_path, monkeypatch):
    home = family(Somebody(known=[LOW, certificate("43", date(2020, 1, 1))]))
    run()
    (tmp_path / "kinds.yaml").write_text(
        "K02: {group: 低保, label: 低保, fact: benefit, key: 低保, spread: 户}", encoding="utf-8"
    )
    monkeypatch.setenv("DOUDI_VAR", str(tmp_path))
    caches = (dictionary, kinds._by_fact)
    for cached in caches:
        cached.cache_clear()
    try:
        assert list(classes()) == ["低保"]
        run()
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()
    assert listed() == {(home.people[0], "K02")}
    assert Listing.objects.get(kind="K10").why_ended == "人群清单调整"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "空的"),
        ("X1: {group: a}", "K 加两位数字"),
        ("K01: {group: a, label: b, fact: c, spread: 村}", "户或人"),
        ("K01: {group: a, label: b, spread: 户}", "缺少 fact"),
        ("K01: {group: a, label: b, fact: c, spread: 户, colour: d}", "不认识 colour"),
    ],
)
def test_a_list_that_cannot_be_used_says_where_and_why(text, said):
    with pytest.raises(DictionaryRefused, match=said):
        read(text)


def test_the_database_refuses_a_listing_that_ended_without_a_reason():
    from django.db import IntegrityError, transaction

    family(Somebody(known=[LOW]))
    run()
    refused = pytest.raises(IntegrityError, match="a_listing_that_ended_says")
    with refused, transaction.atomic(), arranging():
        Listing.objects.update(before=LATER)


def test_every_kind_of_the_dictionary_can_be_listed():
    people = [
        Somebody(known=[state(kind.fact, date(2020, 1, 1), key=kind.key, code=kind.of_code)])
        for kind in dictionary()
    ]
    families([(one,) for one in people])
    families([(one,) for one in people], urban=True)
    run()
    assert {kind for _, kind in listed()} == {kind.code for kind in dictionary()}


def test_who_belongs_is_found_from_counted_tables_without_asking_the_wall_for_every_fact():
    # Joined with the walled table itself, the guess of rows was 1 for 10,000: a minute a county.
    family(Somebody(known=[LOW]))
    with CaptureQueriesContext(connection) as told:
        run()
    said = [row["sql"] for row in told]
    (found,) = [i for i, sql in enumerate(said) if "table register_wanted" in sql]
    assert "people_" not in said[found]
    read = said[found].split("from", 1)[1]
    for name in ("register_kinds", "register_facts", "register_people"):
        assert name in read
        assert any(sql.startswith("analyze") and name in sql for sql in said[:found])
