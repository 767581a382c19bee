"""``doudi users``: who may sign in, and a new first password when no administrator can."""

from __future__ import annotations

import argparse
import json

HELP = "列出用户，或在管理员都无法登录时重置密码"
EXAMPLE = "doudi users --reset sysadmin"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reset", metavar="登录名", help="给这个用户新的首次密码")


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    from doudi.base import accounts
    from doudi.base.access import NATION, Actor, one_or_not_there
    from doudi.base.models import User

    if told.reset:
        user = one_or_not_there(User.objects.all(), username=told.reset)
        password = accounts.first_password()
        by = Actor(user_id=None, name="doudi users", role="system_administrator", place=NATION)
        accounts.reset_password(user.pk, password, by=by)
        print(json.dumps({"password": password}) if told.json else f"首次登录密码：{password}")
        return 0
    rows = [
        {"username": user.username, "name": user.name, "active": user.is_active}
        for user in User.objects.order_by("username")
    ]
    if told.json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['username']:<24}{row['name']}{'' if row['active'] else '（已停用）'}")
    return 0
