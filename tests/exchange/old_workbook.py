"""A minimal .xls, written by hand: BIFF8 records in one stream of a compound file."""

from __future__ import annotations

import struct

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def as_xls(rows: list[list[object]], *, corner: tuple[int, int] | None = None) -> bytes:
    """These rows of texts and numbers as an old workbook; one more number at ``corner``."""
    return _compound(_workbook(rows, corner))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _workbook(rows: list[list[object]], corner: tuple[int, int] | None) -> bytes:
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    code_page = _record(0x42, struct.pack("<H", 1200))
    name = "Sheet1".encode("utf-16-le")
    bound_length = 4 + 8 + len(name)
    ahead = len(start) + len(code_page) + bound_length + 4
    bound = _record(0x85, struct.pack("<IBBBB", ahead, 0, 0, 6, 1) + name)
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    widest = max(len(row) for row in rows)
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, widest, 0))
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            place = struct.pack("<HHH", line, at, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                sheet += _record(0x204, place + struct.pack("<HB", len(text) // 2, 1) + text)
            else:
                sheet += _record(0x203, place + struct.pack("<d", cell))
    if corner is not None:
        sheet += _record(0x203, struct.pack("<HHHd", *corner, 0, 1.0))
    return start + code_page + bound + _record(0x0A, b"") + sheet + _record(0x0A, b"")


def _entry(name: str, kind: int, first: int, size: int, child: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00" if name else b""
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBB", len(text), kind, 1)
        + struct.pack("<III", _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\x00")
    count = len(stream) // _SECTOR
    sectors_of_table = -(-(count + 1 + 8) * 4 // _SECTOR) + 1
    table = [_FAT] * sectors_of_table + [_END]
    first = sectors_of_table + 1
    table += [*range(first + 1, first + count), _END]
    table += [_FREE] * (sectors_of_table * _SECTOR // 4 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<II", 0, sectors_of_table)
        + struct.pack("<IIIIIII", sectors_of_table, 0, 4096, _END, 0, _END, 0)
    )
    listed = [*range(sectors_of_table), *[_FREE] * (109 - sectors_of_table)]
    header += struct.pack("<109I", *listed)
    folder = (
        _entry("Root Entry", 5, _END, 0, 1)
        + _entry("Workbook", 2, first, len(stream), _FREE)
        + _entry("", 0, 0, 0, _FREE) * 2
    )
    return header + struct.pack(f"<{len(table)}I", *table) + folder + stream
