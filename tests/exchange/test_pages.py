"""The pages of the formats are made from the declarations."""

import pytest

from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.pages import FOLDER, page


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_the_page_of_a_format_says_what_its_declaration_says(code):
    assert (FOLDER / f"{code}.md").read_text(encoding="utf-8") == page(FORMATS[code])


def test_there_is_no_page_without_a_format():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(FORMATS)


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_no_two_columns_of_a_format_answer_to_the_same_exact_name(code):
    names = [column.name for column in FORMATS[code].columns]
    assert len(names) == len(set(names))
    assert set(FORMATS[code].key) <= set(names)
