"""The screening of files says what the desk's scan says of the same people, word for word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.db.models import F

from doudi.base.access import NATION, Actor, scope
from doudi.insight.screen_files import write_screen_files
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.people.facts import FactValue, close_source
from doudi.people.models import Member
from doudi.watch.indicators import INDICATORS
from doudi.watch.indicators.needing import OfKinds
from doudi.watch.models import Alert, AlertHit
from doudi.watch.models_check import ThresholdChange
from doudi.watch.scan import scan
from doudi.watch.screening import Round, month_by_month, screen
from tests.arrange import COUNTY, OTHER_COUNTY, arranging
from tests.watch.screening.people import random_families
from tests.watch.village import PERIOD, TODAY, Somebody, families, stay, tell_many

pytestmark = pytest.mark.django_db

FAMILIES = 400  # of each of four sorts: about 3,800 people
ROUND = Round(Month.parse(PERIOD), Month(2022, 6), TODAY)
HIT = (
    "人号", "户号", "地区", "风险点", "方向", "权重", "发生日", "理由", "缘由",
    "事实号", "来源",
)  # fmt: skip
ALERT = ("户号", "地区", "方向", "人群", "分数", "颜色", "算式")


@pytest.fixture(autouse=True)
def seeing() -> Iterator[None]:
    with scope(NATION):
        yield


def populate(count: int) -> None:
    """Families of two counties, in town and country; some members left long ago or lately."""
    for seed, (place, urban) in enumerate(
        (place, urban)
        for place in (COUNTY[:6] + "100201", OTHER_COUNTY[:6] + "100201")
        for urban in (False, True)
    ):
        families(random_families(seed, count, urban=urban), place=place, urban=urban)
    with arranging():
        leaving = Member.objects.annotate(one_of=F("person_id") % 17)
        leaving.filter(one_of=1).update(before=date(2022, 3, 1))
        leaving.filter(one_of=2).update(before=date(2021, 11, 1))


def move_thresholds() -> None:
    """One county's own figures: one from today on, one only from tomorrow."""
    with arranging():
        for name, since, value in (
            ("R02.self_pay_over", TODAY, 950_000),
            ("R07.weight", TODAY, 20),
            ("R06.weight", TODAY + timedelta(1), 99),
        ):
            ThresholdChange.objects.create(
                place=COUNTY, name=name, since=since, value=value, before=1, why="试", trial={},
                entered_at=clock.business_now(),
            )  # fmt: skip


def desk_hits() -> list[tuple]:
    rows = AlertHit.objects.values_list(
        "person_id", "alert__household_id", "alert__place", "indicator", "alert__direction",
        "weight", "hit_on", "sentence", "cause", "fact_id", "source",
    )  # fmt: skip
    return sorted(rows, key=str)


def desk_alerts() -> list[tuple]:
    return sorted(
        (
            alert.household_id, alert.place, alert.direction, "、".join(alert.kinds), alert.score,
            alert.colour, "；".join(f"{words} {number}" for words, number in alert.arithmetic),
        )
        for alert in Alert.objects.all()
    )  # fmt: skip


def screened(folder: Path, *, at_once: int = 100_000) -> tuple[list[tuple], list[tuple]]:
    write_screen_files(folder / "files")
    screen(folder / "files", folder / "out", (ROUND,), at_once=at_once)
    hits = pl.read_parquet(folder / "out" / "hits.parquet" / "*.parquet")
    alerts = pl.read_parquet(folder / "out" / "alerts.parquet" / "*.parquet")
    return sorted(hits.select(HIT).rows(), key=str), sorted(alerts.select(ALERT).rows())


def test_thousands_of_people_at_the_thresholds_are_screened_as_the_desk_scans_them(tmp_path):
    populate(FAMILIES)
    move_thresholds()
    for place in (COUNTY, OTHER_COUNTY):
        scan(place, PERIOD, by=Actor.system(place))
    hits, alerts = screened(tmp_path)
    assert alerts == desk_alerts()
    assert hits == desk_hits()
    fired = {row[HIT.index("风险点")] for row in hits}
    assert fired == set(INDICATORS), "an indicator that never fires agrees with anything"
    assert {row[ALERT.index("颜色")] for row in alerts} == {"蓝", "黄", "橙", "红"}
    assert screened(tmp_path / "again", at_once=97) == (hits, alerts), "however it is cut"


def test_a_need_that_asks_too_much_breaks_the_agreement(tmp_path, monkeypatch):
    populate(30)
    families([(Somebody(news=[stay(11_000)]),)])
    for place in (COUNTY, OTHER_COUNTY):
        scan(place, PERIOD, by=Actor.system(place))
    assert screened(tmp_path)[0] == desk_hits()
    planted = replace(INDICATORS["R02"], needs=INDICATORS["R02"].needs & OfKinds("K01", "K13"))
    monkeypatch.setitem(INDICATORS, "R02", planted)
    assert screened(tmp_path)[0] != desk_hits()


def test_month_after_month_the_files_tell_what_the_desk_knew_and_had_raised_by_then(tmp_path):
    """Corrections, statements taken back, causes that fired before, alerts that grow."""
    populate(60)
    people = list(Member.objects.values_list("person_id", flat=True).order_by("person_id"))
    by = Actor.system(COUNTY)
    with clock.business_at(date(2022, 7, 1)):
        scan(COUNTY, "2022-06", by=by)
    with clock.business_at(date(2022, 7, 10)):
        corrected = [
            FactValue("benefit", "低保", 30_000, valid_since=date(2022, 6, 20)),
            FactValue("medical.self_pay", "J1", 1_500_000, valid_since=date(2022, 6, 3)),
            FactValue("disability", "证0", code="41", valid_since=date(2022, 7, 2)),
            FactValue("death", valid_since=date(2022, 7, 3)),
            FactValue("income.wage", "养", 1, valid_since=date(2022, 6, 1)),
        ]
        for at, value in enumerate(corrected):
            tell_many(people[at::9], value, source=f"delivery:{at + 2}")
    with clock.business_at(date(2022, 7, 20)), arranging():
        close_source("delivery:3")
    with clock.business_at(date(2022, 8, 1)):
        scan(COUNTY, "2022-07", by=by)
    write_screen_files(tmp_path / "files", COUNTY)
    months = month_by_month(Month(2022, 6), Month(2022, 7))
    screen(tmp_path / "files", tmp_path / "out", months)
    hits = pl.read_parquet(tmp_path / "out" / "hits.parquet" / "*.parquet")
    assert sorted(hits.select(HIT).rows(), key=str) == desk_hits()
    raised = pl.read_parquet(tmp_path / "out" / "alerts.parquet" / "*.parquet")
    last = raised.unique(["户号", "方向"], keep="last", maintain_order=True)
    assert sorted(last.select(ALERT).rows()) == desk_alerts()
    assert raised.filter(~pl.col("新增")).height > 20, "no alert grew: the test says nothing"
