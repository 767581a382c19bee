"""``doudi setup``: a first county, without demo data."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doudi.base.access import Actor

HELP = "建立一个县的平台：数据表、区划、工作日历、三名管理员"
EXAMPLE = "doudi setup --county 620521"

ADMINISTRATORS = (
    ("sysadmin", "系统管理员", "system_administrator"),
    ("secadmin", "安全管理员", "security_administrator"),
    ("auditor", "审计管理员", "auditor"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--county", required=True, help="本县的 6 位或 12 位区划代码")
    parser.add_argument("--within", default="", help="只装入这一前缀的区划（如 62），默认全国")


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.find_database(make_roles=True)
    ground.start_django()
    made = set_up(told.county.ljust(12, "0"), within=told.within)
    if told.json:
        print(json.dumps(made, ensure_ascii=False))
        return 0
    print("平台已建好。三名管理员的首次登录密码（登录后必须修改，请分别交给三个人）：")
    for username, password in made["administrators"].items():
        print(f"  {username}  {password}")
    if not made["administrators"]:
        print("  管理员此前已建立，密码未变。")
    print("下一步：doudi witness（另一台机器）、doudi worker、doudi serve")
    return 0


def set_up(county: str, *, within: str = "") -> dict[str, dict[str, str]]:
    """Migrate, load divisions and calendar, open the three administrators' accounts; repeatable."""
    from django.core.management import call_command

    from doudi.base import accounts, vault
    from doudi.base.access import Actor
    from doudi.base.calendars import load_official_years
    from doudi.base.models import User
    from doudi.kernel import clock
    from doudi.kernel.divisions import check_division_code
    from doudi.places.loading import load_divisions

    check_division_code(county)
    vault.keys()  # the key file is made here, by one process, before anything is encrypted
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    load_official_years(by=Actor.system())
    load_divisions(within=within, by=Actor.system())
    passwords: dict[str, str] = {}
    for username, name, role in ADMINISTRATORS:
        if User.objects.filter(username=username).exists():
            continue
        passwords[username] = accounts.first_password()
        user = accounts.create_user(username, name, passwords[username], by=_founder(county))
        accounts.grant_post(
            user.pk, role, county, since=clock.business_today(), by=_founder(county, "post")
        )
    return {"administrators": passwords}


def _founder(county: str, what: str = "user") -> Actor:
    """Nobody is there yet to open the first accounts: the command line does, and the audit says so.

    Later accounts are opened at the desk by the administrators themselves.
    """
    from doudi.base.access import Actor

    role = "system_administrator" if what == "user" else "security_administrator"
    return Actor(user_id=None, name="doudi setup", role=role, place=county)
