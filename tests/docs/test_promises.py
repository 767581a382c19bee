"""docs/promises.md names the tests that exist, and every test that claims a promise is named."""

import re
from pathlib import Path

from tests.docs.pages import DOCS, ROOT, rows_of, text_of

PAGE = DOCS / "promises.md"
TESTS = ROOT / "tests"
_ROWS = [row for row in rows_of(PAGE) if re.fullmatch(r"[MCAFXO]\d+", row[0])]
_MARK = re.compile(r"mark\.promise\(\s*((?:\"[^\"]+\"(?:,\s*)?)+)\s*\)")
STATES = {"kept", "in part", "later (未到)"}


def _files(row: list[str]) -> set[str]:
    return set(re.findall(r"`([^`]+)`", row[3])) if len(row) > 3 else set()


def _marked() -> set[tuple[str, str]]:
    """Every promise and file of a test that carries the promise's mark."""
    found: set[tuple[str, str]] = set()
    for path in TESTS.rglob("test_*.py"):
        if path == Path(__file__):
            continue
        for words in _MARK.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r"[A-Z]\d+", words):
                found.add((name, str(path.relative_to(TESTS))))
    return found


def test_every_promise_stands_once_with_a_known_state():
    names = [row[0] for row in _ROWS]
    assert len(names) == 51
    assert len(set(names)) == 51
    assert [row[0] for row in _ROWS if row[2] not in STATES] == []


def test_every_file_named_exists():
    named = {file for row in _ROWS for file in _files(row)}
    assert sorted(file for file in named if not (TESTS / file).is_file()) == []


def test_what_is_there_names_its_test_and_what_comes_later_names_none():
    assert [row[0] for row in _ROWS if bool(_files(row)) == row[2].startswith("later")] == []


def test_every_test_with_a_promise_is_named_there_and_kept_means_that_there_is_one():
    told = {(row[0], file) for row in _ROWS for file in _files(row)}
    assert sorted(_marked() - told) == []
    kept = {row[0] for row in _ROWS if row[2] == "kept"}
    assert kept == {name for name, _ in _marked()}


def test_the_page_prints_what_is_not_promised():
    after = text_of(PAGE).partition("## What is not promised")[2]
    assert after.count("\n- ") == 5
