"""The file that goes to the bank (代发文件) and the file that comes back (回盘文件); pure.

Both are lines of fields parted by ``|``: a head (H, R), details (D), a trailer (T). The bytes are a
function of the batch and its lines alone, so that a crash can only repeat them (PROMISES 2.2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from doudi.kernel.text import clip
from doudi.payments.problems import ReturnForAnotherBatch

# Banks of the region read GB18030; it can write every character that a name may have.
ENCODING = "gb18030"
PAID, FAILED = "成功", "失败"
# Paid by what the bank had said, and come back since.
RETURNED = "退汇"
_LONGEST_VALUE = 120
_FEN = re.compile(r"[0-9]{1,15}")
REFERENCE = re.compile(r"[0-9A-Za-z:.\-]{1,80}")
# A detail line as nearly all of them are: read in one step; every other goes field by field.
_PLAIN = re.compile(rf"D\|([0-9A-Za-z:.\-]{{1,80}})\|({PAID}|{FAILED})\|([0-9]{{1,15}})\|")


class BatchNames(Protocol):
    """What the head of the file says about its batch."""

    @property
    def number(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def month(self) -> str: ...


class FileLine(NamedTuple):
    """One payment in the bank's file: derived reference, account holder, card, amount in fen."""

    reference: str
    holder_name: str
    card: str
    fen: int


class ReturnLine(NamedTuple):
    """One answer of the bank: paid, failed or come back with a reason, by reference and fen.

    ``returned`` is not paid either: the money went out, and came back (退汇).
    """

    line: int
    reference: str
    paid: bool
    fen: int
    reason: str = ""
    returned: bool = False

    @property
    def result(self) -> str:
        """The bank's word for it."""
        return RETURNED if self.returned else PAID if self.paid else FAILED


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line that cannot be used (0: the file as a whole), with the reason in plain words."""

    line: int
    column: str
    value: str
    why: str


def build(batch: BatchNames, lines: Iterable[FileLine]) -> bytes:
    """The bank file of a batch: sorted by reference, count and total in head and trailer."""
    ordered = sorted(lines, key=lambda line: line.reference)
    count, total = len(ordered), sum(line.fen for line in ordered)
    details = "".join([f"D|{ref}|{holder}|{card}|{fen}\n" for ref, holder, card, fen in ordered])
    # As for a single row, but looked at once: a million lines are sealed three times.
    whole = (details.count("\n"), details.count("|")) == (count, 4 * count)
    assert whole, "a field breaks its line"
    assert not _BREAKS.search(details), "a field breaks its line"
    head = _row("H", batch.number, batch.scheme, batch.month, str(count), str(total))
    body = (head + details).encode(ENCODING)
    seal = hashlib.sha256(body).hexdigest()
    return body + _row("T", str(count), str(total), seal).encode(ENCODING)


def read_batch(content: bytes) -> list[FileLine]:
    """The details of a bank file, as the bank reads them; rehearsals and the demo's bank use it."""
    rows = [row.split("|") for row in content.decode(ENCODING).splitlines()]
    return [FileLine(r[1], r[2], r[3], int(r[4])) for r in rows if r[0] == "D" and len(r) == 5]


def build_return(number: str, lines: Sequence[ReturnLine]) -> bytes:
    """A return file in the shape that we ask of the bank; rehearsals and the demo's bank use it."""
    rows = [_row("R", number, str(len(lines)))]
    rows += [_row("D", x.reference, x.result, str(x.fen), x.reason) for x in lines]
    rows.append(_row("T", str(len(lines))))
    return "".join(rows).encode(ENCODING)


# What no field may hold, beside the ends of field and line that are counted.
_BREAKS = re.compile("[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]")


def _row(*fields: str) -> str:
    for field in fields:
        # Lines with such a name are held before they come here (stops.py).
        assert not re.search(r"[|\x00-\x1f\x7f\x85\u2028\u2029]", field), "a field breaks its line"
    return "|".join(fields) + "\n"


