"""The pages of the repository, their tables, and the words in them that a machine can check."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHANGES = ROOT / "changes"
# A block may begin in an item of a list: "3. ```sh".
_FENCE = re.compile(r"^[ \d.-]*```[a-z]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """Every page that somebody may read: the two front pages, docs and change notes."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *CHANGES.glob("*.md")])


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def typed_in(page: Path) -> list[str]:
    """What stands in code: every line of a fenced block and every span between back quotes."""
    text = text_of(page)
    lines = [line.strip() for block in _FENCE.findall(text) for line in block.splitlines()]
    return lines + _SPAN.findall(_FENCE.sub("", text))


def rows_of(page: Path) -> list[list[str]]:
    """The cells of all rows of all tables, without heads and rules."""
    found: list[list[str]] = []
    lines = text_of(page).splitlines()
    for at, line in enumerate(lines):
        is_rule = set(line) <= set("|-: ")
        is_head = at + 1 < len(lines) and lines[at + 1].startswith("|--")
        if line.startswith("|") and not is_rule and not is_head:
            found.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return found
