"""ISO 20022: ``pain.001`` to the bank, ``pain.002`` and ``camt.053`` back; pure.

Amounts are written and read as digits, never as floats. Documents with a DTD are refused before
anything in them is read, so that no entity can expand and nothing outside can be fetched. The
schemas: https://www.iso20022.org/catalogue-messages (pain.001.001.09, pain.002.001.10,
camt.053.001.08).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat
from xml.sax.saxutils import escape

from doudi.kernel.clock import SHANGHAI
from doudi.payments.bankfile import (
    REFERENCE,
    RETURNED,
    FileLine,
    LineProblem,
    ReturnLine,
    shown,
)
from doudi.payments.problems import ReturnForAnotherBatch

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_NAME = 35  # Max35Text: message, payment and end-to-end identification
_DEEPEST = 40  # no message of ours is half as deep

# What the bank's status means for a payment; every other status is not an answer yet.
_PAID, _FAILED = frozenset({"ACSC", "ACCC"}), frozenset({"RJCT", "CANC"})
_REASONS = {
    "AC01": "账号不正确", "AC03": "收款账号不正确", "AC04": "账户已销户", "AC06": "账户被冻结",
    "AC13": "账户类型不符", "AG01": "账户不允许此类交易", "AM02": "超过账户限额",
    "BE01": "户名不符",
    "BE04": "收款人信息不全", "MD07": "收款人已去世", "MS03": "银行未说明原因", "NARR": "",
    "RC01": "开户行号不正确", "RR04": "监管原因",
}  # fmt: skip
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2})0*)?")


@dataclass(frozen=True)
class Order:
    """What the head of a ``pain.001`` says: names, who pays, and when the batch was made."""

    number: str
    scheme: str
    month: str
    payer: str
    agreement: str  # under which the bank knows the account of this scheme
    made_at: datetime


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def build(order: Order, lines: Iterable[FileLine]) -> bytes:
    """The ``pain.001`` of a batch, sorted by reference: the same content gives the same bytes."""
    ordered = sorted(lines, key=lambda line: line.reference)
    total = _yuan(sum(line.fen for line in ordered))
    assert len(order.number) <= _LONGEST_NAME, "a batch has a short name"
    moment = order.made_at.astimezone(SHANGHAI)
    payer, count = escape(order.payer), len(ordered)
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{order.number}</MsgId>"
        f"<CreDtTm>{moment.strftime('%Y-%m-%dT%H:%M:%S')}+08:00</CreDtTm>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<InitgPty><Nm>{payer}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{order.number}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<ReqdExctnDt><Dt>{moment.date().isoformat()}</Dt></ReqdExctnDt><Dbtr><Nm>{payer}</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{escape(order.agreement)}</Id></Othr></Id></DbtrAcct>"
        "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>\n"
    )
    purpose = escape(f"{order.scheme} {order.month}")
    rows = [_transfer(line, purpose) for line in ordered]
    return "".join([head, *rows, "</PmtInf></CstmrCdtTrfInitn></Document>\n"]).encode()


def _transfer(line: FileLine, purpose: str) -> str:
    assert len(line.reference) <= _LONGEST_NAME, "a reference fits an end-to-end identification"
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{line.reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="CNY">{_yuan(line.fen)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{escape(line.holder_name)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{line.card}</Id></Othr></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


class _Refused(Exception):
    """The document carries what no bank's message carries; the sentence is for the reader."""


@dataclass
class _Reader:
    """Collects the texts below each transaction, by the local name of their element."""

    number: str
    lines: list[ReturnLine] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)  # of the message as a whole
    told: dict[str, str] | None = None  # of the transaction that is being read
    entry: dict[str, str] = field(default_factory=dict)  # of the statement's entry around it
    text: list[str] = field(default_factory=list)
    count: int = 0
    foreign: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name.rpartition(" ")[2])
        if len(self.path) > _DEEPEST:
            raise _Refused("层次过深，不是银行的回单")
        self.text = []
        if self.path[-1] == "Ntry":
            self.entry = {}
        if self.path[-1] in ("TxInfAndSts", "TxDtls"):
            self.told = dict(self.entry)
        if "Ccy" in attributes:
            self._put("Ccy", attributes["Ccy"])

    def data(self, text: str) -> None:
        self.text.append(text)

    def _put(self, name: str, text: str) -> None:
        if self.told is not None:
            self.told[name] = text
        elif "Ntry" in self.path:
            self.entry[name] = text
        else:
            self.about.setdefault(name, text)

    def end(self, name: str) -> None:
        local, text = self.path.pop(), "".join(self.text).strip()
        self.text = []
        if text:
            # A code is told apart by what it is the code of: a status, a reason, a currency.
            inside = self.path[-1] if self.path else ""
            self._put(f"{inside}/{local}" if local in ("Cd", "Prtry", "Id") else local, text)
        if local in ("TxInfAndSts", "TxDtls") and self.told is not None:
            self.count += 1
            self._transaction(self.count, self.told, statement=local == "TxDtls")
            self.told = None

    def _transaction(self, at: int, told: dict[str, str], *, statement: bool) -> None:
        batch = told.get("MsgId") or told.get("PmtInfId") if statement else ""
        if batch and batch != self.number:
            self.foreign[batch] += 1
            why = "这一笔属于另一批次，请在该批次的页面导入同一份文件"
            self.problems.append(LineProblem(at, "批次", shown(batch), why))
            return
        read = _statement(at, told) if statement else _status(at, told)
        (self.lines if isinstance(read, ReturnLine) else self.problems).append(read)  # type: ignore[arg-type]


