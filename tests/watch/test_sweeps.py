"""Sweeps against omission: who is looked at, what is found, and that nobody is left blank."""

from datetime import date, timedelta

import pytest

from doudi.base.access import NATION, scope
from doudi.base.models import Post, Task, User
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere
from doudi.people.facts import FactValue
from doudi.people.models import ChainEvent, Visit
from doudi.watch import sweep_dictionary, sweeps
from doudi.watch import sweep_queries as queries
from doudi.watch.models import Lead, Sweep, SweepPart, SweepPerson
from doudi.watch.problems import (
    AssigneeUnfit,
    SweepConclusionMissing,
    SweepCovered,
    SweepDatesUnfit,
    SweepEmpty,
    SweepNotVisited,
    SweepOver,
    SweepPopulationUnknown,
    SweepReasonUnknown,
    SweepRunning,
    SweepUnfinished,
)
from doudi.watch.sweeps import Outcome, SweepFacts
from tests.arrange import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor, arranging
from tests.watch.village import (
    TODAY,
    Somebody,
    benefit,
    certificate,
    death,
    families,
    family,
    state,
    tell,
)

pytestmark = pytest.mark.django_db

REVIEWER = actor("county_reviewer")
WORKER = actor("village_worker", VILLAGE)
CLERK = actor("township_clerk", TOWNSHIP)
UNTIL = TODAY + timedelta(days=30)
OTHER_VILLAGE = f"{OTHER_TOWNSHIP[:9]}201"
ELSEWHERE = f"{OTHER_COUNTY[:6]}100201"
LONG_AGO = date(2020, 1, 1)


def start(**told: object) -> Sweep:
    return sweeps.start_sweep(
        SweepFacts(**{"name": "夏季排查", "place": COUNTY, "until": UNTIL, **told}), by=REVIEWER
    )


def disabled(name: str = "李重残", code: str = "42", **told: object) -> Somebody:
    return Somebody(name, known=[certificate(code, LONG_AGO)], **told)


def taken_down(sweep: Sweep) -> dict[str, tuple[list[str], str]]:
    with scope(NATION):
        return {
            row.person.name: (row.grounds, row.covered_by)
            for row in SweepPerson.objects.filter(sweep=sweep).select_related("person")
        }


def the_row(sweep: Sweep, name: str) -> SweepPerson:
    with scope(NATION):
        return SweepPerson.objects.get(sweep=sweep, person__name=name)


def visited(reason: str = "INCOME_OVER", **told: object) -> Outcome:
    return Outcome(**{"reason": reason, "note": "儿子月入六千", "manner": "入户", **told})


def test_the_population_is_everybody_of_a_declared_kind_and_the_uncovered_are_without_aid():
    poor = state("fp", LONG_AGO, code="脱贫不稳定户")
    family(Somebody("王监测", known=[poor]), Somebody("王小", relation="子"))
    family(disabled("李二级"))
    family(disabled("李三级", "43"))
    family(disabled("赵低保"), Somebody("赵户主", known=[benefit("低保")], relation="户主"))
    family(Somebody("钱特困", known=[benefit("特困"), certificate("41", LONG_AGO)]))
    family(Somebody("孙大病", known=[state("illness.major", LONG_AGO, code="C34")]))
    family(Somebody("周失业", known=[state("unemployment", LONG_AGO)]))
    family(Somebody("吴农户"))
    assert taken_down(start()) == {
        "王监测": (["S01"], ""),
        "王小": (["S01"], ""),
        "李二级": (["S04"], ""),
        "赵低保": (["S04"], "低保"),
        "钱特困": (["S04"], "特困"),
        "孙大病": (["S05"], ""),
        "周失业": (["S06"], ""),
    }


def test_an_old_person_who_lives_alone_belongs_and_one_with_family_or_a_day_too_young_does_not():
    family(Somebody("独居", birth=date(1942, 6, 6)))
    family(Somebody("差一天", birth=date(1942, 6, 7)))
    family(Somebody("有儿子", birth=date(1930, 1, 1)), Somebody("儿子", relation="子"))
    assert taken_down(start()) == {"独居": (["S08"], "")}


