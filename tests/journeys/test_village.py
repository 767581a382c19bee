"""What happens in a village: trouble is told from a phone, and people are found in a moment."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Office
from tests.journeys.town import CLERK, HEAD, NEIGHBOUR, VILLAGE_WORKER

pytestmark = pytest.mark.browser
A_MINUTE_S = 60


def test_a_village_worker_reports_a_family_from_a_phone_and_the_clerk_sees_it(
    office: Office,
) -> None:
    worker = office.seat(VILLAGE_WORKER, phone=True)
    page = worker.page
    began = time.monotonic()
    page.get_by_role("button", name="展开菜单").tap()
    expect(page.locator("#menu.collapse.show")).to_be_visible()
    worker.shot("village-menu")
    page.get_by_role("link", name="主动发现").tap()
    page.get_by_role("link", name="上报困难家庭").tap()
    fields = page.locator("main").locator("input:visible, textarea:visible, select:visible")
    assert fields.count() <= 3
    worker.is_accessible()
    page.get_by_label("谁家").fill("二组王有田家")
    page.get_by_label("发生了什么").fill("女主人脑出血住院，花了四万多，孩子在上学。")
    worker.shot("village-lead-new")
    page.get_by_role("button", name="上报").tap()
    worker.sees("已上报")
    worker.sees_heading("二组王有田家")
    assert time.monotonic() - began < A_MINUTE_S
    worker.shot("village-lead-reported")

    clerk = office.seat(CLERK)
    clerk.go("今日工作")
    clerk.page.get_by_role("link", name="二组王有田家").click()
    clerk.sees("孩子在上学")
    clerk.go("主动发现")
    clerk.sees("二组王有田家")
    clerk.sees("樊峡村")
    clerk.shot("clerk-leads", phone=True)
    clerk.is_accessible()


def test_people_are_found_by_name_initials_tail_of_the_id_and_village_without_a_reload(
    office: Office,
) -> None:
    clerk = office.seat(CLERK)
    page = clerk.page
    page.goto("/people")
    page.evaluate("() => { window.sameDocument = true; }")
    found = page.locator("#found tbody tr")
    box = page.get_by_label("查找", exact=True)
    for text, expected in (
        ("有田", [HEAD.name]),
        ("zsc", [NEIGHBOUR.name]),
        ("樊峡村 王", ["王小禾", HEAD.name]),
        (HEAD.id_number[-4:], [HEAD.name]),
        ("wyt", [HEAD.name]),
    ):
        box.fill("")
        expect(found).to_have_count(0)
        box.press_sequentially(text)
        expect(found).to_have_count(len(expected))
        for name in expected:
            expect(page.locator("#found").get_by_role("link", name=name)).to_be_visible()
        # Addresses are kept in histories: only initials may stand in one.
        wanted = re.compile(
            rf"/people\?q={text}$" if text.isalpha() and text.isascii() else "/people$"
        )
        expect(page).to_have_url(wanted)
    expect(page.locator("#found")).not_to_contain_text(HEAD.id_number)
    assert page.evaluate("() => window.sameDocument")
    clerk.shot("people-found", phone=True)
    clerk.is_accessible()

    box.fill("没有这个人")
    expect(page.locator("#found")).to_contain_text("没有找到“没有这个人”")
