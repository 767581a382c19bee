"""Papers say what the case knows, in Chinese that any reader of PDF shows, and no more."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

import pytest

from doudi.base.access import scope
from doudi.cases import decisions, papers, printing
from doudi.cases.awards import end_award
from doudi.cases.law import read_means
from doudi.cases.models import Award
from doudi.cases.problems import NoSuchPaper
from doudi.kernel.dates import Month
from tests.arrange import COUNTY, arranging
from tests.cases import ways
from tests.cases.world import World, accept, build, drive

pytestmark = pytest.mark.django_db
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)


def text_of(pdf: bytes) -> str:
    """Everything drawn on the pages: the strings are UTF-16 of the Chinese character set."""
    told = ""
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        content = _inflate(found[1])
        for drawn in re.finditer(rb"\(((?:\\.|[^\\)])*)\)\s*Tj", content, re.S):
            raw = _ESCAPED.sub(_plain, drawn[1])
            told += raw.decode("utf-16-be", errors="replace")
    return told


def _inflate(stream: bytes) -> bytes:
    body = stream.strip()
    if body.endswith(b"~>"):
        body = a85decode(body[:-2])
    return zlib.decompress(body)


def _plain(found: re.Match[bytes]) -> bytes:
    told = found[1]
    if len(told) == 3 and told.isdigit():
        return bytes([int(told, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(told, told)


def printed(case_id: int, kind: str) -> str:
    with scope(COUNTY):
        return text_of(printing.as_pdf([papers.paper_of(case_id, kind)]))


def test_a_notice_of_acceptance_says_number_days_and_article(world: World):
    accept(world)
    told = printed(world.case_id, "acceptance")
    assert "低保申请受理通知书" in told
    assert "DB-620521100-2022-00001-受" in told
    for said in ("2022年6月6日", "2022年7月18日", "最低生活保障审核确认办法", "12345"):
        assert said in told


def test_what_is_missing_is_told_once_and_all_together(world: World):
    accept(world, declared={})
    told = printed(world.case_id, "missing")
    assert "赵有田 的家庭经济状况核对授权书" in told
    assert "钱桂花 的家庭经济状况核对授权书" in told
    for wanted in ("金融资产", "住房套数", "工资性收入"):
        assert wanted in told


def test_the_form_of_the_visit_sets_declared_known_and_found_side_by_side(world: World):
    drive(world, "待初审")
    told = printed(world.case_id, "investigation")
    assert "张调查、李调查" in told
    assert "申报 0.00 元" in told


def test_the_public_list_says_the_six_fields_and_nothing_of_a_child_or_an_illness(world: World):
    drive(world, "公示中")
    told = printed(world.case_id, "publicity")
    assert "赵有田" in told
    assert "每月1251.00元" in told
    for hidden in ("赵小禾", "钱桂花", "患病", "无劳动力", "银行", "二类"):
        assert hidden not in told
    with scope(COUNTY):
        paper = papers.paper_of(world.case_id, "publicity")
    assert {name for name, _ in paper.rows} == {
        "村", "申请人姓名", "家庭人数", "拟保障金额", "初审意见", "监督电话",
    }  # fmt: skip


def test_a_confirmation_says_the_amount_and_where_to_appeal(world: World):
    drive(world, "已确认")
    told = printed(world.case_id, "decision")
    assert "每月 1251.00 元" in told
    assert "60日内申请行政复议" in told
    assert "6个月内向人民法院" in told


def test_a_refusal_gives_its_reasons(world: World):
    means = world.means()
    for one in world.people[:2]:
        means[str(one)] = {**means[str(one)], "工资性收入": 9_000_000}  # type: ignore[dict-item]
    drive(world, "待决定")
    with arranging():
        case = world.case()
        case.declared = {"declared": read_means(means)}
        case.save()
    decisions.decide(world.case_id, "不予确认", "收入超过标准", by=world.by("chief"))
    told = printed(world.case_id, "decision")
    assert "不予确认的理由：月人均收入" in told
    assert "不低于当地低保标准" in told


def test_a_stop_says_why_and_from_when(world: World):
    drive(world, "已确认")
    with scope(COUNTY):
        award = Award.objects.get()
    end_award(award.pk, Month(2022, 9), "收入超标", by=world.by("chief"))
    told = printed(world.case_id, "end")
    assert "收入超标" in told
    assert "2022年9月1日" in told


def test_the_care_agreement_of_who_lives_at_home_is_printed(db, june):
    world = ways.old_and_alone()
    ways.accept(world, "特困")
    ways.go_on(world)
    told = printed(world.case_id, "agreement")
    for said in ("孙邻居", "每周一次", "150.00 元", "孙老汉"):
        assert said in told


def test_a_child_has_no_public_list(db, june):
    world = build()
    ways.accept(world, "孤儿")
    with scope(COUNTY), pytest.raises(NoSuchPaper, match="公示"):
        papers.paper_of(world.case_id, "publicity")


def test_the_package_holds_every_paper_and_is_the_same_bytes_each_time(world: World):
    drive(world, "已确认")
    with scope(COUNTY):
        made = papers.papers_of(world.case_id)
        assert [p.kind for p in made] == [
            "application", "acceptance", "investigation", "publicity", "decision",
        ]  # fmt: skip
        one, two = printing.as_pdf(made), printing.as_pdf(papers.papers_of(world.case_id))
    assert one == two
    assert one.startswith(b"%PDF")
