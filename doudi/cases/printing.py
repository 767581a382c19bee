"""Papers as PDF, in STSong-Light: named, not shipped; the reader's Chinese font draws it.

The same paper gives the same bytes: no clock, no random id.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from doudi.cases.papers import Paper

FONT = "STSong-Light"
_MARGIN = 22 * mm
_LABEL = 42 * mm


@functools.cache
def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    body = ParagraphStyle("body", fontName=FONT, fontSize=11, leading=19, wordWrap="CJK")
    return {
        "body": body,
        "text": ParagraphStyle("text", parent=body, firstLineIndent=22, spaceBefore=4),
        "title": ParagraphStyle("title", parent=body, fontSize=18, leading=28, alignment=TA_CENTER),
        "number": ParagraphStyle("number", parent=body, fontSize=10, alignment=TA_RIGHT),
        "small": ParagraphStyle("small", parent=body, fontSize=9, textColor=colors.grey),
    }


def as_pdf(papers: Sequence[Paper]) -> bytes:
    """One document of these papers, each beginning on a page of its own."""
    story: list[Flowable] = []
    for at, paper in enumerate(papers):
        if at:
            story.append(PageBreak())
        story += _flow(paper)
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN,
        bottomMargin=_MARGIN, title=papers[0].title, author="", invariant=1,
    )  # fmt: skip
    document.build(story)
    return made.getvalue()


def _flow(paper: Paper) -> list[Flowable]:
    styles = _styles()
    day = f"{paper.day.year}年{paper.day.month}月{paper.day.day}日"
    flow: list[Flowable] = [
        Paragraph(escape(paper.title), styles["title"]),
        Paragraph(f"编号：{escape(paper.number)}", styles["number"]),
        Spacer(1, 4 * mm),
        _form(paper),
        Spacer(1, 4 * mm),
    ]
    flow += [Paragraph(escape(text), styles["text"]) for text in paper.paragraphs]
    flow.append(Spacer(1, 10 * mm))
    flow += [
        Paragraph(f"{escape(who)}（签字、盖章）：", styles["body"]) for who in paper.signatures
    ]
    flow.append(Paragraph(day, styles["number"]))
    flow.append(Paragraph(f"依据：{escape(paper.article)}", styles["small"]))
    return flow


def _form(paper: Paper) -> Flowable:
    body = _styles()["body"]
    cells = [[Paragraph(escape(a), body), Paragraph(escape(b), body)] for a, b in paper.rows]
    width = A4[0] - 2 * _MARGIN - _LABEL
    table = Table(cells, colWidths=[_LABEL, width], splitByRow=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table
