"""XML: the records of one kind of element; nothing that a document declares is ever carried out.

A document type of its own is refused at its first word, so no entity is defined, expanded or
fetched. The text is read twice: once for which elements look like records, once for these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from doudi.exchange import refusals
from doudi.exchange.normalising import printable
from doudi.exchange.tables import MOST_CELL, MOST_COLUMNS, MOST_ROWS, Rows, Sheet

MOST_DEPTH = 20
MOST_PATHS = 200
_BEGINS = re.compile(r"\s*<(?:\?xml|!--|!DOCTYPE|[^\W\d][^<>\n]{0,2000}>)")
_DECLARED = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|table)\b", re.I | re.S
)
_WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"

Path = tuple[str, ...]
Fields = list[tuple[str, str]]


def is_markup(text: str) -> bool:
    """Whether a text begins as XML does; raises ``NotASheet`` for a web page or an old workbook."""
    head = text[:4000]
    if _PAGE.match(head):
        raise refusals.NotASheet(found="网页")
    if _WORKBOOK in head:
        raise refusals.NotASheet(found="XML 工作簿（2003 格式）")
    return bool(_BEGINS.match(head))


def xml_sheets(text: str, score: Callable[[Rows], int]) -> tuple[Sheet, ...]:
    """One sheet for each kind of element whose fields look like columns; raises a ``FileRefused``.

    ``score`` says how many columns a header names. The n-th record is line n.
    """
    shapes = _Shapes()
    _parse(text, shapes)
    scored = {path: score([list(words)]) for path, words in shapes.words.items()}
    wanted = [path for path, count in scored.items() if count >= 2]
    if not wanted:
        best = max(scored, key=lambda path: (scored[path], len(shapes.words[path])))
        return (Sheet(best[-1], [], tuple(shapes.words[best])),)
    records = _Records({path: tuple(shapes.words[path]) for path in wanted})
    _parse(text, records)
    return tuple(
        Sheet(path[-1], records.rows[path], tuple(shapes.words[path]), records.broken[path])
        for path in wanted
    )


class _Reader:
    """What is done at the begin and end of an element, and for the text inside."""

    def start(self, path: Path, fields: Fields) -> None:
        """An element begins, with its attributes."""

    def end(self, path: Path) -> None:
        """Most readers need not know."""

    def text(self, data: str) -> None:
        """Most readers need not know."""


def _parse(text: str, reader: _Reader) -> None:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(":")[2])
        if len(path) > MOST_DEPTH:
            raise refusals.DamagedXml(line=parser.CurrentLineNumber, why="元素套了太多层")
        told = [(name, value) for name, value in attributes.items() if name[:5] != "xmlns"]
        reader.start(tuple(path), [(name.rpartition(":")[2], value) for name, value in told])

    def end(tag: str) -> None:
        reader.end(tuple(path))
        path.pop()

    def doctype(*declared: Any) -> None:
        raise refusals.DamagedXml(
            line=parser.CurrentLineNumber, why="文件自带文档类型定义（DTD），出于安全不予打开"
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = doctype
    body = _DECLARED.sub("", text, count=1)
    try:
        parser.Parse(body.encode(), True)
    except expat.ExpatError as error:
        raise refusals.DamagedXml(line=error.lineno, why="标签不成对或内容不完整") from error


class _Shapes(_Reader):
    """Which fields the elements at each place of the document have."""

    def __init__(self) -> None:
        self.words: dict[Path, dict[str, None]] = {}

    def start(self, path: Path, fields: Fields) -> None:
        known = self.words.setdefault(path, {})
        known.update((name, None) for name, _ in fields)
        if len(path) > 1:
            known = self.words[path[:-1]]
            known[path[-1]] = None
        if len(self.words) > MOST_PATHS or len(known) > MOST_COLUMNS:
            raise refusals.TooWide(rows=len(self.words), columns=len(known))


@dataclass
class _Record:
    """A record that is being read."""

    cells: dict[str, str] = field(default_factory=dict)
    broken: str = ""

    def put(self, name: str, value: str) -> None:
        if name in self.cells:
            self.broken = f"“{printable(name, 20)}”写了两次，不知道以哪一个为准"
        self.cells[name] = value


@dataclass
class _Open:
    """An element that was begun and not yet ended."""

    record: _Record | None
    inside: _Record | None  # the record whose field it is
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    is_leaf: bool = True


class _Records(_Reader):
    """The rows of the elements at the wanted places."""

    def __init__(self, words: dict[Path, tuple[str, ...]]) -> None:
        self.words = words
        self.rows: dict[Path, Rows] = {path: [] for path in words}
        self.broken: dict[Path, dict[int, str]] = {path: {} for path in words}
        self._open: list[_Open] = []

    def start(self, path: Path, fields: Fields) -> None:
        parent = self._open[-1] if self._open else None
        if parent is not None:
            parent.is_leaf = False
        record = _Record() if path in self.words else None
        for name, value in fields:
            if record is not None:
                record.put(name, value)
        self._open.append(_Open(record, parent.record if parent else None))

    def text(self, data: str) -> None:
        here = self._open[-1]
        if here.record is None and here.inside is None:
            return
        if here.length <= MOST_CELL:  # longer cells are refused later as too long
            here.pieces.append(data)
        here.length += len(data)

    def end(self, path: Path) -> None:
        ended = self._open.pop()
        text = "".join(ended.pieces)
        if ended.inside is not None:
            if ended.is_leaf:
                ended.inside.put(path[-1], text)
            else:
                ended.inside.broken = f"“{printable(path[-1], 20)}”里又套了一层，应为一个值"
        if ended.record is not None:
            if text.strip():
                ended.record.broken = f"记录里有不属于任何字段的文字“{printable(text.strip(), 10)}”"
            self._take(path, ended.record)

    def _take(self, path: Path, record: _Record) -> None:
        rows = self.rows[path]
        if len(rows) >= MOST_ROWS:
            raise refusals.TooManyRows(limit=MOST_ROWS)
        rows.append([record.cells.get(word) for word in self.words[path]])
        if record.broken:
            self.broken[path][len(rows)] = record.broken
