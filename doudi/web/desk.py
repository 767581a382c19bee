"""What every page of the desk is made with: who may open it, forms with keys, messages, lists."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.core import signing
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from doudi.base.access import Actor
from doudi.base.actions import ACTIONS, record_read
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
            if actor is None:
                raise NotAllowed(action=label_of_permission(needs))
            demand(actor, needs)
            return view(request, *args, **kwargs)

        open_page.needs = needs  # type: ignore[attr-defined]
        return open_page

    return decorate


PERMISSION_LABELS = {
    "person.reveal": "查看完整证件号码",
    "person.read": "查看人员档案",
    "alert.read": "查看预警",
    "alert.receive": "接收预警",
    "alert.report": "反馈预警核查",
    "alert.return": "退回预警",
    "alert.close": "关闭预警",
    "lead.read": "查看线索",
    "lead.report": "上报线索",
    "lead.triage": "初核线索",
    "sweep.read": "查看防漏保排查",
    "sweep.start": "开始防漏保排查",
    "sweep.assign": "派人排查",
    "sweep.settle": "登记排查结果",
    "sweep.end": "结束防漏保排查",
    "threshold.read": "查看、试算阈值",
    "threshold.set": "调整阈值",
    "alike.check": "登记同批同额抽查",
    "case.read": "查看案件",
    "case.accept": "受理申请",
    "case.check": "办理信息核对",
    "case.investigate": "入户调查",
    "case.opinion": "提出初审意见",
    "case.publicise": "办理公示",
    "case.object": "登记、答复公示异议",
    "case.visit": "县级入户调查",
    "case.review": "提出审核意见",
    "case.decide": "作出决定",
    "case.extend": "延长办理期限",
    "case.tell": "送达决定",
    "award.change": "变更、停发待遇",
    "consent.record": "登记核对授权",
    "account.confirm": "复核收款账户",
    "payment.read": "查看资金发放",
    "payment.accrue": "计提应发",
    "payment.make": "编制批次",
    "payment.approve": "复核批次",
    "payment.release": "放行批次",
    "payment.receive": "导入银行回盘",
    "recovery.find": "查找多发",
    "recovery.handle": "办理追缴",
    "recovery.decide": "认定追缴",
    "recovery.repay": "登记退款",
    "fund.enter": "录入资金指标",
    "fund.confirm": "复核资金指标",
    "raise.enter": "登记提标",
    "raise.confirm": "复核提标",
    "price.enter": "录入物价指数、编制名册",
    "price.confirm": "复核物价指数、确认名册",
    "delivery.read": "查看部门数据",
    "delivery.receive": "接收部门数据",
    "delivery.withdraw": "撤回来文",
    "match.review": "辨认待认人员",
    "audit.read": "查看审计",
    "user.read": "查看用户",
    "user.create": "开通账号",
    "user.reset": "重置密码",
    "user.disable": "停用账号",
    "post.grant": "授予岗位",
    "post.end": "结束任职",
}


def label_of_permission(permission: str) -> str:
    """How a permission is called on pages."""
    return PERMISSION_LABELS.get(permission, "这一步")


def demand(actor: Actor, permission: str) -> None:
    """Raise ``NotAllowed`` in the bureau's words unless the post carries the permission."""
    if not actor.may(permission):
        raise NotAllowed(action=label_of_permission(permission))


def demand_action(actor: Actor, name: str) -> None:
    """The same for what an action needs, before anything of the object is read."""
    demand(actor, ACTIONS[name].needs)


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


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, reads: str = ""
) -> Page[Any]:
    """The page of a list that the address asks for, within bounds.

    A list that names people says what it ``reads``: the audit keeps who saw which page of it (A7).
    """
    told = request.GET.get("page", "1")
    number = min(int(told), LAST_PAGE) if told.isdigit() and len(told) < 6 else 1
    page = Paginator(rows, ROWS_PER_PAGE).get_page(max(number, 1))
    if reads and page.object_list:
        why = f"列表第 {page.number} 页，{len(page.object_list)} 条"
        record_read(reads, by=actor_of(request), why=why)
    return page
