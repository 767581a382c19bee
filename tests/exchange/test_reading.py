"""A department's file is read as it comes; what cannot be used goes back with a reason."""

import subprocess
import sys

import pytest

from doudi.exchange import refusals
from doudi.exchange.formats import FORMATS
from doudi.exchange.reading import Reading, guess_format, read
from doudi.kernel.problems import Problem
from tests.exchange.samples import (
    TODAY,
    as_csv,
    as_xlsx,
    good_table,
    id_number,
    name,
    record,
    table,
)

CODES = sorted(FORMATS)


def reading(content: bytes, code: str = "pension") -> Reading:
    return read(content, "x", FORMATS[code], TODAY)


def one(code: str, **changed: object) -> Reading:
    return reading(as_xlsx(table(code, [record(code, 1) | changed])), code)


def fault(code: str, **changed: object) -> str:
    return one(code, **changed).rejects[0].why


def facts(found: Reading) -> list[tuple[object, ...]]:
    return sorted((row.id_number, repr(row.facts)) for row in found.rows)


@pytest.mark.parametrize("code", CODES)
def test_every_format_reads_its_own_good_rows_and_is_recognised_by_its_header(code):
    content = as_csv(good_table(code, 30))
    found = reading(content, code)
    assert (found.read, len(found.rows), len(found.rejects)) == (30, 30, 0)
    assert guess_format(content) == code
    for row in found.rows:
        assert row.facts
        for fact in row.facts:
            assert len(fact.key) <= 64
            assert len(fact.code) <= 40


@pytest.mark.parametrize("code", CODES)
def test_order_encoding_line_ends_blank_lines_and_extra_columns_change_no_fact(code):
    rows = good_table(code, 12)
    expected = facts(reading(as_csv(rows), code))
    blank = [""] * len(rows[0])
    other = [
        as_csv([rows[0], *reversed(rows[1:])]),
        as_csv(rows, "gb18030"),
        as_csv(rows, "utf-8-sig", end="\n"),
        as_csv(rows, "utf-16", delimiter="\t"),
        as_csv(rows, "utf-16-le", delimiter="\t"),
        as_csv(rows, delimiter=";"),
        as_csv([rows[0], blank, *rows[1:4], blank, [], *rows[4:]]),
        as_csv(
            [["备注", *row, "其他"] for row in rows[:1]] + [["", *row, "x"] for row in rows[1:]]
        ),
        as_csv([list(reversed(row)) for row in rows]),
        as_xlsx(rows),
        as_xlsx(rows, ("某局2022年5月明细表", "填报单位：某局　　金额单位：元")),
    ]
    if code == "vehicle":  # its own unit is 百元, and the note above would change it
        other.pop()
    for content in other:
        assert facts(reading(content, code)) == expected


def test_blank_rows_are_counted_apart_and_lines_are_those_of_the_sheet():
    rows = good_table("pension", 3)
    rows.insert(2, [""] * 7)
    rows[4][1] = ""
    found = reading(as_xlsx(rows, ("标题", "说明")))
    assert (found.read, len(found.rows), found.blank) == (3, 2, 1)
    assert [row.line for row in found.rows] == [4, 6]
    assert found.rejects[0].line == 7
    assert found.above == ("标题", "说明")


def test_a_column_is_found_by_any_of_its_names_with_blanks_width_and_unit():
    rows = good_table("pension", 1)
    rows[0] = [
        "人员姓名", " 身 份证号　", "险种", "待遇类型", "发放月份\n", "月养老金（百元）", "状态",
    ]  # fmt: skip
    found = reading(as_xlsx(rows))
    assert found.rows[0].facts[0].amount_fen == 1_213_600  # 121.36 百元


def test_the_unit_in_a_line_above_the_header_holds_where_the_header_names_none():
    found = reading(as_xlsx(good_table("pension", 1), ("单位：人、百元",)))
    assert found.rows[0].facts[0].amount_fen == 1_213_600


@pytest.mark.parametrize(
    "sent",
    [
        " {} ",
        "\t{}",
        "{}\u3000",
        "\ufeff{}",
    ],
)
def test_blanks_around_an_id_are_dropped_and_the_repair_is_noted(sent):
    row = one("jobless", 公民身份号码=sent.format(id_number(1))).rows[0]
    assert row.id_number == id_number(1)
    assert row.notes


