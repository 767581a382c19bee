"""How many pages a clerk loads: an ordinary 低保 file to the first opinion, an urgent relief."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from doudi.base.access import scope
from doudi.base.models import Post, User
from doudi.cases.models import Case
from doudi.kernel import clock
from doudi.people.consents import record_consent
from tests.arrange import COUNTY, TOWNSHIP, arranging
from tests.cases import world as w
from tests.cases.world import START, World, witnessed

pytestmark = pytest.mark.django_db
MOST_OF_AN_ORDINARY_FILE, MOST_OF_AN_EMERGENCY = 6, 3


class Desk:
    """Somebody at the desk with a browser, whose every page shown is counted."""

    def __init__(self, username: str, role: str, place: str) -> None:
        with arranging():
            user = User.objects.create(
                username=username, name=username, password="!", must_change_password=False
            )
            post = Post.objects.create(user=user, role=role, place=place, since=START)
        self.client, self.loads, self.page = Client(), 0, ""
        self.client.force_login(user, backend="doudi.web.signin.PasswordBackend")
        session = self.client.session
        session["post"] = post.pk
        session.save()

    def open(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.content.decode()[:500]
        self.loads += 1
        self.page = answer.content.decode()
        return self.page

    def send(self, action: str, form: dict[str, Any]) -> None:
        """Send the form of this page whose address ends so, with its hidden fields and defaults."""
        for head, body in re.findall(r"<form([^>]*)>(.*?)</form>", self.page, re.S):
            told_to = re.search(r'action="([^"]*)"', head)
            address = told_to[1] if told_to else ""
            if address.endswith(action) and 'name="key"' in body and 'method="post"' in head:
                break
        else:
            raise AssertionError(f"no form {action} on the page")
        told = {**_prefilled(body), **form}
        answer = self.client.post(address or self.address, told)
        assert answer.status_code == 302, answer.content.decode()[:800]
        self.address = answer["Location"]
        self.open(self.address)

    address = ""

    def at(self, address: str) -> Desk:
        self.address = address
        self.open(address)
        return self


def _prefilled(body: str) -> dict[str, str]:
    """What the form carries without anybody typing."""
    told = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and value and "checkbox" not in tag and "radio" not in tag:
            told[name[1]] = unescape(value[1])
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r"<option(?: value=\"([^\"]*)\")?[^>]*selected[^>]*>([^<]*)", options)
        first = chosen or re.search(r"<option(?: value=\"([^\"]*)\")?[^>]*>([^<]*)", options)
        if first:
            told[name] = unescape(first[1] if first[1] is not None else first[2])
    return told


def means(world: World) -> dict[str, str]:
    told = {"h:评定类别": "二类", "h:金融资产": "0", "h:住房套数": "1", "h:机动车数": "0",
            "h:经营企业数": "0", "h:非居住房产数": "0"}  # fmt: skip
    for one in world.people:
        for name in ("工资性收入", "经营净收入", "财产净收入", "转移性收入"):
            told[f"p:{one}:{name}"] = "0"
    return told


def only_case() -> Case:
    with scope(COUNTY):
        return Case.objects.get()


def test_an_ordinary_file_takes_the_clerks_at_most_six_pages_to_the_first_opinion(world: World):
    one = Desk("clerk-one", "township_clerk", TOWNSHIP)
    one.at(reverse("case_new", args=[world.household_id]))
    one.send("", {"applicant": world.applicant_id, "reason": "患病", **means(world)})
    for adult in (world.applicant_id, world.spouse_id):  # signed on paper, entered in one go
        record_consent(adult, w.ITEMS, clock.business_today(), by=world.by("clerk"))
    one.send("/do/consents", {})
    one.send("/do/request_check", {})
    one.send("/do/finish_check", {})
    other = Desk("clerk-two", "township_clerk", TOWNSHIP)
    other.at(reverse("case", args=[only_case().pk]))
    visit = {"visited_at": "2022-06-06T08:00", "visitors": "张三、李四", "findings": "属实",
             "visitors_signed": "1", "family_signed": "1"}  # fmt: skip
    other.send("/do/investigate", visit)
    assert only_case().stage == "待初审"
    assert one.loads + other.loads - 1 <= MOST_OF_AN_ORDINARY_FILE, "the last page only confirms"


def test_an_emergency_takes_at_most_three_pages_and_what_is_given_stands_on_the_file(world: World):
    witnessed()
    clerk = Desk("clerk-one", "township_clerk", TOWNSHIP)
    address = reverse("case_new", args=[world.household_id]) + "?procedure=急难型临时救助"
    clerk.at(address)
    told = {"applicant": world.applicant_id, "reason": "车祸住院", "h:急难程度": "较轻",
            "h:实际需要额": "500"}  # fmt: skip
    clerk.send("", told)
    leader = Desk("leader-one", "township_leader", TOWNSHIP)
    leader.at(reverse("case", args=[only_case().pk]))
    pages = clerk.loads + leader.loads
    leader.send("/do/relieve", {"amount": "300", "form": "现金", "handed_to": "本人签收"})
    case = only_case()
    assert case.stage == "待补手续"
    assert case.due_on == date(2022, 6, 13), "five working days for the papers (T402)"
    assert pages <= MOST_OF_AN_EMERGENCY
    assert "先行救助" in leader.page
    assert "300.00" in leader.page
