"""Three regions with one of everything each, made by the real verbs, and somebody in every role.

Two townships of one county and a village of another county: what a post may open in its own region
it must not find in the others.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core.signing import dumps

from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.base.files import keep
from doudi.base.models import AuditEntry, Post, SealReceipt, StoredFile, User
from doudi.base.roles import ROLES
from doudi.base.vault import encrypt
from doudi.base.worklist import drain
from doudi.cases import publicity
from doudi.cases.models import Decision, Objection
from doudi.exchange import intake
from doudi.exchange.models import (
    Delivery,
    DeliveryRow,
    Duplicate,
    Verification,
    VerificationObjection,
)
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.ids import id_check_digit
from doudi.payments import accrual, batches, payees, reconcile, sending
from doudi.payments.bankfile import ReturnLine, build_return
from doudi.payments.models import Batch, Payable
from doudi.payments.overpaid import OverpaidFacts, open_recovery
from doudi.people import accounts, registry
from doudi.people.merging import merge_people
from doudi.people.models import VisitPhoto
from doudi.watch.models import (
    Alert,
    AlertHit,
    AlikeCheck,
    Lead,
    Listing,
    RegisterRun,
    Scan,
    Suspension,
    Sweep,
    SweepPart,
    SweepPerson,
)
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, actor, arranging
from tests.cases.world import START, World, drive
from tests.web.case_rows import fill_cases
from tests.web.money_rows import fill_county_prices, fill_money

JULY = Month(2022, 7)
BIRTHS = (date(1975, 3, 12), date(1978, 8, 1), date(2012, 9, 10))
RELATIONS = ("户主", "配偶", "子")
# Rare characters and an area code that was never given out: an exact search has no false alarms.
CANARY_FAMILY = "䶮𠮷㐂㛃䲜㼆"
CANARY_GIVEN = "㴪䜣㵾䴖㧑㳇"
CANARY_AREA = "620599"


@dataclass
class Region:
    """Numbers of the objects of one region, by kind."""

    code: str
    township: str
    ids: dict[str, int] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    @property
    def village(self) -> str:
        return f"{self.township[:9]}201"


@dataclass
class Regions:
    """All three regions and the users: one in every role and place that the tests need."""

    near: Region
    beside: Region
    far: Region
    users: dict[tuple[str, str], User] = field(default_factory=dict)
    post_of: dict[tuple[str, str], int] = field(default_factory=dict)
    any_ids: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Region, Region, Region]:
        return (self.near, self.beside, self.far)

    @property
    def secrets(self) -> list[str]:
        return [secret for region in self.all for secret in region.secrets]


TOWNSHIP_ROLES = ("village_worker", "township_clerk", "township_leader")


def post_place(role: str) -> str:
    """Where somebody in this role sits: the near township or its county."""
    return TOWNSHIP if role in TOWNSHIP_ROLES else COUNTY


def build_regions() -> Regions:
    """Everything, at START + 4 weeks of business time; call inside ``clock.business_at``."""
    load_official_years(by=Actor.system())
    made = Regions(
        Region("near", TOWNSHIP), Region("beside", OTHER_TOWNSHIP), Region("far", "620522100000")
    )
    with arranging():
        staff = {name: _user(f"staff-{name}") for name in STAFF}
        for role in ROLES:
            _employ(made, role, post_place(role))
    SealReceipt.objects.create(
        seal_id=0, received_at=clock.machine_now() + timedelta(days=1), receipt="{}"
    )
    for at, region in enumerate(made.all):
        _fill(region, {name: user.pk for name, user in staff.items()}, at)
    clock.set_business(datetime(2022, 7, 4, 9, tzinfo=clock.SHANGHAI))
    fill_county_prices(COUNTY, staff["maker"].pk)
    with arranging():
        other = _user("somebody-else")
        made.any_ids["user"] = other.pk
        post = Post.objects.create(
            user=other, role="inspector", place=COUNTY, since=date(2022, 1, 1)
        )
        made.any_ids["post"] = post.pk
    made.any_ids["entry"] = AuditEntry.objects.filter(kind="A").order_by("-id").first().pk
    return made


STAFF = {
    "clerk": "township_clerk", "clerk2": "township_clerk", "leader": "township_leader",
    "reviewer": "county_reviewer", "chief": "county_leader", "maker": "finance_maker",
    "approver": "finance_approver", "releaser": "finance_releaser",
}  # fmt: skip


def _user(username: str) -> User:
    return User.objects.create(
        username=username,
        name=f"员{username[:8]}",
        password=make_password(None),
        must_change_password=False,
    )


def _employ(made: Regions, role: str, place: str) -> None:
    user = _user(f"{role}@{place}")
    post = Post.objects.create(user=user, role=role, place=place, since=date(2022, 1, 1))
    made.users[role, place] = user
    made.post_of[role, place] = post.pk


def _fill(region: Region, staff: dict[str, int], at: int) -> None:
    county = COUNTY if region.township.startswith("620521") else OTHER_COUNTY
    actors = {
        name: Actor(staff[name], f"员{name}", role, region.township if at_town(role) else county)
        for name, role in STAFF.items()
    }
    clock.set_business(START)
    decided = drive(_family(region, actors, at * 10), "已确认")
    clock.set_business(START)
    running = drive(_family(region, actors, at * 10 + 5), "公示中")
    objection = publicity.object(running.case_id, "家里有车", by=actors["clerk"])
    with scope(region.township):
        decision = Decision.objects.get(case_id=decided.case_id)
    region.ids |= {
        "household": running.household_id,
        "person": running.applicant_id,
        "case": running.case_id,
        "objection": int(getattr(objection, "pk", 0) or _objection(running.case_id)),
        "decision": decision.pk,
        "delivery": _delivery(region, actors, county).pk,
    }
    _merged(region, actors, at)
    _pay(region, actors, decided)
    _watch(region, running)
    region.ids["review"] = fill_cases(decided, running)


def at_town(role: str) -> bool:
    """Whether a role sits in a township."""
    return role in TOWNSHIP_ROLES


def _objection(case_id: int) -> int:
    with arranging():
        return int(Objection.objects.get(publicity__case_id=case_id).pk)


def identity(serial: int, birth: date) -> str:
    """A valid id number of an area that does not exist."""
    first17 = f"{CANARY_AREA}{birth:%Y%m%d}{serial:03d}"
    return first17 + id_check_digit(first17)


def card(serial: int) -> str:
    """A card number that passes the Luhn check."""
    body = f"62179905990{serial:07d}"
    doubled = [int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(body))]
    total = sum(number - 9 if number > 9 else number for number in doubled)
    return f"{body}{-total % 10}"


def _family(region: Region, actors: dict[str, Actor], at: int) -> World:
    people = []
    for k, birth in enumerate(BIRTHS):
        name = CANARY_FAMILY[at // 10] + CANARY_GIVEN[(at + k) % 6] + CANARY_GIVEN[at % 10 // 2]
        number, phone = identity(at * 10 + k, birth), f"1990620{at * 10 + k:04d}"
        row = registry.register_person(
            registry.PersonFacts(
                name=name, id_number=number, registered_place=region.village, urban=False,
                residence_place=region.village, phone=phone, address="二组",
            ),
            by=actors["clerk"],
        )  # fmt: skip
        region.secrets += [name, number, phone]
        people.append(row.pk)
        account = accounts.enter_account(
            row.pk, "清水县农信社", card(at * 10 + k), name, by=actors["clerk"]
        )
        region.secrets.append(card(at * 10 + k))
        if k == 0 and at % 10 == 0:
            accounts.confirm_account(account.pk, by=actors["approver"])
        region.ids["account"] = account.pk
    household = registry.open_household(
        registry.HouseholdFacts(place=region.village, urban=False, since=date(2013, 1, 1)),
        tuple(
            registry.MemberFacts(person, relation)
            for person, relation in zip(people, RELATIONS, strict=True)
        ),
        by=actors["clerk"],
    )
    return World(household.pk, *people, actors=actors, people=people)


def pension_sheet(*rows: tuple[str, str]) -> bytes:
    """A pension file about these (name, id number); ids with a wrong check digit are rejected."""
    head = "姓名,社会保障号码,险种类型,待遇类别,发放年月,月待遇金额,发放状态"
    lines = [f"{name},{number},城乡居民基本养老保险,待遇领取,202205,127.50,已发放"
             for name, number in rows]  # fmt: skip
    return "\n".join([head, *lines, ""]).encode()


def _merged(region: Region, actors: dict[str, Actor], at: int) -> None:
    """A second file of the person in the running case, merged into the first."""
    name = CANARY_FAMILY[at] + CANARY_GIVEN[5] + CANARY_GIVEN[at]
    number = identity(at * 100 + 90, BIRTHS[1])
    row = registry.register_person(
        registry.PersonFacts(
            name=name, id_number=number, registered_place=region.village, urban=False,
            residence_place=region.village, address="二组",
        ),
        by=actors["clerk"],
    )  # fmt: skip
    region.secrets += [name, number]
    reviewer = actor("county_reviewer", region.township)
    merge_people(region.ids["person"], row.pk, "户口簿上是同一人", by=reviewer)
    with arranging():
        pair = Duplicate.objects.create(
            person_id=region.ids["person"], other_id=row.pk, bits=12.5,
            found_at=clock.business_now(), parts=[["姓名", "同音", 8.2]],
        )  # fmt: skip
        asked = Verification.objects.filter(place__startswith=region.township[:9]).first()
        VerificationObjection.objects.create(
            verification=asked, text="车辆已经卖了", objected_at=clock.business_now()
        )
    region.ids |= {"duplicate": pair.pk, "kept": row.pk}


def _delivery(region: Region, actors: dict[str, Actor], county: str) -> Delivery:
    name, number = region.secrets[0], region.secrets[1]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    other = region.secrets[4]
    content = pension_sheet((name, number), (name, wrong), (other, number), (other, "1"))
    delivery = intake.receive(
        content, file_name="养老金.csv", format_code="pension", period="2022-05",
        place=region.township if region.code != "far" else county, by=Actor.system(),
    )  # fmt: skip
    drain()
    with scope(delivery.place):
        rows = DeliveryRow.objects.filter(delivery_id=delivery.pk, tier="待认")
        region.ids["row"] = rows.values_list("pk", flat=True)[0]
    return delivery


def _pay(region: Region, actors: dict[str, Actor], decided: World) -> None:
    clock.set_business(datetime(2022, 7, 4, 9, tzinfo=clock.SHANGHAI))
    place, maker = region.township, actors["maker"]
    accrual.accrue(place, "低保", JULY, by=maker)
    batch = batches.make_batch(place, "低保", JULY, by=maker)
    batches.approve_batch(batch.pk, by=actors["approver"])
    batches.release_batch(batch.pk, by=actors["releaser"])
    sending.send_waiting(place, by=actors["releaser"])
    with scope(place):
        batch = Batch.objects.get(pk=batch.pk)
        line = Payable.objects.get(batch=batch)
    told = [
        ReturnLine(0, line.reference, True, line.fen, ""),
        ReturnLine(0, "DB:H0:2022-07:main", True, 1, ""),
    ]
    reconcile.receive_return(batch.pk, build_return(batch.number, told), "回盘.txt", by=maker)
    region.ids["batch"] = batch.pk
    clerk = replace(actors["maker"], role="township_clerk")
    region.ids["arrangement"] = payees.enter_arrangement(
        line.household_id, "低保", "代管人", "李代管", "农信社", "6217000000000000012", "协议1号",
        by=clerk,
    ).pk  # fmt: skip
    facts = OverpaidFacts(line.household_id, "低保", "骗取", JULY, "交管部门证明")
    reviewer = actor("county_reviewer", place)
    region.ids["recovery"] = open_recovery(facts, by=reviewer).pk
    region.ids |= fill_money(place, batch, line, region.ids["recovery"])


def _watch(region: Region, family: World) -> None:
    now, today = clock.business_now(), clock.business_today()
    with arranging():
        scan = Scan.objects.create(place=region.township, period="2022-05", started_at=now)
        assert scan.pk
        alert = Alert.objects.create(
            household_id=family.household_id, person_id=family.applicant_id, place=region.village,
            period="2022-05", direction="纳入", kinds=["K04"], score=60,
            arithmetic=[["R01", 60]], colour="橙", state="待接收", raised_at=now,
            visit_due=today, report_due=today, close_due=today,
        )  # fmt: skip
        AlertHit.objects.create(
            alert=alert, person_id=family.applicant_id, indicator="R01", cause="J1", weight=60,
            sentence="自付医疗费较高", source="delivery:1:1", hit_on=today,
        )  # fmt: skip
        lead = Lead.objects.create(
            place=region.village, household_id=family.household_id, source="村级走访",
            about="二组困难家庭", story="住院没有收入", reporter_cipher=encrypt("邻居"),
            reported_at=now, check_due=today, state="待初核",
            photo=keep(picture().getvalue(), name="照片.jpg", media_type="image/jpeg"),
        )  # fmt: skip
        RegisterRun.objects.create(place=region.village, period="2021-12", asked_at=now)
        Listing.objects.create(
            household_id=family.household_id, person_id=family.applicant_id, place=region.village,
            kind="K04", since=today, why="低保边缘家庭成员", source="decision:1", fact_id=1,
            noted_on=today,
        )  # fmt: skip
        suspension = Suspension.objects.create(
            household_id=family.household_id, person_id=family.applicant_id, place=region.village,
            scheme="低保", household_fen=90000, share_fen=30000, died_on=today, ground="死亡登记",
            source="delivery:1:1", fact_id=1, suspended_at=now, check_due=today, legal_due=today,
            state="待核",
        )  # fmt: skip
        _sweep(region, family)
        file = StoredFile.objects.order_by("id").first()
        visit = _visit_of(family)
        VisitPhoto.objects.create(visit_id=visit, file=file)
    region.ids |= {"alert": alert.pk, "lead": lead.pk, "suspension": suspension.pk}


def _sweep(region: Region, family: World) -> None:
    """A campaign of the township itself, and equal awards that wait for a sample."""
    now, today = clock.business_now(), clock.business_today()
    sweep = Sweep.objects.create(
        place=region.township, name="防漏保排查", since=today, until=today, definition=[],
        started_at=now, state="进行中",
    )  # fmt: skip
    part = SweepPart.objects.create(
        sweep=sweep, place=region.village, name=sweep.name, since=today, until=today,
        population=1, uncovered=1,
    )  # fmt: skip
    somebody = SweepPerson.objects.create(
        sweep=sweep, part=part, person_id=family.applicant_id, household_id=family.household_id,
        place=region.village, grounds=["S04"],
    )  # fmt: skip
    alike = AlikeCheck.objects.create(
        place=region.village, scheme="低保", known_on=today, amount_fen=41700, households=20,
        found_at=now, due_on=today, state="待抽查",
    )  # fmt: skip
    region.ids |= {
        "sweep": sweep.pk, "sweep_part": part.pk, "sweep_person": somebody.pk, "alike": alike.pk,
    }  # fmt: skip


def _visit_of(family: World) -> int:
    from doudi.people.models import Visit

    return int(Visit.objects.filter(household_id=family.household_id).first().pk)


def form_key(user: User, action: str) -> str:
    """A key as a page would give it to this user for this action."""
    return dumps([user.pk, action, "0123456789abcdef"], salt="form")


def picture() -> io.BytesIO:
    """The first bytes of a picture."""
    return io.BytesIO(b"\xff\xd8\xff0000")