def parse_return(content: bytes, number: str = "") -> tuple[list[ReturnLine], list[LineProblem]]:
    """Lines that can be used and problems by line; never raises for what a file contains.

    With ``number`` given, a head that names another batch raises ``ReturnForAnotherBatch``.
    """
    lines: list[ReturnLine] = []
    problems: list[LineProblem] = []
    details, promised, closed, headed = 0, None, False, False
    for at, text, whole in _texts(content):
        if text is None:
            details += 1
            problems.append(LineProblem(at, "编码", "", "不是 UTF-8 也不是 GB18030 编码，读不出"))
            continue
        plain = _PLAIN.fullmatch(text)
        if plain is not None and whole and not closed:
            details += 1
            reference, result, fen = plain.groups()
            lines.append(ReturnLine(at, reference, result == PAID, int(fen)))
            continue
        fields = [field.strip() for field in text.split("|")]
        if fields[0] == "R" and not headed and not lines:
            headed = True
            _check_head(fields if whole else [], number, at, problems)
        elif fields[0] == "T" and not closed:
            closed, promised = True, fields[1] if len(fields) > 1 else ""
        else:
            details += 1
            read = _detail(at, fields, whole=whole, closed=closed)
            (lines if isinstance(read, ReturnLine) else problems).append(read)  # type: ignore[arg-type]
    if not headed:
        problems.append(LineProblem(0, "文件头", "", "没有文件头（R 行），按业务号逐笔核对"))
    if not closed:
        problems.append(LineProblem(0, "文件尾", "", "没有文件尾（T 行），文件可能被截断"))
    elif promised != str(details):
        why = f"文件尾写明的笔数与实际的 {details} 笔不符，文件可能不完整"
        problems.append(LineProblem(0, "文件尾", shown(promised or ""), why))
    return lines, problems


def _texts(content: bytes) -> Iterable[tuple[int, str | None, bool]]:
    """Number, text (None where unreadable) and wholeness of every line that is not blank.

    The whole file decides its encoding; only where neither fits is each line tried alone. Lines
    are parted before decoding fields, because ``|`` may be half of a character in GB18030.
    """
    encodings: tuple[str, ...] = ("utf-8", ENCODING)
    content = content.removeprefix(b"\xef\xbb\xbf")
    for encoding in encodings:
        if _decoded(content, (encoding,)) is not None:
            encodings = (encoding,)
            break
    rows = content.split(b"\n")
    for at, row in enumerate(rows, start=1):
        row = row.removesuffix(b"\r")
        if row.strip():
            yield at, _decoded(row, encodings), at < len(rows)


def _decoded(content: bytes, encodings: tuple[str, ...]) -> str | None:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_head(fields: list[str], number: str, at: int, problems: list[LineProblem]) -> None:
    found = fields[1] if len(fields) > 1 else ""
    if number and found and found != number:
        raise ReturnForAnotherBatch(number=number, found=shown(found))
    if not found:
        problems.append(LineProblem(at, "文件头", "", "文件头没有完整的批次号，按业务号逐笔核对"))


def _detail(at: int, fields: list[str], *, whole: bool, closed: bool) -> ReturnLine | LineProblem:
    """A detail line, or what is wrong with it; a line without an end may have lost digits."""
    if fields[0] != "D":
        return LineProblem(at, "行标志", shown(fields[0]), "行标志应为 R、D 或 T 中的一个")
    if closed:
        return LineProblem(at, "行标志", "D", "明细出现在文件尾之后")
    if not whole:
        return LineProblem(at, "整行", shown("|".join(fields)), "文件在这一行中断，本行没有采用")
    if len(fields) != 5:
        why = f"应有 5 个字段（D|业务号|结果|金额分|原因），实有 {len(fields)} 个"
        return LineProblem(at, "整行", shown("|".join(fields)), why)
    _, reference, result, fen, reason = fields
    if not reference:
        return LineProblem(at, "业务号", "", "业务号没有填写")
    if not REFERENCE.fullmatch(reference):
        return LineProblem(at, "业务号", shown(reference), "不是本系统的业务号")
    if result not in (PAID, FAILED, RETURNED):
        return LineProblem(at, "结果", shown(result), "结果只能是“成功”“失败”或“退汇”")
    if not _FEN.fullmatch(fen):
        return LineProblem(at, "金额", shown(fen), "金额应为以分为单位的整数")
    returned = result == RETURNED
    return ReturnLine(at, reference, result == PAID, int(fen), shown(reason), returned)


def shown(text: str) -> str:
    """A value of a bank as it can be stored and shown: printable and not longer than its column."""
    return clip("".join(c if c.isprintable() else "�" for c in text), _LONGEST_VALUE)
