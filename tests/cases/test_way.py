"""One family's application, from the window to the award, through the real verbs."""

from datetime import date, timedelta

import pytest

from doudi.base.access import scope
from doudi.base.models import Task
from doudi.cases import applications, checking, decisions, publicity, queries, review
from doudi.cases.awards import end_award
from doudi.cases.models import Award, AwardPerson, Case, CaseStep, Decision
from doudi.cases.problems import (
    AlreadyAwarded,
    AlreadyExtended,
    CheckNotAsked,
    ConsentMissing,
    CountyVisitMissing,
    NotAdult,
    NotAMember,
    NotDue,
    NoticeNotOver,
    NotPublished,
    NotSigned,
    ObjectionOpen,
    OpenCaseExists,
    OutsideTownship,
    ReasonMissing,
    SamePerson,
)
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.people.facts import FactValue, facts_of
from doudi.people.models import ChainEvent
from doudi.people.problems import TooFewVisitors
from tests.arrange import COUNTY, arranging
from tests.cases import world as w
from tests.cases.world import World, accept, drive

pytestmark = pytest.mark.django_db


def open_tasks(world: World) -> list[tuple[str, str, date | None]]:
    with scope(COUNTY):
        rows = Task.objects.filter(subject=f"cases.case:{world.case_id}", done_at=None)
        return list(rows.order_by("id").values_list("kind", "role", "due_on"))


def test_an_application_that_is_due_ends_in_an_award_from_the_next_month(world):
    drive(world, "已确认")
    with scope(COUNTY):
        award = Award.objects.get()
        covered = list(AwardPerson.objects.order_by("id").values_list("person_id", flat=True))
    assert world.case().stage == "已确认"
    assert (award.since, award.before, award.people) == (date(2022, 7, 1), None, 3)
    assert award.amount_fen == 3 * 41700
    assert covered == world.people


def test_every_stage_hands_its_work_to_the_next_role_with_the_lawful_day(world):
    seen = {}
    for stage, step in w.STEPS:
        step(world)
        seen[stage] = open_tasks(world)
    assert seen["待授权"] == [("case.待授权", "township_clerk", date(2022, 6, 9))]  # T101
    assert seen["待核对"] == [("case.待核对", "township_clerk", date(2022, 6, 9))]  # T102
    assert seen["待调查"] == [("case.待调查", "township_clerk", date(2022, 7, 18))]  # T106
    assert seen["待初审"] == [("case.待初审", "township_leader", date(2022, 7, 18))]
    assert seen["公示中"] == [("case.公示中", "township_clerk", date(2022, 6, 14))]  # T103
    assert seen["待审核"] == [("case.待审核", "county_reviewer", date(2022, 6, 28))]  # T104
    assert seen["待决定"] == [("case.待决定", "county_leader", date(2022, 6, 28))]
    assert seen["已确认"] == [("case.give_notice", "county_reviewer", None)]


def test_the_decision_is_a_fact_and_an_event_of_the_aid_chain(world):
    drive(world, "已确认")
    with scope(COUNTY):
        (fact,) = facts_of([world.applicant_id], kinds=["benefit"])[world.applicant_id]
        events = list(ChainEvent.objects.order_by("id").values_list("kind", flat=True))
        decided = ChainEvent.objects.get(kind="决定")
    assert (fact.key, fact.amount_fen, fact.code) == ("低保", 125100, "二类")
    assert fact.valid_since == date(2022, 7, 1)
    assert events == [
        "申请",
        "授权",
        "核对",
        "核对",
        "走访",
        "审核",
        "公示",
        "公示",
        "审核",
        "决定",
    ]
    assert decided.amount_fen == 125100


def test_case_numbers_are_readable_and_count_within_township_and_year(world):
    first = accept(world)
    applications.terminate(first.pk, "申请人撤回", "家人不再申请", by=world.by("leader"))
    assert [first.number, accept(world).number] == [
        "DB-620521100-2022-00001",
        "DB-620521100-2022-00002",
    ]


def test_a_household_has_one_open_case(world):
    accept(world)
    with pytest.raises(OpenCaseExists, match="DB-620521100-2022-00001"):
        accept(world)


def test_a_household_with_a_live_award_cannot_apply_again(world):
    drive(world, "已确认")
    with pytest.raises(AlreadyAwarded, match="赵有田"):
        accept(world)


def test_only_an_adult_member_applies(world):
    with pytest.raises(NotAdult):
        applications.accept(
            world.household_id, world.child_id, channel="窗口", reason="x", declared={},
            by=world.by("clerk"),
        )  # fmt: skip
    with arranging():
        stranger = w.person("孙外人", date(1980, 1, 1)).pk
    with pytest.raises(NotAMember):
        applications.accept(
            world.household_id, stranger, channel="窗口", reason="x", declared={},
            by=world.by("clerk"),
        )  # fmt: skip


