"""Users and posts: three administrators, each with a page of their own (三员分立)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base import accounts
from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed
from doudi.base.models import Post, User
from doudi.base.roles import ROLES
from doudi.kernel import clock
from doudi.kernel.dates import parse_date
from doudi.kernel.divisions import check_division_code
from doudi.kernel.problems import require
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("user.read")
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, with their open posts."""
    rows = User.objects.order_by("username").prefetch_related("posts")
    wanted = request.GET.get("q", "").strip()
    if wanted:
        rows = rows.filter(name__contains=wanted) | rows.filter(username__contains=wanted)
    return render(request, "desk/users.html", {"page": page_of(request, rows), "wanted": wanted})


@desk("user.read")
@require_safe
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One user: account on the left for the system administrator, posts for security."""
    person = one_or_not_there(User.objects.all(), pk=user_id)
    return render(
        request,
        "desk/user.html",
        {
            "person": person,
            "held": [
                (post, ROLES[post.role].label, post.before is None)
                for post in Post.objects.filter(user=person).order_by("-since", "-id")
            ],
            "roles": [(role.code, role.label) for role in ROLES.values() if role.code != "citizen"],
            "may_open": actor_of(request).may("user.create"),
            "may_grant": actor_of(request).may("post.grant"),
        },
    )


def _show_password(request: HttpRequest, person: User, password: str) -> HttpResponse:
    return render(request, "desk/first_password.html", {"person": person, "password": password})


@desk("user.create")
@require_POST
def user_create(request: HttpRequest) -> HttpResponse:
    """Open an account; the first password is shown once."""
    password = accounts.first_password()
    person = accounts.create_user(
        request.POST.get("username", ""),
        request.POST.get("name", ""),
        password,
        by=actor_of(request),
    )
    return _show_password(request, person, password)


@desk("user.reset")
@require_POST
def user_reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a new first password."""
    password = accounts.first_password()
    accounts.reset_password(user_id, password, by=actor_of(request))
    return _show_password(request, one_or_not_there(User.objects.all(), pk=user_id), password)


@desk("user.disable")
@require_POST
def user_disable(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close or reopen an account."""
    if request.POST.get("open") == "1":
        accounts.enable_user(user_id, by=actor_of(request))
        messages.success(request, "账号已启用；岗位需由安全管理员重新授予。")
    else:
        keyed(accounts.disable_user, key_of(request, "user.disable"))(user_id, by=actor_of(request))
        messages.success(request, "账号已停用，登录状态和任职已全部结束。")
    return redirect("user", user_id)


@desk("post.grant")
@require_POST
def post_grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a post."""
    place = check_division_code(request.POST.get("place", "").strip().ljust(12, "0")).code
    role = request.POST.get("role", "")
    require(role in ROLES, accounts.NoSuchRole())
    since: date = parse_date(request.POST.get("since") or clock.business_today().isoformat())
    keyed(accounts.grant_post, key_of(request, "post.grant"))(
        user_id, role, place, since=since, by=actor_of(request)
    )
    messages.success(request, "已授予岗位。")
    return redirect("user", user_id)


@desk("post.end")
@require_POST
def post_end(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post today."""
    post = one_or_not_there(Post.objects.all(), pk=post_id)
    accounts.end_post(post_id, clock.business_today(), by=actor_of(request))
    messages.success(request, "任职已结束，下一次操作起不再有此权限。")
    return redirect("user", post.user_id)
