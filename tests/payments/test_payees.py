"""Who is paid in the holder's place, and what keeps a changed or foreign account waiting."""

from datetime import timedelta

import pytest

from doudi.base.access import scope
from doudi.kernel import clock
from doudi.kernel.ids import IdentifierProblem
from doudi.kernel.problems import NotThere
from doudi.payments import payees, stops
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.batches import approve_batch, lines_of, make_batch, release_batch
from doudi.payments.corrections import resubmit_failed
from doudi.payments.models import Payable
from doudi.payments.problems import ArrangementIncomplete, ArrangementNotOpen, PayeeKindUnknown
from doudi.payments.queries import balanced, failed_payables, payments_of
from doudi.payments.reconcile import receive_return
from doudi.people import accounts
from doudi.people.models import ChainEvent, PayeeAccount
from doudi.people.problems import SamePersonConfirms
from tests.arrange import COUNTY, OTHER_COUNTY, TOWNSHIP, actor, arranging
from tests.payments.world import JUNE, SCHEME, add_households, make_users, record_death

pytestmark = pytest.mark.django_db
CARD = "6217000000000000012"
DAYS = timedelta(days=3)


@pytest.fixture
def world():
    return add_households(3)


@pytest.fixture
def clerks():
    with arranging():
        one, other = make_users("clerk-one", "clerk-two")
    return actor("township_clerk", TOWNSHIP, one), actor("finance_approver", COUNTY, other)


def agreed(world, clerks, k=0, kind="代管人", name="村里的老李", card=CARD, by=None):
    made = payees.enter_arrangement(
        world.households[k],
        SCHEME,
        kind,
        name,
        "农信社",
        card,
        "协议1号",
        by=by or clerks[0],
    )
    return payees.confirm_arrangement(made.pk, by=clerks[1])


def accrued(world):
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)


def held(world, k=0):
    with scope(world.maker):
        return Payable.objects.get(household_id=world.households[k], month=str(JUNE)).held


@pytest.mark.parametrize("kind", list(payees.KINDS))
def test_each_kind_of_payee_is_paid_in_the_holders_place_once_two_have_vouched(world, clerks, kind):
    agreed(world, clerks, kind=kind)
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
        with scope(world.maker):
            told = {line.reference: line for line in lines_of(batch)}
    assert told[world.reference(0)].holder_name == "村里的老李"
    assert told[world.reference(0)].card == CARD
    assert told[world.reference(1)].holder_name == "户主1"


def test_a_batch_keeps_its_payee_although_the_arrangement_ends_and_is_taken_out_at_release(
    world, clerks
):
    made = agreed(world, clerks)
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
        payees.end_arrangement(made.pk, by=clerks[1])
        with scope(world.maker):
            names = {line.holder_name for line in lines_of(batch)}
        assert "村里的老李" in names  # what was approved is what was made
        approve_batch(batch.pk, by=world.approver)
        sent = release_batch(batch.pk, by=world.releaser)
        assert sent.lines == 2  # never to somebody whose agreement has ended


def test_what_one_person_entered_changes_nothing_and_cannot_be_confirmed_by_the_same(world, clerks):
    made = payees.enter_arrangement(
        world.households[0], SCHEME, "照料人", "赵六", "农信社", CARD, "协议1", by=clerks[0]
    )
    with pytest.raises(SamePersonConfirms):
        payees.confirm_arrangement(made.pk, by=clerks[0])
    accrued(world)
    with scope(world.maker):
        line = Payable.objects.get(household_id=world.households[0])
    assert (line.arrangement_id, line.account_id) == (None, world.accounts[0])


def test_a_new_arrangement_ends_the_one_before_only_when_it_is_confirmed(world, clerks):
    first = agreed(world, clerks)
    second = payees.enter_arrangement(
        world.households[0], SCHEME, "供养机构", "清水县福利院", "农行", CARD, "协议2", by=clerks[0]
    )
    with scope(world.maker):
        assert [one.before is None for one in payees.arrangements_of(world.households[0])] == [
            True,
            True,
        ]
    payees.confirm_arrangement(second.pk, by=clerks[1])
    with scope(world.maker):
        told = {one.pk: one.before for one in payees.arrangements_of(world.households[0])}
        assert told[first.pk] is not None
        assert told[second.pk] is None
        titles = ChainEvent.objects.filter(kind="收款账户").values_list("title", flat=True)
        assert sorted(titles) == ["低保改由代管人领取", "低保改由供养机构领取"]
    with pytest.raises(ArrangementNotOpen):
        payees.confirm_arrangement(second.pk, by=clerks[1])


def test_what_cannot_be_an_arrangement_is_refused_with_a_sentence(world, clerks):
    def enter(kind="代管人", name="甲", card=CARD, agreement="协议", by=clerks[0]):
        payees.enter_arrangement(
            world.households[0], SCHEME, kind, name, "农信社", card, agreement, by=by
        )

    with pytest.raises(PayeeKindUnknown):
        enter(kind="邻居")
    with pytest.raises(ArrangementIncomplete, match="户名、协议编号"):
        enter(name=" ", agreement="")
    with pytest.raises(IdentifierProblem):
        enter(card="6217000000000000013")
    with pytest.raises(NotThere):
        enter(by=actor("township_clerk", OTHER_COUNTY, 9))


