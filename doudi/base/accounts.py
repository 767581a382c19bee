"""Users and posts: created by the system administrator, given posts by the security administrator.

三员分立: who opens an account cannot give it a role, who gives roles cannot open accounts, and who
reads the audit can do neither. One person never holds two of the three, nor one beside business.
"""

from __future__ import annotations

import secrets
from datetime import date

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.models import Post, User
from doudi.base.roles import ROLES, may_hold_together
from doudi.kernel import clock
from doudi.kernel.problems import Problem, require

# Letters and digits that cannot be mistaken for each other when read from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FIRST_PASSWORD_LENGTH = 14


class UserNameTaken(Problem):
    code = "user.name_taken"
    status = 409
    say = "登录名“{username}”已有人使用。"
    next = "请换一个登录名。"
    fields = ("username",)


class RolesExclude(Problem):
    code = "post.roles_exclude"
    status = 409
    say = "“{one}”与“{other}”不能由同一人担任（三员分立）。"
    next = "请另选人员，或先结束其原任职。"
    fields = ("one", "other")


class NotOneself(Problem):
    code = "user.not_oneself"
    status = 409
    say = "不能给自己授予或变更岗位、停用自己的账号。"
    next = "请由另一名管理员办理。"
    fields = ()


class PasswordWeak(Problem):
    code = "user.password_weak"
    status = 400
    say = "新密码不符合要求：{reasons}"
    next = "请改用至少 10 位、不常见、不全是数字的密码。"
    fields = ("reasons",)


class PasswordWrong(Problem):
    code = "user.password_wrong"
    status = 400
    say = "原密码不正确。"
    next = "请重新输入；忘记密码请联系系统管理员重置。"
    fields = ()


class PostAlreadyHeld(Problem):
    code = "post.already_held"
    status = 409
    say = "此人已有相同的任职。"
    next = "无需重复授予；如需调整辖区，请先结束原任职。"
    fields = ()


class NoSuchRole(Problem):
    code = "post.no_such_role"
    status = 400
    say = "没有选择岗位。"
    next = "请从岗位列表中选择一项。"
    fields = ()


def first_password() -> str:
    """A password to hand over on paper; it must be changed at the first sign-in."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_FIRST_PASSWORD_LENGTH))


@action("user.create", needs="user.create")
def create_user(username: str, name: str, password: str | None, *, by: Actor) -> User:
    """Open an account without any post; ``password`` comes from ``first_password``.

    Without one nobody can sign in to the account until its password is reset.
    """
    username = username.strip()
    require(username and name.strip(), UserNameTaken(username=username or "（空）"))
    lock(f"username:{username}")
    if User.objects.filter(username=username).exists():
        raise UserNameTaken(username=username)
    return User.objects.create(
        username=username,
        name=name.strip(),
        password=make_password(password),
        must_change_password=True,
        password_changed_at=clock.machine_now(),
    )


@action("user.disable", needs="user.disable")
def disable_user(user_id: int, *, by: Actor) -> None:
    """Close an account: no more sign-in, open sessions end at once, open posts end today."""
    require(user_id != by.user_id, NotOneself())
    user = one_or_not_there(User.objects.all(), pk=user_id)
    User.objects.filter(pk=user.pk).update(is_active=False, disabled_at=clock.machine_now())
    Post.objects.filter(user=user, before=None).update(before=clock.business_today())
    end_sessions(user.pk)


@action("user.enable", needs="user.disable")
def enable_user(user_id: int, *, by: Actor) -> None:
    """Open a closed account again; its posts have to be granted anew."""
    require(user_id != by.user_id, NotOneself())
    user = one_or_not_there(User.objects.all(), pk=user_id)
    User.objects.filter(pk=user.pk).update(is_active=True, disabled_at=None)


@action("user.reset", needs="user.reset")
def reset_password(user_id: int, password: str, *, by: Actor) -> None:
    """Give a new first password; open sessions end."""
    user = one_or_not_there(User.objects.all(), pk=user_id)
    User.objects.filter(pk=user.pk).update(
        password=make_password(password),
        must_change_password=True,
        password_changed_at=clock.machine_now(),
    )
    end_sessions(user.pk)


@action("user.change_password", needs="self")
def change_password(old: str, new: str, *, by: Actor) -> None:
    """Change one's own password; the old one is asked again."""
    user = one_or_not_there(User.objects.all(), pk=by.user_id)
    require(check_password(old, user.password), PasswordWrong())
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise PasswordWeak(reasons="；".join(error.messages)) from error
    User.objects.filter(pk=user.pk).update(
        password=make_password(new),
        must_change_password=False,
        password_changed_at=clock.machine_now(),
    )


@action("post.grant", needs="post.grant")
def grant_post(user_id: int, role: str, place: str, *, since: date, by: Actor) -> Post:
    """Give a post: a role over one range of places, from a day."""
    require(user_id != by.user_id, NotOneself())
    require(role in ROLES, NoSuchRole())
    user = one_or_not_there(User.objects.filter(is_active=True), pk=user_id)
    lock(f"posts:{user.pk}")
    for held in Post.objects.filter(user=user, before=None):
        if not may_hold_together(held.role, role):
            raise RolesExclude(one=ROLES[held.role].label, other=ROLES[role].label)
        if (held.role, held.place) == (role, place):
            raise PostAlreadyHeld()
    return Post.objects.create(user=user, role=role, place=place, since=since)


@action("post.end", needs="post.end")
def end_post(post_id: int, before: date, *, by: Actor) -> None:
    """End a post: ``before`` is the first day without it. The right is gone at the next request."""
    post = one_or_not_there(Post.objects.all(), pk=post_id)
    require(post.user_id != by.user_id, NotOneself())
    Post.objects.filter(pk=post.pk).update(before=before)


def end_sessions(user_id: int) -> None:
    """End all sessions of a user at once."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()


def user_named(username: str) -> User | None:
    """The user with this sign-in name, or None."""
    return User.objects.filter(username=username).first()


def posts_of(user: User, on: date) -> QuerySet[Post]:
    """The posts that a user holds on a day."""
    return user.posts.filter(Q(before=None) | Q(before__gt=on), since__lte=on).order_by("id")


def actor_in(user: User, post: Post) -> Actor:
    """The user acting in this post."""
    return Actor(user_id=user.pk, name=user.name, role=post.role, place=post.place, post_id=post.pk)


def actors_of(role: str, on: date) -> list[Actor]:
    """Everybody who holds a role on a day, in the order in which posts were given."""
    posts = Post.objects.filter(Q(before=None) | Q(before__gt=on), role=role, since__lte=on)
    return [
        actor_in(post.user, post)
        for post in posts.select_related("user").order_by("id")
        if post.user.is_active
    ]
