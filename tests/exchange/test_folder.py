"""A file that is put into the folder is taken exactly once, whoever looks and whenever one dies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from doudi.base.access import scope
from doudi.base.worklist import drain
from doudi.exchange import folder as box
from doudi.exchange.models import Delivery
from doudi.kernel import clock, faults
from tests.arrange import COUNTY
from tests.exchange.arrange import REVIEWER, facts_now, register
from tests.exchange.samples import TODAY, as_csv, good_table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


def put(inbox: Path, name: str, content: bytes, period: str = "2022-05") -> Path:
    (inbox / period).mkdir(parents=True, exist_ok=True)
    file = inbox / period / name
    file.write_bytes(content)
    return file


def take(inbox: Path) -> list[box.Taken]:
    return box.take_folder(inbox, COUNTY, by=REVIEWER, quiet_seconds=0)


def deliveries() -> int:
    with scope(COUNTY):
        return Delivery.objects.count()


def test_a_file_becomes_a_delivery_with_its_facts_and_is_put_away(tmp_path):
    register((1, 2))
    put(tmp_path, "养老金.csv", as_csv(good_table("pension", 2)))
    (told,) = take(tmp_path)
    drain()
    with scope(COUNTY):
        delivery = Delivery.objects.get(pk=told.delivery_id)
    assert (delivery.format, delivery.period, delivery.state) == ("pension", "2022-05", "已入库")
    assert len(facts_now()) == 2
    assert (tmp_path / "已接收" / "2022-05" / "养老金.csv").is_file()
    assert take(tmp_path) == []


def test_the_same_bytes_under_another_name_are_the_same_delivery(tmp_path):
    content = as_csv(good_table("pension", 2))
    put(tmp_path, "一.csv", content)
    put(tmp_path, "二.csv", content)
    first, second = take(tmp_path)
    assert first.delivery_id == second.delivery_id
    assert deliveries() == 1


def test_an_older_file_of_the_same_name_is_never_written_over(tmp_path):
    for count in (1, 2):
        put(tmp_path, "养老金.csv", as_csv(good_table("pension", count)))
        take(tmp_path)
    assert len(list((tmp_path / "已接收" / "2022-05").iterdir())) == 2
    assert deliveries() == 2


@pytest.mark.parametrize("boundary", ["folder:claimed", "folder:received"])
def test_a_reader_that_dies_leaves_a_claim_that_the_next_one_finishes_once(
    tmp_path, monkeypatch, boundary
):
    put(tmp_path, "养老金.csv", as_csv(good_table("pension", 2)))

    def dying(name: str) -> None:
        if name == boundary:
            raise SystemExit

    monkeypatch.setattr(faults, "here", dying)
    with pytest.raises(SystemExit):
        take(tmp_path)
    monkeypatch.undo()
    (told,) = take(tmp_path)
    assert told.delivery_id is not None
    assert deliveries() == 1
    assert (tmp_path / "已接收" / "2022-05" / "养老金.csv").is_file()


def test_what_is_still_being_written_is_left_alone(tmp_path):
    for name in (".养老金.csv.swp", "养老金.csv.part", "养老金.csv.filepart"):
        put(tmp_path, name, b"x")
    fresh = put(tmp_path, "养老金.csv", as_csv(good_table("pension", 1)))
    assert box.take_folder(tmp_path, COUNTY, by=REVIEWER) == []
    old = fresh.stat().st_mtime - 3600
    os.utime(fresh, (old, old))
    assert len(box.take_folder(tmp_path, COUNTY, by=REVIEWER)) == 1


@pytest.mark.parametrize(
    ("name", "period", "content", "sentence"),
    [
        ("空.csv", "2022-05", b"", "文件是空的"),
        ("图.csv", "2022-05", b"\x89PNG\r\n\x1a\n" + bytes(100), "不是表格文件"),
        ("书.csv", "2022-05", "书名,作者\n红楼梦,曹雪芹\n".encode(), "认不出"),
        ("养老金.csv", "五月", as_csv(good_table("pension", 1)), "不是所属期"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_beside_it_and_stops_no_other(
    tmp_path, name, period, content, sentence
):
    put(tmp_path, name, content, period)
    put(tmp_path, "最后.csv", as_csv(good_table("pension", 2)))
    told = take(tmp_path)
    assert sum(each.delivery_id is not None for each in told) == 1
    beside = tmp_path / "未接收" / period / f"{name}.原因.txt"
    assert sentence in beside.read_text(encoding="utf-8")


def test_a_link_to_elsewhere_is_not_followed(tmp_path):
    secret = tmp_path / "别处.csv"
    secret.write_bytes(as_csv(good_table("pension", 1)))
    inbox = tmp_path / "收"
    (inbox / "2022-05").mkdir(parents=True)
    (inbox / "2022-05" / "链接.csv").symlink_to(secret)
    assert take(inbox) == []
    assert deliveries() == 0
