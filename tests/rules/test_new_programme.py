"""The walk-through of docs/rules.md, done: a new programme from its two blocks, everywhere."""

import importlib.util
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from doudi.rules import tables
from doudi.rules.batch import arrays
from doudi.rules.batch.findings import decide
from doudi.rules.batch.frame import figures_of
from doudi.rules.batch.program import program_of
from doudi.rules.batch.reading import ShardReader
from doudi.rules.batch.registry import Faults, open_registry
from doudi.rules.batch.writing import Registered, write_registry
from doudi.rules.book import Rulebook, rulebook
from doudi.rules.checks import check_book
from doudi.rules.dialect import Rule
from doudi.rules.evaluate import compute
from doudi.rules.outcomes import outcomes_of
from doudi.rules.schema import inputs
from tests.rules.families import family, person

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
DAY, PLACE = date(2022, 6, 1), "620521"
HOME = family(person("老", 出生日期="1942-06-01"), person("小", 出生日期="1942-06-02"))


def block(language: str, about: str) -> str:
    """The code block of the page that speaks of something."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    return next(text for text in blocks if about in text)


@pytest.fixture
def book(tmp_path) -> Rulebook:
    """The rules of the release with the programme of the page beside them."""
    module = tmp_path / "elders.py"
    module.write_text(block("python", "高龄津贴对象"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("elders", module)
    assert spec is not None
    assert spec.loader is not None
    elders = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elders)
    folder = tmp_path / "parameters"
    shutil.copytree(tables.FOLDER, folder)
    (folder / "elders.yaml").write_text(block("yaml", "高龄津贴标准"), encoding="utf-8")
    known = rulebook()
    rules = [value for value in vars(elders).values() if isinstance(value, Rule)]
    return Rulebook(
        [*known.rules, *rules],
        [*known.programmes, *elders.PROGRAMMES],
        inputs(),
        tables.read_tables(folder),
        known.carries,
    )


def test_it_is_answered_at_the_counter_with_its_reasons(book):
    plan = book.plan(DAY, ("高龄津贴",))
    told = outcomes_of(plan, compute(plan, HOME, DAY, PLACE, book.tables))
    assert [(each.holder, each.result, int(each.monthly), each.reasons) for each in told] == [
        ("小", "不符合", 0, ("79 岁，不满 80 岁",)),
        ("老", "符合", 5000, ("满 80 岁",)),
    ]


def test_it_is_decided_over_a_registry(book, tmp_path):
    write_registry(tmp_path / "registry", [Registered("一", PLACE, HOME)])
    program = program_of(book.plan(DAY, ("高龄津贴",)))
    (stretch,) = ShardReader(
        open_registry(tmp_path / "registry")[0], program, [PLACE], Faults()
    ).stretches()
    figures = figures_of(program, book.tables, [PLACE], DAY)
    (found,) = decide(arrays.make(program), program, stretch.frame, figures)
    assert stretch.persons.to_list() == ["老", "小"]
    assert (found.codes.tolist(), found.fen.tolist()) == ([0, 2], [5000, 0])


def test_its_units_and_ranges_are_proved_with_all_others(book):
    check_book(book)