def test_somebody_whose_wife_died_lives_alone_and_the_dead_are_not_looked_for():
    family(
        Somebody("老伴在世", birth=date(1935, 1, 1)),
        Somebody("已去世", birth=date(1936, 1, 1), known=[certificate("41", LONG_AGO)],
                 news=[death()], relation="配偶"),
    )  # fmt: skip
    assert taken_down(start()) == {"老伴在世": (["S08"], "")}


def test_what_ended_before_today_or_is_only_true_later_does_not_count():
    family(Somebody("已注销", known=[{**certificate("42", LONG_AGO),
                                     "valid_before": date(2022, 6, 6)}]))  # fmt: skip
    family(Somebody("将来", known=[state("unemployment", date(2022, 6, 7))]))
    family(disabled("低保停了"), Somebody("户主停", known=[{**benefit("低保"),
                                          "valid_before": date(2022, 5, 1)}]))  # fmt: skip
    assert taken_down(start()) == {"低保停了": (["S04"], "")}


def test_a_benefit_for_the_person_alone_does_not_cover_the_family():
    family(
        Somebody("特困本人", known=[benefit("特困"), certificate("41", LONG_AGO)]),
        disabled("同住的弟弟", relation="其他"),
    )
    assert taken_down(start()) == {"特困本人": (["S04"], "特困"), "同住的弟弟": (["S04"], "")}


def test_only_chosen_populations_are_looked_at_and_the_definition_stays_with_the_campaign():
    family(disabled("李重残"))
    family(Somebody("周失业", known=[state("unemployment", LONG_AGO)]))
    sweep = start(populations=("S06",))
    assert set(taken_down(sweep)) == {"周失业"}
    assert [one["label"] for one in sweep.definition] == ["登记失业人员"]


def test_a_population_without_a_list_and_one_that_nobody_knows_are_refused():
    for code, said in (("S07", "事实无人抚养儿童"), ("S99", "S99")):
        with pytest.raises(SweepPopulationUnknown) as refused:
            start(populations=(code,))
        assert refused.value.facts["population"] == said


def test_known_income_per_head_is_told_only_where_somebody_has_gone_through_it():
    wage = {"kind": "income.wage", "amount_fen": 90000, "valid_since": LONG_AGO}
    family(disabled("查过的"), Somebody("挣钱的", known=[
        wage, state("income.reviewed", LONG_AGO, key="2022")], relation="子"))  # fmt: skip
    family(disabled("没查过"), Somebody("也挣钱", known=[wage], relation="子"))
    sweep = start()
    assert the_row(sweep, "查过的").known_income_fen == 45000
    assert the_row(sweep, "没查过").known_income_fen is None


def test_the_start_takes_a_constant_number_of_statements(django_assert_max_num_queries):
    families([(disabled(f"残{at}"),) for at in range(30)])
    with django_assert_max_num_queries(45):
        start()
    with scope(NATION):
        assert SweepPerson.objects.count() == 30


def test_people_of_another_county_are_not_looked_at():
    family(disabled("本县"))
    family(disabled("外县"), place=ELSEWHERE)
    assert set(taken_down(start())) == {"本县"}
    with pytest.raises(NotThere):
        start(place=OTHER_COUNTY)


def test_each_village_has_one_task_for_its_own_worker_or_else_the_township():
    with arranging():
        worker = User.objects.create(username="cunji", name="孙协理")
        Post.objects.create(user=worker, role="village_worker", place=VILLAGE, since=LONG_AGO)
    family(disabled("甲"))
    family(disabled("乙"), place=OTHER_VILLAGE)
    start()
    with scope(NATION):
        tasks = {task.place: task for task in Task.objects.filter(kind="防漏保排查")}
        part = SweepPart.objects.get(place=VILLAGE)
    assert {place: task.role for place, task in tasks.items()} == {
        VILLAGE: "village_worker", OTHER_VILLAGE: "township_clerk",
    }  # fmt: skip
    assert (part.assigned_to_id, tasks[VILLAGE].assignee_id) == (worker.pk, worker.pk)
    assert tasks[VILLAGE].due_on == UNTIL


