"""Funds: two people vouch for them, tied money stays tied, no release beyond what is there."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from doudi.base.access import Actor, scope
from doudi.kernel import clock
from doudi.payments import funds
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.fund_queries import allotments, left_by_source, services_seen
from doudi.payments.funds import (
    AllotmentFacts,
    Fund,
    ServiceFacts,
    choose,
    confirm_allotment,
    confirm_service,
    enter_allotment,
    enter_service,
    funds_of,
)
from doudi.payments.models import Allotment, Draw
from doudi.payments.problems_funds import (
    AllotmentUnfit,
    AllottedAlready,
    ConfirmedAlready,
    NotEnoughFunds,
    ServiceEnteredAlready,
    ServicesNotCovered,
    ServicesNotHere,
    ServicesOverCap,
)
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.queries import balanced
from tests.arrange import COUNTY, arranging
from tests.payments.owing import JULY, JUNE, answer, county
from tests.payments.world import SCHEME, released

DAY = date(2022, 6, 1)


@pytest.fixture(autouse=True)
def june():
    with clock.business_at(datetime(2022, 6, 6, 9, tzinfo=clock.SHANGHAI)):
        yield


@pytest.fixture
def world(db):
    return county(2)  # 300.00 and 310.00 a month


def allot(world, fen, document="甘财社〔2022〕1号", source="中央", schemes=(), purpose="救助"):
    facts = AllotmentFacts(document, source, 2022, fen, DAY, purpose, schemes)
    row = enter_allotment(COUNTY, facts, by=world.maker)
    return confirm_allotment(row.pk, by=world.approver)


def left(world):
    with scope(COUNTY):
        return {fund.source + "".join(fund.schemes): fund.left for fund in funds_of(COUNTY)}


def approved(world, month=JUNE):
    accrue(COUNTY, SCHEME, month, by=world.maker)
    batch = make_batch(COUNTY, SCHEME, month, by=world.maker)
    return approve_batch(batch.pk, by=world.approver)


# -- which money is spent first


FUNDS = st.builds(
    Fund,
    allotment_id=st.integers(1, 10_000),
    source=st.sampled_from(funds.SOURCES),
    purpose=st.sampled_from(["救助", "服务"]),
    schemes=st.sampled_from([(), ("低保",), ("特困",), ("低保", "特困")]),
    received_on=st.just(DAY),
    left=st.integers(-5, 100_000),
)


@given(need=st.integers(1, 300_000), have=st.lists(FUNDS, unique_by=lambda f: f.allotment_id))
def test_money_is_never_spent_beyond_what_is_left_or_on_another_scheme(need, have):
    chosen = dict(choose(need, "低保", have))
    by_id = {fund.allotment_id: fund for fund in have}
    assert all(
        0 < fen <= by_id[pk].left and by_id[pk].may_pay("低保") for pk, fen in chosen.items()
    )
    usable = sum(max(0, fund.left) for fund in have if fund.may_pay("低保"))
    assert sum(chosen.values()) == min(need, usable)


def test_tied_money_is_spent_first_then_from_the_centre_down():
    have = [
        Fund(1, "县级", "救助", (), DAY, 100),
        Fund(2, "中央", "救助", (), DAY, 100),
        Fund(3, "省级", "救助", ("低保",), DAY, 100),
        Fund(4, "中央", "救助", ("特困",), DAY, 100),
        Fund(5, "中央", "服务", (), DAY, 100),
    ]
    assert choose(250, "低保", have) == [(3, 100), (2, 100), (1, 50)]


# -- entered and confirmed


def test_an_allotment_counts_only_when_a_second_person_has_confirmed_it(world):
    facts = AllotmentFacts("甘财社〔2022〕1号", "中央", 2022, 100_000, DAY)
    row = enter_allotment(COUNTY, facts, by=world.maker)
    assert left(world) == {}
    both = Actor(world.maker.user_id, "甲", "finance_approver", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        confirm_allotment(row.pk, by=both)
    with (
        pytest.raises(IntegrityError, match="an_allotment_is_confirmed_by_another_person"),
        transaction.atomic(),
        arranging(),
    ):
        Allotment.objects.update(confirmed_by=world.maker.user_id)
    confirm_allotment(row.pk, by=world.approver)
    assert left(world) == {"中央": 100_000}
    with pytest.raises(ConfirmedAlready):
        confirm_allotment(row.pk, by=world.approver)


def test_the_same_document_again_is_found_and_with_another_amount_refused(world):
    allot(world, 100_000)
    facts = AllotmentFacts("甘财社〔2022〕1号", "中央", 2022, 100_000, DAY)
    assert enter_allotment(COUNTY, facts, by=world.maker).fen == 100_000
    with pytest.raises(AllottedAlready, match="100000 分"):
        enter_allotment(
            COUNTY, AllotmentFacts("甘财社〔2022〕1号", "中央", 2022, 1, DAY), by=world.maker
        )


@pytest.mark.parametrize("wrong", [{"source": "乡级"}, {"schemes": ("高铁",)}, {"purpose": "其他"}])
def test_an_allotment_names_a_known_source_purpose_and_scheme(world, wrong):
    with pytest.raises(AllotmentUnfit, match="不能填"):
        allot(world, 1, **wrong)


# -- the check before the release


def test_a_county_that_keeps_no_funds_here_is_not_checked(world):
    assert release_batch(approved(world).pk, by=world.releaser).state == "已放行"


def test_a_release_takes_its_total_from_the_funds_and_a_failed_line_gives_its_part_back(world):
    allot(world, 40_000, schemes=("低保",), source="省级")
    allot(world, 50_000)
    batch = released(world)
    assert left(world) == {"省级低保": 0, "中央": 29_000}
    answer(world, batch, failed=(world.reference(0),))
    assert left(world) == {"省级低保": 9_000, "中央": 50_000}
    with scope(COUNTY):
        assert sum(draw.fen for draw in Draw.objects.all()) == batch.total_fen
        assert balanced().holds


def test_a_release_beyond_the_funds_is_refused_whole_and_says_what_is_tied(world):
    allot(world, 40_000)
    allot(world, 90_000, document="甘财社〔2022〕2号", schemes=("特困",))
    batch = approved(world)
    with pytest.raises(NotEnoughFunds) as refused:
        release_batch(batch.pk, by=world.releaser)
    said = str(refused.value)
    assert "需要 610.00 元" in said
    assert "只剩 400.00 元，缺 210.00 元" in said
    assert "另有 900.00 元只能用于特困" in said
    assert left(world) == {"中央": 40_000, "中央特困": 90_000}
    allot(world, 21_000, document="甘财社〔2022〕3号", source="县级")
    assert release_batch(batch.pk, by=world.releaser).state == "已放行"
    assert left(world)["县级"] == 0


def test_two_months_cannot_spend_the_same_money(world):
    allot(world, 61_000)
    released(world)
    with pytest.raises(NotEnoughFunds):
        release_batch(approved(world, JULY).pk, by=world.releaser)


def test_a_check_that_forgets_what_is_tied_is_caught(world, monkeypatch):
    """The planted bug: money for one scheme pays another."""
    monkeypatch.setattr(Fund, "may_pay", lambda self, scheme: True)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test_a_release_beyond_the_funds_is_refused_whole_and_says_what_is_tied(world)


# -- services


def service(allotment, fen, number="合2022-1"):
    return ServiceFacts(number, allotment.pk, "社会工作服务中心", fen, DAY)


def test_services_take_at_most_two_in_a_hundred_of_the_years_money(world):
    row = allot(world, 100_000_000)
    spent = enter_service(service(row, 1_500_000), by=world.maker)
    confirm_service(spent.pk, by=world.approver)
    with pytest.raises(ServicesOverCap) as refused:
        enter_service(service(row, 500_001, "合2022-2"), by=world.maker)
    assert "已支出 15000.00 元" in str(refused.value)
    assert "上限 20000.00 元" in str(refused.value)
    enter_service(service(row, 500_000, "合2022-2"), by=world.maker)
    enter_service(service(row, 500_000, "合2022-2"), by=world.maker)
    with pytest.raises(ServiceEnteredAlready, match=r"已按 5000\.00 元录入"):
        enter_service(service(row, 400_000, "合2022-2"), by=world.maker)
    assert left(world) == {"中央": 98_500_000}


def test_services_are_confirmed_by_a_second_person_over_the_cap_as_it_is_then(world):
    row = allot(world, 1_000_000)
    spent = enter_service(service(row, 20_000), by=world.maker)
    both = Actor(world.maker.user_id, "甲", "finance_approver", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        confirm_service(spent.pk, by=both)
    confirm_service(spent.pk, by=world.approver)
    with pytest.raises(ConfirmedAlready):
        confirm_service(spent.pk, by=world.approver)


def test_money_tied_to_a_scheme_buys_no_services_and_money_for_services_pays_no_benefit(world):
    tied = allot(world, 100_000_000, schemes=("低保",))
    with pytest.raises(ServicesNotHere, match="只能用于低保"):
        enter_service(service(tied, 1_000), by=world.maker)
    for_services = allot(world, 1_000, document="服务〔2022〕1号", purpose="服务")
    with pytest.raises(ServicesNotCovered, match=r"只剩 10\.00 元"):
        enter_service(service(for_services, 1_001), by=world.maker)
    assert not Fund(1, "中央", "服务", (), DAY, 1).may_pay("低保")


def test_what_is_left_is_read_by_source_and_by_document(world):
    allot(world, 100_000)
    facts = AllotmentFacts("县财〔2022〕9号", "县级", 2022, 5_000, DAY)
    enter_allotment(COUNTY, facts, by=world.maker)
    released(world)
    with scope(COUNTY):
        assert left_by_source(COUNTY) == {"中央": 39_000, "省级": 0, "市级": 0, "县级": 0}
        seen = {one.allotment.document: one.left_fen for one in allotments(COUNTY)}
        assert seen == {"甘财社〔2022〕1号": 39_000, "县财〔2022〕9号": None}
        assert (services_seen(COUNTY, 2022).share, services_seen(COUNTY, 2022).mark) == (
            200,
            "默认",
        )


def test_a_batch_whose_sources_do_not_add_up_is_named_by_the_invariant(world):
    allot(world, 100_000)
    batch = released(world)
    with arranging():
        Draw.objects.create(
            allotment_id=Allotment.objects.create(
                document="多", place=COUNTY, source="县级", year=2022, fen=9, purpose="救助",
                received_on=DAY,
            ).pk,
            batch=batch, order=9, fen=1, made_at=clock.business_now(),
        )  # fmt: skip
    with scope(COUNTY):
        assert balanced().faults == (f"资金来源与批次不符 {batch.number}",)
