"""An account as a piece of HTML, for the desk and for letters: nested, escaped, without any script.

It carries neither style nor script nor event, so it stands under the strictest content policy; what
can be folded is `<details>`, which needs none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from doudi.rules.determination import Determination, Outcome, WhyLine
from doudi.rules.onepass import Assessment

_PER = {"月": "每月", "次": "一次", "年": "每年"}
_NOBODY: Mapping[str, str] = {}


class Html(str):
    """Text that is HTML already, and says so to whatever puts it into a page."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class _Node(NamedTuple):
    line: WhyLine
    below: list[_Node]


def fragment(
    answer: Determination | Assessment,
    programme: str,
    holder: str = "",
    *,
    called: Mapping[str, str] = _NOBODY,
) -> Html:
    """What a programme answers for a holder and why, down to each article and figure.

    `called` gives the names of persons by reference. A programme that does not concern the holder
    gives nothing.
    """
    asked = answer.determination if isinstance(answer, Assessment) else answer
    outcome = asked.outcome(programme, holder)
    if outcome is None:
        return Html("")
    who = called.get(holder, holder) or "全家"
    parts = [
        f'<section class="programme"><h3>{escape(programme)}（{escape(who)}）</h3>',
        f"<p>{_result(outcome)}</p>",
    ]
    if asked.hypothetical:
        names = "、".join(dict.fromkeys(name for name, _, _ in asked.supposed))
        parts.append(f"<p><em>这是假设“{escape(names)}”得出的结果，不是决定。</em></p>")
    if outcome.reasons:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in outcome.reasons)
        parts.append(f'<ul class="reasons">{reasons}</ul>')
    parts += [account(asked.why(programme, holder), called=called), "</section>"]
    return Html("".join(parts))


def _result(outcome: Outcome) -> str:
    told = f"<strong>{escape(outcome.result)}</strong>"
    if outcome.result != "符合" or not outcome.monthly:
        return told
    amount = f'<data value="{int(outcome.monthly)}">{outcome.monthly.yuan()} 元</data>'
    return f"{told}，{_PER[outcome.per]} {amount}"


def account(lines: Iterable[WhyLine], *, called: Mapping[str, str] = _NOBODY) -> Html:
    """The lines of an account as nested lists: each stands below the finding it is a reason for."""
    return Html(_list(_tree(_by_name(lines, called)), "account"))


def _by_name(lines: Iterable[WhyLine], called: Mapping[str, str]) -> Iterable[WhyLine]:
    """The rules know persons by reference; people know them by name."""
    if not called:
        return lines
    references = "|".join(map(re.escape, called))
    member = re.compile(f"^成员 ({references})(?=：)")
    return [
        line._replace(text=member.sub(lambda found: called[found[1]], line.text)) for line in lines
    ]


def _tree(lines: Iterable[WhyLine]) -> list[_Node]:
    roots: list[_Node] = []
    above: list[_Node] = []
    for line in lines:
        node = _Node(line, [])
        while above and above[-1].line.indent >= line.indent:
            above.pop()
        (above[-1].below if above else roots).append(node)
        above.append(node)
    return roots


def _list(nodes: list[_Node], kind: str = "") -> str:
    if not nodes:
        return ""
    items = "".join(f"<li>{_item(node)}</li>" for node in nodes)
    return f'<ul class="{kind}">{items}</ul>' if kind else f"<ul>{items}</ul>"


def _item(node: _Node) -> str:
    told = _line(node.line)
    if not node.below:
        return f'<div class="why">{told}</div>'
    is_open = " open" if node.line.indent == 0 else ""
    below = _list(node.below)
    return f'<details class="why"{is_open}><summary>{told}</summary>{below}</details>'


def _line(line: WhyLine) -> str:
    sources = [f"<cite>{escape(source)}</cite>" for source in line[2:] if source]
    beside = f"<small>{' · '.join(sources)}</small>" if sources else ""
    return f"{escape(line.text)}{beside}"
