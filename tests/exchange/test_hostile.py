"""No byte sequence crashes the reader, loses a row silently, or changes an id."""

import io
import json
import os
import random
import re
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from xml.parsers import expat

import pytest

from doudi.exchange import containers, records, refusals, tables
from doudi.exchange.formats import FORMATS
from doudi.exchange.normalising import id_as_sent
from doudi.exchange.reading import Reading, guess_format, read
from doudi.kernel.ids import upgrade_15
from doudi.kernel.problems import Problem
from doudi.kernel.text import half_width_without_blanks
from tests.exchange.old_workbook import as_xls
from tests.exchange.samples import (
    TODAY,
    as_csv,
    as_fixed,
    as_json,
    as_xlsx,
    as_xml,
    good_table,
)

FULL = os.environ.get("DOUDI_FULL") == "1"
COUNT = 20_000 if FULL else 2_000
CODES = sorted(FORMATS)
TOKENS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b",", b"\t", b"\r\n", b"\n", b"=", b"'", b"<", b">",
    b"&", b"/>", b"r=", b'r="XFD1048576"', b"<row>", b"<c>", b"<v>1e308</v>", b"-1", b"nan", b"inf",
    b"1.10101E+17", b"9" * 40, b"65536", b"2147483648", b"%s", b"{0}", b"\xed\xa0\x80", b"\x81\x30",
    "姓名".encode(), "，".encode(), "㐂".encode("gb18030"), b"</sheetData>", b't="s"', b't="b"',
    b't="e"', b't="d"', b"sharedStrings.xml", b"sheet1.xml", b"PK\x05\x06", b"PK\x01\x02", b"{",
    b"}", b"[", b"]", b":", b"\\ud800", b"\\", b"NaN", b"1e999", b"<a>", b"</", b"<!DOCTYPE x>",
    b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"<![CDATA[", b"]]>", b"<!--", b"xmlns:a='b'",
)  # fmt: skip


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The content with a few bytes changed, removed, doubled, moved or replaced by nasty tokens."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8, 30))):
        at = rng.randrange(len(data) + 1)
        length = rng.choice((1, 1, 2, 4, 16, 200))
        match rng.randrange(7):
            case 0:
                data[at : at + length] = rng.randbytes(length)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = rng.choice(TOKENS)
            case 4:
                data[at : at + length] = rng.choice(TOKENS)
            case 5 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 6:
                other = rng.randrange(len(data) + 1)
                data[at : at + length] = data[other : other + length]
    if rng.random() < 0.03:
        del data[rng.randrange(len(data) + 1) :]
    return bytes(data)


