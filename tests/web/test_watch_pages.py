"""What the pages of the watch show: intervals, reds, histories, no small numbers."""

from __future__ import annotations

import pytest

from doudi.kernel import clock
from doudi.watch.models import Alert, SweepPart, SweepPerson, ThresholdChange, Verdict
from tests.arrange import COUNTY, arranging
from tests.web.regions import Regions
from tests.web.walker import Visitor, visitor


def text(who: Visitor, address: str) -> str:
    response = who.open("GET", address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.fixture
def county(regions: Regions) -> Visitor:
    return visitor(regions, "county_reviewer")


def judge(place: str, true: int, of: int) -> None:
    with arranging():
        Verdict.objects.filter(alert_id__gte=700_000).delete()
        for at in range(of):
            Verdict.objects.create(
                indicator="R02", period="2022-05", place=place, colour="蓝", helped=False,
                verdict="属实" if at < true else "不属实", alert_id=700_000 + at,
            )  # fmt: skip


def test_few_verdicts_are_said_to_be_too_few_and_enough_have_their_interval(
    regions: Regions, county: Visitor
):
    judge(regions.near.village, 15, 19)
    assert "15 / 19，太少，不作结论" in text(county, "/precision")
    judge(regions.near.village, 15, 20)
    page = text(county, "/precision")
    assert "75%" in page
    assert "53.12%–88.82%，15 / 20" in page


def test_a_township_sees_the_precision_of_its_own_alerts_only(regions: Regions):
    judge(regions.beside.village, 20, 20)
    clerk = visitor(regions, "township_clerk")
    assert "20 / 20" not in text(clerk, "/precision")
    assert "20 / 20" not in text(clerk, f"/precision?place={regions.beside.township}")


def test_what_is_late_stands_in_red_in_the_funnel(regions: Regions, county: Visitor):
    assert "text-danger" not in text(county, "/funnel").split("</thead>")[1]
    with arranging():
        Alert.objects.filter(pk=regions.near.ids["alert"]).update(close_due="2022-01-01")
    page = text(county, "/funnel").split("</thead>")[1]
    assert page.count("text-danger") == 1
    with arranging():
        Alert.objects.filter(pk=regions.near.ids["alert"]).update(close_due=clock.business_today())


def test_the_register_shows_five_classes_of_thirteen_kinds_and_who_is_of_one(
    regions: Regions, county: Visitor
):
    page = text(county, "/register")
    assert page.count("/register/kinds/") == 13
    listed = text(county, "/register/kinds/K04")
    assert f"/register/people/{regions.near.ids['person']}" in listed
    assert regions.far.secrets[0] not in listed
    history = text(county, f"/register/people/{regions.near.ids['person']}")
    assert "低保边缘家庭成员" in history
    assert county.open("GET", "/register/kinds/K77").status_code == 404
    assert county.open("GET", "/register?month=2022-13").status_code == 400


def test_a_post_that_asks_for_the_register_elsewhere_sees_its_own(regions: Regions):
    clerk = visitor(regions, "township_clerk")
    own = text(clerk, "/register")
    assert text(clerk, f"/register?place={regions.far.township}") == own or (
        regions.far.township not in text(clerk, f"/register?place={regions.far.township}")
    )


def test_suspensions_wait_in_a_list_of_their_own(regions: Regions, county: Visitor):
    page = text(county, "/suspensions")
    assert f"/suspensions/{regions.near.ids['suspension']}" in page
    assert f"/suspensions/{regions.far.ids['suspension']}" not in page


def test_a_threshold_is_tried_beside_todays_and_only_the_leader_is_offered_to_save(
    regions: Regions, county: Visitor
):
    address = "/thresholds?indicator=R02&name=R02.self_pay_over&value=5000"
    page = text(county, address)
    assert "现在 10,000 元" in page
    assert "改为 5,000 元" in page
    assert "起用新值由县级分管领导办理" in page
    chief = visitor(regions, "county_leader")
    assert "/thresholds/set" in text(chief, address)
    assert chief.open("GET", address + "x").status_code == 400
    assert chief.open("GET", "/thresholds?indicator=R02&name=x&value=5").status_code == 400


def test_the_history_of_thresholds_says_who_and_why(regions: Regions, county: Visitor):
    with arranging():
        ThresholdChange.objects.create(
            place=COUNTY, name="R02.self_pay_over", since=clock.business_today(), value=500_000,
            before=1_000_000, why="县常务会议纪要", entered_at=clock.business_now(),
            entered_by=regions.users["county_leader", COUNTY],
            trial={"now": {"alerts": 3}, "then": {"alerts": 9}},
        )  # fmt: skip
    page = text(county, "/thresholds")
    for said in ("县常务会议纪要", "5,000 元", "试算 3 → 9 条", "county_l"):
        assert said in page


def test_the_published_sheet_of_a_sweep_tells_no_small_number_and_the_internal_one_does(
    regions: Regions, county: Visitor
):
    sweep = regions.near.ids["sweep"]
    internal = text(county, f"/sweeps/{sweep}/print")
    assert "合计" in internal
    assert "没有享受基本生活救助" in internal
    public = text(county, f"/sweeps/{sweep}/print?for=public")
    assert "人数太少，不单独公布" in public
    assert all(secret not in internal + public for secret in regions.secrets)


def test_a_phone_form_settles_somebody_and_the_village_is_done(regions: Regions):
    worker = visitor(regions, "village_worker")
    somebody = regions.near.ids["sweep_person"]
    page = text(worker, f"/sweeps/people/{somebody}")
    key = page.split('name="key" value="')[1].split('"')[0]
    done: list[tuple[str, bool]] = []

    def look() -> None:
        with arranging():
            row = SweepPerson.objects.get(pk=somebody)
            part = SweepPart.objects.get(pk=row.part_id)
            done.append((row.reason, part.done_at is not None))

    worker.before_undone = look  # type: ignore[method-assign]
    told = {"key": key, "reason": "INCOME_OVER", "manner": "电话", "note": "在外务工，月入五千"}
    answer = worker.open("POST", f"/sweeps/people/{somebody}/settle", told)
    assert answer.status_code == 302
    assert done == [("INCOME_OVER", True)]
