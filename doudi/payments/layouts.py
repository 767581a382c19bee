"""The bank's layouts: which file a batch becomes, which reader a return file needs; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from doudi.payments import bankfile, iso20022
from doudi.payments.bankfile import FileLine, LineProblem, ReturnLine
from doudi.payments.problems import LayoutUnknown

CARD, PAIN = "一卡通", "pain.001"
LAYOUTS = {CARD: "txt", PAIN: "xml"}
_XML = (b"<", b"\xff\xfe<", b"\xfe\xff\x00<")


class BatchFacts(bankfile.BatchNames, Protocol):
    """What a file says about its batch."""

    @property
    def layout(self) -> str: ...
    @property
    def made_at(self) -> datetime: ...


def demand_known(layout: str) -> None:
    """Raise ``LayoutUnknown`` for a layout that the bank was never offered."""
    if layout not in LAYOUTS:
        raise LayoutUnknown(layout=layout, layouts="、".join(LAYOUTS))


def file_name(number: str, layout: str) -> str:
    """The derived name under which a batch is sent."""
    return f"{number}.{LAYOUTS[layout]}"


def media_type(layout: str) -> str:
    """The media type of a batch's file."""
    return "application/xml" if layout == PAIN else "text/plain"


def build(batch: BatchFacts, lines: Iterable[FileLine], payer: str) -> bytes:
    """The bank file of a batch in its layout; the same content gives the same bytes."""
    if batch.layout == CARD:
        return bankfile.build(batch, lines)
    place, scheme, _ = batch.number.split("-", 2)
    order = iso20022.Order(
        batch.number, batch.scheme, batch.month, payer, f"{place}-{scheme}", batch.made_at
    )
    return iso20022.build(order, lines)


def parse_return(content: bytes, number: str) -> tuple[list[ReturnLine], list[LineProblem]]:
    """Answers and problems of a return file in any layout that a bank may answer in."""
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_XML):
        return iso20022.parse_return(content, number)
    return bankfile.parse_return(content, number)
