"""From bytes to rows of cells: CSV, JSON lines, XML and fixed width in any encoding, XLSX, XLS.

The reader of spreadsheets allocates the whole rectangle between the first and the last cell, and
ends the process where memory does not suffice. So the rectangle is measured first.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable

import python_calamine

from doudi.exchange import markup, records, refusals
from doudi.exchange.tables import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Container, Rows, Sheet

MOST_UNPACKED = 400 * 2**20
MOST_RATIO = 300  # text of sheets packs 10 to 40 fold
MOST_CELLS = 8_000_000
MOST_SHEETS = 20
MOST_MERGED = 200_000  # areas of a sheet

Workbook = tuple[tuple[Sheet, ...], tuple[str, ...]]  # sheets, and the names of hidden ones

_OTHER_KINDS = (
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"%PDF", "PDF 文档"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x7fELF", "程序"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_container(
    content: bytes,
    score: Callable[[Rows], int],
    *,
    widths: tuple[int, ...] = (),
    words: tuple[str, ...] = (),
) -> Container:
    """The sheets in these bytes; raises a ``FileRefused``.

    ``score`` says how well the first rows look like a header; it chooses the delimiter of a CSV and
    the records of an XML. ``widths`` and ``words`` are those of a fixed-width text, where the
    format declares one.
    """
    if len(content) > MOST_BYTES:
        raise refusals.FileTooLarge(size=len(content) // 2**20 + 1, limit=MOST_BYTES // 2**20)
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refusals.EmptyFile()
    if content.startswith(b"PK"):
        _measure(content)
        return Container("xlsx", *_parts(read_workbook(content)))
    if content.startswith(_OLE):
        from doudi.exchange.old_excel import sheets_of

        return Container("xls", *_parts(sheets_of(content)))
    for start, found in _OTHER_KINDS:
        if content.startswith(start):
            raise refusals.NotASheet(found=found)
    text, encoding = decoded(content)
    if markup.is_markup(text):
        return Container("xml", markup.xml_sheets(text, score), encoding)
    if records.is_json(text):
        return Container("json", (records.json_sheet(text),), encoding)
    delimiter, columns = _delimiter(text, score)
    if columns < 2 and records.is_fixed(text, widths):
        return Container("fixed", (records.fixed_sheet(text, widths, words),), encoding)
    return Container("csv", (Sheet("", _csv(text, delimiter)),), encoding)


def _parts(opened: Workbook) -> tuple[tuple[Sheet, ...], str, tuple[str, ...]]:
    sheets, hidden = opened
    return sheets, "", hidden


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding; a few broken characters are left as U+FFFD for their rows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _tolerant(content, ("utf-16",))
    if content.startswith(b"\xef\xbb\xbf"):
        return _tolerant(content, ("utf-8-sig",))
    head = content[:4000]
    if head.count(0) > len(head) // 5:
        low = head[1::2].count(0) >= head[0::2].count(0)
        return _tolerant(content, ("utf-16-le" if low else "utf-16-be",))
    return _tolerant(content, ("utf-8", "gb18030"))


def _tolerant(content: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    tried = [(content.decode(encoding, "replace"), encoding) for encoding in encodings]
    text, encoding = min(tried, key=lambda each: each[0].count("\ufffd"))
    broken = text.count("\ufffd")
    if broken > 5 and broken * 100 > len(text):
        raise refusals.WrongEncoding(line=text[: text.index("\ufffd")].count("\n") + 1)
    return text, encoding


def _delimiter(text: str, score: Callable[[Rows], int]) -> tuple[str, int]:
    """What stands between the cells, and how many columns the header then names."""
    lines = text.splitlines()[:25]
    head = "\n".join(line[:20_000] for line in lines)
    best, delimiter = -1, ","
    for each in ",\t;|":
        try:
            found = score(list(csv.reader(io.StringIO(head, newline=""), delimiter=each)))
        except csv.Error:
            continue
        if found > best:
            best, delimiter = found, each
    return delimiter, best


def _csv(text: str, delimiter: str) -> Rows:
    if text.count("\x00") * 100 > len(text):
        raise refusals.NotASheet(found="二进制数据")
    rows: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise refusals.TooManyRows(limit=MOST_ROWS)
            if len(row) > MOST_COLUMNS:
                raise refusals.TooWide(rows=len(rows), columns=len(row))
            if any(len(cell) > 500 and cell.count("\n") > 20 for cell in row):
                raise refusals.BrokenCsv(line=len(rows))
    except csv.Error as error:
        raise refusals.BrokenCsv(line=len(rows) + 1) from error
    return rows


# Every "r" attribute, wherever it stands: an element may carry it twice, and the reader takes the
# last. Nothing else in a sheet has an attribute of this name.
_NAMED = re.compile(rb"""(?<![\w:.-])r\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")
_ROW = rb"<(?:[\w.-]+:)?row(?=[\s/>])"
_UNPLACED = re.compile(rb"<(?:[\w.-]+:)?(?:row|c)(?=[\s/>])(?![^<]*?(?<![\w:.-])r\s*=)")


