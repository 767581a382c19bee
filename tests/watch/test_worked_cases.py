"""Worked cases of the domain that are not about one score: PD-01, PD-02, FP-04, §9.4."""

from datetime import date

import pytest

from doudi.base.access import NATION, Actor, scope
from doudi.watch import sweep_queries, sweeps
from doudi.watch.models import Alert, AlertHit, Suspension, SweepPerson
from doudi.watch.scan import scan
from doudi.watch.suspensions import suspend_share
from doudi.watch.sweeps import Outcome, SweepFacts
from tests.arrange import COUNTY, VILLAGE, actor
from tests.watch.village import (
    PERIOD,
    TODAY,
    Somebody,
    benefit,
    certificate,
    cremation,
    death,
    families,
    state,
)

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system(COUNTY)


def test_pd_01_of_a_hundred_recipients_two_deaths_wait_for_a_check_and_a_cremation_only_asks():
    homes = families([
        *[(Somebody(f"户{at}", known=[benefit("低保")]),) for at in range(97)],
        (Somebody("已故甲", known=[benefit("低保")], news=[death()]),),
        (Somebody("已故乙", known=[benefit("低保")], news=[death(), cremation()]),),
        (Somebody("只火化", known=[benefit("低保")], news=[cremation()]),),
    ])  # fmt: skip
    scan(COUNTY, PERIOD, by=SYSTEM)
    with scope(NATION):
        asked = set(AlertHit.objects.filter(indicator="R26").values_list("person__name", flat=True))
    assert asked == {"已故甲", "已故乙", "只火化"}
    for home in homes:
        suspend_share(home.people[0], home.id, by=SYSTEM)
    with scope(NATION):
        waiting = Suspension.objects.values_list("person__name", "state")
        assert set(waiting) == {("已故甲", "待核"), ("已故乙", "待核")}


def test_pd_02_a_vehicle_for_the_disabled_makes_no_check():
    families([
        (Somebody(known=[benefit("低保")], news=[
            state("vehicle", date(2022, 5, 9), key="a1", code="残疾人专用汽车")]),),
        (Somebody("有车", known=[benefit("低保")], news=[
            state("vehicle", date(2022, 5, 9), key="b2", code="小型轿车", amount_fen=9_000_000)]),),
    ])  # fmt: skip
    scan(COUNTY, PERIOD, by=SYSTEM)
    with scope(NATION):
        assert [alert.person.name for alert in Alert.objects.select_related("person")] == ["有车"]


def test_fp_04_a_family_newly_watched_against_poverty_without_any_aid_is_checked_by_the_township():
    watched = state("fp", date(2022, 5, 2), key="户", code="边缘易致贫户")
    families([
        (Somebody("没有救助", news=[watched]),),
        (Somebody("有低保", known=[benefit("低保")], news=[watched]),),
    ])  # fmt: skip
    scan(COUNTY, PERIOD, by=SYSTEM)
    with scope(NATION):
        hits = AlertHit.objects.filter(indicator="R21").select_related("person", "alert")
        assert [(hit.person.name, hit.alert.direction) for hit in hits] == [("没有救助", "纳入")]


def test_leakage_of_the_reference_is_of_everybody_and_hit_rate_of_those_without_aid():
    """Forty severely disabled, thirty with aid; of the ten without, two turn out to be due."""
    old = certificate("42", date(2019, 1, 1))
    families([(Somebody(f"有{at}", known=[old, benefit("低保")]),) for at in range(30)])
    families([(Somebody(f"无{at}", known=[old]),) for at in range(10)])
    facts = SweepFacts("排查", COUNTY, TODAY)
    sweep = sweeps.start_sweep(facts, by=actor("county_reviewer"))
    with scope(NATION):
        rows = list(SweepPerson.objects.filter(covered_by="").order_by("id"))
    for at, row in enumerate(rows):
        reason = "NEED_APPLY" if at < 2 else "INCOME_OVER"
        outcome = Outcome(reason, "入户看过", "入户")
        sweeps.settle_person(row.pk, outcome, by=actor("village_worker", VILLAGE))
    with scope(COUNTY):
        whole = sweep_queries.together(sweep_queries.sweep_totals(sweep.pk))
    assert (whole.leakage, whole.hit_rate, whole.coverage) == (500, 2000, 7500)
    assert sweeps.end_sweep(sweep.pk, "两户应纳未纳", by=actor("county_reviewer")).state == "已结束"
