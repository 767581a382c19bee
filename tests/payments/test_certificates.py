"""两项补贴 stop after the month in which a certificate lapses, and follow once it is renewed."""

from datetime import date

import pytest

from doudi.base.access import scope
from doudi.cases.models import Award
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import stops
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.models import Payable
from doudi.payments.problems import NothingToPay
from doudi.payments.queries import balanced, payments_of
from doudi.people.models import Fact
from tests.arrange import COUNTY, arranging
from tests.payments.owing import answer, county, covered_by

pytestmark = pytest.mark.django_db

NURSING = "重度残疾人护理补贴"
APRIL, MAY, JUNE, JULY = (Month(2022, month) for month in (4, 5, 6, 7))


def subsidised(people=1):
    """One household with a nursing subsidy for so many people, each with a certificate of 2012."""
    world = county(1, people=people)
    with arranging():
        Award.objects.filter(household__in=world.households).update(scheme=NURSING)
    for person in covered_by(world.households[0]):
        certified(person, date(2012, 5, 11), date(2022, 5, 11))
    return world


def certified(person, since, before=None):
    """What the federation's file says of a certificate."""
    with arranging():
        Fact.objects.create(
            person_id=person, kind="disability", key="证", code="41", valid_since=since,
            valid_before=before, known_since=clock.business_now(), source="delivery:1:1",
        )  # fmt: skip


def accrue_all(world, *months):
    for month in months:
        accrue(COUNTY, NURSING, month, by=world.maker)


def pay(world, month):
    batch = make_batch(COUNTY, NURSING, month, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    batch = release_batch(batch.pk, by=world.releaser)
    answer(world, batch)
    return batch.total_fen


def lines(world):
    with scope(COUNTY):
        assert balanced().faults == ()
        return sorted(
            (p.month, p.line.rstrip("0123456789"), p.fen - p.kept_fen, p.state)
            for p in payments_of(world.households[0])
        )


def held(world):
    with scope(COUNTY):
        return dict(Payable.objects.values_list("month", "held"))


def test_the_month_in_which_it_lapses_is_due_and_the_next_is_held():
    world = subsidised()
    accrue_all(world, APRIL, MAY, JUNE)
    assert held(world) == {"2022-04": "", "2022-05": "", "2022-06": stops.LAPSED}
    assert pay(world, MAY) == 30_000
    with pytest.raises(NothingToPay):
        pay(world, JUNE)


def test_renewed_it_is_paid_for_each_month_that_was_held_and_goes_on_once():
    world = subsidised()
    accrue_all(world, MAY, JUNE, JULY)
    certified(covered_by(world.households[0])[0], date(2022, 7, 20))
    accrue_all(world, MAY, JUNE, JULY, JULY + 1)
    assert set(held(world).values()) == {""}
    assert [pay(world, month) for month in (MAY, JUNE, JULY, JULY + 1)] == [30_000] * 4
    accrue_all(world, MAY, JUNE, JULY, JULY + 1)
    assert [state for *_, state in lines(world)] == ["已到账"] * 4


def test_of_two_holders_only_the_one_whose_certificate_lapsed_is_kept_back_and_paid_later():
    world = subsidised(people=2)
    second = covered_by(world.households[0])[1]
    certified(covered_by(world.households[0])[0], date(2022, 5, 11))
    accrue_all(world, JUNE)
    assert pay(world, JUNE) == 15_000
    accrue_all(world, JUNE, JULY)
    assert len(lines(world)) == 2
    certified(second, date(2022, 7, 20))
    accrue_all(world, JULY)
    accrue_all(world, JULY)
    assert pay(world, JUNE) == 15_000
    assert pay(world, JULY) == 30_000
    assert lines(world) == [
        ("2022-06", "main", 15_000, "已到账"),
        ("2022-06", "sh", 15_000, "已到账"),
        ("2022-07", "main", 30_000, "已到账"),
    ]


def test_months_longer_ago_than_the_dated_number_are_not_paid_for():
    world = subsidised()
    accrue_all(world, JUNE, JULY)
    certified(covered_by(world.households[0])[0], date(2023, 7, 20))
    accrue_all(world, JUNE, JULY)
    assert held(world) == {"2022-06": stops.LAPSED, "2022-07": ""}


def test_who_has_no_certificate_on_file_is_left_to_the_decision_and_other_schemes_do_not_ask():
    world = subsidised()
    with arranging():
        Fact.objects.filter(kind="disability").update(known_before=clock.business_now())
    accrue_all(world, JUNE)
    assert held(world) == {"2022-06": ""}
    other = county(1, first=5)
    certified(covered_by(other.households[0])[0], date(2012, 5, 11), date(2022, 5, 11))
    accrue(COUNTY, "低保", JUNE, by=other.maker)
    assert set(held(other).values()) == {""}


def test_a_certificate_that_lapsed_before_the_release_takes_the_line_out():
    world = subsidised(people=1)
    with arranging():
        Fact.objects.filter(kind="disability").update(valid_before=None)
    accrue_all(world, JUNE)
    other = county(1, first=5)
    with arranging():
        Award.objects.filter(household__in=other.households).update(scheme=NURSING)
    accrue_all(world, JUNE)
    batch = make_batch(COUNTY, NURSING, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    with arranging():
        Fact.objects.filter(kind="disability").update(valid_before=date(2022, 5, 11))
    assert release_batch(batch.pk, by=world.releaser).lines == 1


PLANTED = {
    "the month of the lapse is held too": (
        "(p.month || '-01')::date",
        "((p.month || '-01')::date + interval '1 month')::date",
    ),
    "the gap is not bridged": ("%(bridged)s + 1", "%(bridged)s * 0 + 1"),
}


@pytest.mark.parametrize(("old", "new"), PLANTED.values(), ids=list(PLANTED))
def test_a_planted_bug_is_caught(monkeypatch, old, new):
    assert old in stops._REFRESH
    monkeypatch.setattr(stops, "_REFRESH", stops._REFRESH.replace(old, new))
    world = subsidised()
    accrue_all(world, MAY, JUNE, JULY)
    certified(covered_by(world.households[0])[0], date(2022, 7, 20))
    before = {"2022-05": "", "2022-06": stops.LAPSED, "2022-07": stops.LAPSED}
    found = [held(world)]
    accrue_all(world, MAY, JUNE, JULY)
    found.append(held(world))
    assert found != [before, dict.fromkeys(before, "")]
