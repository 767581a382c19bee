"""A list beside the one before, at the desk: who is gone is named, asked about and answered."""

import re

import pytest

from doudi.base.access import scope
from doudi.base.models import AuditEntry
from doudi.people.models import ChainEvent
from tests.arrange import COUNTY
from tests.exchange.arrange import register, send
from tests.exchange.lists import pensions
from tests.watch.lists import poor
from tests.web.test_receiving import reviewer

__all__ = ["reviewer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def may():
    known = register(range(1, 8))
    poor(known[1])
    send(pensions(range(1, 7)), period="2022-04")
    return send(pensions(range(2, 8), "202205"), period="2022-05")


def form_key(page: str) -> str:
    return re.search(r'name="key" value="([^"]+)"', page).group(1)


def test_the_reviewer_sees_who_is_gone_and_writes_down_the_answer(reviewer, may):
    address = f"/deliveries/{may.pk}/changes"
    assert address in reviewer.get(f"/deliveries/{may.pk}").content.decode()
    page = reviewer.get(address).content.decode()
    for said in ("不在本期 1", "新增 1", "养老金 121.36 元", "没有记录", "登记答复"):
        assert said in page, said
    told = {"finding": "人社局答复：漏报", "key": form_key(page.split("vanished")[1])}
    page = reviewer.post(f"/deliveries/{may.pk}/vanished", told, follow=True).content.decode()
    assert "写入 1 人所在家庭的救助链" in page
    assert "来文部门的答复" not in page, "answered once"
    with scope(COUNTY):
        assert ChainEvent.objects.filter(title__contains="人社局答复：漏报").count() == 1


def test_seeing_who_is_gone_is_recorded_and_an_unknown_verdict_shows_the_same(reviewer, may):
    before = AuditEntry.objects.count()
    page = reviewer.get(f"/deliveries/{may.pk}/changes?verdict=胡写").content.decode()
    assert "养老金 121.36 元" in page
    assert AuditEntry.objects.count() > before


def test_without_an_earlier_list_the_page_says_what_is_missing(reviewer):
    register((1, 2))
    only = send(pensions((1, 2)), period="2022-04")
    page = reviewer.get(f"/deliveries/{only.pk}/changes").content.decode()
    assert "没有可比的上期名册" in page


def test_what_is_late_stands_above_the_deliveries(reviewer):
    register((1, 2))
    send(pensions((1, 2)), period="2022-04")
    page = reviewer.get("/deliveries").content.decode()
    assert "没到不等于没有人" in page
    assert "人社养老金，最近一期 2022-04，应到 2022-05" in page
