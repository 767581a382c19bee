"""Whatever paper a case page offers is a PDF, or leads back to the case with a sentence."""

from __future__ import annotations

import re

import pytest

from tests.web.regions import Regions
from tests.web.walker import visitor

OFFERED = re.compile(r'href="(/cases/\d+/papers/[a-z]+)"')


@pytest.mark.parametrize("role", ["township_clerk", "county_reviewer", "inspector"])
def test_every_paper_that_a_case_page_offers_opens(regions: Regions, role: str):
    who = visitor(regions, role)
    case = f"/cases/{regions.near.ids['case']}"
    offered = set(OFFERED.findall(who.open("GET", case).content.decode()))
    assert f"{case}/papers/application" in offered
    for address in sorted(offered):
        answer = who.open("GET", address)
        if answer.status_code == 302:
            assert answer["Location"] == case, address
        else:
            assert answer.content.startswith(b"%PDF"), address


def test_a_paper_that_nobody_knows_is_not_there(regions: Regions):
    who = visitor(regions, "township_clerk")
    answer = who.open("GET", f"/cases/{regions.near.ids['case']}/papers/nosuch")
    assert answer.status_code == 404
