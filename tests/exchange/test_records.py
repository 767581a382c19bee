"""JSON lines, XML and fixed-width texts keep what workbooks keep: every row, every digit."""

import json
import random

import pytest

from doudi.exchange import markup, records, refusals
from doudi.exchange.formats import FORMATS
from doudi.exchange.reading import Reading, guess_format, read
from tests.exchange.samples import (
    TODAY,
    as_csv,
    as_fixed,
    as_json,
    as_xml,
    good_table,
    id_number,
)

CODES = sorted(FORMATS)
FIXED = [code for code in CODES if FORMATS[code].widths]


def reading(content: bytes, code: str = "pension") -> Reading:
    return read(content, "x", FORMATS[code], TODAY)


def said(found: Reading) -> list[tuple[object, ...]]:
    return sorted((row.id_number, row.name, repr(row.facts)) for row in found.rows)


@pytest.mark.parametrize("code", CODES)
def test_every_format_says_the_same_as_json_and_xml_as_it_does_as_csv(code):
    rows = good_table(code, 8)
    expected = said(reading(as_csv(rows), code))
    for content in (
        as_json(rows), as_json(rows, "gb18030"), as_json(rows, "utf-8-sig"), as_xml(rows),
        as_xml(rows, "gb18030"), as_xml(rows, "utf-16"),
        as_json([rows[0], *reversed(rows[1:])]), as_xml([list(reversed(row)) for row in rows]),
    ):  # fmt: skip
        found = reading(content, code)
        assert (said(found), found.read, found.rejects) == (expected, 8, ())
        assert guess_format(content) == code


@pytest.mark.parametrize("code", FIXED)
def test_a_format_with_fixed_places_says_the_same_there(code):
    rows = good_table(code, 8)
    expected = said(reading(as_csv(rows), code))
    for content in (as_fixed(rows), as_fixed(rows, "utf-8"), as_fixed(rows, end="\n")):
        found = reading(content, code)
        assert (found.container, said(found), found.rejects) == ("fixed", expected, ())
        assert guess_format(content) == code
    assert reading(as_csv(rows), code).container == "csv"


def test_no_two_formats_have_lines_of_the_same_length():
    totals = [sum(FORMATS[code].widths) for code in FIXED]
    assert len(FIXED) >= 2
    assert len(set(totals)) == len(totals)


def _as(kind: str, rows: list[list[object]]) -> bytes:
    return {"json": as_json, "xml": as_xml, "fixed": as_fixed, "csv": as_csv}[kind](rows)


@pytest.mark.parametrize("kind", ["csv", "json", "xml", "fixed"])
def test_leading_zeros_stay_and_a_blank_cell_moves_nothing(kind):
    rows = good_table("bank_balance", 3)
    rows[2][3] = rows[2][4] = ""
    found = reading(_as(kind, rows), "bank_balance")
    assert [row.values["账号"] for row in found.rows] == [row[0] for row in rows[1:]]
    assert all(row[0].startswith("00") for row in rows[1:])
    assert (found.rows[1].values["开户银行"], found.rows[1].values["账户类型"]) == (None, None)
    assert found.rows[1].values["账户余额"] == found.rows[0].values["账户余额"] + 100


# ---- JSON -------------------------------------------------------------------------------------


def lines(*changed: str, count: int = 5) -> Reading:
    """Good lines and these."""
    good = as_json(good_table("pension", count)).decode()
    return reading("\n".join([good, *changed]).encode())


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"姓名": "张三"', "不是完整的"),
        ("[1, 2]", "不是一条记录"),
        ("17", "不是一条记录"),
        ("null", "不是一条记录"),
        ('{"姓名": "张三", "姓名": "李四"}', "写了两次"),
        ('{"姓名": {"姓": "张"}}', "又套了一层"),
        ('{"月待遇金额": NaN}', "不是数字"),
        ('{"姓名": "\\ud83d"}', "不成字"),
        ('{"姓名": "' + "长" * 1_000_001 + '"}', "太长"),
    ],
)
def test_a_line_that_is_no_record_goes_back_alone_with_its_line(line, why):
    found = lines(line, "", '{"姓名": ""}')
    assert (found.read, len(found.rows), found.blank) == (6, 5, 2)
    assert found.rejects[0].line == 6
    assert why in found.rejects[0].why