def change_account(world, clerks, name="户主0"):
    made = accounts.enter_account(world.payees[0], "农行", CARD, name, by=clerks[0])
    return accounts.confirm_account(made.pk, by=clerks[1])


def test_a_changed_account_rests_and_is_then_paid_on(world, clerks):
    change_account(world, clerks)
    accrued(world)
    assert held(world) == stops.COOLING
    with clock.business_at(clock.business_now() + DAYS - timedelta(minutes=1)):
        accrued(world)
        assert held(world) == stops.COOLING
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        assert held(world) == ""


def test_an_agreement_rests_too_before_its_first_payment(world, clerks):
    agreed(world, clerks)
    accrued(world)
    assert held(world) == stops.COOLING


def test_an_account_in_another_name_is_not_paid_on_without_an_agreement(world, clerks):
    change_account(world, clerks, name="张三")
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        assert held(world) == stops.OTHER_HOLDER
        agreed(world, clerks, name="张三")
    with clock.business_at(clock.business_now() + 3 * DAYS):
        accrued(world)
        assert held(world) == ""


@pytest.mark.parametrize("name", ["户 主0", "户主0 ", "户·主0", "户•主0"])
def test_blanks_and_dots_do_not_make_another_name(world, clerks, name):
    change_account(world, clerks, name=name)
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        assert held(world) == ""


def test_who_buries_the_dead_is_paid_and_any_other_payee_is_held_by_the_death(world, clerks):
    agreed(world, clerks, k=0, kind="治丧人")
    agreed(world, clerks, k=1, kind="代管人")
    for k in (0, 1):
        record_death(world.payees[k])
    with clock.business_at(clock.business_now() + DAYS):
        accrued(world)
        assert (held(world, 0), held(world, 1)) == ("", stops.DEATH)


def test_one_card_for_many_households_is_shown_but_an_institutions_account_is_not(world, clerks):
    with scope(world.maker):
        assert payees.shared_cards(COUNTY) == []
    for k in (0, 1):
        agreed(world, clerks, k=k, kind="供养机构", name="福利院")
    with scope(world.maker):
        assert payees.shared_cards(COUNTY) == []
    agreed(world, clerks, k=0, name="老李", card="6217000000000000020")
    agreed(world, clerks, k=2, name="老李", card="6217000000000000020")
    with scope(world.maker):
        (found,) = payees.shared_cards(COUNTY)
        assert found.holders == ("老李",)
        assert len(found.households) == 2
        assert payees.shared_cards(OTHER_COUNTY) == []


def test_a_failed_line_is_paid_again_only_after_two_pairs_of_eyes_and_the_rest(world, clerks):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    batch = release_batch(batch.pk, by=world.releaser)
    answers = [ReturnLine(0, world.reference(k), k != 0, world.fen[k], "") for k in range(3)]
    receive_return(batch.pk, build_return(batch.number, answers), "x", by=world.maker)
    with scope(world.maker):
        failed = tuple(line.pk for line in failed_payables(batch.pk))
    accounts.enter_account(world.payees[0], "农行", CARD, "户主0", by=clerks[0])
    assert resubmit_failed(batch.pk, failed, by=world.maker) == 1

    def stop():
        accrued(world)
        with scope(world.maker):
            return Payable.objects.get(line="redo1").held

    assert stop() == stops.NO_ACCOUNT  # entered by one
    with scope(world.maker):
        account = PayeeAccount.objects.get(person_id=world.payees[0], before=None)
    accounts.confirm_account(account.pk, by=clerks[1])
    assert stop() == stops.COOLING  # confirmed just now
    with clock.business_at(clock.business_now() + DAYS):
        assert stop() == ""
        second = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
        assert second.lines == 1
    with scope(world.maker):
        told = payments_of(world.households[0])
        assert sorted(line.line for line in told) == ["main", "redo1"]
        assert balanced().holds


PLANTED = {
    "the change does not rest": (f"when {stops._CHANGED} then '{stops.COOLING}'", ""),
    "names are not compared": (f"'{stops.OTHER_HOLDER}'", "''"),
}


@pytest.mark.parametrize(
    ("bug", "check"),
    [
        ("the change does not rest", test_a_changed_account_rests_and_is_then_paid_on),
        (
            "names are not compared",
            test_an_account_in_another_name_is_not_paid_on_without_an_agreement,
        ),
    ],
)
def test_a_planted_bug_is_caught(world, clerks, monkeypatch, bug, check):
    old, new = PLANTED[bug]
    assert old in stops._REFRESH
    monkeypatch.setattr(stops, "_REFRESH", stops._REFRESH.replace(old, new))
    with pytest.raises(AssertionError):
        check(world, clerks)
