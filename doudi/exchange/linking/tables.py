"""Tables in files, CSV (UTF-8, GB18030) or Parquet; cells are read as text, so none changes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from doudi.exchange.normalising import plain_text
from doudi.kernel.problems import Problem, require

SURPLUS = "多出的格"


class TableNotThere(Problem):
    code = "table.not_there"
    say = "没有文件“{name}”。"
    next = "请核对文件名和所在文件夹。"
    fields = ("name",)


class TableUnreadable(Problem):
    code = "table.unreadable"
    say = "文件“{name}”读不了：{why}"
    next = "请另存为 CSV（UTF-8 或 GB18030 编码）或 Parquet 后再试；Excel 文件请先另存为 CSV。"
    fields = ("name", "why")


class ColumnNotThere(Problem):
    code = "table.column_not_there"
    say = "文件“{name}”中没有“{column}”列。"
    next = "文件中的列是：{columns}。请改写列名后再试。"
    fields = ("name", "column", "columns")


def read_table(path: Path) -> pl.DataFrame:
    """Every row of a CSV or Parquet file, cells of CSV as text; raises a `Problem`."""
    require(path.is_file(), TableNotThere(name=path.name))
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pl.read_parquet(path)
        return _read_csv(path)
    except (pl.exceptions.PolarsError, OSError) as wrong:
        raise TableUnreadable(name=path.name, why="内容损坏或不是这种格式。") from wrong


def _read_csv(path: Path) -> pl.DataFrame:
    raw = path.read_bytes()
    if raw[:2] in (b"PK", b"\xd0\xcf"):
        raise TableUnreadable(name=path.name, why="这是工作簿或压缩文件，不是 CSV。")
    try:
        text = raw if _is_utf8(raw) else raw.decode("gb18030").encode()
    except UnicodeDecodeError as wrong:
        why = "既不是 UTF-8 也不是 GB18030 编码。"
        raise TableUnreadable(name=path.name, why=why) from wrong
    text = text.removeprefix(b"\xef\xbb\xbf")
    require(text.strip(), TableUnreadable(name=path.name, why="文件是空的。"))
    separator = _separator(text)
    try:
        frame = pl.read_csv(io.BytesIO(text), infer_schema=False, separator=separator)
    except pl.exceptions.PolarsError:
        frame = _read_uneven(text.decode(), separator, path)
    return frame.with_columns(pl.all().fill_null(""))


def _read_uneven(text: str, separator: str, path: Path) -> pl.DataFrame:
    """A file whose rows are not of one length: cells that are too many stand in `SURPLUS`.

    A quotation mark that is never closed would swallow the rows behind it; then marks are cells'
    own characters and every line is a row.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline=None), delimiter=separator))
        if any("\n" in cell for row in rows for cell in row):
            lines = io.StringIO(text, newline=None)
            rows = list(csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE))
    except csv.Error as wrong:
        raise TableUnreadable(name=path.name, why="行列不齐，某一格过长。") from wrong
    rows = [row for row in rows if any(row)]
    head = rows[0]
    width = len(head)
    names: list[str] = []
    for at, word in enumerate(head, start=1):
        names.append(word if word and word not in names else f"{word}（第{at}列）")
    body = [row[:width] + [""] * (width - len(row)) for row in rows[1:]]
    columns = {name: [row[at] for row in body] for at, name in enumerate(names)}
    if any(len(row) > width for row in rows[1:]):
        columns[fresh(names, SURPLUS)] = [separator.join(row[width:]) for row in rows[1:]]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separator(text: bytes) -> str:
    head = text.partition(b"\n")[0].decode(errors="replace")
    return max(",\t;|", key=head.count)


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as CSV (with BOM, for spreadsheets) or Parquet, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.half")
    if path.suffix.lower() in (".parquet", ".pq"):
        frame.write_parquet(aside)
    else:
        frame.write_csv(aside, include_bom=True)
    os.replace(aside, path)


def column(frame: pl.DataFrame, name: str, path: Path) -> str:
    """The column of this name, width and blanks aside; raises `ColumnNotThere`."""
    wanted = plain_text(name)
    for each in frame.columns:
        if plain_text(each) == wanted:
            return each
    raise ColumnNotThere(name=path.name, column=name, columns="、".join(frame.columns[:40]))


def as_text(series: pl.Series) -> pl.Series:
    """A column as text, nothing as ""."""
    return series.cast(pl.String).fill_null("")


def fresh(names: Sequence[str], wanted: str) -> str:
    """A name for a further column that no column of the file has."""
    return wanted if wanted not in names else fresh(names, f"{wanted}_")
