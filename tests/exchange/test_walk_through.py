"""What docs/exchange.md shows of a new format is true: it is run here as it stands there."""

import re
from pathlib import Path
from typing import Any

from doudi.exchange import reading
from doudi.exchange.formats import FORMATS, Format
from doudi.exchange.formats.pages import page
from doudi.exchange.reading import guess_format, read
from doudi.people.kinds import KINDS
from tests.exchange.samples import TODAY

PAGE = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    assert len(found) == 1
    return found[0]


def declared() -> Format:
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/exchange.md", "exec"), names)
    return names["FORMAT"]


def test_the_declaration_in_the_docs_reads_the_rows_in_the_docs_as_the_docs_say():
    found = read(block("csv").encode(), "x", declared(), TODAY)
    assert (found.read, len(found.rows), len(found.rejects)) == (3, 2, 1)
    assert [str(row.facts[0].valid_since) for row in found.rows] == ["2022-03-15"] * 2
    assert [row.facts[0].ended for row in found.rows] == [False, True]
    assert "不清楚" in found.rejects[0].why


def test_it_is_recognised_among_all_others_once_it_is_registered(monkeypatch):
    assert guess_format(block("csv").encode()) != "hardship_worker"
    monkeypatch.setattr(reading, "FORMATS", {**FORMATS, "hardship_worker": declared()})
    assert guess_format(block("csv").encode()) == "hardship_worker"


def test_it_makes_a_page_and_is_an_example_of_something_new():
    assert "工会困难职工" in page(declared())
    assert declared().code not in FORMATS
    assert "hardship_worker" not in KINDS


def test_the_number_of_formats_in_the_docs_is_right():
    assert "There are thirty;" in PAGE
    assert len(FORMATS) == 30
