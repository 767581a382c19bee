"""What a family is told in writing about money paid and not due; pure.

Every notice says how much, for which months, why, by which article, how many days there are, and
what the family may do against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doudi.kernel.money import Fen

TOLD, DECISION, GIVEN_UP = "告知书", "决定书", "核销通知"

_ADJUST = "最低生活保障审核确认办法 第三十二条"
_TEKUN = "特困人员认定办法 第二十四条至第二十七条"
_FRAUD = "社会救助暂行办法 第六十八条"
CAUSES: dict[str, str] = {
    "死亡": "成员死亡后，自死亡次月起不再计发",
    "服刑": "成员服刑期间不计入保障人数",
    "重复享受": "同一人同一月同一项目只发一份",
    "互斥项目": "特困供养与低保不能同时享受",
    "骗取": "虚报、隐瞒、伪造取得的，责令退回",
    "收入超标": "家庭收入超过标准的月份不应计发",
    "财产超标": "家庭财产超过规定的月份不应计发",
    "转入特困": "转入特困供养的当月起不再计发低保",
    "自愿退出": "退出之后的月份不应计发",
    "拒绝核查": "停发之后的月份不应计发",
    "待遇终止": "待遇终止之后的月份不应计发",
}


def article_of(scheme: str, cause: str) -> str:
    """The article under which months of a scheme are asked back for a cause."""
    if cause == "骗取":
        return _FRAUD
    return _TEKUN if scheme == "特困" else _ADJUST


@dataclass(frozen=True, slots=True)
class MonthOver:
    """A month of a notice: paid, due and over in fen, with the evidence in words."""

    month: str
    paid_fen: int
    due_fen: int
    over_fen: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The days that the law and the county give: to be heard, to repay, to appeal, to sue."""

    heard_days: int
    repay_days: int
    review_days: int
    suit_months: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its kind, article, amount in fen, days and remedies, and the whole text."""

    kind: str
    article: str
    amount_fen: int
    days: int
    remedies: str
    text: str


def _months(lines: Sequence[MonthOver]) -> list[str]:
    return [
        f"  {x.month}：已发 {Fen(x.paid_fen).yuan()} 元，应发 {Fen(x.due_fen).yuan()} 元，"
        f"多发 {Fen(x.over_fen).yuan()} 元（{x.evidence}）"
        for x in sorted(lines, key=lambda line: line.month)
    ]


def told(scheme: str, cause: str, lines: Sequence[MonthOver], terms: Terms, until: date) -> Notice:
    """告知书: what was found, and until which day the family may speak before a decision."""
    article, total = article_of(scheme, cause), sum(line.over_fen for line in lines)
    remedies = f"可在 {until} 前（{terms.heard_days} 个工作日内）书面或口头陈述、申辩，提交证据。"
    text = [
        f"{scheme}多发资金追缴告知书",
        f"经核对，您家有 {len(lines)} 个月的{scheme}金多发，共 {Fen(total).yuan()} 元。",
        f"事由：{cause}（{CAUSES[cause]}）。",
        *_months(lines),
        f"依据：{article}。",
        f"这还不是决定。{remedies}",
    ]
    return Notice(TOLD, article, total, terms.heard_days, remedies, "\n".join(text))


def decision(
    scheme: str, cause: str, lines: Sequence[MonthOver], terms: Terms, reason: str
) -> Notice:
    """决定书: how much is to be given back, how, and what may be done against it."""
    article, total = article_of(scheme, cause), sum(line.over_fen for line in lines)
    remedies = (
        f"不服本决定的，可在收到之日起 {terms.review_days} 日内申请行政复议，"
        f"或在 {terms.suit_months} 个月内提起行政诉讼。"
    )
    text = [
        f"{scheme}多发资金追缴决定书",
        f"决定追缴您家多领的{scheme}金 {Fen(total).yuan()} 元。",
        f"事由：{cause}（{CAUSES[cause]}）。理由：{reason}",
        *_months(lines),
        f"依据：{article}。",
        f"请在收到之日起 {terms.repay_days} 日内退还，或与经办机构商定分期；"
        "有困难的可以从以后的发放中按月抵扣一部分，不影响基本生活。",
        remedies,
    ]
    return Notice(DECISION, article, total, terms.repay_days, remedies, "\n".join(text))


def given_up(scheme: str, cause: str, fen: int, reason: str) -> Notice:
    """核销通知: what is left of the claim is no longer asked for."""
    article = article_of(scheme, cause)
    text = f"{scheme}多发资金核销通知\n余额 {Fen(fen).yuan()} 元不再追缴。理由：{reason}"
    return Notice(GIVEN_UP, article, fen, 0, "本通知不影响您家今后申请救助。", text)
