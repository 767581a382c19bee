"""A change note says what kind of change it is, who notices, and what in Chinese."""

import re

import pytest

from tests.docs.pages import CHANGES, name_of, text_of

NOTES = sorted(CHANGES.glob("*"))
KINDS = {"added", "changed", "fixed", "removed", "security"}


def test_there_are_notes():
    assert NOTES


@pytest.mark.parametrize("note", NOTES, ids=name_of)
def test_a_note_has_a_dated_name_and_its_three_fields(note):
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])-[a-z0-9]+(-[a-z0-9]+)*\.md", note.name)
    lines = [line for line in text_of(note).splitlines() if not line.startswith("<!--")]
    assert lines[0].removeprefix("kind: ") in KINDS
    assert re.fullmatch(r"who notices: \S.*", lines[1])
    assert re.match(r"说明：.*[\u4e00-\u9fff]", "".join(lines[2:]))
