"""Sheets that we give: the template of a format, and a department's own rows with what is wrong."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from doudi.exchange.formats.declaring import KIND_LABELS, Column, Format
from doudi.exchange.headers import Header
from doudi.exchange.reading import Rejected

WHY = "问题说明"
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A text that no spreadsheet will run when the sheet is saved as CSV and opened again."""
    if text.startswith(_RUNS) and not text[1:2].isdigit() and len(text) > 1:
        return f"'{text}"
    return text[:32_000]


def rejects_book(rejects: Sequence[Rejected], header: Header) -> bytes:
    """The rejected rows under their own header, offending cells red, with why: to be corrected."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("退回")
    head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
    plain = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FFC7CE", "font_color": "#9C0006"})
    words = (*header.words, "原行号", WHY)
    for at, word in enumerate(words):
        sheet.write_string(0, at, harmless(word), head)
    for line, reject in enumerate(rejects, start=1):
        marked = {header.at.get(fault.column) for fault in reject.faults}
        width = len(header.words)
        cells = (*reject.cells[:width], *[""] * (width - len(reject.cells)))
        for at, cell in enumerate(cells):
            sheet.write_string(line, at, harmless(cell), wrong if at in marked else plain)
        sheet.write_number(line, width, reject.line)
        sheet.write_string(line, width + 1, harmless(reject.why)[:32_000], wrong)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(words) - 3, 16)
    sheet.set_column(len(words) - 1, len(words) - 1, 70)
    book.close()
    return out.getvalue()


def template(format: Format) -> bytes:
    """An empty sheet with this format's columns, all of them text, and how to fill them in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(format.label[:31])
    as_text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
    must = book.add_format({"bold": True, "bg_color": "#FFC7CE", "border": 1})
    sheet.set_column(0, len(format.columns) - 1, 20, as_text)
    for at, column in enumerate(format.columns):
        sheet.write_string(0, at, header_word(column), must if column.required else head)
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("填写说明")
    for at, word in enumerate(("列", "必填", "内容")):
        notes.write_string(0, at, word, head)
    for line, column in enumerate(format.columns, start=1):
        notes.write_string(line, 0, header_word(column))
        notes.write_string(line, 1, "必填" if column.required else "")
        notes.write_string(line, 2, explanation(column))
    notes.set_column(0, 1, 20)
    notes.set_column(2, 2, 80)
    book.close()
    return out.getvalue()


def header_word(column: Column) -> str:
    """The column's header as the template writes it, with the unit of money."""
    return f"{column.name}({column.unit})" if column.kind == "amount" else column.name


def explanation(column: Column) -> str:
    """What a column holds, in a sentence."""
    if column.kind == "choice":
        words = dict.fromkeys(word for word in column.choices if not word.isdigit())
        return "只能填：" + "、".join(words)
    return {
        "id": "18位，设为文本；15位旧号自动升为18位；其他写法退回",
        "date": "按 2022-03-15 的样子",
        "month": "按 2022-05 的样子",
        "term": "按 2022年春季学期 的样子",
        "amount": f"数字，单位{column.unit}，最多两位小数",
        "certificate": "20位，补办的22位，设为文本",
        "credit_code": "18位，设为文本",
    }.get(column.kind, KIND_LABELS[column.kind])
