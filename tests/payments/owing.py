"""A county in which families were paid for months that were not due, for tests of recovery."""

from __future__ import annotations

from datetime import date

from doudi.base.access import Actor, scope
from doudi.cases.models import Award, AwardPerson
from doudi.kernel.dates import Month
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.models import Batch, Payable
from doudi.payments.reconcile import receive_return
from tests.arrange import COUNTY, arranging
from tests.payments.world import World, add_households, make_users, person_rows, released

MAY, JUNE, JULY, AUGUST = (Month(2022, month) for month in (5, 6, 7, 8))


def answer(world: World, batch: Batch, failed: tuple[str, ...] = ()) -> None:
    """The bank pays every line of a batch but those that are named."""
    with scope(COUNTY):
        lines = [
            ReturnLine(at, line.reference, line.reference not in failed, line.fen - line.kept_fen)
            for at, line in enumerate(
                Payable.objects.filter(batch=batch).order_by("reference"), start=2
            )
        ]
    receive_return(batch.pk, build_return(batch.number, lines), "回盘.txt", by=world.maker)


def paid(world: World, *months: Month) -> list[Batch]:
    """These months, paid in full."""
    batches = []
    for month in months:
        batches.append(released(world, month))
        answer(world, batches[-1])
    return batches


def county(count: int = 3, people: int = 1, first: int = 0) -> World:
    """Households whose awards cover so many people each, the head first."""
    world = add_households(count, first=first)
    with arranging():
        for award in Award.objects.filter(household__in=world.households).order_by("household"):
            covered = [award.payee_id, *person_rows(people - 1, ["成员"] * (people - 1))]
            AwardPerson.objects.bulk_create(
                AwardPerson(award=award, person_id=person, group="基本生活", since=date(2022, 1, 1))
                for person in covered
            )
        Award.objects.filter(household__in=world.households).update(people=people)
    return world


def covered_by(household_id: int) -> list[int]:
    """The people whom the award of a household covers, the head first."""
    with scope(COUNTY):
        rows = AwardPerson.objects.filter(award__household=household_id).order_by("id")
        return list(rows.values_list("person_id", flat=True))


def staff(role: str, name: str) -> Actor:
    """Somebody of the bureau with a row in the users' table."""
    with arranging():
        (user,) = make_users(name)
    return Actor(user, name, role, COUNTY)