def test_a_village_where_everybody_has_aid_has_nothing_to_do():
    family(disabled("赵低保"), Somebody("赵户主", known=[benefit("低保")]))
    start()
    with scope(NATION):
        assert not Task.objects.filter(kind="防漏保排查").exists()
        assert SweepPart.objects.get().done_at is not None


def test_somebody_who_works_there_can_be_sent_and_nobody_else():
    family(disabled("甲"))
    start()
    with arranging():
        near = User.objects.create(username="near", name="近")
        far = User.objects.create(username="far", name="远")
        Post.objects.create(user=near, role="township_clerk", place=TOWNSHIP, since=LONG_AGO)
        Post.objects.create(user=far, role="village_worker", place=OTHER_VILLAGE, since=LONG_AGO)
    with scope(NATION):
        part = SweepPart.objects.get()
    with pytest.raises(AssigneeUnfit):
        sweeps.assign_part(part.pk, far.pk, by=CLERK)
    sweeps.assign_part(part.pk, near.pk, by=CLERK)
    with scope(NATION):
        task = Task.objects.get(kind="防漏保排查")
    assert (task.assignee_id, task.role) == (near.pk, "township_clerk")


def test_an_outcome_is_recorded_with_its_visit_and_stands_on_the_chain():
    home = family(disabled("李重残"))
    row = the_row(start(), "李重残")
    settled = sweeps.settle_person(row.pk, visited(), by=WORKER)
    assert (settled.reason, settled.manner, settled.settled_on) == ("INCOME_OVER", "入户", TODAY)
    with scope(NATION):
        visit = Visit.objects.get(pk=settled.visit_id)
        assert (visit.household_id, visit.purpose) == (home.id, "防漏保排查")
        titles = list(ChainEvent.objects.filter(household_id=home.id).values_list("title"))
    assert ("防漏保排查核实：收入超过标准",) in titles


def test_most_outcomes_need_a_visit_and_only_what_a_record_tells_does_not():
    family(disabled("李重残"))
    row = the_row(start(), "李重残")
    with pytest.raises(SweepNotVisited):
        sweeps.settle_person(row.pk, visited(manner=""), by=WORKER)
    told = visited("PENDING", manner="", note="七月一日已受理")
    settled = sweeps.settle_person(row.pk, told, by=WORKER)
    assert (settled.reason, settled.manner, settled.visit_id) == ("PENDING", "查档案", None)
    with pytest.raises(SweepReasonUnknown):
        sweeps.settle_person(row.pk, visited("NO_IDEA"), by=WORKER)


def test_somebody_due_who_has_not_applied_becomes_one_lead_for_the_township():
    home = family(disabled("李重残"), disabled("李次残", relation="配偶"))
    sweep = start()
    row = the_row(sweep, "李重残")
    told = visited("NEED_APPLY", note="独居无收入", whole_household=True)
    sweeps.settle_person(row.pk, told, by=WORKER)
    sweeps.settle_person(row.pk, told, by=WORKER)
    with scope(NATION):
        lead = Lead.objects.get()
        rows = SweepPerson.objects.filter(sweep=sweep).order_by("id")
        assert [(r.reason, r.outcome_subject) for r in rows] == [
            ("NEED_APPLY", f"watch.lead:{lead.pk}")] * 2  # fmt: skip
        assert (lead.household_id, lead.source) == (home.id, "防漏保排查")
        assert Task.objects.get(kind="线索初核").role == "township_clerk"


def test_the_others_of_a_household_keep_the_outcome_that_they_have():
    family(disabled("甲"), disabled("乙", relation="配偶"))
    sweep = start()
    sweeps.settle_person(the_row(sweep, "乙").pk, visited("REFUSED"), by=WORKER)
    sweeps.settle_person(
        the_row(sweep, "甲").pk, visited("INCOME_OVER", whole_household=True), by=WORKER
    )
    assert the_row(sweep, "乙").reason == "REFUSED"