def test_an_application_is_accepted_in_a_township(world):
    clerk = world.by("clerk")
    with pytest.raises(OutsideTownship):
        applications.accept(
            world.household_id, world.applicant_id, channel="窗口", reason="x", declared={},
            by=type(clerk)(clerk.user_id, clerk.name, clerk.role, COUNTY),
        )  # fmt: skip


def test_without_the_consent_of_every_adult_nothing_is_checked(world):
    accept(world)
    from doudi.people.consents import record_consent

    record_consent(world.applicant_id, w.ITEMS, clock.business_today(), by=world.by("clerk"))
    with pytest.raises(ConsentMissing, match="钱桂花"):
        checking.consents_done(world.case_id, by=world.by("clerk"))


def test_a_consent_taken_back_stops_the_check(world):
    from doudi.people.consents import revoke_consent
    from doudi.people.models import Consent

    drive(world, "待核对")
    with scope(COUNTY):
        consent = Consent.objects.get(person_id=world.spouse_id)
    revoke_consent(consent.pk, clock.business_today(), by=world.by("clerk"))
    with pytest.raises(ConsentMissing, match="钱桂花"):
        checking.request_check(world.case_id, by=world.by("clerk"))


def test_a_check_is_finished_only_when_it_was_asked(world):
    drive(world, "待核对")
    with pytest.raises(CheckNotAsked):
        checking.finish_check(world.case_id, by=world.by("clerk"))


def investigate(world: World, who: str = "clerk2", means=None, **changes):
    from doudi.cases.investigation import record_investigation

    return record_investigation(
        world.case_id, world.visit(**changes), means or {}, by=world.by(who)
    )


def test_an_investigation_takes_two_and_their_signatures_and_somebody_else(world):
    drive(world, "待调查")
    with pytest.raises(TooFewVisitors):
        investigate(world, visitors=("张调查", "张调查"))
    with pytest.raises(NotSigned, match="家庭成员"):
        investigate(world, family_signed=False)
    with pytest.raises(SamePerson, match="受理申请"):
        investigate(world, who="clerk")
    assert world.case().stage == "待调查"


def test_what_the_investigation_corrects_stands_above_what_was_declared(world):
    drive(world, "待调查")
    investigate(world, means={str(world.applicant_id): {"工资性收入": 60_000_00}})
    preview = queries_in_county(lambda: queries.preview(world.case_id))
    assert preview.outcome("低保").result == "不符合"
    with pytest.raises(NotDue, match="不符合"):
        w.opinions.give_first_opinion(world.case_id, True, "同意", by=world.by("leader"))


def test_facts_found_on_the_visit_carry_the_visit_as_their_source(world):
    from doudi.cases.investigation import record_investigation

    drive(world, "待调查")
    found = FactValue("income.wage", "入户", 50000, valid_since=date(2022, 1, 1))
    record_investigation(
        world.case_id, world.visit(), {}, facts_found={world.spouse_id: [found]},
        by=world.by("clerk2"),
    )  # fmt: skip
    with scope(COUNTY):
        (fact,) = facts_of([world.spouse_id], kinds=["income.wage"])[world.spouse_id]
    assert fact.source == f"visit:{world.case().visit_id}"


def queries_in_county(ask):
    with scope(COUNTY):
        return ask()


def test_a_refusing_first_opinion_needs_no_notice(world):
    drive(world, "待初审")
    w.opinions.give_first_opinion(world.case_id, False, "有车", by=world.by("leader"))
    assert world.case().stage == "待审核"


def test_the_notice_stands_seven_days_not_counting_the_day_of_posting(world):
    drive(world, "公示中")
    w.pass_days(world, 7)
    with pytest.raises(NoticeNotOver, match="的公示要到 2022-06-13 才满期"):
        publicity.end_notice(world.case_id, by=world.by("clerk"))
    w.pass_days(world, 1)
    assert publicity.end_notice(world.case_id, by=world.by("clerk")).stage == "待审核"


def test_an_objection_must_be_answered_and_brings_a_new_opinion_without_a_second_notice(world):
    drive(world, "公示中")
    objection = publicity.object(world.case_id, "他家有房出租", by=world.by("clerk"))
    w.pass_days(world, 8)
    with pytest.raises(ObjectionOpen, match="1 条"):
        publicity.end_notice(world.case_id, by=world.by("clerk"))
    publicity.answer_objection(objection.pk, "核实为借住", by=world.by("clerk"))
    case = publicity.end_notice(world.case_id, by=world.by("clerk"))
    assert (case.stage, case.round) == ("待初审", 2)
    w.opinions.give_first_opinion(world.case_id, True, "维持", by=world.by("leader"))
    assert world.case().stage == "待审核"
    review.give_review(world.case_id, True, "同意", by=world.by("reviewer"))
    decision = decisions.decide(world.case_id, "确认", "符合", by=world.by("chief"))
    assert decision.round == 2