def _status(at: int, told: dict[str, str]) -> ReturnLine | LineProblem:
    """One transaction of a ``pain.002``; the reason 退汇 says that it had been paid before."""
    status = told.get("TxSts", "")
    if status not in _PAID | _FAILED:
        why = "银行还没有给出这一笔的结果，本行没有采用"
        return LineProblem(at, "结果", shown(status), why)
    read = _line(at, told, "OrgnlEndToEndId", "InstdAmt", paid=status in _PAID)
    came_back = status in _FAILED and told.get("Rsn/Prtry") == RETURNED
    return read._replace(returned=True) if came_back and isinstance(read, ReturnLine) else read


def _statement(at: int, told: dict[str, str]) -> ReturnLine | LineProblem:
    """One transaction of a ``camt.053``: money that left is paid, money that came back is not."""
    status = told.get("Sts/Cd") or told.get("Sts", "")
    if status != "BOOK":
        return LineProblem(at, "结果", shown(status), "这一笔还没有入账，本行没有采用")
    way = told.get("CdtDbtInd", "")
    if way not in ("DBIT", "CRDT"):
        return LineProblem(at, "借贷方向", shown(way), "借贷方向应为 DBIT 或 CRDT")
    returned = "Rsn/Cd" in told or "Rsn/Prtry" in told
    if (way == "CRDT") != returned:
        return LineProblem(at, "借贷方向", way, "既不是付款也不是退回，请人工核对")
    read = _line(at, told, "EndToEndId", "Amt", paid=way == "DBIT")
    return read._replace(returned=returned) if isinstance(read, ReturnLine) else read


def _line(
    at: int, told: dict[str, str], name: str, amount: str, *, paid: bool
) -> ReturnLine | LineProblem:
    reference = told.get(name, "")
    if not REFERENCE.fullmatch(reference):
        return LineProblem(at, "业务号", shown(reference), "不是本系统的业务号")
    read = _AMOUNT.fullmatch(told.get(amount, ""))
    if read is None:
        return LineProblem(at, "金额", shown(told.get(amount, "")), "金额应为至多两位小数的元")
    if told.get("Ccy", "CNY") != "CNY":
        return LineProblem(at, "币种", shown(told["Ccy"]), "币种应为 CNY")
    fen = int(read[1]) * 100 + int((read[2] or "").ljust(2, "0") or "0")
    return ReturnLine(at, reference, paid, fen, "" if paid else _reason(told))


def _reason(told: dict[str, str]) -> str:
    """The bank's reason in plain words: its code, and what it adds."""
    code = told.get("Rsn/Cd") or told.get("Rsn/Prtry", "")
    words = _REASONS.get(code, f"银行代码 {code}" if code else "")
    return shown("：".join(word for word in (words, told.get("AddtlInf", "")) if word))


def parse_return(content: bytes, number: str = "") -> tuple[list[ReturnLine], list[LineProblem]]:
    """Answers of a ``pain.002`` or ``camt.053``, and problems by transaction; for bad bytes too.

    Raises ``ReturnForAnotherBatch`` where the message answers another one, or where no transaction
    of a statement belongs to this batch. What was whole before a tear is used.
    """
    reader = _Reader(number)
    try:
        _read(reader, content)
    except _Refused as refused:
        return [], [LineProblem(0, "文件", "", f"{refused}，没有采用任何一笔")]
    except (expat.ExpatError, UnicodeError) as torn:
        where = getattr(torn, "lineno", 0)
        reader.problems.append(
            LineProblem(0, "文件", "", f"第 {where} 行起不是完整的 XML，其后的没有采用")
        )
    answered = reader.about.get("OrgnlMsgId", "")
    if number and answered and answered != number:
        raise ReturnForAnotherBatch(number=number, found=shown(answered))
    only_others = len(reader.problems) == sum(reader.foreign.values()) and not reader.lines
    if number and reader.foreign and only_others:
        raise ReturnForAnotherBatch(number=number, found=shown(min(reader.foreign)))
    if not reader.count:
        status = reader.about.get("GrpSts", "")
        why = "银行整批拒收，没有逐笔结果；请按银行的原因处理后重新送盘"
        none = "文件里没有逐笔结果（TxInfAndSts 或 TxDtls）"
        reader.problems.append(
            LineProblem(0, "文件", shown(status), why if status == "RJCT" else none)
        )
    return reader.lines, reader.problems


_DECLARED = re.compile(rb"""encoding\s*=\s*["']\s*gb(?:k|2312|18030)\s*["']""", re.IGNORECASE)


def _read(reader: _Reader, content: bytes) -> None:
    encoding = None
    if _DECLARED.search(content[:200]):
        content, encoding = content.decode("gb18030").encode(), "utf-8"
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.Parse(content, True)


def _refuse_doctype(*told: object) -> None:
    raise _Refused("文件带有 DTD（DOCTYPE），银行回单不应有")
