"""What every page of the desk is made with: who may open it, forms with keys, messages, lists."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from doudi.base.access import Actor
from doudi.kernel.problems import NotAllowed, Problem

View = Callable[..., HttpResponse]
ROWS_PER_PAGE = 25
# Deep pages are slow (OFFSET) and nobody reads them: narrow the list instead.
LAST_PAGE = 200


class FormTooOld(Problem):
    """A form without a valid key of this user and action."""

    code = "form.too_old"
    status = 400
    say = "这张表单已失效或不完整，没有保存。"
    next = "请返回上一页刷新后重新填写。"
    fields = ()


def anonymous(view: View) -> View:
    """A page for anybody."""
    view.needs = None  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """A page for anybody signed in, whatever the post."""

    @functools.wraps(view)
    def open_page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("sign_in")
        return view(request, *args, **kwargs)

    open_page.needs = "self"  # type: ignore[attr-defined]
    return open_page


def desk(needs: str) -> Callable[[View], View]:
    """A page for posts with this permission; everybody else learns only that it is not for them."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def open_page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect("sign_in")
            actor = request.actor  # type: ignore[attr-defined]
            if actor is None or not actor.may(needs):
                raise NotAllowed(action=PERMISSION_LABELS.get(needs, "打开此页"))
            return view(request, *args, **kwargs)

        open_page.needs = needs  # type: ignore[attr-defined]
        return open_page

    return decorate


PERMISSION_LABELS = {
    "person.read": "查看人员档案",
    "alert.read": "查看预警",
    "case.read": "查看案件",
    "payment.read": "查看资金发放",
    "delivery.read": "查看部门数据",
    "audit.read": "查看审计",
    "user.read": "查看用户",
}


def actor_of(request: HttpRequest) -> Actor:
    """Who acts; only on pages that ``desk`` guards."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    assert actor is not None
    return actor


def new_key(actor: Actor, action: str) -> str:
    """A form's idempotency key, bound to user and action."""
    return signing.dumps([actor.user_id, action, secrets.token_hex(8)], salt="form")


def key_of(request: HttpRequest, action: str) -> str:
    """The key that came back with a form; raises ``FormTooOld`` if it is not ours.

    Answers the random part only: short enough for the table of keys.
    """
    try:
        user, named, key = signing.loads(request.POST.get("key", ""), salt="form", max_age=86400)
    except (signing.BadSignature, ValueError) as error:
        raise FormTooOld() from error
    if (user, named) != (actor_of(request).user_id, action):
        raise FormTooOld()
    return str(key)


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any]) -> Page[Any]:
    """The page of a list that the address asks for, within bounds."""
    told = request.GET.get("page", "1")
    number = min(int(told), LAST_PAGE) if told.isdigit() and len(told) < 6 else 1
    return Paginator(rows, ROWS_PER_PAGE).get_page(max(number, 1))