def test_a_case_never_published_cannot_be_confirmed_only_sent_back(world):
    drive(world, "待初审")
    w.opinions.give_first_opinion(world.case_id, False, "不同意", by=world.by("leader"))
    review.give_review(world.case_id, True, "应当同意", by=world.by("reviewer"))
    with pytest.raises(NotPublished):
        decisions.decide(world.case_id, "确认", "符合", by=world.by("chief"))
    assert world.case().stage == "待决定"


def test_a_case_sent_back_is_published_if_it_never_was(world):
    drive(world, "待初审")
    w.opinions.give_first_opinion(world.case_id, False, "不同意", by=world.by("leader"))
    review.send_back(world.case_id, "未说明理由", by=world.by("reviewer"))
    w.opinions.give_first_opinion(world.case_id, True, "同意", by=world.by("leader"))
    assert (world.case().stage, world.case().round) == ("待公示", 2)


def test_a_near_relative_of_an_official_is_visited_by_the_county_first(world):
    accept(world, kin_of_official=True)
    for _, step in w.STEPS[1:8]:
        step(world)
    with pytest.raises(CountyVisitMissing):
        review.give_review(world.case_id, True, "同意", by=world.by("reviewer"))
    review.record_county_visit(world.case_id, world.visit(), by=world.by("reviewer"))
    review.give_review(world.case_id, True, "同意", by=world.by("reviewer"))
    assert world.case().stage == "待决定"


def test_a_refusal_is_told_in_writing_within_three_working_days(world):
    drive(world, "待决定")
    decision = decisions.decide(world.case_id, "不予确认", "家庭财产超标", by=world.by("chief"))
    assert open_tasks(world) == [("case.give_notice", "county_reviewer", date(2022, 6, 17))]
    decisions.give_notice(decision.case_id, "邮寄送达", by=world.by("reviewer"))
    assert open_tasks(world) == []
    with scope(COUNTY):
        assert not Award.objects.exists()


def test_a_reason_is_always_written(world):
    drive(world, "待决定")
    with pytest.raises(ReasonMissing, match="决定理由"):
        decisions.decide(world.case_id, "确认", "  ", by=world.by("chief"))


def test_the_term_is_extended_once_to_forty_five_working_days(world):
    accept(world)
    chief = world.by("chief")
    assert applications.extend(world.case_id, "人户分离", by=chief).due_on == date(2022, 8, 8)
    with pytest.raises(AlreadyExtended):
        applications.extend(world.case_id, "人户分离", by=chief)


def test_an_award_ends_with_a_month_and_the_fact_with_it(world):
    drive(world, "已确认")
    with scope(COUNTY):
        award = Award.objects.get()
    end_award(award.pk, Month(2022, 9), "收入超标", by=world.by("chief"))
    with scope(COUNTY):
        (fact,) = facts_of([world.applicant_id], kinds=["benefit"])[world.applicant_id]
        assert fact.valid_before == date(2022, 9, 1)
        live = {
            m: queries.live_awards(COUNTY, "低保", Month(2022, m)).count() for m in (6, 7, 8, 9)
        }
    assert live == {6: 0, 7: 1, 8: 1, 9: 0}


def test_an_award_undone_from_its_first_month_leaves_nothing_behind(world):
    drive(world, "已确认")
    with scope(COUNTY):
        award = Award.objects.get()
    end_award(award.pk, Month(2022, 1), "重复享受", by=world.by("chief"))
    with scope(COUNTY):
        assert facts_of([world.applicant_id], kinds=["benefit"])[world.applicant_id] == []
        assert not queries.live_awards(COUNTY, "低保", Month(2022, 7)).exists()
    assert accept(world).stage == "待授权"


def test_why_a_decision_was_made_is_told_article_by_article(world):
    drive(world, "已确认")
    with scope(COUNTY):
        decision = Decision.objects.get()
        lines = queries.why(decision.pk)
    assert lines[0].indent == 0
    assert any("第九条" in line.article for line in lines)
    assert any("甘肃省" in line.document for line in lines)


def test_a_case_page_takes_a_fixed_number_of_queries(world, django_assert_num_queries):
    drive(world, "已确认")
    with scope(COUNTY):
        with django_assert_num_queries(9):
            view = queries.case_view(world.case_id)
        with django_assert_num_queries(1):
            assert [case.applicant.name for case in queries.case_list("已确认")] == ["赵有田"]
    assert view.steps[0].verb == "case.accept"
    assert len(view.opinions) == 2
    assert view.decisions[0].outcome == "确认"