def test_full_width_digits_lower_x_and_15_digits_become_the_18_digit_number():
    with_x = next(id_number(n) for n in range(1, 200) if id_number(n).endswith("X"))
    wide = id_number(1).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    old = id_number(1)[:6] + id_number(1)[8:17]
    assert one("jobless", 公民身份号码=wide).rows[0].id_number == id_number(1)
    assert one("jobless", 公民身份号码=with_x[:-1] + "x").rows[0].id_number == with_x
    upgraded = one("jobless", 公民身份号码=old).rows[0]
    assert upgraded.id_number == id_number(1)
    assert upgraded.notes == ("公民身份号码由15位旧号升为18位",)


def test_nothing_else_about_an_id_is_ever_corrected():
    good = id_number(1)
    wrong = good[:17] + ("0" if good[17] != "0" else "1")
    assert "校验位不对" in fault("jobless", 公民身份号码=wrong)
    assert "撇号" in fault("jobless", 公民身份号码=f"'{good}")
    assert "现有17位" in fault("jobless", 公民身份号码=good[:17])
    assert "现有19位" in fault("jobless", 公民身份号码=good + "1")
    assert "第1位不是数字" in fault("jobless", 公民身份号码="O" + good[1:])
    assert "没有填写" in fault("jobless", 公民身份号码="无")
    numeric = [name(9), 6.2e17, "2022-05-01", "", "", ""]
    found = reading(as_xlsx([*good_table("jobless", 3), numeric]), "jobless")
    assert "变成了数字" in found.rejects[0].why


def test_a_reject_names_line_column_masked_value_code_and_reason():
    found = one("jobless", 公民身份号码=id_number(1)[:17] + "?")
    told = found.rejects[0].faults[0]
    assert (found.rejects[0].line, told.column, told.code) == (2, "公民身份号码", "id.characters")
    assert told.value == f"620{'*' * 11}{id_number(1)[14:17]}?"
    assert id_number(1)[:17] not in told.why


def test_all_faults_of_a_row_are_told_at_once():
    found = one("jobless", 公民身份号码="1", 失业登记日期="2022-02-30", 登记状态="不知道")
    assert [each.column for each in found.rejects[0].faults] == [
        "公民身份号码",
        "失业登记日期",
        "登记状态",
    ]


