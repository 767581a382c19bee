"""Links lead somewhere, the index misses nothing, pictures are small and used."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, name_of, pages, text_of, typed_in

_LINK = re.compile(r"\]\(([^)\s]+)\)")
# A folder of one computer, or a place from which packages are fetched: true for nobody else.
_SOMEWHERE = re.compile(r"(?<![\w./$])/(?:home|root|tmp|work|Users|mnt)\b|/simple/|https?://10\.")
# A page speaks of the product and of its users, not of how the page came to be.
_NOT_THE_PRODUCT = re.compile(r"\b(?:helpers?|this session|workplace|language model)\b", re.I)


def _links(page: Path) -> list[str]:
    return [link for link in _LINK.findall(text_of(page)) if "://" not in link]


def _anchors(page: Path) -> set[str]:
    """The names under which a forge offers the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_between_pages_leads_somewhere(page):
    broken = []
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.is_relative_to(ROOT) and target.exists()
        if not is_there or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_speaks_of_the_product_and_of_no_particular_computer(page):
    text = text_of(page)
    assert _SOMEWHERE.findall(text) == []
    assert _NOT_THE_PRODUCT.findall(text) == []


def test_the_index_of_docs_leads_to_every_page_and_folder():
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in _links(DOCS / "README.md")}
    own = [page for page in DOCS.glob("*.md") if page.name != "README.md"]
    own += (DOCS / "operations").glob("*.md")
    for folder in DOCS.iterdir():
        if any(folder.glob("*.md")):
            front = folder / "README.md"
            own.append(front if front.exists() else folder)
    assert [name_of(page) for page in own if page.resolve() not in linked] == []


def test_the_index_of_decisions_has_every_decision_by_its_title_and_in_order():
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", text_of(DOCS / "adr" / "README.md"), re.MULTILINE)
    written = sorted((DOCS / "adr").glob("[0-9]*.md"))
    assert listed == [
        (text_of(page).splitlines()[0].removeprefix("# "), page.name) for page in written
    ]
    numbers = [int(page.name[:4]) for page in written]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_picture_is_small_and_shown_somewhere():
    shown = {(page.parent / link).resolve() for page in pages() for link in _links(page)}
    pictures = sorted((DOCS / "pictures").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size >= 200_000] == []
    assert [p.name for p in pictures if p.resolve() not in shown] == []


def test_both_front_pages_name_the_same_commands_and_pictures():
    english, chinese = (text_of(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    for what in (r"\./run [a-z]+", r"`doudi \w+`", r"docs/[a-z]+/[a-z]+\.png", r"[A-Z]+=\S+"):
        assert set(re.findall(what, english)) == set(re.findall(what, chinese)), what


def test_a_block_in_an_item_of_a_list_is_read_like_any_other(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("1. `one`\n2. ```sh\n   two --x\n   ```\n3. `three`\n", encoding="utf-8")
    assert typed_in(page) == ["two --x", "one", "three"]
