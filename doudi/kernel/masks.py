"""Personal data as it may be shown: recognisable to who knows it, useless to who does not."""

from __future__ import annotations

_COMPOUND_SURNAMES = frozenset({
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐",
    "夏侯", "长孙", "宇文", "独孤", "南宫", "端木", "百里", "呼延", "轩辕", "东郭", "申屠",
    "赫连", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "仲孙", "钟离", "闾丘",
    "鲜于", "司空", "司寇", "子车", "颛孙", "巫马", "公西", "漆雕", "乐正", "拓跋", "谷梁",
    "闻人", "万俟", "第五",
})  # fmt: skip

# Shorter texts would be shown almost whole by their kept ends.
_SHORTEST_WITH_ENDS = 8


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _keep_ends(text: str, head: int, tail: int) -> str:
    if len(text) < _SHORTEST_WITH_ENDS:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def mask_id(number: object) -> str:
    """Keep the first 3 and the last 4 characters: "620***********0023"."""
    return _keep_ends(_text(number), 3, 4)


def mask_name(name: object) -> str:
    """Keep the surname, of one character or a compound one: "张*", "欧阳**"; one alone: "*"."""
    text = _text(name)
    if len(text) < 2:
        return "*" * len(text)
    kept = 2 if len(text) > 2 and text[:2] in _COMPOUND_SURNAMES else 1
    return text[:kept] + "*" * (len(text) - kept)


def mask_phone(number: object) -> str:
    """Keep the first 3 and the last 4 digits: "138****1234"."""
    return _keep_ends(_text(number), 3, 4)


def mask_card(number: object) -> str:
    """Keep the last 4 digits of a bank card or account."""
    return _keep_ends(_text(number), 0, 4)
