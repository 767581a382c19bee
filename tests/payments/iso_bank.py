"""A bank that answers in ISO 20022, for tests: ``pain.002`` and ``camt.053`` about our lines."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from doudi.payments.bankfile import ReturnLine

P002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
C053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def pain002(number: str, lines: Sequence[ReturnLine], head: str = "") -> bytes:
    """A status report on every line."""
    rows = [
        f"<TxInfAndSts><StsId>{k}</StsId><OrgnlEndToEndId>{line.reference}</OrgnlEndToEndId>"
        f"<TxSts>{'ACSC' if line.paid else 'RJCT'}</TxSts>{_why(line)}"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">{yuan(line.fen)}</InstdAmt></Amt></OrgnlTxRef>'
        "</TxInfAndSts>"
        for k, line in enumerate(lines)
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Document xmlns="{P002}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2022-06-11T09:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{number}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09"
        "</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{number}</OrgnlPmtInfId>{''.join(rows)}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def _why(line: ReturnLine) -> str:
    if line.paid:
        return ""
    if line.returned:
        added = f"<AddtlInf>{escape(line.reason)}</AddtlInf>"
        return f"<StsRsnInf><Rsn><Prtry>退汇</Prtry></Rsn>{added}</StsRsnInf>"
    code = "AC04" if line.reason == "账户已销户" else "NARR"
    added = (
        "" if code == "AC04" or not line.reason else f"<AddtlInf>{escape(line.reason)}</AddtlInf>"
    )
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>{added}</StsRsnInf>"


def camt053(number: str, lines: Sequence[ReturnLine], others: str = "") -> bytes:
    """A statement of account: paid lines left it, failed ones came back; ``others`` as they are."""
    rows = [
        f'<Ntry><Amt Ccy="CNY">{yuan(line.fen)}</Amt>'
        f"<CdtDbtInd>{'DBIT' if line.paid else 'CRDT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<NtryDtls><TxDtls><Refs><MsgId>{number}</MsgId>"
        f"<EndToEndId>{line.reference}</EndToEndId></Refs>{_returned(line)}</TxDtls></NtryDtls></Ntry>"
        for line in lines
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{C053}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>STMT-1</MsgId><CreDtTm>2022-06-11T09:00:00</CreDtTm></GrpHdr>"
        "<Stmt><Id>S-1</Id><Acct><Id><Othr><Id>9558</Id></Othr></Id></Acct>"
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1.00</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        f"{''.join(rows)}{others}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _returned(line: ReturnLine) -> str:
    if line.paid:
        return ""
    code = "AC04" if line.reason == "账户已销户" else "NARR"
    return f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{escape(line.reason)}</AddtlInf></RtrInf>"
