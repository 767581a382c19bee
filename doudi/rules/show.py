"""Values in words: money in yuan, findings, yes and no, with the unit a clerk would write."""

from __future__ import annotations

from doudi.rules.book import Node
from doudi.rules.dialect import FINDINGS, MONEY_UNITS

_MONEY_WORDS = {
    "分": "元", "分/月": "元/月", "分/人月": "元/人·月", "分/核算期": "元（核算期合计）",
    "分/年": "元/年", "分/人年": "元/人·年",
}  # fmt: skip
_COUNT_WORDS = {"月/核算期": "月"}


def yuan(fen: int) -> str:
    """An amount in fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def show(node: Node, value: int) -> str:
    """A known value of a node in words."""
    if options := node.options:
        return next((label for label, number in options.items() if number == value), str(value))
    if node.unit in MONEY_UNITS:
        return f"{yuan(value)} {_MONEY_WORDS[node.unit]}"
    if node.unit == "是否":
        return "是" if value else "否"
    if node.unit == "结论":
        return FINDINGS[value]
    if node.unit == "日期":
        return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if node.unit == "万分比":
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}%"
    return f"{value} {_COUNT_WORDS.get(node.unit, node.unit)}"
