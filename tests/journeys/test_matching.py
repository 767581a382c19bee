"""The county's reviewer in a browser: files of every kind taken, bad ones told why, people told."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from doudi.base.worklist import drain
from tests.journeys.browsing import Office, Seat
from tests.journeys.town import NEIGHBOUR, REVIEWER, WIFE

pytestmark = pytest.mark.browser

COLUMNS = ("姓名", "社会保障号码", "险种类型", "待遇类别", "发放年月", "月待遇金额", "发放状态")


def line(name: str, number: str) -> tuple[str, ...]:
    return (name, number, "城乡居民基本养老保险", "待遇领取", "202205", "127.50", "已发放")


def as_json_lines(*rows: tuple[str, ...]) -> bytes:
    told = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in told).encode()


def as_xml(*rows: tuple[str, ...]) -> bytes:
    records = (
        "".join(f"<{name}>{cell}</{name}>" for name, cell in zip(COLUMNS, row, strict=True))
        for row in rows
    )
    body = "".join(f"<人员>{each}</人员>" for each in records)
    return f'<?xml version="1.0" encoding="UTF-8"?><名单>{body}</名单>'.encode()


def upload(reviewer: Seat, name: str, content: bytes) -> None:
    reviewer.go("部门数据")
    reviewer.page.get_by_label("文件").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    reviewer.page.get_by_label("所属期").fill("2022-05")
    reviewer.press("接收")


def test_what_is_not_a_table_is_told_in_a_sentence_and_the_same_file_again_is_found(office: Office):
    reviewer = office.seat(REVIEWER)
    page = reviewer.page
    reviewer.refusing = 400
    picture = b"\x89PNG\r\n\x1a\n" + bytes(200)
    for name, content, sentence in (
        ("照片.png", picture, "不是表格文件"),
        ("空.csv", b"   \r\n", "文件是空的"),
        ("别的.csv", "书名,作者\n红楼梦,曹雪芹\n".encode(), "看不出"),
    ):
        upload(reviewer, name, content)
        reviewer.sees(sentence)
        reviewer.shot(f"refused-{name.partition('.')[0]}")
        page.go_back()
    reviewer.refusing = 0
    for name, content in (
        ("养老.jsonl", as_json_lines(line(WIFE.name, WIFE.id_number))),
        ("养老.xml", as_xml(line(WIFE.name, WIFE.id_number))),
    ):
        upload(reviewer, name, content)
        drain()
        expect(page.get_by_text("正在处理")).to_have_count(0)
        reviewer.sees("证号 1 行")
        reviewer.shot(f"taken-{name.rpartition('.')[2]}")
    upload(reviewer, "养老.xml", as_xml(line(WIFE.name, WIFE.id_number)))
    reviewer.sees("此前已经接收过")


def test_a_row_under_anothers_id_is_told_by_a_person_side_by_side(office: Office):
    reviewer = office.seat(REVIEWER)
    page = reviewer.page
    upload(
        reviewer, "养老.jsonl",
        as_json_lines(line(NEIGHBOUR.name, WIFE.id_number), line(WIFE.name, WIFE.id_number)),
    )  # fmt: skip
    drain()
    reviewer.go("部门数据")
    page.get_by_role("link", name="待认人员").click()
    reviewer.sees("姓名不一致")
    reviewer.shot("queue")
    page.get_by_role("link", name="辨认").first.click()
    reviewer.sees("证件号码")
    reviewer.shot("row")
    reviewer.is_accessible()
    page.get_by_placeholder("凭什么认定，如 电话核实、查看证件").first.fill("电话核实不是她")
    page.get_by_role("button", name="不是", exact=True).first.click()
    reviewer.shot("after")


def test_the_registry_is_looked_through_for_double_files(office: Office):
    reviewer = office.seat(REVIEWER)
    page = reviewer.page
    reviewer.go("部门数据")
    page.get_by_role("link", name="重复档案").click()
    reviewer.press("在登记册里查找")
    drain()
    reviewer.sees("已开始查找")
    reviewer.shot("duplicates")
    reviewer.is_accessible()
