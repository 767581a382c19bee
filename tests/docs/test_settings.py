"""docs/settings.md and the code name the same environment variables, both ways."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import DOCS, ROOT, rows_of

CODE = [
    *(ROOT / "doudi").rglob("*.py"),
    *(ROOT / "demo").rglob("*.py"),
    *(ROOT / "bench").rglob("*.py"),
    *(ROOT / "tests").rglob("*.py"),
    *(ROOT / ".ci").glob("*.py"),
    ROOT / "run",
]
_READERS = ("get", "setdefault", "pop", "getenv")


def _is_environment(node: ast.expr) -> bool:
    return ast.unparse(node) in ("os.environ", "environ", "env", "os")


def names_read_in(source: str) -> Iterator[str]:
    """Names asked of the environment: ``environ["X"]``, ``environ.get("X")``, ``getenv("X")``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and _is_environment(node.value):
            name = node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _READERS
            and _is_environment(node.func.value)
            and node.args
        ):
            name = node.args[0]
        else:
            continue
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def _read_by(path: Path) -> set[str]:
    # The tests of ``run`` look at what it hands on; what they name is the operating system's.
    if path.name == "test_run.py":
        return set()
    return set(names_read_in(path.read_text(encoding="utf-8")))


def test_every_variable_that_the_code_reads_is_on_the_page_and_the_other_way_round():
    read = set().union(*(_read_by(path) for path in CODE))
    told = [row[0].strip("`") for row in rows_of(DOCS / "settings.md")]
    assert len(told) == len(set(told))
    assert sorted(read) == sorted(told)


def test_every_row_has_a_default_and_a_meaning():
    assert [row[0] for row in rows_of(DOCS / "settings.md") if len(row) != 3 or not all(row)] == []


def test_a_variable_is_found_in_whatever_way_it_is_read():
    source = 'import os\nos.environ["A"]; os.environ.get("B", ""); os.getenv("C"); env.pop("D")'
    assert set(names_read_in(source)) == {"A", "B", "C", "D"}
