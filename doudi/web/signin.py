"""Signing in with a name and a password; five failures lock the name (django-axes)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from doudi.base import accounts
from doudi.base.access import Actor
from doudi.base.actions import record_read
from doudi.base.models import User
from doudi.kernel.problems import Problem
from doudi.web.desk import anonymous, signed_in


class PasswordBackend(BaseBackend):
    """Checks the password; takes the same time for a name that does not exist."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **rest: Any
    ) -> User | None:
        user = User.objects.filter(username=username.strip()).first()
        if user is None:
            make_password(password)
            return None
        if check_password(password, user.password) and user.is_active:
            return user
        return None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id).first()


@anonymous
@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.user.is_authenticated:
        return redirect("today")
    problem = ""
    if request.method == "POST":
        user = authenticate(
            request,
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
        )
        if user is not None:
            login(request, user)
            record_read(f"sign_in:{user.pk}", by=person_of(user), why="登录")
            return redirect("today")
        problem = "登录名或密码不正确；连续 5 次不正确将锁定 30 分钟。"
    return render(
        request, "desk/sign_in.html", {"problem": problem}, status=400 if problem else 200
    )


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What django-axes shows while a name is locked."""
    problem = "登录失败次数过多，已锁定 30 分钟；请稍后再试，或联系系统管理员。"
    return render(request, "desk/sign_in.html", {"problem": problem}, status=429)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign_in")


@signed_in
@require_POST
def switch_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Act in another of one's own posts; posts are switched, never merged (DESIGN §8.7)."""
    if any(post.pk == post_id for post in request.posts):  # type: ignore[attr-defined]
        request.session["post"] = post_id
        record_read(f"post:{post_id}", by=request.actor, why="切换岗位")  # type: ignore[attr-defined]
    return redirect("today")


@signed_in
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password, at the first sign-in or at any time."""
    problem: Problem | None = None
    if request.method == "POST":
        try:
            if request.POST.get("new") != request.POST.get("again"):
                raise accounts.PasswordWeak(reasons="两次输入的新密码不一致")
            accounts.change_password(
                request.POST.get("old", ""), request.POST.get("new", ""), by=me(request)
            )
            # The other sessions of this user end with the old password; this one goes on.
            renewed = User.objects.filter(username=request.user.get_username()).get()
            update_session_auth_hash(request, renewed)
            messages.success(request, "密码已修改；其他设备上的登录已全部退出。")
            return redirect("today")
        except (accounts.PasswordWeak, accounts.PasswordWrong) as wrong:
            problem = wrong
    return render(
        request,
        "desk/change_password.html",
        {"problem": problem},
        status=problem.status if problem else 200,
    )


def me(request: HttpRequest) -> Actor:
    """The person signed in, also where they hold no post yet."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is not None:
        return actor
    assert isinstance(request.user, User)
    return person_of(request.user)


def person_of(user: User) -> Actor:
    """The user acting in no post."""
    return Actor(user_id=user.pk, name=user.name, role="citizen", place="000000000000")