@pytest.mark.parametrize("name", ["\\u0000", "\\ud83d", "\\u000b"])
def test_a_name_of_a_field_that_cannot_be_shown_is_not_carried_into_the_reason(name):
    for line in (f'{{"{name}": 1, "{name}": 2}}', f'{{"{name}": [1]}}', f'{{"{name}": 1}}'):
        found = lines(line)
        assert found.read == 6
        for text in (found.rejects[0].why, found.rejects[0].faults[0].value):
            assert text.isprintable()


def test_an_id_that_was_sent_as_a_number_is_refused_though_its_digits_look_whole():
    rows = good_table("pension", 3)
    for row in rows[1:]:
        row[1] = int(id_number(7)[:17] + "1")
    with pytest.raises(refusals.IdsBecameNumbers) as caught:
        reading(as_json(rows))
    assert id_number(7)[:10] not in str(caught.value)
    found = lines(json.dumps({"姓名": "张三", "社会保障号码": int(id_number(7)[:17] + "1")}))
    assert "变成了数字" in found.rejects[0].why


def test_a_long_number_that_is_no_id_keeps_every_digit():
    rows = good_table("medical", 2)
    rows[1][0] = 620521202205100000123456789
    assert reading(as_json(rows), "medical").rows[0].values["结算流水号"] == str(rows[1][0])


def test_lines_may_leave_out_fields_and_bring_others():
    rows = good_table("pension", 2)
    first, second = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    del second["待遇类别"]
    second["备注"] = "x"
    found = reading(f"{json.dumps(first)}\n{json.dumps(second)}".encode())
    assert (len(found.rows), found.header.words[-1]) == (2, "备注")
    with pytest.raises(refusals.MissingFields, match="月待遇金额"):
        reading('{"姓名": "张三", "险种类型": "x"}'.encode())


def test_a_json_of_another_shape_is_refused_as_a_whole():
    rows = good_table("pension", 2)
    pretty = json.dumps(dict(zip(rows[0], rows[1], strict=True)), indent=1)
    for content in (b"[" + as_json(rows[:2]) + b"]", pretty.encode()):
        with pytest.raises(refusals.NotJsonLines) as caught:
            reading(content)
        assert "每行一条" in caught.value.next_step


# ---- XML --------------------------------------------------------------------------------------


def document(*records: str, head: str = "") -> Reading:
    good = as_xml(good_table("pension", 5)).decode()
    return reading(
        good.replace("</rows>", "".join(records) + "</rows>")
        .replace("<data>", f"{head}<data>")
        .encode()
    )


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("<record><姓名>甲</姓名><姓名>乙</姓名></record>", "写了两次"),
        ("<record><姓名><姓>甲</姓></姓名></record>", "又套了一层"),
        ("<record>甲<姓名>乙</姓名></record>", "不属于任何字段"),
        ("<record>甲，乙，丙</record>", "不属于任何字段"),
        ("<record 姓名='甲'><姓名>乙</姓名></record>", "写了两次"),
        ("<record><姓名>" + "长" * 40_000 + "</姓名></record>", "超过表格上限"),
        ("<record><姓名>甲</姓名></record>", "没有填写"),
    ],
)
def test_an_element_that_is_no_record_goes_back_alone_with_its_number(record, why):
    found = document(record, "<record/>")
    assert (found.read, len(found.rows), found.blank) == (6, 5, 1)
    assert found.rejects[0].line == 6
    assert why in found.rejects[0].why


def test_fields_may_be_attributes_and_names_may_have_prefixes():
    rows = good_table("pension", 2)
    attributes = "".join(
        "<a:r " + " ".join(f'{w}="{c}"' for w, c in zip(rows[0], row, strict=True)) + "/>"
        for row in rows[1:]
    )
    found = reading(f'<a:d xmlns:a="urn:x">{attributes}</a:d>'.encode())
    assert said(found) == said(reading(as_csv(rows)))


