"""The pages for policy officers say what the rules say, and three things are found at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doudi.rules.book import rulebook
from doudi.rules.pages import pages, write

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "programmes"
MADE = pages()


def test_there_is_a_page_for_every_module_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(MADE)


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_page_agrees_with_the_source(name: str) -> None:
    # Differs? Run: python -m doudi.rules.pages docs/programmes
    assert (FOLDER / name).read_text(encoding="utf-8") == MADE[name]


def test_every_rule_and_every_parameter_in_use_stands_on_a_page() -> None:
    text = "\n".join(MADE.values())
    book = rulebook()
    assert [r.name for r in book.rules if f"### {r.function.__name__}\n" not in text] == []
    used = {name for rule in book.rules for name in rule.inputs}
    figures = [name for name in book.tables.parameters if name in used]
    assert [name for name in figures if f"### {name}\n" not in text] == []


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("dibao.md", ["边缘收入线", "边缘倍数", "150.00%"]),
        ("taper.md", ["六个月", "渐退最多月数", "6 月"]),
        ("emergency.md", ["800 元", "小金额救助上限", "800.00 元"]),
    ],
)
def test_the_three_figures_that_everybody_asks_for_stand_beside_their_article(
    page: str, words: list[str]
) -> None:
    assert [word for word in words if word not in MADE[page]] == []


@pytest.mark.parametrize(
    ("file", "words", "number"),
    [
        ("parameters/dibao.yaml", ["1.5 倍", "1.5倍"], "值: 15000"),
        ("parameters/taper.yaml", ["六个月", "6 个月", "6个月"], "值: 6"),
        ("parameters/emergency.yaml", ["800 元", "800元"], '值: "800.00"'),
        ("programmes/dibao.py", ["1.5 倍"], "边缘倍数"),
        ("programmes/taper.py", ["最多六个月"], "渐退最多月数"),
        ("programmes/emergency.py", ["最多 800 元"], "小金额救助上限"),
    ],
)
def test_who_searches_the_source_for_the_words_of_the_law_stands_before_the_figure(
    file: str, words: list[str], number: str
) -> None:
    lines = (ROOT / "doudi" / "rules" / file).read_text(encoding="utf-8").splitlines()
    for spelling in words:
        found = [at for at, line in enumerate(lines) if spelling in line]
        assert any(number in "\n".join(lines[max(at - 4, 0) : at + 9]) for at in found), spelling


def test_the_first_page_leads_to_the_three_however_they_are_written() -> None:
    text = MADE["README.md"]
    for words in ("1.5 倍", "1.5倍", "六个月", "6 个月", "6个月", "800 元", "800元"):
        line = next(line for line in text.splitlines() if words in line and ".md#" in line)
        links = re.findall(r"\]\((\w+\.md)#(\w+)\)", line)
        assert [name for page, name in links if f"### {name}\n" not in MADE[page]] == []
    assert "| 150.00%，" in text
    assert "| 6 月，" in text
    assert "| 800.00 元，" in text


def test_writing_takes_away_a_page_that_nothing_stands_for(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("旧", encoding="utf-8")
    write(tmp_path)
    assert {path.name for path in tmp_path.glob("*.md")} == set(MADE)
