"""M10: who makes a batch cannot approve it, and neither of the two can release it."""

import itertools
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from doudi.base.roles import ROLES
from doudi.kernel.problems import NotAllowed
from doudi.payments import batches
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch, send_back_batch
from doudi.payments.models import Batch
from doudi.payments.problems import PersonNeeded, SamePerson
from doudi.payments.reconcile import receive_return
from doudi.payments.sending import resend, send_batch
from tests.arrange import COUNTY, actor, arranging
from tests.payments.world import JUNE, SCHEME, add_households

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M10")]


@pytest.fixture
def world():
    world = add_households(2)
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    return world


def in_post(person, role):
    """The same person, signed in under another of their posts."""
    return replace(person, role=role)


def bring_to_the_bank(world, who):
    """The three steps by people A, B and C, who each hold all three posts."""
    people = dict(zip("ABC", (world.maker, world.approver, world.releaser), strict=True))
    maker, approver, releaser = (people[name] for name in who)
    batch = make_batch(COUNTY, SCHEME, JUNE, by=in_post(maker, "finance_maker"))
    approve_batch(batch.pk, by=in_post(approver, "finance_approver"))
    return release_batch(batch.pk, by=in_post(releaser, "finance_releaser"))


@pytest.mark.parametrize("who", list(itertools.product("ABC", repeat=3)), ids="".join)
def test_only_three_different_people_bring_a_batch_to_the_bank(world, who):
    """All 27 ways to give three steps to three people who each hold all three posts."""
    if len(set(who)) == 3:
        assert bring_to_the_bank(world, who).state == "已放行"
        return
    with pytest.raises(SamePerson, match="编制" if who[1] == who[0] else None):
        bring_to_the_bank(world, who)


def test_a_check_by_role_instead_of_person_is_caught(world, monkeypatch):
    """Planted: whoever comes in another post is taken for another person. The schema is asked."""
    monkeypatch.setattr(batches, "_demand_other_person", lambda batch, by, *done, step: None)
    for who in ("AAB", "ABA", "ABB"):
        with pytest.raises(IntegrityError), transaction.atomic():
            bring_to_the_bank(world, who)


STEPS = {
    "payment.accrue": lambda by: accrue(COUNTY, SCHEME, JUNE, by=by),
    "payment.make": lambda by: make_batch(COUNTY, SCHEME, JUNE, by=by),
    "payment.approve": lambda by: approve_batch(1, by=by),
    "payment.release": lambda by: release_batch(1, by=by),
    "payment.receive": lambda by: receive_return(1, b"", "x", by=by),
    "payment.send": lambda by: (send_batch(1, by=by), resend(1, by=by)),
}


@pytest.mark.parametrize(
    ("role", "step"),
    [(role, step) for role, step in itertools.product(ROLES, STEPS) if step not in ROLES[role].may],
)
def test_a_role_without_the_permission_gets_no_further_than_the_door(db, role, step):
    with pytest.raises(NotAllowed):
        STEPS[step](actor(role, user_id=1))


def test_no_role_holds_two_of_the_three_steps():
    steps = {"payment.make", "payment.approve", "payment.release"}
    assert [code for code, role in ROLES.items() if len(role.may & steps) > 1] == []


def test_a_machine_neither_makes_nor_approves_nor_releases(world):
    with pytest.raises(PersonNeeded):
        make_batch(COUNTY, SCHEME, JUNE, by=actor("finance_maker"))
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(PersonNeeded):
        approve_batch(batch.pk, by=actor("finance_approver"))
    approve_batch(batch.pk, by=world.approver)
    with pytest.raises(PersonNeeded):
        release_batch(batch.pk, by=actor("finance_releaser"))


@pytest.mark.parametrize("column", ["approved_by", "released_by"])
def test_the_schema_refuses_the_same_person_too(world, column):
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(IntegrityError), transaction.atomic(), arranging():
        Batch.objects.filter(pk=batch.pk).update(**{column: world.maker.user_id})


def test_who_approves_may_send_back_and_the_lines_wait_again(world):
    batch = make_batch(COUNTY, SCHEME, JUNE, by=world.maker)
    send_back_batch(batch.pk, "金额有误", by=world.approver)
    assert make_batch(COUNTY, SCHEME, JUNE, by=world.maker).part == 2