def _measure(content: bytes) -> None:
    """Refuse what is no workbook, unpacks too large, or spans too wide, without opening it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = {entry.filename for entry in packed.infolist()}
            _demand_workbook(names)
            _demand_size(packed)
            for entry in packed.infolist():
                part = packed.read(entry)
                if entry.filename.lower().endswith((".xml", ".rels")):
                    _demand_span(part)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
        OSError, OverflowError, IndexError, MemoryError, KeyError,
    ) as error:  # fmt: skip
        # zipfile raises all of these for damaged archives, depending on which byte is wrong.
        if isinstance(error, RuntimeError) and "password" in str(error):
            raise refusals.LockedWorkbook() from error
        raise refusals.DamagedWorkbook(why="压缩结构不完整") from error


def _demand_workbook(names: set[str]) -> None:
    for part, found in (
        ("word/document.xml", "Word 文档"),
        ("ppt/presentation.xml", "PowerPoint 演示文稿"),
        ("content.xml", "ODF 文档"),
        ("xl/workbook.bin", "二进制工作簿（xlsb）"),
    ):
        if part in names:
            raise refusals.NotASheet(found=found)
    if "xl/workbook.xml" not in names:
        raise refusals.NotASheet(found="压缩包")


def _demand_size(packed: zipfile.ZipFile) -> None:
    entries = packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    bomb = any(
        entry.file_size > 2**20 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if unpacked > MOST_UNPACKED or bomb or len(entries) > 2000:
        raise refusals.UnpacksTooLarge(size=unpacked // 2**20 + 1)


def _demand_span(part: bytes) -> None:
    if b"\x00" in part[:200]:
        raise refusals.DamagedWorkbook(why="表格内容的编码不对")
    if b"sheetData" not in part:
        return
    rows = columns = 0
    for named in {double or single for double, single in _NAMED.findall(part)}:
        place = _CELL.fullmatch(named)
        if place is None:
            raise refusals.DamagedWorkbook(why="单元格编号不对")
        rows = max(rows, int(place[2]))
        columns = max(columns, _column_number(place[1].upper()))
    if _UNPLACED.search(part):
        # An element that names no place stands behind the one before it.
        each_row = re.split(_ROW, part)
        rows += len(each_row)
        columns += max(len(re.findall(rb"<(?:[\w.-]+:)?c(?=[\s/>])", row)) for row in each_row)
    if rows > 2**20 or columns > 4 * MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise refusals.TooWide(rows=rows, columns=columns)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_workbook(content: bytes) -> Workbook:
    """The visible sheets of a measured workbook, and what the hidden ones are called."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [
            (each.name, each.visible == python_calamine.SheetVisibleEnum.Visible)
            for each in book.sheets_metadata
            if each.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        seen = [name for name, visible in tables if visible]
        hidden = tuple(name for name, visible in tables if not visible)
        return tuple(_sheet(book, name) for name in seen[:MOST_SHEETS]), hidden
    except python_calamine.PasswordError as error:
        raise refusals.LockedWorkbook() from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise refusals.DamagedWorkbook(why="工作表内容不完整") from error
    except BaseException as error:
        # A panic in the reader's own language reaches us as a class that has no public name.
        if type(error).__name__ != "PanicException":
            raise
        raise refusals.DamagedWorkbook(why="工作表内容前后矛盾") from error


def _sheet(book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    opened = book.get_sheet_by_name(name)
    rows = opened.to_python(skip_empty_area=False)
    if len(rows) > MOST_ROWS:
        raise refusals.TooManyRows(limit=MOST_ROWS)
    merged = opened.merged_cell_ranges or []
    if len(merged) > MOST_MERGED:
        raise refusals.MergedEverywhere()
    return Sheet(name, rows, merged=tuple(merged))
