"""From awards to a released batch: derived names, stops, three people, one effect."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import scope
from doudi.base.models import SealReceipt
from doudi.base.sealing import NoFreshWitness
from doudi.cases.models import Award
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere
from doudi.payments import ledger, stops
from doudi.payments.accrual import AccrualCount, accrue
from doudi.payments.batches import (
    approve_batch,
    lines_of,
    make_batch,
    release_batch,
    send_back_batch,
)
from doudi.payments.models import Payable
from doudi.payments.problems import (
    ContentChanged,
    EverythingHeld,
    NothingToPay,
    SameReferenceOtherAmount,
    WrongState,
)
from doudi.payments.queries import balanced, batch_view, held_payables, month_at_a_glance
from doudi.payments.schemes import SchemeUnknown
from doudi.people.models import Member, PayeeAccount
from tests.arrange import COUNTY, OTHER_COUNTY, actor, arranging
from tests.payments.world import JUNE, SCHEME, add_households, record_death, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return add_households(3)


def accrued(world, month=JUNE):
    return accrue(COUNTY, SCHEME, month, by=world.maker)


def held(world):
    with scope(world.maker):
        return list(held_payables(COUNTY, SCHEME, JUNE).values_list("household_id", "held"))


def test_a_month_is_accrued_once_however_often_it_is_asked_for(world):
    assert accrued(world) == AccrualCount(new=3, same=0, held=0)
    assert accrued(world) == AccrualCount(new=0, same=3, held=0)
    with scope(world.maker):
        names = set(Payable.objects.values_list("reference", flat=True))
    assert names == {world.reference(k) for k in range(3)}


def test_an_award_that_begins_next_month_or_ended_last_month_is_not_due(world):
    with arranging():
        Award.objects.filter(household=world.households[0]).update(since=date(2022, 7, 1))
        Award.objects.filter(household=world.households[1]).update(before=date(2022, 6, 1))
    assert accrued(world).new == 1
    assert accrued(world, Month(2022, 7)).new == 2


def test_the_same_line_with_another_amount_is_refused_by_name_and_nothing_is_accrued(world):
    accrued(world)
    with arranging():
        Award.objects.filter(household=world.households[1]).update(amount_fen=99_900)
    with pytest.raises(SameReferenceOtherAmount) as refused:
        accrued(world)
    assert world.reference(1) in str(refused.value)
    with scope(world.maker):
        assert Payable.objects.get(household=world.households[1]).fen == world.fen[1]


def test_a_line_without_a_confirmed_account_is_held_until_there_is_one(world):
    with arranging():
        mine = PayeeAccount.objects.filter(person=world.payees[0])
        mine.update(entered_by=world.maker.user_id)
    assert accrued(world).held == 1
    assert held(world) == [(world.households[0], stops.NO_ACCOUNT)]
    with arranging():
        mine.update(confirmed_by=world.approver.user_id)
    assert accrued(world).held == 0
    with scope(world.maker):
        assert not Payable.objects.filter(account=None).exists()


def test_a_death_known_now_holds_the_line_until_the_person_has_left_the_household(world):
    record_death(world.payees[2])
    assert accrued(world).held == 1
    assert held(world) == [(world.households[2], stops.DEATH)]
    with arranging():
        Member.objects.filter(person=world.payees[2]).update(before=date(2022, 6, 1))
    assert accrued(world).held == 0


def test_a_name_that_would_break_its_line_is_held_and_the_others_are_paid(world):
    with arranging():
        PayeeAccount.objects.filter(person=world.payees[0]).update(holder_name="张|三")
    assert accrued(world).held == 1
    assert make_batch(COUNTY, SCHEME, JUNE, by=world.maker).lines == 2


def test_a_stop_set_by_a_person_is_not_lifted_by_the_machine(world):
    accrued(world)
    with arranging():
        Payable.objects.filter(household=world.households[0]).update(held="纪检要求暂缓")
    accrued(world)
    assert make_batch(COUNTY, SCHEME, JUNE, by=world.maker).lines == 2


def test_a_batch_has_a_derived_number_and_late_lines_make_a_second_part(world):
    accrued(world)
    first = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    assert (first.number, first.lines, first.total_fen) == ("620521-DB-202206-1", 3, world.total)
    late = add_households(2, first=3)
    accrued(late)
    second = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    assert (second.number, second.lines) == ("620521-DB-202206-2", 2)


def test_nothing_waiting_makes_no_batch_and_says_what_is_there(world):
    accrued(world)
    make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(NothingToPay, match="已有批次 1 个"):
        make_batch(COUNTY, SCHEME, JUNE, by=world.maker)


def test_an_award_stopped_between_accrual_and_batch_is_held(world):
    accrued(world)
    with arranging():
        Award.objects.filter(household=world.households[0]).update(before=date(2022, 6, 1))
    assert make_batch(COUNTY, SCHEME, JUNE, by=world.maker).lines == 2
    assert held(world) == [(world.households[0], stops.ENDED)]


def test_a_death_found_a_second_before_the_release_holds_that_line_alone(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    record_death(world.payees[0])
    batch = release_batch(batch.pk, by=world.releaser)
    assert (batch.lines, batch.total_fen) == (2, world.total - world.fen[0])
    assert held(world) == [(world.households[0], stops.DEATH)]
    with scope(world.maker):
        assert world.reference(0) not in {line.reference for line in lines_of(batch)}
        assert ledger.balances(batch).sent == batch.total_fen
        assert balanced().holds


def test_an_account_closed_after_the_approval_is_not_paid_on(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    with arranging():
        PayeeAccount.objects.filter(person=world.payees[0]).update(before=date(2022, 6, 1))
    assert release_batch(batch.pk, by=world.releaser).lines == 2


def test_a_batch_of_which_everything_is_held_cannot_be_released_and_can_be_sent_back(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    for payee in world.payees:
        record_death(payee)
    with pytest.raises(EverythingHeld):
        release_batch(batch.pk, by=world.releaser)
    assert send_back_batch(batch.pk, "全部待核", by=world.approver).state == "已退回"
    assert accrued(world).held == 3


def test_lines_of_a_batch_sent_back_are_paid_by_the_next_part(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    send_back_batch(batch.pk, "金额有误", by=world.approver)
    assert make_batch(COUNTY, SCHEME, JUNE, by=world.maker).number == "620521-DB-202206-2"


def test_content_that_changed_behind_the_batch_is_not_approved(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with arranging():
        PayeeAccount.objects.filter(person=world.payees[0]).update(holder_name="另一人")
    with pytest.raises(ContentChanged):
        approve_batch(batch.pk, by=world.approver)


def test_steps_out_of_order_are_refused_with_the_state(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(WrongState, match="已编制"):
        release_batch(batch.pk, by=world.releaser)
    approve_batch(batch.pk, by=world.approver)
    with pytest.raises(WrongState, match="已复核"):
        approve_batch(batch.pk, by=world.approver)
    release_batch(batch.pk, by=world.releaser)
    with pytest.raises(WrongState):
        send_back_batch(batch.pk, "", by=world.approver)


def test_without_a_fresh_witness_nothing_is_released(world):
    accrued(world)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    assert SealReceipt.objects.count() == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("doudi.base.sealing.is_fresh", lambda: False)
        with pytest.raises(NoFreshWitness):
            release_batch(batch.pk, by=world.releaser)
    assert release_batch(batch.pk, by=world.releaser).state == "已放行"


def test_a_batch_of_another_county_does_not_exist_for_us(world):
    batch = released(world)
    with pytest.raises(NotThere):
        approve_batch(batch.pk, by=actor("finance_approver", OTHER_COUNTY, 7))
    with pytest.raises(NotThere):
        accrue(COUNTY, SCHEME, JUNE, by=actor("finance_maker", OTHER_COUNTY, 7))
    with scope(OTHER_COUNTY):
        assert batch_view(batch.pk) is None
        assert month_at_a_glance(COUNTY, SCHEME, JUNE).lines == 0


def test_a_scheme_without_a_code_is_refused(world):
    with pytest.raises(SchemeUnknown):
        accrue(COUNTY, "王五补贴", JUNE, by=world.maker)


@pytest.mark.parametrize("step", ["accrue", "make", "approve", "release"])
def test_the_number_of_statements_does_not_grow_with_the_lines(world, step):
    def statements(month):
        steps = {
            "accrue": lambda batch: accrued(world, month),
            "make": lambda batch: make_batch(COUNTY, SCHEME, month, by=world.maker),
            "approve": lambda batch: approve_batch(batch.pk, by=world.approver),
            "release": lambda batch: release_batch(batch.pk, by=world.releaser),
        }
        batch = None
        for name, run in steps.items():
            with CaptureQueriesContext(
                connection,
            ) as captured:
                batch = run(batch)
            if name == step:
                return len(captured)
        raise AssertionError

    few = statements(JUNE)
    add_households(20, first=10)
    assert statements(JUNE + 1) == few