def test_what_is_escaped_or_in_a_block_of_characters_is_read_as_it_is_meant():
    found = document("<record><姓名><![CDATA[甲<]]>&#20057;&amp;</姓名></record>")
    assert found.rejects[0].cells[0] == "甲<乙&"


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE data>",
        "<!DOCTYPE data [<!ENTITY a 'b'>]>",
        "<!DOCTYPE data SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE data PUBLIC 'x' 'http://127.0.0.1:1/x'>",
    ],
)
def test_a_document_type_is_refused_at_its_first_word(declared):
    with pytest.raises(refusals.DamagedXml) as caught:
        document(head=declared)
    assert "DTD" in str(caught.value)


def test_a_damaged_document_is_refused_with_its_line():
    whole = as_xml(good_table("pension", 5))
    for content in (whole[:-9], whole.replace(b"</record>", b"", 1), whole + b"<x/>"):
        with pytest.raises(refusals.DamagedXml) as caught:
            reading(content)
        assert "行" in str(caught.value)


def test_two_kinds_of_elements_that_both_are_such_a_table_are_refused():
    two = as_xml(good_table("pension", 2)).decode()
    other = two[two.index("<rows>") : two.index("</data>")].replace("record>", "other>")
    with pytest.raises(refusals.SeveralSheets):
        reading(two.replace("</data>", f"{other}</data>").encode())


# ---- fixed width ------------------------------------------------------------------------------


def test_a_line_of_another_length_goes_back_whole_and_moves_no_cell_of_it():
    content = as_fixed(good_table("subsidy", 9)).split(b"\r\n")
    content[1] = content[1][:-1]
    content[2] = content[2].replace(b"1", b"", 1)
    content[3] = content[3] + b" "
    content.insert(4, b"")
    found = reading(b"\r\n".join(content), "subsidy")
    assert (found.read, len(found.rows), found.blank) == (9, 6, 1)
    assert [each.line for each in found.rejects] == [2, 3, 4]
    assert all("错位" in each.why for each in found.rejects)


def test_a_cut_through_a_character_sends_the_line_back():
    content = as_fixed(good_table("subsidy", 5)).split(b"\r\n")
    content[2] = b"a" * 19 + "中".encode("gb18030") + content[2][21:]
    found = reading(b"\r\n".join(content), "subsidy")
    assert [each.line for each in found.rejects] == [3]
    assert "半个字" in found.rejects[0].why


# ---- the tests above can fail -----------------------------------------------------------------


def test_a_reader_that_takes_the_last_of_two_names_would_be_seen(monkeypatch):
    monkeypatch.setattr(records, "_once_each", dict)
    assert "写了两次" not in lines('{"姓名": "张三", "姓名": "李四"}').rejects[0].why


def test_a_reader_that_rounds_numbers_would_be_seen(monkeypatch):
    monkeypatch.setattr(records, "_number", float)
    rows = good_table("medical", 1)
    rows[1][0] = 620521202205100000123456789
    kept = reading(as_json(rows), "medical").rows[0].values["结算流水号"]
    assert kept != str(rows[1][0])


def test_a_reader_that_leaves_out_elements_without_fields_would_be_seen(monkeypatch):
    take = markup._Records._take
    monkeypatch.setattr(
        markup._Records, "_take", lambda self, path, r: take(self, path, r) if r.cells else None
    )
    assert document("<record>甲，乙</record>").read == 5


def test_a_reader_that_pads_short_lines_would_move_cells(monkeypatch):
    cut = records._cut
    monkeypatch.setattr(
        records, "_cut", lambda line, widths, words: cut(line.ljust(sum(widths)), widths, words)
    )
    rows = good_table("subsidy", 4)
    rows[2][6] = "1"
    content = as_fixed(rows).split(b"\r\n")
    content[1] = content[1][:82] + content[1][83:]
    found = reading(b"\r\n".join(content), "subsidy")
    assert "错位" not in found.rejects[0].why


def test_every_record_is_counted_by_an_independent_counter():
    rng = random.Random("records")
    for _ in range(60):
        rows = good_table("pension", 8)
        for _ in range(rng.randrange(4)):
            rows[rng.randrange(1, 9)][rng.randrange(7)] = rng.choice(["", "x", "=1", "\x0b", "&<"])
        content = as_json(rows)
        found = reading(content)
        assert found.read == len(content.split(b"\n"))
