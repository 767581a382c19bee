"""A township with one family, those who handle its case, and the way by the real verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from doudi.base.access import NATION, Actor, scope
from doudi.base.calendars import load_official_years
from doudi.base.models import OfficialYear, SealReceipt, User
from doudi.cases import applications, checking, decisions, investigation, opinions, publicity
from doudi.cases import review as reviews
from doudi.cases.law import read_means
from doudi.cases.models import Case, Opinion, Publicity
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from doudi.people.models import Household, Member, Person, PersonPlace
from doudi.people.visits import VisitFacts
from tests.arrange import COUNTY, TOWNSHIP, VILLAGE, arranging

START = date(2022, 6, 6)  # a Monday
ITEMS = PROCEDURES["低保"].check_items

# 二类 of 2022 in Gansu: 417.00 a month for each of three people.
MEANS: dict[str, object] = {
    "城乡": "农村",
    "评定类别": "二类",
    "金融资产": 0,
    "住房套数": 1,
    "机动车数": 0,
    "经营企业数": 0,
    "非居住房产数": 0,
}
NO_INCOME = {"工资性收入": 0, "工资为净额": True, "经营净收入": 0, "财产净收入": 0, "转移性收入": 0}


@dataclass
class World:
    """Ids of what was arranged, and the actors."""

    household_id: int
    applicant_id: int
    spouse_id: int
    child_id: int
    actors: dict[str, Actor]
    day: date = START
    case_id: int = 0
    people: list[int] = field(default_factory=list)
    objection_id: int = 0
    decision_id: int = 0
    award_id: int = 0

    def by(self, name: str) -> Actor:
        return self.actors[name]

    def means(self) -> dict[str, object]:
        """Everything the rules need to know, as declared."""
        relations = {self.applicant_id: "本人", self.spouse_id: "配偶", self.child_id: "子女"}
        births = {
            self.applicant_id: "1975-03-12", self.spouse_id: "1978-08-01",
            self.child_id: "2012-09-10",
        }  # fmt: skip
        return {
            **MEANS,
            **{
                str(person_id): {
                    **NO_INCOME, "与申请人关系": relation, "出生日期": births[person_id],
                }
                for person_id, relation in relations.items()
            },
        }  # fmt: skip

    def visit(self, **changes: object) -> VisitFacts:
        told: dict[str, object] = {
            "purpose": "入户调查",
            "manner": "入户",
            "visited_at": clock.business_now() - timedelta(hours=1),
            "visitors": ("张调查", "李调查"),
            "findings": "与申报一致",
            "family_signed": True,
            "visitors_signed": True,
        }
        return VisitFacts(**{**told, **changes})  # type: ignore[arg-type]

    def case(self) -> Case:
        with scope(NATION):
            return Case.objects.get(pk=self.case_id)


def witnessed() -> None:
    """As if the seal had been received outside just now."""
    SealReceipt.objects.create(seal_id=1, received_at=clock.machine_now(), receipt="{}")


def person(name: str, birth: date, place: str = VILLAGE) -> Person:
    """A person seen in their village; inside ``arranging``."""
    row = Person.objects.bulk_create(
        [
            Person(
                name=name, sex="男", birth=birth, registered_place=place, residence_place=place,
                urban=False, id=_next_person_id(),
            )
        ]
    )[0]  # fmt: skip
    return row


def _next_person_id() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('people_person', 'id'))")
        number = int(cursor.fetchone()[0])
    PersonPlace.objects.create(person_id=number, place=VILLAGE, why="户籍")
    return number


def family(
    names: tuple[tuple[str, date, str], ...], number: str = "620521100201-0001"
) -> tuple[Household, list[Person]]:
    """A household of these (name, birth, relation); inside ``arranging``."""
    people = [person(name, birth) for name, birth, _ in names]
    household = Household.objects.create(
        number=number, place=VILLAGE, urban=False, head=people[0], since=date(2010, 1, 1)
    )
    Member.objects.bulk_create(
        Member(household=household, person=row, relation=relation, since=date(2012, 9, 10))
        for row, (_, _, relation) in zip(people, names, strict=True)
    )
    return household, people


POSTS = {
    "clerk": ("township_clerk", TOWNSHIP),
    "clerk2": ("township_clerk", TOWNSHIP),
    "leader": ("township_leader", TOWNSHIP),
    "reviewer": ("county_reviewer", COUNTY),
    "chief": ("county_leader", COUNTY),
}


def users(*names: str) -> dict[str, int]:
    """Users by sign-in name; inside ``arranging``."""
    return {
        name: User.objects.get_or_create(
            username=f"case-{name}", defaults={"name": f"测试{name}", "password": "!"}
        )[0].pk
        for name in names
    }


def build(number: str = "620521100201-0001") -> World:
    """The family, its clerks and leaders, and the calendar."""
    if not OfficialYear.objects.exists():
        load_official_years(by=Actor.system())
    with arranging():
        household, people = family(
            (
                ("赵有田", date(1975, 3, 12), "本人"),
                ("钱桂花", date(1978, 8, 1), "配偶"),
                ("赵小禾", date(2012, 9, 10), "子女"),
            ),
            number,
        )
        ids = users(*POSTS)
    actors = {
        name: Actor(ids[name], f"测试{name}", role, place) for name, (role, place) in POSTS.items()
    }
    witnessed()
    one, two, three = (row.pk for row in people)
    return World(household.pk, one, two, three, actors, people=[one, two, three])


BEFORE_OPINION = ("待授权", "待核对", "待调查", "待初审")


def publish(case: Case, removed: date | None, number: int = 1) -> Publicity:
    """A notice that stood its days; inside ``arranging``."""
    row: Publicity = Publicity.objects.create(
        case=case, round=number, posted_on=date(2022, 5, 20), days=7, ends_on=date(2022, 5, 27),
        where="村务公开栏", content={}, removed_on=removed,
    )  # fmt: skip
    return row


def place_at(world: World, stage: str, **columns: object) -> Case:
    """A case put at a stage directly, published and opined as if it had gone the way there."""
    with arranging():
        case = Case.objects.create(
            number=f"T-{world.household_id}", procedure="低保", place=TOWNSHIP,
            household_id=world.household_id, applicant_id=world.applicant_id, channel="窗口",
            reason="困难", stage=stage, applied_on=START, accepted_on=START,
            due_on=date(2022, 7, 18),
            declared={"declared": read_means(world.means())}, **columns,
        )  # fmt: skip
        if stage not in BEFORE_OPINION:
            Opinion.objects.create(
                case=case, round=1, kind="初审", agrees=True, reason="同意", amount_fen=125100,
                at=clock.business_now(),
            )  # fmt: skip
        if stage not in (*BEFORE_OPINION, "待公示"):
            removed = None if stage == "公示中" else date(2022, 5, 28)
            publish(case, removed)
    world.case_id = case.pk
    return case


def consent(world: World) -> None:
    """Both adults sign."""
    from doudi.people.consents import record_consent

    for person_id in (world.applicant_id, world.spouse_id):
        record_consent(person_id, ITEMS, clock.business_today(), by=world.by("clerk"))


def accept(world: World, **changes: object) -> Case:
    told: dict[str, object] = {
        "channel": "窗口", "reason": "患病，无劳动力", "declared": world.means(),
    }  # fmt: skip
    case = applications.accept(
        world.household_id, world.applicant_id, **{**told, **changes}, by=world.by("clerk")
    )
    world.case_id = case.pk
    return case


STEPS: tuple[tuple[str, Callable[[World], object]], ...] = (
    ("待授权", accept),
    ("待核对", lambda w: (consent(w), checking.consents_done(w.case_id, by=w.by("clerk")))),
    ("已提请", lambda w: checking.request_check(w.case_id, by=w.by("clerk"))),
    ("待调查", lambda w: checking.finish_check(w.case_id, by=w.by("clerk"))),
    (
        "待初审",
        lambda w: investigation.record_investigation(w.case_id, w.visit(), {}, by=w.by("clerk2")),
    ),
    (
        "待公示",
        lambda w: opinions.give_first_opinion(w.case_id, True, "属实，同意", by=w.by("leader")),
    ),
    ("公示中", lambda w: publicity.post_notice(w.case_id, "村务公开栏", by=w.by("clerk"))),
    ("待审核", lambda w: (pass_days(w, 8), publicity.end_notice(w.case_id, by=w.by("clerk")))),
    ("待决定", lambda w: reviews.give_review(w.case_id, True, "同意", by=w.by("reviewer"))),
    (
        "已确认",
        lambda w: decisions.decide(w.case_id, "确认", "符合规定", by=w.by("chief")),
    ),
)


def pass_days(world: World, days: int) -> None:
    """Move business time; it stays there until the test's clock is put back."""
    world.day += timedelta(days=days)
    clock.set_business(datetime(*world.day.timetuple()[:3], 9, tzinfo=clock.SHANGHAI))


def drive(world: World, stage: str) -> World:
    """Bring the family's case to a stage by the real verbs."""
    for reached, step in STEPS:
        step(world)
        if reached == stage:
            return world
    raise AssertionError(stage)