def repacked(content: bytes, rng: random.Random) -> bytes:
    """The workbook with one of its XML parts mutated and everything else whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w") as again:
        names = packed.namelist()
        # Most of what can go wrong is in the sheet and in the table of texts.
        weights = [20 if "sheet1" in name or "sharedS" in name else 1 for name in names]
        chosen = rng.choices(names, weights)[0]
        for name in names:
            part = packed.read(name)
            again.writestr(name, mutated(part, rng) if name == chosen else part)
    return out.getvalue()


def _said(problem: Problem) -> None:
    assert str(problem)
    assert problem.next_step


def checked(content: bytes, code: str) -> Reading | None:
    """Read it; only a ``Problem`` may come out, sums hold, ids are as they were sent."""
    try:
        found = read(content, "来文", FORMATS[code], TODAY)
    except Problem as problem:
        return _said(problem)
    assert found.read == len(found.rows) + len(found.rejects)
    lines = [row.line for row in found.rows] + [reject.line for reject in found.rejects]
    assert len(set(lines)) == len(lines)
    assert min(lines) > found.header.line
    at = found.header.at.get(FORMATS[code].column("id").name)
    for row in found.rows:
        if row.id_number:
            sent = id_as_sent(row.cells[at])
            assert row.id_number == sent or (len(sent) == 15 and row.id_number == upgrade_15(sent))
    for reject in found.rejects:
        assert reject.faults
        assert all(fault.code and fault.why for fault in reject.faults)
    return found


def _each(code: str, number: int) -> list[list[object]]:
    return good_table(code, 6, first=number % 50)


KINDS: dict[str, tuple[Callable[[list[list[object]]], bytes], Callable[..., bytes], int]] = {
    "csv": (as_csv, mutated, COUNT),
    "csv gb18030": (lambda rows: as_csv(rows, "gb18030"), mutated, COUNT),
    "csv utf-16": (lambda rows: as_csv(rows, "utf-16", delimiter="\t"), mutated, COUNT),
    "xlsx": (as_xlsx, mutated, COUNT),
    "xlsx inside": (as_xlsx, repacked, COUNT),
    "json": (as_json, mutated, COUNT),
    "json gb18030": (lambda rows: as_json(rows, "gb18030"), mutated, COUNT),
    "xml": (as_xml, mutated, COUNT),
    "xml gb18030": (lambda rows: as_xml(rows, "gb18030"), mutated, COUNT),
    "fixed width": (as_fixed, mutated, COUNT),
    # Each is opened in a process of its own.
    "xls": (as_xls, mutated, COUNT // 40),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_changed_in_a_file_only_a_problem_comes_out_and_sums_hold(kind):
    write, mutate, count = KINDS[kind]
    rng = random.Random(f"hostile:{kind}")
    readable = 0
    codes = [code for code in CODES if kind != "fixed width" or FORMATS[code].widths]
    samples = {code: write(_each(code, at)) for at, code in enumerate(codes)}
    for _ in range(count):
        code = rng.choice(codes)
        found = checked(mutate(samples[code], rng), code)
        readable += found is not None
    # Mutations that always break everything, or never anything, would show nothing. A packed
    # workbook carries checksums, so few of its changes go unnoticed.
    assert 0.005 < readable / count < 0.98


def _count_by_hand(text: str, header_line: int, delimiter: str) -> int:
    """Lines below the header that say anything, counted without any library for sheets."""
    lines = re.split("\r\n|\n|\r", text)[header_line:]
    return sum(any(map(half_width_without_blanks, line.split(delimiter))) for line in lines)


def test_every_row_below_the_header_is_counted_by_an_independent_counter():
    rng = random.Random("counter")
    compared = 0
    for _ in range(COUNT // 4):
        code = rng.choice(CODES)
        content = mutated(as_csv(good_table(code, 8)), rng)
        found = checked(content, code)
        if found is None or b'"' in content:
            continue
        text, _ = containers.decoded(content)
        by_hand = {_count_by_hand(text, found.header.line, each) for each in ",;\t|"}
        assert found.read in by_hand
        compared += 1
    assert compared > COUNT // 16


def _records_by_hand(kind: str, content: bytes) -> int | None:
    """Records in a mutated file, counted without a parser; None where that cannot be done."""
    text, _ = containers.decoded(content)
    if kind != "xml":
        return text.count("\n") + 1
    return None if "<!" in text else len(re.findall(r"<record(?=[\s/>])", text))


@pytest.mark.parametrize("kind", ["json", "xml", "fixed"])
def test_every_record_of_a_mutated_file_is_counted_by_an_independent_counter(kind):
    write = {"json": as_json, "xml": as_xml, "fixed": as_fixed}[kind]
    code = "bank_balance"
    rng = random.Random(f"records:{kind}")
    sample = write(good_table(code, 8))
    compared = damaged = 0
    for _ in range(COUNT // 4):
        content = mutated(sample, rng)
        found = checked(content, code)
        by_hand = _records_by_hand(kind, content) if found is not None else None
        if found is None or found.container != kind or by_hand is None:
            continue
        if kind == "xml" and found.sheet != "record":
            continue
        assert found.read + found.blank == by_hand
        compared += 1
        damaged += bool(found.rejects)
    assert compared > COUNT // 40
    assert damaged > compared // 20


def test_a_reader_that_skips_what_it_cannot_read_would_be_seen_by_the_counter(monkeypatch):
    sheet = records.json_sheet

    def forgetful(text: str) -> tables.Sheet:
        found = sheet(text)
        return replace(
            found, rows=[r for n, r in enumerate(found.rows, 1) if n not in found.broken]
        )

    monkeypatch.setattr(records, "json_sheet", forgetful)
    with pytest.raises(AssertionError):
        test_every_record_of_a_mutated_file_is_counted_by_an_independent_counter("json")


def test_a_reader_that_lets_an_error_through_would_be_seen(monkeypatch):
    monkeypatch.setattr(records, "_object", json.loads)
    with pytest.raises((ValueError, AttributeError)):
        test_whatever_is_changed_in_a_file_only_a_problem_comes_out_and_sums_hold("json")


def test_a_reader_that_expands_entities_would_be_seen(monkeypatch):
    parser = expat.ParserCreate

    def trusting(encoding: str) -> object:
        class Trusting:
            def __init__(self) -> None:
                self.__dict__["inner"] = parser(encoding)

            def __setattr__(self, name: str, value: object) -> None:
                if name != "StartDoctypeDeclHandler":
                    setattr(self.inner, name, value)

            def __getattr__(self, name: str) -> object:
                return getattr(self.inner, name)

        return Trusting()

    monkeypatch.setattr(expat, "ParserCreate", trusting)
    rows = good_table("pension", 2)
    content = as_xml(rows).replace(b"?>", b'?><!DOCTYPE data [<!ENTITY a "\xe7\x94\xb2">]>', 1)
    content = content.replace(rows[1][0].encode(), b"&a;", 1)
    assert read(content, "x", FORMATS["pension"], TODAY).rows[0].name == "甲"


def test_random_bytes_are_refused_or_read_but_never_crash():
    rng = random.Random("bytes")
    for number in range(COUNT // 2):
        content = rng.choice((b"", b"PK\x03\x04", b"\xff\xfe", b"\xd0\xcf"[:1], b"{", b"<?xml"))
        content += rng.randbytes(rng.choice((0, 1, 7, 100, 4000)))
        assert checked(content, CODES[number % len(CODES)]) is None
        assert guess_format(content) is None


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


def with_sheet(sheet: bytes, **parts: bytes) -> bytes:
    """A good workbook with another sheet (and other parts) inside."""
    out = io.BytesIO()
    good = as_xlsx(good_table("pension", 2))
    with zipfile.ZipFile(io.BytesIO(good)) as packed, zipfile.ZipFile(out, "w", 8) as again:
        for name in packed.namelist():
            part = sheet if name.endswith("sheet1.xml") else packed.read(name)
            again.writestr(name, parts.pop(name, part))
        for name, part in parts.items():
            again.writestr(name, part)
    return out.getvalue()


ONE = b"<c><v>1</v></c>"
A1 = b'<c r="A1"><v>1</v></c>'


def _sheet(rows: bytes) -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return start + b"<sheetData>" + rows + b"</sheetData></worksheet>"


def _lying(size: int) -> bytes:
    """A workbook whose sheet says that it unpacks to that size, but unpacks to 50 MB."""
    content = bytearray(with_sheet(b" " * (50 * 2**20)))
    true = (50 * 2**20).to_bytes(4, "little")
    return bytes(content).replace(true, size.to_bytes(4, "little"))


_TWICE = b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + _TWICE + b"]>"
HUGE_CSV_CELL = b"\xe5\xa7\x93\xe5\x90\x8d," + b"x" * 3_000_000 + b"\n"
BOMBS: dict[str, Callable[[], bytes]] = {
    "a sheet of blanks that packs a thousandfold": lambda: with_sheet(b" " * (300 * 2**20)),
    "a sheet that lies about its size": lambda: _lying(1000),
    "a sheet that says it is enormous": lambda: _lying(2**31),
    "one cell in the last corner": lambda: with_sheet(
        _sheet(b"<row>" + A1 + b'</row><row r="9"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "one cell in the last corner, single quotes": lambda: with_sheet(
        _sheet(b"<row><c r='A1'><v>1</v></c><c  r = 'XFD1048576'><v>1</v></c></row>")
    ),
    "one cell in the last corner, with a prefix and a trap before it": lambda: with_sheet(
        _sheet(b"<x:row>" + A1 + b'<x:c s=">" r="XFD1048576"><v>1</v></x:c></x:row>')
    ),
    "one cell in the last corner, told twice where it is": lambda: with_sheet(
        _sheet(b"<row>" + A1 + b'<c r="B1"r="XFD1048576"><v>1</v></c></row>')
    ),
    "one cell in the last corner, behind a bracket in another attribute": lambda: with_sheet(
        _sheet(b"<row>" + A1 + b'<c s="<" r="XFD1048576"><v>1</v></c></row>')
    ),
    "one cell in the last corner, in small letters": lambda: with_sheet(
        _sheet(b"<row>" + A1 + b'<c r="xfd1048576"><v>1</v></c></row>')
    ),
    "rows without number, a wide one last": lambda: with_sheet(
        _sheet(
            (b"<row>" + ONE + b"</row>") * 300_000 + b"<row>" + ONE * 9000 + b"</row>"
        )
    ),
    "a row that skips a million": lambda: with_sheet(
        _sheet(b"<row>" + ONE + b'</row><row r="1048576">' + ONE * 900 + b"</row>")
    ),
    "a cell beyond every sheet": lambda: with_sheet(
        _sheet(b'<row r="1"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>')
    ),
    "entities that multiply": lambda: with_sheet(LAUGHS + _sheet(b"<row><c><v>&c;</v></c></row>")),
    "a shared text that does not exist": lambda: with_sheet(
        _sheet(b'<row r="1"><c r="A1" t="s"><v>999999</v></c></row>')
    ),
    "deeply nested elements": lambda: with_sheet(_sheet(b"<row>" * 200_000)),
    "paths in names": lambda: _zip(**{"../../etc/passwd": b"x", "xl/workbook.xml": b"x"}),
    "an archive that is no workbook": lambda: _zip(**{"a.txt": b"x"}),
    "a document": lambda: _zip(**{"word/document.xml": b"x"}),
    "a binary workbook": lambda: _zip(**{"xl/workbook.bin": b"x", "xl/workbook.xml": b"x"}),
    "three thousand parts": lambda: _zip(
        **{f"xl/{number}.xml": b"" for number in range(3000)} | {"xl/workbook.xml": b"x"}
    ),
    "one million nested lists as JSON": lambda: b'{"a":' + b"[" * 1_000_000,
    "one million nested objects as JSON": lambda: b'{"a":' * 1_000_000,
    "a number of a million digits as JSON": lambda: b'{"a":' + b"9" * 1_000_000 + b"}",
    "a JSON object of a hundred thousand names": lambda: (
        b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}"
    ),
    "a JSON list that is one line": lambda: b"[" + as_json(good_table("pension", 2)) + b"]",
    "a million JSON lines that say nothing": lambda: b'{"a":1}\n' * 1_000_000,
    "entities that multiply, as XML": lambda: b"<?xml version='1.0'?>" + LAUGHS + b"<x>&c;</x>",
    "an entity that grows, as XML": lambda: (
        b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]><x>' + b"&a;" * 100_000 + b"</x>"
    ),
    "an entity that reads a file, as XML": lambda: (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><y>&a;</y></x>'
    ),
    "a document type that is fetched, as XML": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x><y>1</y></x>'
    ),
    "one million nested elements as XML": lambda: b"<x>" * 1_000_000,
    "a thousand names of elements as XML": lambda: (
        b"<x>" + b"".join(b"<y%d><z/></y%d>" % (n, n) for n in range(1000)) + b"</x>"
    ),
    "one element with a hundred thousand attributes": lambda: (
        b"<x>" + b"<y " + b" ".join(b'a%d="1"' % number for number in range(100_000)) + b"/></x>"
    ),
    "one XML text of thirty million characters": lambda: (
        b"<x><y>" + b"a" * 30_000_000 + b"</y></x>"
    ),
    "an old workbook as XML": lambda: (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    ),
    "half an archive": lambda: as_xlsx(good_table("pension", 200))[:9000],
    "a cell of three million characters": lambda: HUGE_CSV_CELL,
    "a quote that never closes": lambda: as_csv(good_table("pension", 2)) + b'"' + b"a,b\n" * 5000,
    "a line of a hundred thousand cells": lambda: b"," * 100_000,
    "nothing but zeros": lambda: bytes(2_000_000),
    "nothing but ones": lambda: b"\xff" * 2_000_000,
    "compressed bytes": lambda: zlib.compress(bytes(500_000), 0),
    "a million empty lines": lambda: b"\n" * 1_000_000,
    "delimiters only": lambda: b";,\t|" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_a_sentence(name):
    content = BOMBS[name]()
    started = time.process_time()
    with pytest.raises(Problem) as caught:
        read(content, "x.xlsx", FORMATS["pension"], TODAY)
    assert caught.value.next_step
    assert time.process_time() - started < 2.0


_MEASURE = """
import resource, sys
from doudi.exchange.formats import FORMATS
from doudi.exchange.reading import read
from doudi.kernel.problems import Problem
from tests.exchange.samples import TODAY
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(content, "x", FORMATS["pension"], TODAY)
    sys.exit(3)
except Problem:
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.exit(0 if grown < 200 * 1024 else 4)
"""


@pytest.mark.parametrize("name", [name for name in BOMBS if name.startswith(("one", "a "))])
def test_a_bomb_takes_less_than_200_mb(name):
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], input=BOMBS[name](), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_an_old_workbook_is_read_and_a_damaged_one_is_refused():
    rows = good_table("pension", 30)
    assert len(read(as_xls(rows), "x.xls", FORMATS["pension"], TODAY).rows) == 30
    for content in (as_xls(rows)[:3000], as_xls(rows, corner=(65_535, 16_000))):
        with pytest.raises(refusals.DamagedWorkbook):
            read(content, "x.xls", FORMATS["pension"], TODAY)


def test_a_workbook_with_a_password_says_so():
    content = bytearray(as_xlsx(good_table("pension", 2)))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(start) + (6 if start[2] == 3 else 8)
        content[at] |= 1
    with pytest.raises(refusals.LockedWorkbook):
        read(bytes(content), "x", FORMATS["pension"], TODAY)
