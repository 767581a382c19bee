"""The watch in a browser: an alert from a phone, a sweep to its end, where the month stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from doudi.base.access import Actor, scope
from doudi.kernel import clock
from doudi.people.models import Fact, Person
from doudi.watch.register import refresh
from doudi.watch.scan import scan
from tests.arrange import COUNTY, arranging
from tests.journeys.browsing import Office
from tests.journeys.town import CHIEF, CLERK, NEIGHBOUR, REVIEWER, VILLAGE_WORKER, WIFE

pytestmark = pytest.mark.browser


@dataclass
class Thumb:
    """Counts what a thumb does: a tap each; choosing from a list is two, opening and choosing."""

    page: Page
    taps: int = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def choose(self, label: str, value: str) -> None:
        self.taps += 2
        self.page.get_by_label(label, exact=True).select_option(value)

    def write(self, label: str, text: str) -> None:
        """A tap brings up the keyboard (or the microphone); what is said is not a tap."""
        self.tap(self.page.get_by_label(label, exact=True))
        self.page.get_by_label(label, exact=True).fill(text)


def a_new_certificate(name: str) -> None:
    """A light alert: somebody has a new certificate of the lowest level."""
    with arranging():
        person = Person.objects.get(name=name)
        Fact.objects.create(
            person=person, kind="disability", key="证", code="44", valid_since=date(2022, 5, 20),
            known_since=datetime(2022, 6, 2, tzinfo=clock.SHANGHAI), source="delivery:1:1",
        )  # fmt: skip
    scan(COUNTY, "2022-05", by=Actor.system(COUNTY))


def test_a_village_worker_closes_an_ordinary_alert_from_a_phone_in_under_ten_taps(
    office: Office,
) -> None:
    a_new_certificate(NEIGHBOUR.name)
    clerk = office.seat(CLERK)
    clerk.go("今日工作")
    clerk.page.locator("table").get_by_role("link", name=NEIGHBOUR.name).click()
    clerk.press("接收这条预警")

    worker = office.seat(VILLAGE_WORKER, phone=True)
    page = worker.page
    page.goto("/")
    worker.shot("village-today")
    thumb = Thumb(page)
    thumb.tap(page.get_by_role("link", name=re.compile(NEIGHBOUR.name)))
    worker.sees_heading(NEIGHBOUR.name)
    worker.is_accessible()
    thumb.write("发现的情况", "本人在建筑公司上班，不需要救助，已讲清补贴政策。")
    thumb.choose("结论", "属实")
    thumb.choose("处置", "A0")
    thumb.tap(page.get_by_label("已向家庭当面讲清政策"))
    worker.shot("village-alert")
    thumb.tap(page.get_by_role("button", name="提交并办结"))
    worker.sees("预警已办结")
    worker.sees_heading("已关闭")
    assert thumb.taps < 10
    page.goto("/")
    worker.sees("今天没有待办")
    clerk.go("今日工作")
    expect(clerk.page.locator("main").get_by_text(NEIGHBOUR.name)).to_have_count(0)


def test_a_sweep_runs_from_its_start_to_the_printed_result(office: Office) -> None:
    reviewer = office.seat(REVIEWER)
    reviewer.go("监测预警")
    reviewer.press("防漏保排查")
    reviewer.sees("还没有开展过排查")
    reviewer.is_accessible()
    reviewer.press("开始排查")
    reviewer.sees("各村的任务已派出")
    reviewer.shot("sweep-started", phone=True)
    reviewer.is_accessible()
    sweep = reviewer.page.url

    worker = office.seat(VILLAGE_WORKER, phone=True)
    page = worker.page
    page.goto("/")
    page.get_by_role("link", name=re.compile("逐人核实")).tap()
    worker.sees_heading("还有 1 人没有结果")
    worker.shot("sweep-village")
    page.get_by_role("link", name=WIFE.name).tap()
    worker.sees("重度残疾人")
    worker.shot("sweep-person")
    worker.is_accessible()
    page.get_by_label(re.compile("符合条件还没有申请")).tap()
    page.get_by_label("看到、听到的情况").fill("重度残疾，家里收入很少，还不知道可以申请。")
    page.get_by_role("button", name="提交").tap()
    worker.sees("已转乡镇受理")
    worker.sees_heading("还有 0 人没有结果")

    clerk = office.seat(CLERK)
    clerk.go("今日工作")
    clerk.page.locator("table").get_by_role("link", name=WIFE.name).first.click()
    clerk.sees("还不知道可以申请")

    reviewer.page.goto(sweep)
    reviewer.page.get_by_label("总结").fill("一人应纳未纳，已转受理。")
    reviewer.page.get_by_role("button", name="结束排查").click()
    reviewer.sees("排查已经结束")
    reviewer.sees("100%")
    reviewer.shot("sweep-ended", phone=True)
    reviewer.press("打印结果")
    reviewer.sees("未享命中率")
    reviewer.shot("sweep-print", phone=True)
    reviewer.is_accessible()
    reviewer.page.go_back()
    reviewer.press("公布表")
    reviewer.sees("人数太少，不单独公布")
    expect(reviewer.page.locator("main")).not_to_contain_text(WIFE.name)


def test_a_county_officer_sees_where_the_month_stands_and_tries_a_threshold(
    office: Office,
) -> None:
    a_new_certificate(NEIGHBOUR.name)
    with scope(COUNTY):
        refresh(COUNTY, "2022-06", by=Actor.system(COUNTY))
    reviewer = office.seat(REVIEWER)
    page = reviewer.page
    reviewer.go("监测预警")
    for tab, said in (("预警到帮扶", "合并为预警 2 条"), ("低收入人口", "登记办证残疾人"),
                      ("命中率", "还没有办结的预警"), ("阈值", "没有调整过")):  # fmt: skip
        reviewer.press(tab)
        reviewer.sees(said)
        reviewer.shot(quote(tab) if tab.isascii() else f"watch-{tab}", phone=True)
        reviewer.is_accessible()
    page.get_by_label("指标").select_option("R09")
    reviewer.press("查看它的阈值")
    page.get_by_label(re.compile("新办残疾证.*权重的新值")).fill("10")
    page.get_by_role("button", name="试算").last.click()
    reviewer.sees("试算：")
    expect(page.locator("main")).to_contain_text("现在 20 分")
    reviewer.shot("watch-trial", phone=True)
    reviewer.is_accessible()
    tried = page.url

    chief = office.seat(CHIEF)
    chief.page.goto(tried)
    chief.page.get_by_label("理由").fill("县常务会议纪要")
    chief.page.get_by_role("button", name="保存").click()
    chief.sees("已保存，自 2022-06-06 起用")
    chief.sees("县常务会议纪要")
    chief.shot("watch-threshold-set")