def test_those_with_aid_are_not_checked():
    family(disabled("赵低保"), Somebody("赵户主", known=[benefit("低保")]))
    row = the_row(start(), "赵低保")
    with pytest.raises(SweepCovered):
        sweeps.settle_person(row.pk, visited(), by=WORKER)


def test_the_task_of_a_village_ends_with_its_last_outcome():
    family(disabled("甲"))
    family(disabled("乙"))
    sweep = start()
    for name, left in (("甲", 1), ("乙", 0)):
        sweeps.settle_person(the_row(sweep, name).pk, visited(), by=WORKER)
        with scope(NATION):
            assert Task.objects.filter(kind="防漏保排查", done_at=None).count() == left


def test_a_campaign_does_not_end_while_somebody_is_without_an_outcome():
    family(disabled("甲"))
    family(disabled("乙"), place=OTHER_VILLAGE)
    sweep = start()
    sweeps.settle_person(the_row(sweep, "甲").pk, visited(), by=WORKER)
    with pytest.raises(SweepUnfinished) as refused:
        sweeps.end_sweep(sweep.pk, "查完", by=REVIEWER)
    assert refused.value.facts["count"] == 1
    assert OTHER_VILLAGE in str(refused.value.facts["where"])
    there = actor("village_worker", OTHER_VILLAGE)
    sweeps.settle_person(the_row(sweep, "乙").pk, visited("NOT_FOUND"), by=there)
    with pytest.raises(SweepConclusionMissing):
        sweeps.end_sweep(sweep.pk, " ", by=REVIEWER)
    assert sweeps.end_sweep(sweep.pk, "查完", by=REVIEWER).state == "已结束"
    with pytest.raises(SweepOver):
        sweeps.settle_person(the_row(sweep, "甲").pk, visited("REFUSED"), by=WORKER)


def test_two_campaigns_of_a_place_do_not_run_at_once_and_one_may_follow_the_other():
    family(disabled("甲"))
    sweep = start()
    with pytest.raises(SweepRunning):
        start(name="又一次")
    sweeps.settle_person(the_row(sweep, "甲").pk, visited(), by=WORKER)
    sweeps.end_sweep(sweep.pk, "查完", by=REVIEWER)
    assert start(name="秋季排查").pk != sweep.pk


def test_a_campaign_with_nobody_and_one_that_is_over_before_it_begins_are_refused():
    with pytest.raises(SweepEmpty):
        start()
    with pytest.raises(SweepDatesUnfit):
        start(until=TODAY - timedelta(days=1))
    assert start_is_refused_to("township_clerk")


def start_is_refused_to(role: str) -> bool:
    with pytest.raises(NotAllowed):
        sweeps.start_sweep(SweepFacts("夏季", COUNTY, UNTIL), by=actor(role))
    return True


def ten_and_three() -> Sweep:
    """Ten of the population, four without aid in two villages; three have an outcome."""
    families([(disabled(f"有低保{k}"), Somebody(f"户主{k}", known=[benefit("低保")]))
              for k in range(6)])  # fmt: skip
    family(disabled("甲"))
    family(disabled("乙"))
    family(disabled("丙"), place=OTHER_VILLAGE)
    family(disabled("丁"), place=OTHER_VILLAGE)
    sweep = start()
    sweeps.settle_person(the_row(sweep, "甲").pk, visited("NEED_APPLY"), by=WORKER)
    sweeps.settle_person(the_row(sweep, "乙").pk, visited("PROPERTY_OVER"), by=WORKER)
    there = actor("village_worker", OTHER_VILLAGE)
    sweeps.settle_person(the_row(sweep, "丙").pk, visited("REFUSED"), by=there)
    return sweep


def test_leakage_is_told_of_the_population_and_of_those_without_aid():
    sweep = ten_and_three()
    with scope(COUNTY):
        whole = queries.together(queries.sweep_totals(sweep.pk))
    assert (whole.population, whole.uncovered, whole.settled, whole.missed) == (10, 4, 3, 1)
    assert (whole.leakage, whole.hit_rate, whole.coverage) == (1000, 2500, 6000)
    assert (whole.left, whole.progress) == (1, 7500)


