"""The command line: finds the command, reads its arguments, says problems in words.

Commands are imported only when they are called, so that ``doudi assess`` never waits for Django.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from doudi.kernel.problems import Problem

# In the order in which a new county meets them; each is a module of doudi.cli.commands.
COMMANDS = (
    "setup",
    "serve",
    "worker",
    "witness",
    "verify",
    "backup",
    "restore",
    "receive",
    "inbox",
    "users",
    "status",
    "assess",
    "parameters",
    "registry",
    "decide",
    "whatif",
    "rules-sql",
    "normalise-ids",
    "diff",
    "match",
    "screen",
    "screen-files",
)


def _module(name: str) -> ModuleType:
    return import_module(f"doudi.cli.commands.{name.replace('-', '_')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doudi",
        description="兜底：低收入人口动态监测和分层分类救助平台",
        epilog="每个命令都有 --help 和例子；--json 给机器读；全部成功时退出码才是 0。",
    )
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name in COMMANDS:
        module = _module(name)
        one = commands.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=f"例：{module.EXAMPLE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(one)
        one.add_argument("--json", action="store_true", help="结果以 JSON 输出")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 only when all of it worked."""
    told = _parser().parse_args(argv)
    command = _module(told.command)
    try:
        return int(command.run(told))
    except Problem as problem:
        _say(problem, as_json=told.json)
        return 2
    except KeyboardInterrupt:
        return 130


def _say(problem: Problem, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(problem.as_dict(), ensure_ascii=False), file=sys.stderr)
    else:
        print(f"{problem}\n{problem.next_step}", file=sys.stderr)
