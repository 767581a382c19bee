"""服刑: months paid for somebody in custody become a claim once the department's file says so."""

from datetime import date

import pytest

from doudi.base.access import Actor, scope
from doudi.base.files import keep
from doudi.exchange.models import Delivery
from doudi.kernel import clock
from doudi.payments import overpaid
from doudi.payments.models import Recovery, RecoveryLine
from doudi.payments.overpaid import find_after_delivery, find_overpaid
from doudi.people.models import Fact
from tests.arrange import COUNTY, arranging
from tests.payments.owing import JULY, JUNE, MAY, county, covered_by, paid

pytestmark = pytest.mark.django_db


def sentenced(person, since, before=None):
    with arranging():
        Fact.objects.create(
            person_id=person, kind="custody", code="服刑", valid_since=since, valid_before=before,
            known_since=clock.business_now(), source="delivery:1:1",
        )  # fmt: skip


def find():
    return find_overpaid(COUNTY, by=Actor.system(COUNTY))


def claimed(household):
    with scope(COUNTY):
        rows = RecoveryLine.objects.filter(recovery__household=household).order_by("month")
        return [(row.month, row.over_fen) for row in rows]


@pytest.fixture
def world():
    """Two families of three, paid for May, June and July."""
    world = county(2, people=3)
    paid(world, MAY, JUNE, JULY)
    return world


def test_custody_makes_the_whole_months_after_it_overpaid_by_that_persons_share(world):
    sentenced(covered_by(world.households[0])[1], date(2022, 5, 11))
    assert find() == 2
    assert claimed(world.households[0]) == [("2022-06", 10_000), ("2022-07", 10_000)]
    with scope(COUNTY):
        (row,) = Recovery.objects.all()
        assert (row.cause, row.state, row.over_fen) == ("服刑", "待核实", 20_000)
        assert "自 2022-05-11 起" in row.lines.first().evidence


def test_the_month_of_the_release_is_due(world):
    sentenced(covered_by(world.households[0])[1], date(2022, 4, 30), date(2022, 7, 20))
    find()
    assert [month for month, _ in claimed(world.households[0])] == ["2022-05", "2022-06"]


def test_found_again_it_is_claimed_once_and_with_a_death_never_more_than_was_paid(world):
    for person in covered_by(world.households[0]):
        sentenced(person, date(2022, 4, 1))
    assert find() == 3
    assert find() == 0
    with arranging():
        Fact.objects.create(
            person_id=covered_by(world.households[0])[0], kind="death",
            valid_since=date(2022, 4, 2), known_since=clock.business_now(), source="test:1",
        )  # fmt: skip
    assert find() == 0
    assert claimed(world.households[0]) == [
        ("2022-05", 30_000), ("2022-06", 30_000), ("2022-07", 30_000),
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "claims"), [("custody", 2), ("vehicle", 0)])
def test_a_file_of_people_in_custody_is_followed_by_the_search_and_no_other_is(world, code, claims):
    sentenced(covered_by(world.households[0])[1], date(2022, 5, 11))
    with arranging():
        delivery = Delivery.objects.create(
            format=code, department="司法局", place=COUNTY, period="2022-08", authority="",
            file=keep(b"", name="x.csv", media_type="text/csv"), file_name="x.csv",
            received_at=clock.business_now(), state="已入库",
        )  # fmt: skip
    find_after_delivery(delivery.pk, COUNTY, "2022-08")
    assert len(claimed(world.households[0])) == claims


def test_a_finder_that_counts_the_month_of_the_sentence_is_caught(world, monkeypatch):
    planted = overpaid._FIND.replace(
        "f.kind = 'custody'\n  and date_trunc('month', f.valid_since)::date < paid.first",
        "f.kind = 'custody'\n  and date_trunc('month', f.valid_since)::date <= paid.first",
    )
    assert planted != overpaid._FIND
    monkeypatch.setattr(overpaid, "_FIND", planted)
    sentenced(covered_by(world.households[0])[1], date(2022, 5, 11))
    assert find() == 3