def test_figures_by_township_and_village_add_up_and_a_township_sees_its_own():
    sweep = ten_and_three()
    with scope(COUNTY):
        townships = queries.sweep_totals(sweep.pk)
        villages = queries.sweep_totals(sweep.pk, queries.VILLAGE)
        assert [one.place for one in townships] == [TOWNSHIP, OTHER_TOWNSHIP]
        assert queries.together(townships) == queries.together(villages)
        assert queries.reasons_of(sweep.pk) == [
            ("NEED_APPLY", "符合条件还没有申请", 1),
            ("PROPERTY_OVER", "财产超过规定", 1),
            ("REFUSED", "讲清政策后本人不愿申请", 1),
        ]
    with scope(TOWNSHIP):
        assert [one.place for one in queries.sweep_totals(sweep.pk)] == [TOWNSHIP]
        assert queries.sweep_header(sweep.pk).population == 8
        assert queries.sweep_of(sweep.pk) is None
    with scope(OTHER_COUNTY), pytest.raises(NotThere):
        queries.sweep_header(sweep.pk)


def test_days_to_outcome_and_to_aid_are_medians_of_what_there_is():
    family(disabled("甲"))
    home = family(disabled("乙"))
    sweep = start()
    with scope(COUNTY):
        assert queries.timeliness(sweep.pk, TODAY) == queries.Timeliness(None, 0, 0, None)
    with clock.business_at(TODAY + timedelta(days=4)):
        sweeps.settle_person(the_row(sweep, "乙").pk, visited("NEED_APPLY"), by=WORKER)
    with clock.business_at(UNTIL + timedelta(days=2)):
        sweeps.settle_person(the_row(sweep, "甲").pk, visited(), by=WORKER)
    with clock.business_at(TODAY + timedelta(days=24)):
        tell(home.people[0], FactValue("benefit", "低保", 40000, valid_since=date(2022, 7, 1)),
             source="decision:1")  # fmt: skip
        with scope(COUNTY):
            assert queries.timeliness(sweep.pk, TODAY) == queries.Timeliness(4, 1, 1, 20)


def totals(place: str, population: int, uncovered: int, missed: int) -> queries.SweepTotals:
    return queries.SweepTotals(place, population, uncovered, uncovered, missed, missed)


def test_small_places_are_told_together_so_that_no_figure_tells_one_family():
    rows = [totals("A", 100, 20, 9), totals("B", 50, 10, 8), totals("C", 40, 3, 2),
            totals("D", 6, 6, 4)]  # fmt: skip
    told = queries.may_be_told(rows, 5)
    assert [one.place for one in told] == ["A", "B", ""]
    assert (told[-1].population, told[-1].uncovered, told[-1].missed) == (46, 9, 6)
    assert queries.together(told) == queries.together(rows)


def test_one_small_place_takes_the_next_smallest_along_and_all_small_tell_nothing():
    rows = [totals("A", 100, 20, 9), totals("B", 50, 10, 8), totals("C", 40, 3, 2)]
    assert [one.place for one in queries.may_be_told(rows, 5)] == ["A", ""]
    assert queries.may_be_told([totals("C", 40, 3, 2)], 5) == []


def test_the_county_may_bring_its_own_lists():
    mine = sweep_dictionary.read(
        "populations:\n  S01: {label: 我县名单, fact: fp}\n"
        "reasons:\n  DUE: {label: 应纳, missed: true}\n"
    )
    assert mine.missed == ("DUE",)
    for wrong, said in (
        ("populations: {}\nreasons: {A: {label: 一}}\n", "原因码"),
        ("populations: {X1: {label: 一, fact: fp}}\nreasons: {}\n", "人群代码"),
        ("populations: {S01: {label: 一}}\nreasons: {}\n", "恰好写一个"),
        ("populations: {S01: {label: 一, fact: fp, colour: 红}}\nreasons: {}\n", "不认识 colour"),
        ("populations: {}\nreasons: {OVER: {label: 一}}\n", "missed"),
        ("- 一", "两部分"),
    ):
        with pytest.raises(sweep_dictionary.SweepDictionaryRefused, match=said):
            sweep_dictionary.read(wrong)
