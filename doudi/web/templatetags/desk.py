"""How money, dates, deadlines and places are written on the desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from doudi.base.access import Actor
from doudi.base.tasks import urgency
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.places.queries import full_name, short_name
from doudi.web.desk import new_key

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Money as people read it: ``1,680.00``; nothing known: an em dash."""
    return "—" if fen is None else Fen(fen).display()


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


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], number: int) -> str:
    """The address of another page of the same list, with its filters."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
