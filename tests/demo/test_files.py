"""The month of files: readable as their departments send them, each row with its truth."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from demo.county import County, generate
from demo.county.departments import DEPARTMENTS, Department
from demo.county.dirt import SHARES
from demo.county.files import write_month
from doudi.kernel.ids import IdentifierProblem, check_resident_id, normalise_id


class Month(NamedTuple):
    county: County
    folder: Path
    truth: list[dict]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    county = generate(scale=0.04)
    folder = tmp_path_factory.mktemp("month")
    write_month(county, folder)
    path = folder.parent / "truth.jsonl"
    county.write_truth(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    return Month(county, folder, [json.loads(line) for line in lines])


def read(folder: Path, department: Department) -> list[list[object]]:
    path = folder / department.file
    if department.encoding == "xlsx":
        book = CalamineWorkbook.from_path(str(path))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    with path.open(encoding=department.encoding, newline="") as lines:
        return [list(row) for row in csv.reader(lines)]


def rows_with_truth(month: Month, department: Department) -> Iterator[tuple[list[object], dict]]:
    rows = read(month.folder, department)
    for truth in month.truth:
        if truth["type"] == "row" and truth["file"] == department.file:
            yield rows[truth["line"] - 1], truth


each_department = pytest.mark.parametrize("department", DEPARTMENTS, ids=lambda each: each.label)


@each_department
def test_the_header_stands_below_the_titles_and_each_row_below_has_its_truth(
    month: Month, department: Department
) -> None:
    rows = read(month.folder, department)
    above = len(department.title)
    assert tuple(rows[above]) == department.header
    lines = [t["line"] for t in month.truth if t["type"] == "row" and t["file"] == department.file]
    assert lines == list(range(above + 2, len(rows) + 1))


@each_department
def test_a_clean_row_carries_the_name_and_id_of_the_person_the_truth_names(
    month: Month, department: Department
) -> None:
    at = department.columns
    clean = 0
    for row, truth in rows_with_truth(month, department):
        if truth["person"] is not None and not set(truth["dirt"]) - {"完全重复"}:
            person = month.county.person(truth["person"])
            assert (row[at.name], row[at.id]) == (person.name, person.id_number)
            clean += 1
    assert clean > 0


@each_department
def test_dirt_of_the_id_is_dirt_that_a_check_can_see(month: Month, department: Department) -> None:
    for row, truth in rows_with_truth(month, department):
        dirt = set(truth["dirt"])
        text = normalise_id(str(row[department.columns.id]))
        if dirt in ({"错一位"}, {"校验位错"}):
            with pytest.raises(IdentifierProblem):
                check_resident_id(text)
        elif dirt in ({"全角数字"}, {"前后空格"}, {"小写x"}):
            assert text == month.county.person(truth["person"]).id_number
        elif dirt == {"十五位旧证号"}:
            assert len(text) == 15


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("残联残疾证", "gb18030"), ("公安机动车", "gb18030"), ("教育资助", "utf-8")],
)
def test_a_file_is_in_its_own_encoding_and_in_no_other(
    month: Month, label: str, encoding: str
) -> None:
    (department,) = (each for each in DEPARTMENTS if each.label == label)
    content = (month.folder / department.file).read_bytes()
    content.decode(encoding)
    assert not content.startswith(b"\xef\xbb\xbf")
    if encoding == "gb18030":
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


def test_only_files_of_the_labour_and_market_offices_begin_with_a_byte_order_mark(
    month: Month,
) -> None:
    marked = {
        path.name[:2]
        for path in month.folder.iterdir()
        if path.read_bytes().startswith(b"\xef\xbb\xbf")
    }
    assert marked == {"人社", "市场"}


def test_every_kind_of_dirt_and_people_of_elsewhere_occur_but_most_rows_are_clean(
    month: Month,
) -> None:
    rows = [truth for truth in month.truth if truth["type"] == "row"]
    dirt = Counter(kind for truth in rows for kind in truth["dirt"])
    assert set(dirt) == {*SHARES, "县外人员", "合计行"}
    spoilt = sum(bool(truth["dirt"]) for truth in rows) / len(rows)
    assert 0.05 < spoilt < 0.20


def test_every_story_stands_in_each_file_it_names(month: Month) -> None:
    files = {each.label: each.file for each in DEPARTMENTS}
    written = {(t["story"], t["file"]): t["person"] for t in month.truth if t["type"] == "row"}
    stories = [truth for truth in month.truth if truth["type"] == "story"]
    assert stories
    for story in stories:
        for label in story["files"]:
            assert written[story["story"], files[label]] == story["person"]


def test_recipients_not_to_be_paid_are_listed_and_only_they(month: Month) -> None:
    out = {s.local_id for s in month.county.truth if s.direction == "out"}
    listed = {truth["story"] for truth in month.truth if truth["type"] == "unpaid"}
    assert listed == out
    for truth in month.truth:
        if truth["type"] == "unpaid":
            assert month.county.household(truth["household"]).group in ("低保", "特困")


def test_who_was_cremated_but_not_deregistered_is_missing_from_the_police_list(
    month: Month,
) -> None:
    police = next(each.file for each in DEPARTMENTS if each.label == "公安死亡")
    listed = {t["person"] for t in month.truth if t["type"] == "row" and t["file"] == police}
    quiet = [s.person_local_id for s in month.county.truth if s.kind == "火化未注销户口"]
    assert quiet
    assert not listed & set(quiet)


def test_writing_the_month_twice_gives_the_same_bytes(month: Month, tmp_path: Path) -> None:
    before = list(month.county.rows)
    for path in write_month(month.county, tmp_path):
        assert path.read_bytes() == (month.folder / path.name).read_bytes()
    assert month.county.rows == before