def test_a_page_offers_what_the_role_may_do_and_says_why_somebody_else_must(world):
    drive(world, "待调查")
    with scope(COUNTY):
        offered = {o.verb: o.blocked for o in queries.verbs_for(world.case(), world.by("clerk"))}
        other = {o.verb: o.blocked for o in queries.verbs_for(world.case(), world.by("clerk2"))}
    assert offered == {"case.investigate": "受理与调查分开，须由其他人办理"}
    assert other == {"case.investigate": ""}


def test_the_steps_of_a_case_name_who_and_the_article(world):
    drive(world, "已确认")
    with scope(COUNTY):
        steps = list(CaseStep.objects.order_by("id"))
    assert all(step.by_id and step.article.startswith("最低生活保障") for step in steps)
    assert [step.verb for step in steps] == [
        "case.accept", "case.consents", "case.request_check", "case.finish_check",
        "case.investigate", "case.first_opinion", "case.post_notice", "case.end_notice",
        "case.review", "case.decide",
    ]  # fmt: skip


def test_every_open_stage_belongs_to_the_declaration(world):
    drive(world, "已确认")
    with scope(COUNTY):
        case = Case.objects.get()
    assert case.stage in PROCEDURES[case.procedure].ends
    assert case.closed_at - clock.business_now() < timedelta(seconds=1)


def test_everything_the_procedure_checks_can_be_asked_for():
    from doudi.exchange.verification import ITEMS

    assert set(PROCEDURES["低保"].check_items) <= set(ITEMS)


def test_what_was_declared_and_what_others_know_stand_side_by_side(world):
    from doudi.people.facts import put

    accept(world)
    with arranging():
        wage = FactValue("income.wage", "社保", 50000, valid_since=date(2022, 1, 1))
        put(world.spouse_id, [wage], "delivery:1:1")
    with scope(COUNTY):
        lines = {(x.person_id, x.name): x for x in queries.means_compared(world.case_id)}
    wage_line = lines[world.spouse_id, "工资性收入"]
    assert (wage_line.declared, wage_line.known, wage_line.differs) == (0, 600000, True)
    assert not lines[None, "评定类别"].differs


def test_where_the_township_confirms_the_whole_takes_twenty_working_days(world):
    from doudi.base.models import ParameterOverlay

    with arranging():
        ParameterOverlay.objects.create(
            name="低保审核确认权", place=COUNTY, since=date(2022, 1, 1), value="乡镇",
            document="清民发〔2022〕1号",
        )  # fmt: skip
    assert accept(world).due_on == date(2022, 7, 4)


def test_a_deadline_in_a_year_without_a_holiday_notice_is_provisional(world):
    with clock.business_at(date(2030, 12, 20)):
        assert accept(world).due_provisional


def test_a_local_standard_decides_and_stands_in_the_snapshot(world):
    from doudi.base.models import ParameterOverlay

    with arranging():
        ParameterOverlay.objects.create(
            name="低保分档标准", place=COUNTY, since=date(2022, 1, 1), value="500.00",
            keys={"城乡": "农村", "评定类别": "二类"}, document="清民发〔2022〕2号",
        )  # fmt: skip
    drive(world, "已确认")
    with arranging():
        ParameterOverlay.objects.create(
            name="低保分档标准", place=COUNTY, since=date(2022, 2, 1), value="600.00",
            keys={"城乡": "农村", "评定类别": "二类"}, document="清民发〔2022〕3号",
        )  # fmt: skip
    with scope(COUNTY):
        decision = Decision.objects.get()
        again = queries.recompute(decision.pk)
        lines = queries.why(decision.pk)
    assert decision.amount_fen == 150000
    assert (again.same, again.same_rules) == (True, True)
    assert any("清民发〔2022〕2号" in line.document for line in lines)


def test_no_decision_without_a_fresh_witness(world, monkeypatch):
    from doudi.base.sealing import NoFreshWitness

    drive(world, "待决定")
    later = clock.machine_now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    with pytest.raises(NoFreshWitness):
        decisions.decide(world.case_id, "确认", "符合", by=world.by("chief"))
    assert world.case().stage == "待决定"


def test_the_same_form_sent_twice_opens_one_case(world):
    form = {"channel": "窗口", "reason": "困难", "declared": {}, "key": "form-1"}
    first, again = (
        applications.accept(world.household_id, world.applicant_id, **form, by=world.by("clerk"))
        for _ in range(2)
    )
    assert first.pk == again.pk
