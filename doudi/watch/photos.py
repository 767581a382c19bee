"""Photos that people send: what the camera wrote about place, time and owner is taken off.

Only the picture goes on: of JPEG every application segment and comment, of PNG every chunk that is
not needed to show it. Nothing is decoded and nothing guessed; what is neither is refused.
"""

from __future__ import annotations

import struct

from doudi.kernel.problems import require
from doudi.watch.problems import PhotoUnfit

LARGEST = 10 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"IDAT", b"IEND")
_START_OF_SCAN, _END = 0xDA, 0xD9
_JFIF, _COMMENT = 0xE0, 0xFE
# The colour transform of Adobe: without it some pictures show in wrong colours; it tells nobody.
_ADOBE = 0xEE
_RESTARTS = range(0xD0, 0xD8)


def without_traces(content: bytes, name: str = "照片") -> tuple[bytes, str]:
    """The picture alone and its media type; raises ``PhotoUnfit``."""
    require(len(content) <= LARGEST, PhotoUnfit(name=name, why="超过 10 MB"))
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content), "image/jpeg"
        if content.startswith(_PNG):
            return _png(content), "image/png"
    except (struct.error, IndexError) as error:
        raise PhotoUnfit(name=name, why="文件不完整") from error
    raise PhotoUnfit(name=name, why="不是 JPG 或 PNG 图片")


def _jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    while True:
        if content[at] != 0xFF:
            raise IndexError("a segment begins with FF")
        marker = content[at + 1]
        if marker == _START_OF_SCAN:
            kept.append(_scans(content[at:]))
            return b"".join(kept)
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            raise IndexError("a segment ends before its length")
        application = 0xE0 <= marker <= 0xEF and marker not in (_JFIF, _ADOBE)
        if not application and marker != _COMMENT:
            kept.append(segment)
        at += 2 + length


def _scans(content: bytes) -> bytes:
    """The picture up to its end; phones hang further pictures and notes behind it."""
    at = 0
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise IndexError("a picture has an end")
        marker = content[at + 1]
        if marker == _END:
            return content[: at + 2]
        if marker == 0xFF:
            at += 1
        elif marker == 0 or marker in _RESTARTS:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            at += 2 + max(length, 2)


def _png(content: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise IndexError("a chunk ends before its length")
        if kind in _SHOWN:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
