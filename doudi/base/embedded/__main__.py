"""Command line of the embedded server."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from doudi.base.embedded.programs import EmbeddedError, candidate_bins
from doudi.base.embedded.roles import DATABASE, LOGINS, SUPERUSER
from doudi.base.embedded.server import STOPS, Server, ServerInfo, default_home


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m doudi.base.embedded",
        description="嵌入式 PostgreSQL：启动、停止、查看、进入命令行、彻底删除。",
        epilog="例：python -m doudi.base.embedded start --set fsync=off",
    )
    parser.add_argument("what", choices=("start", "stop", "status", "psql", "destroy"))
    parser.add_argument("--home", type=Path, default=default_home(), help="默认 var/pg")
    parser.add_argument("--set", action="append", default=[], metavar="名=值", help="数据库参数")
    parser.add_argument("--mode", default="fast", choices=STOPS, help="怎样停止，默认 fast")
    parser.add_argument("--json", action="store_true", help="输出 JSON，含连接地址和密码")
    parser.add_argument("--user", default="doudi_owner", choices=(SUPERUSER, *LOGINS))
    parser.add_argument("--database", default=DATABASE)
    known, rest = parser.parse_known_args(argv)
    if rest and known.what != "psql":
        parser.error(f"不认识的参数：{' '.join(rest)}")
    known.rest = rest
    return known


def _become_psql(info: ServerInfo, user: str, database: str, rest: list[str]) -> None:
    bundled = (str(folder / "psql") for folder in candidate_bins() if (folder / "psql").exists())
    program = next(bundled, None) or shutil.which("psql")
    if program is None:
        raise EmbeddedError("这台机器上没有 psql。请安装 postgresql-client。")
    # The password goes through the environment: arguments are visible to every user in `ps`.
    environment = os.environ | {"PGPASSWORD": info.passwords[user]}
    address = ["-h", info.host, "-p", str(info.port), "-U", user, "-d", database]
    os.execve(program, [program, *address, *rest], environment)  # noqa: S606


def _do(server: Server, chosen: argparse.Namespace) -> ServerInfo | None:
    if chosen.what == "start":
        server.start(**dict(pair.partition("=")[::2] for pair in chosen.set))
    elif chosen.what == "stop":
        server.stop(chosen.mode)
    elif chosen.what == "destroy":
        server.destroy()
    elif chosen.what == "psql":
        _become_psql(server.info(), chosen.user, chosen.database, chosen.rest)
    return server.info() if server.home.exists() and server.running() else None


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 3 when ``status`` finds no running server, else 1."""
    chosen = _arguments(argv)
    server = Server(chosen.home)
    try:
        info = _do(server, chosen)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if chosen.json:
        told: dict[str, object] = {"running": info is not None}
        if info is not None:
            told |= {"owner_dsn": info.owner_dsn, "app_dsn": info.app_dsn}
            told |= {"insight_dsn": info.insight_dsn, "port": info.port, "pid": info.pid}
        sys.stdout.write(json.dumps(told) + "\n")
    elif info is not None:
        sys.stdout.write(f"运行中：127.0.0.1:{info.port}，进程 {info.pid}，数据 {server.data}\n")
    else:
        sys.stdout.write(f"没有运行：{server.home}\n")
    return 3 if chosen.what == "status" and info is None else 0


if __name__ == "__main__":
    sys.exit(main())
