"""The account as HTML says all that the text says, nested alike; a name in it is only text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from doudi.rules import (
    Determination,
    HouseholdFacts,
    Html,
    Overlay,
    ParameterValue,
    account,
    assess,
    determine,
    fragment,
)

from .families import CLEAR_DAY, QINGSHUI, family, person

EVIL = '<script>alert("恶")</script>'
COUPLE = family(person(), person("乙", 与申请人关系="配偶", 转移性收入="1200"))
VOID: frozenset[str] = frozenset()
ALLOWED = {
    "section", "h3", "p", "strong", "em", "data", "ul", "li", "details", "summary", "div", "small",
    "cite",
}  # fmt: skip


class Reader(HTMLParser):
    """Reads strictly: every element closed in order; keeps depth and text of each why."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.used: set[str] = set()
        self.attributes: set[str] = set()
        self.lines: list[tuple[int, str]] = []
        self.saying = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.used.add(tag)
        self.attributes |= {name for name, _ in attrs}
        classes = dict(attrs).get("class")
        if tag == "summary" or (tag == "div" and classes == "why"):
            self.lines.append((self.open.count("details") - (tag == "summary"), ""))
            self.saying = True

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in ("summary", "div"):
            self.saying = False

    def handle_data(self, data: str) -> None:
        if self.saying:
            depth, text = self.lines[-1]
            self.lines[-1] = (depth, text + data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def asked(household: HouseholdFacts = COUPLE) -> Determination:
    return determine(household, CLEAR_DAY, QINGSHUI)


def test_everything_the_text_tells_is_there_in_the_same_order_and_depth() -> None:
    answer = asked()
    for outcome in answer.outcomes:
        lines = answer.why(outcome.programme, outcome.holder)
        told = read(fragment(answer, outcome.programme, outcome.holder)).lines
        assert len(told) == len(lines)
        shallow = min(line.indent for line in lines)
        for line, (depth, text) in zip(lines, told, strict=True):
            assert text == line.text + " · ".join(filter(None, (line.article, line.document)))
            assert depth <= line.indent - shallow
        assert max(depth for depth, _ in told) > 0


def test_result_amount_reasons_and_holder_stand_first() -> None:
    html = fragment(asked(), "低保")
    assert html.startswith('<section class="programme"><h3>低保（全家）</h3>')
    assert '<p><strong>符合</strong>，每月 <data value="114600">1146.00 元</data></p>' in html
    outcome = asked().outcome("低保")
    assert outcome is not None
    for reason in outcome.reasons:
        assert f"<li>{reason}</li>" in html
    assert "<h3>单人户（乙）</h3>" in fragment(asked(), "单人户", "乙")
    assert "<h3>单人户（李四）</h3>" in fragment(asked(), "单人户", "乙", called={"乙": "李四"})


def test_the_article_stands_beside_the_figure() -> None:
    html = fragment(asked(), "低保")
    found = re.search(r"低保标准 = 623\.00 元[^<]*<small>(.*?)</small>", html)
    assert found is not None
    assert found[1].startswith(
        "<cite>社会救助暂行办法 第十条</cite> · <cite>《甘肃省城乡低保指导标准》"
    )


def test_only_plain_elements_without_style_script_or_event() -> None:
    answer = asked()
    for outcome in answer.outcomes:
        reader = read(fragment(answer, outcome.programme, outcome.holder))
        assert reader.used <= ALLOWED
        assert reader.attributes <= {"class", "open", "value"}


@pytest.mark.parametrize("evil", [EVIL, 'a"b', "&lt;b&gt;", "<img src=x onerror=y>"])
def test_a_name_is_text_whatever_it_says(evil: str) -> None:
    named = family(person(evil))
    answer = asked(named)
    for html in (
        fragment(answer, "单人户", evil),
        fragment(answer, "低保"),
        fragment(asked(), "单人户", "甲", called={"甲": evil}),
        account(asked().why("低保"), called={"甲": evil, "乙": "李四"}),
    ):
        reader = read(html)
        assert reader.used <= ALLOWED
        assert evil in unescape(html)


def test_what_a_county_wrote_of_its_document_is_text_too() -> None:
    row = ParameterValue(
        "低保标准", QINGSHUI, CLEAR_DAY, "700.00", EVIL, "已核", keys=(("城乡", "城市"),)
    )
    answer = determine(COUPLE, CLEAR_DAY, QINGSHUI, overlay=Overlay((row,)))
    html = fragment(answer, "低保")
    assert "<script" not in html
    assert EVIL in unescape(html)


def test_a_name_that_begins_another_is_not_taken_for_it() -> None:
    two = family(person("1"), person("12", 与申请人关系="配偶"))
    html = account(asked(two).why("低保"), called={"1": "张一", "12": "李十二"})
    assert "成员 1" not in html
    assert "李十二：" in html
    assert "张一2" not in html


def test_of_an_assessment_the_same_as_of_its_determination() -> None:
    whole = assess(COUPLE, CLEAR_DAY, QINGSHUI)
    assert fragment(whole, "低保") == fragment(whole.determination, "低保")


def test_a_programme_that_does_not_concern_the_holder_gives_nothing() -> None:
    assert fragment(asked(), "低保", "甲") == ""
    assert fragment(asked(), "没有这个") == ""


def test_a_supposition_says_that_it_is_no_decision() -> None:
    answer = determine(COUPLE, CLEAR_DAY, QINGSHUI, supposing={("人均收入", ""): "1.00"})
    assert "这是假设“人均收入”得出的结果，不是决定。" in fragment(answer, "低保")


def test_it_tells_a_page_that_it_is_html_already() -> None:
    html = fragment(asked(), "低保")
    assert isinstance(html, Html)
    assert html.__html__() is html
