"""A made-up county with households, cards and awards, for tests and benches of payments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection

from doudi.base import vault
from doudi.base.access import Actor
from doudi.base.models import SealReceipt, User
from doudi.cases.models import Award, Case, Decision
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments.accrual import accrue
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.models import Batch
from doudi.people.models import Fact, Household, Member, PayeeAccount, Person, PersonPlace
from tests.arrange import COUNTY, VILLAGE, arranging

JUNE = Month(2022, 6)
SCHEME = "低保"


@dataclass
class World:
    """Who is there: households with their heads, and the three people of the finance office."""

    households: list[int]
    payees: list[int]
    fen: list[int]
    maker: Actor
    approver: Actor
    releaser: Actor
    place: str = COUNTY
    accounts: list[int] = field(default_factory=list)

    def reference(self, index: int, month: Month = JUNE) -> str:
        """The derived name of a household's line."""
        return f"DB:H{self.households[index]}:{month}:main"

    @property
    def total(self) -> int:
        return sum(self.fen)


def _ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def card(index: int) -> str:
    """A made-up card number."""
    return f"6217{index:012d}"


def make_users(*names: str) -> list[int]:
    """Users of the finance office, inside ``arranging``; returns their ids."""
    users = [User.objects.create(username=name, name=name, password="!") for name in names]
    return [user.pk for user in users]


def keep_witness_fresh() -> None:
    """A receipt of the outside witness that stays fresh, inside ``arranging`` or not."""
    SealReceipt.objects.create(
        seal_id=0, received_at=clock.machine_now() + timedelta(days=1), receipt="{}"
    )


def person_rows(count: int, names: list[str], place: str = VILLAGE) -> list[int]:
    """People visible in a place, inside ``arranging``; returns their ids."""
    ids = _ids("people_person", count)
    # The place first: a person's row must be visible to the policy when it is written.
    PersonPlace.objects.bulk_create(
        [PersonPlace(person_id=i, place=place, why="户籍") for i in ids], batch_size=5000
    )
    Person.objects.bulk_create(
        [
            Person(
                id=i,
                name=name,
                sex="女",
                birth=date(1960, 1, 1),
                registered_place=place,
                residence_place=place,
                urban=False,
            )
            for i, name in zip(ids, names, strict=True)
        ],
        batch_size=5000,
    )
    return ids


def add_households(count: int, *, first: int = 0, since: date = date(2022, 1, 1)) -> World:
    """Households of one with a card and a 低保 award; whole committed rows of one county."""
    fen = [30_000 + 1_000 * (k % 40) for k in range(first, first + count)]
    with arranging() as by:
        assert by
        users = make_users(*(f"{post}{first}" for post in ("maker", "approver", "releaser")))
        keep_witness_fresh()
        people = person_rows(count, [f"户主{first + k}" for k in range(count)])
        homes = _households(people)
        accounts = _accounts(people, first)
        _awards(homes, people, fen, since)
    posts = ("finance_maker", "finance_approver", "finance_releaser")
    actors = [
        Actor(user, f"测试{role}", role, COUNTY) for user, role in zip(users, posts, strict=True)
    ]
    return World(homes, people, fen, *actors, accounts=accounts)


def _households(people: list[int]) -> list[int]:
    ids = _ids("people_household", len(people))
    Household.objects.bulk_create(
        [
            Household(
                id=i, number=f"H{i}", place=VILLAGE, urban=False, head_id=p, since=date(2020, 1, 1)
            )
            for i, p in zip(ids, people, strict=True)
        ],
        batch_size=5000,
    )
    Member.objects.bulk_create(
        [
            Member(household_id=i, person_id=p, relation="户主", since=date(2020, 1, 1))
            for i, p in zip(ids, people, strict=True)
        ],
        batch_size=5000,
    )
    return ids


def _accounts(people: list[int], first: int) -> list[int]:
    ids = _ids("people_payeeaccount", len(people))
    PayeeAccount.objects.bulk_create(
        [
            PayeeAccount(
                id=ids[k],
                person_id=person,
                bank="清水县农村信用联社",
                card_cipher=vault.encrypt(card(first + k)),
                card_token=vault.token(card(first + k), "card"),
                holder_name=f"户主{first + k}",
                since=date(2020, 1, 1),
            )
            for k, person in enumerate(people)
        ],
        batch_size=5000,
    )
    return ids


def _awards(homes: list[int], people: list[int], fen: list[int], since: date) -> None:
    cases, decisions = _ids("cases_case", len(homes)), _ids("cases_decision", len(homes))
    day, now = date(2021, 12, 1), clock.business_now()
    Case.objects.bulk_create(
        [
            Case(
                id=case,
                number=f"C{case}",
                procedure=SCHEME,
                place=VILLAGE,
                household_id=home,
                applicant_id=person,
                channel="窗口",
                reason="",
                stage="已确认",
                applied_on=day,
                accepted_on=day,
                due_on=day,
                closed_at=now,
            )
            for case, home, person in zip(cases, homes, people, strict=True)
        ],
        batch_size=5000,
    )
    Decision.objects.bulk_create(
        [
            Decision(
                id=decision,
                case_id=case,
                round=1,
                outcome="确认",
                amount_fen=amount,
                people=1,
                starts=since,
                reason="",
                snapshot={},
                trace={},
                rules_version="",
                decided_on=day,
                decided_at=now,
            )
            for decision, case, amount in zip(decisions, cases, fen, strict=True)
        ],
        batch_size=5000,
    )
    Award.objects.bulk_create(
        [
            Award(
                scheme=SCHEME,
                place=VILLAGE,
                household_id=home,
                payee_id=person,
                decision_id=decision,
                amount_fen=amount,
                people=1,
                urban=False,
                since=since,
            )
            for home, person, decision, amount in zip(homes, people, decisions, fen, strict=True)
        ],
        batch_size=5000,
    )


def record_death(person_id: int, day: date = date(2022, 5, 20)) -> None:
    """A death becomes known now."""
    with arranging():
        Fact.objects.bulk_create(
            [
                Fact(
                    person_id=person_id,
                    kind="death",
                    valid_since=day,
                    known_since=clock.business_now(),
                    source="test:1",
                )
            ]
        )


def released(world: World, month: Month = JUNE) -> Batch:
    """A batch that has gone through all three people."""
    accrue(COUNTY, SCHEME, month, by=world.maker)
    batch = make_batch(COUNTY, SCHEME, month, by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    return release_batch(batch.pk, by=world.releaser)
