"""Promises of cases: decided once (C1), as listed (C3), computable again (C7), notices (C11)."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doudi.base.access import Actor, scope
from doudi.base.roles import ROLES
from doudi.cases import (
    applications,
    checking,
    decisions,
    investigation,
    opinions,
    publicity,
    queries,
    review,
    stages,
)
from doudi.cases.law import read_means
from doudi.cases.models import Award, Case, CaseStep, Decision, Objection, Publicity
from doudi.cases.problems import NoticeNotOver, WrongStage
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock, faults
from doudi.kernel.problems import NotAllowed, Problem
from doudi.people.facts import FactValue, put
from doudi.people.models import Household, Person
from tests.arrange import COUNTY, TOWNSHIP, arranging
from tests.cases import world as w
from tests.cases.world import START, World, build, place_at

THREADS = 100
TRIALS = 20 if os.environ.get("DOUDI_FULL") == "1" else 5


# --- C1: a hundred at once ------------------------------------------------------------------


def all_at_once(run: Callable[[], object], threads: int = THREADS) -> list[object]:
    """What each thread got: the answer, or the error it ended with; every one has a connection."""
    barrier = threading.Barrier(threads)
    answers: list[object] = []

    def one() -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            answers.append(run())
        except (Problem, IntegrityError) as error:
            answers.append(error)
        finally:
            connection.close()

    crowd = [threading.Thread(target=one) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert len(answers) == threads, "a thread ended with an error that nobody may meet"
    return answers


@contextmanager
def no_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(stages, "lock", lambda *names: None)
        patch.setattr(decisions, "lock", lambda *names: None)
        yield


def drop_keys(owner_dsn: str) -> None:
    """What the schema forbids, allowed: only so can a missing lock show."""
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        for table, name in (
            ("cases_decision", "one_decision_per_case_and_round"),
            ("cases_award", "awards_of_a_household_do_not_overlap"),
            ("cases_awardperson", "a_person_stands_in_one_award_of_a_group"),
        ):
            owner.execute(f"alter table {table} drop constraint {name}")  # type: ignore[arg-type]
        owner.execute("drop index one_open_task_per_kind_and_subject")


def race(number: int, *windows: str) -> tuple[int, list[object]]:
    """Decisions made of one case that a hundred confirm at once, and what they were told."""
    world = build(f"620521100201-{number:04d}")
    place_at(world, "待决定")
    chief = world.by("chief")
    with faults.windows_open(*windows):
        answers = all_at_once(lambda: decisions.decide(world.case_id, "确认", "符合", by=chief))
    with scope(COUNTY):
        return Decision.objects.filter(case_id=world.case_id).count(), answers


@pytest.mark.promise("C1")
def test_without_lock_and_keys_a_case_is_decided_many_times(
    committed_db, june, owner_dsn, monkeypatch
):
    drop_keys(owner_dsn)
    with no_locks(monkeypatch):
        made, _ = race(1, "case:after-read")
    assert made > 1  # else the next tests prove nothing


@pytest.mark.promise("C1")
def test_a_hundred_confirm_one_case_and_exactly_one_decides(committed_db, june):
    for trial in range(TRIALS):
        made, answers = race(trial + 1)
        polite = [a for a in answers if isinstance(a, Problem)]
        assert made == 1
        assert (len(answers) - len(polite), len(polite)) == (1, THREADS - 1)
    with scope(COUNTY):
        assert Award.objects.count() == TRIALS


@pytest.mark.promise("C1")
def test_without_the_lock_the_schema_still_allows_one_decision(committed_db, june, monkeypatch):
    with no_locks(monkeypatch):
        made, answers = race(1, "case:after-read")
    assert made == 1
    assert sum(isinstance(answer, Decision) for answer in answers) == 1


@pytest.mark.promise("C1")
def test_two_windows_accept_one_household_and_exactly_one_case_is_opened(committed_db, june):
    world = build()
    answers = all_at_once(lambda: w.accept(world), 20)
    with scope(COUNTY):
        assert Case.objects.count() == 1
    assert sum(isinstance(answer, Problem) for answer in answers) == 19


# --- C3: only what is listed ----------------------------------------------------------------

# Written down here a second time, from the law and not from the declaration.
LISTED = {
    "待授权": {"case.consents": "township_clerk"},
    "待核对": {
        "case.request_check": "township_clerk",
        "case.finish_check": "township_clerk county_reviewer",
    },
    "待调查": {"case.investigate": "township_clerk"},
    "待初审": {
        "case.first_opinion": "township_leader",
        "case.reinvestigate": "township_leader",
    },
    "待公示": {"case.post_notice": "township_clerk"},
    "公示中": {
        "case.object": "township_clerk",
        "case.answer_objection": "township_clerk",
        "case.end_notice": "township_clerk",
    },
    "待审核": {
        "case.visit": "county_reviewer",
        "case.review": "county_reviewer",
        "case.send_back": "county_reviewer",
    },
    "待决定": {"case.decide": "county_leader"},
    "已确认": {},
    "不予确认": {},
    "已终止": {},
}
for _stage, _verbs in LISTED.items():
    if _stage not in ("已确认", "不予确认", "已终止"):
        _verbs["case.extend"] = "county_leader"
        if _stage not in ("待审核", "待决定"):
            _verbs["case.terminate"] = "township_leader"

VERBS: dict[str, Callable[[World, int, Actor], object]] = {
    "case.consents": lambda x, o, by: checking.consents_done(x.case_id, by=by),
    "case.request_check": lambda x, o, by: checking.request_check(x.case_id, by=by),
    "case.finish_check": lambda x, o, by: checking.finish_check(x.case_id, by=by),
    "case.investigate": lambda x, o, by: investigation.record_investigation(
        x.case_id, x.visit(), {}, by=by
    ),
    "case.first_opinion": lambda x, o, by: opinions.give_first_opinion(
        x.case_id, False, "不同意", by=by
    ),
    "case.reinvestigate": lambda x, o, by: opinions.ask_to_investigate_again(
        x.case_id, "补充核实存款", by=by
    ),
    "case.post_notice": lambda x, o, by: publicity.post_notice(x.case_id, "公开栏", by=by),
    "case.object": lambda x, o, by: publicity.object(x.case_id, "异议", by=by),
    "case.answer_objection": lambda x, o, by: publicity.answer_objection(o, "答复", by=by),
    "case.end_notice": lambda x, o, by: publicity.end_notice(x.case_id, by=by),
    "case.visit": lambda x, o, by: review.record_county_visit(x.case_id, x.visit(), by=by),
    "case.review": lambda x, o, by: review.give_review(x.case_id, False, "不同意", by=by),
    "case.send_back": lambda x, o, by: review.send_back(x.case_id, "退回", by=by),
    "case.decide": lambda x, o, by: decisions.decide(x.case_id, "不予确认", "不符合", by=by),
    "case.extend": lambda x, o, by: applications.extend(x.case_id, "异地申办", by=by),
    "case.terminate": lambda x, o, by: applications.terminate(
        x.case_id, "申请人撤回", "撤回", by=by
    ),
}


class PutBack(Exception):
    """Ends a savepoint whose effects nobody wants."""


def state_of(case_id: int) -> tuple[object, ...]:
    """Everything a verb could change, counted past the scope of any role."""
    with connection.cursor() as cursor, scope(COUNTY):
        cursor.execute(
            "select (select md5(c::text) from cases_case c where id = %s), "
            "(select count(*) from cases_casestep), (select count(*) from cases_opinion), "
            "(select md5(string_agg(p::text, '' order by id)) from cases_publicity p), "
            "(select md5(string_agg(o::text, '' order by id)) from cases_objection o), "
            "(select count(*) from cases_decision), (select count(*) from people_chainevent), "
            "(select md5(string_agg(t::text, '' order by id)) from base_task t)",
            [case_id],
        )
        return tuple(cursor.fetchone())


def answer_of(run: Callable[[], object]) -> str:
    """ "did" or the class of the refusal; what was done is put back."""
    try:
        with transaction.atomic():
            run()
            raise PutBack
    except PutBack:
        return "did"
    except Problem as problem:
        return type(problem).__name__


@pytest.mark.promise("C3")
@pytest.mark.django_db
@pytest.mark.parametrize("stage", LISTED)
def test_only_listed_verbs_by_listed_roles_move_a_case_from(stage, june):
    world = build()
    case = place_at(world, stage)
    with arranging():
        # A notice belongs to 公示中; elsewhere it is there only to have an objection to answer.
        notice = Publicity.objects.first() or w.publish(case, None, 0)
        objection = Objection.objects.create(
            publicity=notice, raised_at=clock.business_now(), text="异议"
        ).pk
        ids = w.users(*ROLES)
    before = state_of(world.case_id)
    refusals = {NotAllowed.__name__, WrongStage.__name__}
    for role in ROLES:
        place = TOWNSHIP if role.startswith("township") else COUNTY
        actor = Actor(ids[role], role, role, place)
        for verb, run in VERBS.items():
            answer = answer_of(lambda run=run, actor=actor: run(world, objection, actor))
            listed = role in LISTED[stage].get(verb, "").split()
            assert (answer not in refusals) == listed, f"{role} {verb} at {stage}: {answer}"
            assert state_of(world.case_id) == before, f"{role} {verb} at {stage} left a trace"


@pytest.mark.promise("C3")
def test_the_declaration_says_what_the_law_says():
    for stage in PROCEDURES["低保"].stages:
        said = {way.verb: set(way.roles) for way in stage.ways}
        assert said == {verb: set(roles.split()) for verb, roles in LISTED[stage.name].items()}
    assert set(VERBS) == {way.verb for s in PROCEDURES["低保"].stages for way in s.ways}


@pytest.mark.promise("C3")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("done", "verb", "stage"),
    [
        ("case.accept", "case.investigate", "待调查"),
        ("case.investigate", "case.first_opinion", "待初审"),
        ("case.first_opinion", "case.review", "待审核"),
        ("case.investigate", "case.review", "待审核"),
        ("case.first_opinion", "case.decide", "待决定"),
        ("case.investigate", "case.decide", "待决定"),
        ("case.review", "case.decide", "待决定"),
    ],
)
def test_who_did_one_of_two_may_not_do_the_other_in_whatever_post(done, verb, stage, june):
    world = build()
    place_at(world, stage)
    (role,) = LISTED[stage][verb].split()
    place = TOWNSHIP if role.startswith("township") else COUNTY
    with arranging():
        (number,) = w.users("moved").values()
        CaseStep.objects.create(
            case_id=world.case_id, verb=done, title=done, before_stage="", after_stage="",
            by_id=number, role="township_clerk", at=clock.business_now(),
        )  # fmt: skip
    mover = Actor(number, "调动的人", role, place)
    fresh = world.by({"township_clerk": "clerk", "township_leader": "leader",
                      "county_reviewer": "reviewer", "county_leader": "chief"}[role])  # fmt: skip
    assert answer_of(lambda: VERBS[verb](world, 0, mover)) == "SamePerson"
    assert answer_of(lambda: VERBS[verb](world, 0, fresh)) == "did"


# --- C7: computed again ---------------------------------------------------------------------


def random_means(world: World, rng: random.Random) -> dict[str, object]:
    means = world.means()
    means |= {
        "评定类别": rng.choice(["一类", "二类", "三类", "四类"]),
        "金融资产": rng.choice([0, 300_000, 90_000_000]),
        "机动车数": rng.choice([0, 0, 0, 1]),
    }
    for person_id in (world.applicant_id, world.spouse_id):
        told = dict(means[str(person_id)])  # type: ignore[call-overload]
        told["工资性收入"] = rng.choice([0, 120_000, 480_000, 2_400_000])
        told["自付医疗费"] = rng.choice([0, 350_001])
        means[str(person_id)] = told
    return means


@pytest.mark.promise("C7")
@pytest.mark.django_db
def test_every_decision_is_computed_again_from_its_snapshot_whatever_happened_since(june):
    rng = random.Random(620521)
    decided: list[int] = []
    outcomes: set[str] = set()
    for number in range(25):
        world = build(f"620521100201-{number:04d}")
        case = place_at(world, "待决定")
        with arranging():
            declared = {"declared": read_means(random_means(world, rng))}
            Case.objects.filter(pk=case.pk).update(declared=declared)
        with scope(COUNTY):
            due = queries.preview(case.pk).outcome("低保").result == "符合"
        outcome = "确认" if due else "不予确认"
        row = decisions.decide(case.pk, outcome, "按规定", by=world.by("chief"))
        decided.append(row.pk)
        outcomes.add(outcome)
        with arranging():  # what is known changes afterwards
            wage = FactValue("income.wage", "", 900_000, valid_since=date(2022, 1, 1))
            put(world.spouse_id, [wage], "visit:1")
            Case.objects.filter(pk=case.pk).update(declared={})
    assert outcomes == {"确认", "不予确认"}
    with clock.business_at(date(2026, 1, 5)), scope(COUNTY):
        for decision_id in decided:
            again = queries.recompute(decision_id)
            assert again.same, again.differences
            assert again.same_rules


@pytest.mark.promise("C7")
@pytest.mark.django_db
def test_a_decision_whose_stored_amount_was_forged_is_found_by_computing_again(june):
    world = build()
    place_at(world, "待决定")
    row = decisions.decide(world.case_id, "确认", "符合", by=world.by("chief"))
    forged = Decision(
        **{f.attname: getattr(row, f.attname) for f in Decision._meta.concrete_fields}
    )
    forged.pk, forged.round, forged.amount_fen = None, 2, row.amount_fen + 100
    with arranging():
        forged.save()
    with scope(COUNTY):
        assert queries.recompute(forged.pk).differences == ("保障金：原 1252.00 元，现 1251.00 元",)


# --- C11: the notice ------------------------------------------------------------------------

PERMITTED = {"申请人姓名", "家庭人数", "拟保障金额", "初审意见", "监督电话", "村"}
# No character of these stands in anything that may be published.
RARE = st.text(alphabet="㐂㐱㐲㑇㑊㑳㒰㒼㓘㓚", min_size=2, max_size=6)


@pytest.mark.promise("C11")
@pytest.mark.django_db
@settings(
    max_examples=60 if os.environ.get("DOUDI_FULL") == "1" else 25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes here and shows nothing more
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    child=RARE, illness=RARE, reason=RARE, address=RARE, complaint=RARE,
    id_number=st.from_regex(r"[1-9][0-9]{17}", fullmatch=True),
    disability=st.sampled_from(["肢体一级", "智力三级", "精神二级"]),
)  # fmt: skip
def test_a_notice_shows_the_permitted_fields_and_not_one_byte_more(
    june, child, illness, reason, address, complaint, id_number, disability
):
    secrets = [child, illness, reason, address, complaint, id_number, disability, "钱桂花"]
    try:
        with transaction.atomic():
            world = build()
            secret_family(world, child, illness, address, id_number, disability)
            case = place_at(world, "待公示")
            with arranging():
                Case.objects.filter(pk=case.pk).update(reason=f"{complaint}{illness}{id_number}")
            notice = publicity.post_notice(case.pk, f"公开栏{address}", by=world.by("clerk"))
            told = json.dumps(notice.content, ensure_ascii=False).encode()
            raise PutBack
    except PutBack:
        pass
    assert set(notice.content) == PERMITTED
    assert [secret for secret in secrets if secret.encode() in told] == []
    assert notice.content["家庭人数"] == 3


def secret_family(
    world: World, child: str, illness: str, address: str, id_number: str, disability: str
) -> None:
    with arranging():
        Person.objects.filter(pk=world.child_id).update(name=child, address=address)
        Household.objects.filter(pk=world.household_id).update(address=address)
        Person.objects.filter(pk=world.applicant_id).update(
            id_cipher=id_number.encode(), address=address
        )
        since = date(2020, 1, 1)
        put(world.child_id, [FactValue("disability", "证", code="42", detail={"said": disability},
                                       valid_since=since)], "visit:1")  # fmt: skip
        put(world.spouse_id, [FactValue("illness.chronic", "病", code=illness,
                                        valid_since=since)], "visit:2")  # fmt: skip


@pytest.mark.promise("C11")
@pytest.mark.django_db
@pytest.mark.parametrize("posted", [START, date(2022, 9, 28), date(2024, 2, 24)])
def test_a_notice_stands_for_exactly_the_lawful_days(posted):
    with clock.business_at(posted):
        world = build()
        place_at(world, "待公示")
        publicity.post_notice(world.case_id, "公开栏", by=world.by("clerk"))
    for days in range(8):
        with clock.business_at(posted + timedelta(days=days)), pytest.raises(NoticeNotOver):
            publicity.end_notice(world.case_id, by=world.by("clerk"))
    with clock.business_at(posted + timedelta(days=8)):
        assert publicity.end_notice(world.case_id, by=world.by("clerk")).stage == "待审核"
