"""One example of every action of base: prepare a world, then answer a call that performs it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime

from django.test import override_settings

from doudi.base import accounts
from doudi.base.access import Actor
from doudi.base.calendars import load_official_years
from doudi.base.models import OfficialYear, Post, User, WorkdayException
from doudi.base.timekeeping import move_clock
from doudi.kernel import clock
from tests.arrange import TOWNSHIP, actor, arranging

Call = Callable[[], object]
SYSTEM = actor("system_administrator")
SECURITY = actor("security_administrator")
FIRST, SECOND = "first-pass-1", "Qs-2022-long-enough"
_numbers = itertools.count(1)


def _user() -> User:
    number = next(_numbers)
    return accounts.create_user(f"example{number}", f"示例{number}", FIRST, by=SYSTEM)


def _posted() -> Post:
    return accounts.grant_post(
        _user().pk, "township_clerk", TOWNSHIP, since=date(2022, 1, 1), by=SECURITY
    )


def _create() -> Call:
    name = f"new{next(_numbers)}"
    return lambda: accounts.create_user(name, "新来的", FIRST, by=SYSTEM)


def _disable() -> Call:
    user = _posted().user_id
    return lambda: accounts.disable_user(user, by=SYSTEM)


def _enable() -> Call:
    user = _user().pk
    accounts.disable_user(user, by=SYSTEM)
    return lambda: accounts.enable_user(user, by=SYSTEM)


def _reset() -> Call:
    user = _user().pk
    return lambda: accounts.reset_password(user, SECOND, by=SYSTEM)


def _change() -> Call:
    me = actor("township_clerk", TOWNSHIP, user_id=_user().pk)
    return lambda: accounts.change_password(FIRST, SECOND, by=me)


def _grant() -> Call:
    user = _user().pk
    return lambda: accounts.grant_post(
        user, "township_clerk", TOWNSHIP, since=date(2022, 1, 1), by=SECURITY
    )


def _end() -> Call:
    post = _posted().pk
    return lambda: accounts.end_post(post, date(2022, 7, 1), by=SECURITY)


def _load() -> Call:
    """A year is missing, whatever was loaded before."""
    load_official_years(by=Actor.system())
    with arranging():
        OfficialYear.objects.filter(year=2004).delete()
        WorkdayException.objects.filter(day__year=2004).delete()
    return lambda: load_official_years(by=Actor.system())


def _move() -> Call:
    moment = datetime(2022, 6, 6, 9, tzinfo=clock.SHANGHAI)

    def run() -> None:
        with override_settings(DOUDI_MOVABLE_CLOCK=True):
            move_clock(moment, by=Actor.system())

    return run


EXAMPLES: dict[str, Callable[[], Call]] = {
    "user.create": _create,
    "user.disable": _disable,
    "user.enable": _enable,
    "user.reset": _reset,
    "user.change_password": _change,
    "post.grant": _grant,
    "post.end": _end,
    "calendar.load": _load,
    "clock.move": _move,
}
