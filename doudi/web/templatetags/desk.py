"""How money, dates, deadlines and places are written on the desk."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from doudi.base.access import Actor
from doudi.base.tasks import urgency
from doudi.exchange.formats.disability import CATEGORIES, LEVELS
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.people.facts import FactSeen
from doudi.places.queries import full_name, short_name
from doudi.watch.kinds import dictionary
from doudi.web.desk import new_key

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Money as people read it: ``1,680.00``; nothing known: an em dash."""
    return "—" if fen is None else Fen(fen).display()


@register.filter
def percent(parts: int | None) -> str:
    """Parts of ten thousand as a share: 280 is 2.8%."""
    if parts is None:
        return "—"
    whole, rest = divmod(abs(parts), 100)
    text = f"{whole}.{rest:02}".rstrip("0").rstrip(".")
    return f"{'-' if parts < 0 else ''}{text}%"


@register.filter
def place(code: str) -> str:
    """Short name of a place code."""
    return short_name(code) if code else ""


@register.filter
def place_path(code: str) -> str:
    """Full name of a place code, from the province down."""
    return full_name(code) if code else ""


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, for short fixed lists in templates."""
    return text.split()


@register.filter
def after_colon(title: str) -> str:
    """A task's title without whose it is, for the page that says so in its heading."""
    return title.rpartition("：")[2]


# Numbers under which the machine keeps things, as people would say them.
_SAID = (
    (re.compile(r"\bdelivery:(\d+):(\d+)"), r"部门数据第 \1 号来文第 \2 行"),
    (re.compile(r"\bregistry:"), "建库底册 "),
    (re.compile(r"\bvisit:(\d+)"), r"入户走访第 \1 号"),
    (re.compile(r"\bcases\.case:(\d+)"), "救助申请"),
)


@register.filter
def readable(text: str) -> str:
    """A source or a subject in words, where it is kept as a number."""
    for pattern, words in _SAID:
        text = pattern.sub(words, text)
    return text


@register.filter
def fact_words(fact: FactSeen) -> str:
    """What a fact says beside its amount; a certificate of disability as 肢体二级."""
    if fact.kind == "disability" and re.fullmatch("[1-7][1-4]", fact.code):
        return f"{CATEGORIES[int(fact.code[0]) - 1]}{LEVELS[int(fact.code[1]) - 1]}"
    return fact.code


_KIND = re.compile(r"\bK[0-9]{2}\b")


@register.filter
def kind_words(text: str) -> str:
    """The codes of monitored kinds by their names, as in the sum of an alert's points."""
    names = {kind.code: kind.label for kind in dictionary()}
    return _KIND.sub(lambda found: names.get(found[0], found[0]), text)


# The order of a notice on the wall; JSON in the database keeps none.
_NOTICE = ("申请人姓名", "村", "家庭人数", "家庭成员数量", "拟保障金额", "保障金额", "初审意见")


@register.filter
def in_order(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a notice in the order in which people read them."""
    known = [(name, content[name]) for name in _NOTICE if name in content]
    return known + [(name, value) for name, value in content.items() if name not in _NOTICE]


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as ``2022-05-31``."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d")
    return value.isoformat()


@register.filter
def moment(value: datetime | None) -> str:
    """A moment as ``2022-05-31 09:30`` in China."""
    return "—" if value is None else value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")


_URGENCY = {"red": ("danger", "急"), "yellow": ("warning", "近"), "green": ("success", "")}


@register.simple_tag
def deadline(due_on: date | None, provisional: bool = False) -> SafeString:
    """A deadline with its colour and the days left, in words that do not need the colour."""
    if due_on is None:
        return SafeString("—")
    today = clock.business_today()
    left = (due_on - today).days
    colour, _ = _URGENCY[urgency(due_on, today)]
    words = "今天到期" if left == 0 else f"剩 {left} 天" if left > 0 else f"超期 {-left} 天"
    return format_html(
        '<span class="deadline"><span class="status status-{}">{}</span> '
        '<span class="text-secondary">{}{}</span></span>',
        colour,
        words,
        due_on.isoformat(),
        "（暂定）" if provisional else "",
    )


@register.simple_tag(takes_context=True)
def form_key(context: dict[str, Any], action: str) -> SafeString:
    """The hidden field with a key bound to this user and action."""
    actor: Actor = context["actor"]
    return format_html('<input type="hidden" name="key" value="{}">', new_key(actor, action))


# The pages of the watch beside each other: address, words, permission.
_WATCH_TABS = (
    ("alerts", "预警", "alert.read"),
    ("funnel", "预警到帮扶", "alert.read"),
    ("register", "低收入人口", "alert.read"),
    ("sweeps", "防漏保排查", "sweep.read"),
    ("precision", "命中率", "alert.read"),
    ("alikes", "同批同额", "threshold.read"),
    ("thresholds", "阈值", "threshold.read"),
)


@register.simple_tag(takes_context=True)
def watch_tabs(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of the watch that this post may open, the one on the screen lit."""
    here = context["request"].resolver_match.url_name
    return [
        {"url_name": name, "label": label, "lit": here.startswith(name.removesuffix("s"))}
        for name, label, needs in _WATCH_TABS
        if context["actor"].may(needs)
    ]


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], number: int) -> str:
    """The address of another page of the same list, with its filters."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