@pytest.mark.parametrize(
    "sent",
    [
        "2022-05-09", "2022/5/9", "2022.05.09", "20220509", "2022年5月9日", "二〇二二年五月九日",
        "2022-05-09 00:00:00", "44690", 44690, TODAY.replace(month=5, day=9),
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_form_in_which_sheets_hold_it(sent):
    assert str(one("jobless", 失业登记日期=sent).rows[0].facts[0].valid_since) == "2022-05-09"


@pytest.mark.parametrize("sent", ["2022-13-09", "2022-02-30", "2022年5月", "0000-00-00", "昨天"])
def test_a_day_that_does_not_exist_sends_the_row_back(sent):
    assert "读不懂" in fault("jobless", 失业登记日期=sent)


def test_a_day_after_today_sends_the_row_back():
    assert "之后" in fault("death", 死亡日期="2022-06-03", 注销日期="")


@pytest.mark.parametrize(
    ("sent", "fen"),
    [
        ("1680", 168_000), ("1680.5", 168_050), ("1,680.50元", 168_050), ("１６８０", 168_000),
        (1680.55, 168_055), (0.1 + 0.2, 30), ("0", 0),
    ],
)  # fmt: skip
def test_amounts_are_exact_whatever_separators_and_units_stand_with_them(sent, fen):
    assert one("pension", 月待遇金额=sent).rows[0].facts[0].amount_fen == fen


@pytest.mark.parametrize("sent", ["", "约100", "1680.555", "1e5", "-5", "9" * 16, "一百"])
def test_an_amount_that_is_not_one_sends_the_row_back(sent):
    assert one("pension", 月待遇金额=sent).rejects[0].faults[0].column == "月待遇金额"


def test_a_total_line_is_not_a_person():
    rows = good_table("medical", 2)
    rows.append(["合 计", "", "", "", "", "", "", "18003.00", "6003.50"])
    found = reading(as_xlsx(rows), "medical")
    assert [(each.line, each.faults[0].code) for each in found.rejects] == [(4, "row.total")]


def test_an_exact_copy_is_taken_once_and_the_others_name_the_line():
    rows = good_table("pension", 2)
    found = reading(as_csv([*rows, rows[1]]))
    assert [row.line for row in found.rows] == [2, 3]
    assert found.rejects[0].why == "与第2行重复"


def test_rows_that_contradict_each_other_go_back_both_in_whatever_order():
    first, second = record("medical", 1), record("medical", 1) | {"个人自付": "99.00"}
    for pair in ([first, second], [second, first]):
        found = reading(as_csv(table("medical", pair)), "medical")
        assert [each.line for each in found.rejects] == [2, 3]
        assert "个人自付不同" in found.rejects[0].why
        assert not found.rows


def test_contradicting_rows_that_are_short_are_sent_back_like_others():
    rows = table("jobless", [record("jobless", 1), record("jobless", 1)])
    rows[2] = rows[2][:3]
    assert len(reading(as_csv(rows), "jobless").rejects) == 2


def test_a_relatives_row_with_the_same_id_does_not_send_the_owners_row_back():
    pair = [
        record("disability", 1),
        record("disability", 1) | {"姓名": "别人", "发证日期": "2021-01-01"},
    ]
    assert len(reading(as_csv(table("disability", pair)), "disability").rows) == 2


def test_columns_that_contradict_each_other_send_the_row_back():
    assert "前18位" in fault("disability", 残疾人证号=f"{id_number(2)}42")
    assert "第20位" in fault("disability", 残疾等级="一级")
    assert "大于总费用" in fault("medical", 个人自付="10000000")
    assert "早于" in fault("cremation", 火化日期="2022-05-01")


def test_a_cremation_without_usable_id_is_kept_for_a_human():
    row = one("cremation", 身份证号码="口述不清").rows[0]
    assert row.id_number == ""
    assert row.notes


@pytest.mark.parametrize("sent", ["=cmd|'/c calc'!A1", "@SUM(A1)", "+HYPERLINK(1)", "-cmd|x"])
def test_a_formula_as_text_is_refused(sent):
    assert "公式" in fault("jobless", 失业原因=sent)


def test_a_row_longer_than_the_header_is_refused_not_cut():
    rows = good_table("pension", 2)
    rows[1].append("多出来的")
    found = reading(as_csv(rows))
    assert found.rejects[0].faults[0].code == "row.too_long"


def test_a_broken_character_costs_its_row_only():
    content = as_csv(good_table("pension", 50), "gb18030")
    at = content.index(name(20).encode("gb18030"))
    found = reading(content[:at] + b"\xff" + content[at + 1 :])
    assert (found.read, len(found.rejects)) == (50, 1)
    assert "乱码" in found.rejects[0].why


PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def whole(content: bytes, code: str = "pension") -> Problem:
    with pytest.raises(Problem) as caught:
        reading(content, code)
    assert str(caught.value)
    assert caught.value.next_step
    return caught.value


def test_a_file_that_is_no_such_table_is_refused_with_the_next_step():
    good = as_xlsx(good_table("pension", 20))
    assert isinstance(whole(b""), refusals.EmptyFile)
    assert isinstance(whole(b"\xef\xbb\xbf \r\n"), refusals.EmptyFile)
    assert "PNG" in str(whole(PNG))
    assert "PDF" in str(whole(b"%PDF-1.7" + bytes(50)))
    assert isinstance(whole(good[: len(good) // 2]), refusals.DamagedWorkbook)
    assert isinstance(whole(bytes(range(128, 256)) * 50), refusals.WrongEncoding)
    assert isinstance(whole("姓名,年龄\n张三,3\n".encode()), refusals.HeaderNotFound)
    assert isinstance(whole(as_csv(good_table("pension", 0))), refusals.NoRows)
    assert isinstance(
        whole(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)), refusals.DamagedWorkbook
    )
    assert "网页" in str(whole(b"<html><table><tr><td>x</td></tr></table></html>"))


def test_a_missing_column_is_named():
    rows = [row[:5] + row[6:] for row in good_table("pension", 2)]
    assert "月待遇金额" in str(whole(as_csv(rows)))


def test_a_column_named_twice_is_refused():
    rows = [[*row, row[0]] for row in good_table("pension", 2)]
    assert "姓名" in str(whole(as_csv(rows)))


def test_two_sheets_with_data_are_refused_so_that_none_is_lost():
    content = as_xlsx(good_table("pension", 2), sheets=("一", "二"))
    assert "一、二" in str(whole(content))


@pytest.mark.parametrize("cell", [620521199001011234.0, "6.20521E+17"])
def test_an_id_column_that_became_numbers_is_refused_as_a_whole(cell):
    rows = good_table("pension", 3)
    for row in rows[1:]:
        row[1] = cell
    problem = whole(as_xlsx(rows))
    assert "6.20521E+17" in str(problem)
    assert "文本" in problem.next_step


def test_reading_matching_and_sheets_need_neither_django_nor_a_database():
    program = (
        "import sys\n"
        "import doudi.exchange.reading, doudi.exchange.agreeing, doudi.exchange.sheets\n"
        "import doudi.exchange.formats.pages, doudi.exchange.old_excel\n"
        "sys.exit(any(name in sys.modules for name in ('django', 'psycopg')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
