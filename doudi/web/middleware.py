"""Per request: who acts in which post, the scope of places, and problems as pages."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from doudi.base.access import scope
from doudi.base.accounts import actor_in, posts_of
from doudi.base.models import User
from doudi.kernel import clock
from doudi.kernel.problems import NotThere, Problem

log = logging.getLogger("doudi.web")
Next = Callable[[HttpRequest], HttpResponse]

# Pages that somebody may open whose first password is not changed yet.
_BEFORE_PASSWORD = ("change_password", "sign_out")


class PostMiddleware:
    """Names the actor from the session's post, re-read at every request, and sets the scope.

    A right taken away is gone at the next request (X5), because nothing is kept in the session
    but the number of the post.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        assert isinstance(user, User)
        if not user.is_active:
            logout(request)
            return redirect("sign_in")
        posts = list(posts_of(user, clock.business_today()))
        request.posts = posts  # type: ignore[attr-defined]
        chosen = next((p for p in posts if p.pk == request.session.get("post")), None)
        post = chosen or (posts[0] if posts else None)
        if user.must_change_password and not self._open(request):
            return redirect("change_password")
        if post is None:
            return self.get_response(request)
        actor = actor_in(user, post)
        request.actor = actor  # type: ignore[attr-defined]
        with scope(actor):
            response = self.get_response(request)
        # Pages with people on them stay in no cache and not behind the back button (ASVS 14.3.2).
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @staticmethod
    def _open(request: HttpRequest) -> bool:
        return request.path in {reverse(name) for name in _BEFORE_PASSWORD}


class ProblemMiddleware:
    """Turns a problem into a page with its sentence and next step, and an error into a number."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """One answer for "not yours" and "not there"; an unexpected error never shows its text."""
        if isinstance(error, Problem):
            return problem_page(request, error)
        number = secrets.token_hex(4)
        log.error("error %s at %s: %s", number, request.resolver_match, type(error).__name__)
        with contextlib.suppress(Exception):
            log.debug("error %s", number, exc_info=error)
        return render(request, "desk/error.html", {"number": number}, status=500)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The page (or, for htmx, the fragment) that says what is wrong and what to do next."""
    if isinstance(problem, NotThere):
        return render(request, "desk/not_there.html", {"problem": problem}, status=404)
    return render(request, "desk/problem.html", {"problem": problem}, status=problem.status)


class FormRefused(Problem):
    """A form that our own page did not send (or that has lain open since another sign-in)."""

    code = "form.refused"
    status = 403
    say = "这张表单不是从本系统的页面提交的，或者页面打开后登录状态已变，没有保存。"
    next = "请刷新页面后重新填写；仍然不行请重新登录。"
    fields = ()


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form without its token gets (X8); the reason is in the log only."""
    return problem_page(request, FormRefused())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An unknown address answers like a record that is not there."""
    return problem_page(request, NotThere())
