"""The slips that spreadsheets make, each by name: recognised, said, and never guessed away."""

import io
import zipfile

import pytest
import xlsxwriter

from doudi.exchange import headers, reading, refusals
from doudi.exchange.formats import FORMATS
from doudi.exchange.reading import Reading, guess_format, read
from doudi.kernel.ids import id_check_digit
from tests.exchange.old_workbook import as_xls
from tests.exchange.samples import TODAY, as_csv, as_xlsx, good_table, id_number, record, table

Cells = list[list[object]]


def take(content: bytes, code: str = "pension") -> Reading:
    return read(content, "x", FORMATS[code], TODAY)


def codes(found: Reading) -> list[tuple[int, str]]:
    return [(each.line, each.faults[0].code) for each in found.rejects]


def workbook(*sheets: tuple[str, Cells, bool], merged: tuple[str, ...] = ()) -> bytes:
    """Sheets by name, cells and whether they are hidden; areas of the first that are merged."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for number, (name, rows, hidden) in enumerate(sheets):
        sheet = book.add_worksheet(name)
        if hidden:
            sheet.hide()
        for line, cells in enumerate(rows):
            for at, cell in enumerate(cells):
                if cell != "":
                    sheet.write(line, at, cell)
        for area in merged if number == 0 else ():
            sheet.merge_range(area, None)
            first = area.partition(":")[0]
            at, line = ord(first[0]) - ord("A"), int(first[1:]) - 1
            sheet.write(line, at, rows[line][at])
    book.close()
    return out.getvalue()


# ---- an id column that a spreadsheet has turned into numbers ----------------------------------


@pytest.mark.parametrize("cell", ["1.10101E+17", "6.2052119900101e+17", " 1.1e17 ", "１.1 Ｅ+17"])
def test_ids_that_were_saved_as_1_10101e17_are_refused_with_advice(cell):
    rows = good_table("pension", 4)
    for row in rows[1:]:
        row[1] = cell
    with pytest.raises(refusals.IdsBecameNumbers) as caught:
        take(as_csv(rows))
    assert "E+17" in str(caught.value)
    assert "文本" in caught.value.next_step


def test_one_such_id_among_good_ones_costs_its_row_only():
    rows = good_table("pension", 4)
    rows[2][1] = "1.10101E+17"
    assert codes(take(as_csv(rows))) == [(3, "id.number")]


def _spelled_out(number: int) -> str:
    """What is left of an id that became a number and was spelled out again."""
    return id_number(number)[:15] + "000"


def test_ids_that_lost_their_last_digits_are_refused_even_where_some_are_valid():
    valid = next(
        f"{first}000"
        for number in range(1, 999)
        if id_check_digit((first := id_number(number)[:15]) + "00") == "0"
    )
    rows = good_table("pension", 12)
    for at in (1, 2, 3, 4):
        rows[at][1] = valid if at == 1 else _spelled_out(at)
    with pytest.raises(refusals.IdsLostDigits) as caught:
        take(as_csv(rows))
    assert "4 个号码" in str(caught.value)


def test_a_single_id_that_happens_to_end_so_is_taken_for_what_it_is():
    valid = next(
        f"{first}000"
        for number in range(1, 999)
        if id_check_digit((first := id_number(number)[:15]) + "00") == "0"
    )
    rows = good_table("pension", 12)
    rows[1][1] = valid
    assert take(as_csv(rows)).rows[0].id_number == valid


# ---- cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("20220315", "2022-03-15"), ("2022.3.15", "2022-03-15"), ("44635", "2022-03-15"),
        (44635, "2022-03-15"), (44635.75, "2022-03-15"), ("二〇二二年三月十五日", "2022-03-15"),
        ("二零二二年十二月三十一日", ""), ("二〇二二年二月三十日", ""), ("2022.3", ""),
        (446350, ""), ("44635.", ""), ("44635.5.1", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_forms_that_departments_send_or_sent_back(sent, day):
    found = take(
        as_xlsx(table("jobless", [record("jobless", 1) | {"失业登记日期": sent}])), "jobless"
    )
    told = [str(row.values["失业登记日期"]) for row in found.rows]
    assert told == ([day] if day else [])


def test_leading_zeros_of_numbers_that_are_no_ids_stay():
    rows = table("admission", [record("admission", 1) | {"考生号": "00012345"}])
    for content in (as_csv(rows), as_xlsx(rows), as_xls(rows)):
        assert take(content, "admission").rows[0].values["考生号"] == "00012345"


@pytest.mark.parametrize("column", ["待遇类别", "发放状态"])
def test_a_blank_cell_changes_no_other_cell_of_its_row_or_of_other_rows(column):
    rows = good_table("pension", 5)
    before = [dict(row.values) for row in take(as_csv(rows)).rows]
    at = rows[0].index(column)
    rows[3][at] = ""
    for content in (as_csv(rows), as_xlsx(rows), as_xls(rows)):
        after = [dict(row.values) for row in take(content).rows]
        assert after[2].pop(column) is None
        assert [after[n] for n in (0, 1, 3, 4)] == [before[n] for n in (0, 1, 3, 4)]
        assert after[2] == {name: value for name, value in before[2].items() if name != column}


def test_a_formula_is_read_as_its_last_result_and_a_formula_as_text_is_refused():
    rows = good_table("pension", 2)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            sheet.write_string(line, at, str(cell))
    sheet.write_formula(1, 5, "=100+20.5", None, 120.5)
    sheet.write_string(2, 3, "=SUM(A1:A9)")
    book.close()
    found = take(out.getvalue())
    assert found.rows[0].facts[0].amount_fen == 12_050
    assert codes(found) == [(3, "cell.formula")]


def test_a_hidden_control_character_is_not_carried_into_the_list_of_rejects():
    for at in (0, 1, 3, 5):
        rows = good_table("pension", 2)
        rows[1][at] = "1\x00" + rows[1][at]
        told = take(as_csv(rows)).rejects[0].faults[0]
        assert told.code == "cell.control"
        assert told.value.isprintable()


# ---- sheets -------------------------------------------------------------------------------------


def test_cells_that_were_merged_over_several_rows_send_the_lower_rows_back():
    rows = good_table("pension", 5)
    rows[3][3] = rows[4][3] = ""
    found = take(workbook(("一", rows, False), merged=("D3:D5",)))
    assert codes(found) == [(4, "cell.merged"), (5, "cell.merged")]
    assert "取消合并" in found.rejects[0].why
    assert [row.line for row in found.rows] == [2, 3, 6]


def test_cells_merged_across_columns_send_their_row_back():
    rows = good_table("pension", 3)
    rows[2][1:7] = [""] * 6
    assert codes(take(workbook(("一", rows, False), merged=("A3:G3",)))) == [(3, "cell.merged")]


def test_merged_titles_and_merged_cells_in_columns_that_nobody_reads_cost_nothing():
    rows = [["某局明细", *[""] * 7], *([*row, "备注"] for row in good_table("pension", 4))]
    rows[3][7] = ""
    found = take(workbook(("一", rows, False), merged=("A1:H1", "H3:H4")))
    assert (len(found.rows), found.rejects) == (4, ())


def test_areas_merged_over_everything_are_refused_before_they_are_spread_out():
    sheet = headers.Sheet("一", [[""] * 7] * 1000, merged=(((1, 0), (999, 6)),) * 1000)
    header = headers.Header(1, (), {"姓名": 0, "险种类型": 2}, {})
    with pytest.raises(refusals.MergedEverywhere):
        headers.hidden_by_merging(sheet, header)


def test_a_hidden_sheet_is_not_read_and_is_named():
    rows = good_table("pension", 3)
    found = take(workbook(("明细", rows, False), ("旧数据", good_table("pension", 9), True)))
    assert (found.read, found.sheet, found.other_sheets) == (3, "明细", ("旧数据（隐藏）",))


def test_a_table_that_stands_on_a_hidden_sheet_only_is_refused_with_its_name():
    content = workbook(("封面", [["某局"]], False), ("数据", good_table("pension", 3), True))
    with pytest.raises(refusals.TableHidden, match="数据"):
        take(content)
    assert guess_format(content) is None


def test_a_header_that_is_printed_again_on_each_page_is_no_person():
    rows = good_table("pension", 6)
    rows.insert(4, list(rows[0]))
    found = take(as_xlsx(rows))
    assert (found.read, len(found.rows), codes(found)) == (7, 6, [(5, "row.header")])


def test_a_second_table_below_with_other_columns_is_refused_so_that_no_cell_is_misread():
    rows = good_table("pension", 3)
    other = [list(reversed(row)) for row in good_table("pension", 3, first=9)]
    for content in (as_xlsx([*rows, [""] * 7, *other]), as_csv([*rows, [], *other])):
        with pytest.raises(refusals.TwoTables) as caught:
            take(content)
        assert "第 6 行" in str(caught.value)


def test_two_tables_side_by_side_are_refused():
    rows = [[*row, "", *row] for row in good_table("pension", 3)]
    with pytest.raises(refusals.ColumnTwice):
        take(as_xlsx(rows))


def test_a_summary_of_another_kind_below_the_table_goes_back_row_by_row():
    rows = [*good_table("pension", 3), [], ["乡镇", "人数"], ["永清镇", "3"]]
    found = take(as_csv(rows))
    assert (found.read, len(found.rows), found.blank) == (5, 3, 1)


def test_a_million_formatted_rows_below_the_table_are_no_rows():
    """A column that was formatted down to the last row: 1,048,576 rows of which 3 say anything."""
    good = as_xlsx(good_table("pension", 3))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as packed, zipfile.ZipFile(out, "w", 8) as again:
        for name in packed.namelist():
            part = packed.read(name)
            if name.endswith("sheet1.xml"):
                empty = b'<row r="1048576"><c r="G1048576" s="0"/></row></sheetData>'
                part = part.replace(b"</sheetData>", empty)
            again.writestr(name, part)
    found = take(out.getvalue())
    assert (found.read, len(found.rows), found.blank) == (3, 3, 0)


def test_blank_lines_without_end_are_refused_with_the_advice_to_delete_them():
    with pytest.raises(refusals.TooManyRows) as caught:
        take(as_csv(good_table("pension", 3)) + b"\r\n" * 1_048_576)
    assert "删除空白行" in caught.value.next_step


# ---- the tests above can fail -------------------------------------------------------------------


def test_a_reader_that_does_not_look_for_second_headers_would_misread_the_second_table(monkeypatch):
    monkeypatch.setattr(reading, "another_header", lambda texts, format: False)
    rows = good_table("pension", 6)
    rows.insert(4, list(rows[0]))
    assert codes(take(as_xlsx(rows))) != [(5, "row.header")]


def test_a_reader_that_does_not_look_at_merged_cells_would_take_their_rows(monkeypatch):
    monkeypatch.setattr(reading, "hidden_by_merging", lambda sheet, header: {})
    rows = good_table("pension", 5)
    rows[3][3] = rows[4][3] = ""
    assert not take(workbook(("一", rows, False), merged=("D3:D5",))).rejects
