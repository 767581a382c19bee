"""``doudi decide``: the law over a whole registry of Parquet files; neither database nor server."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

HELP = "成批测算：对一个登记库（Parquet）里的所有家庭算出每个项目的结论和金额"
EXAMPLE = "doudi decide 登记库 --on 2022-06-01 --out 结果"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("registry", type=Path, metavar="登记库", help="写法见 docs/registry.md")
    parser.add_argument("--on", required=True, metavar="日期", help="按哪一天的规定，如 2022-06-01")
    parser.add_argument("--out", required=True, type=Path, metavar="文件夹", help="结果放在哪里")
    add_choices(parser)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """What every command over a registry asks."""
    parser.add_argument(
        "--only", action="append", default=[], metavar="项目", help="只算这个项目，可以写几次"
    )
    parser.add_argument(
        "--form", choices=["机器", "数组"], help="算法；不写时有 C 编译器就用机器码，否则用数组"
    )


def run(told: argparse.Namespace) -> int:
    """0 all decided; 4 decided, but some values could not be used."""
    from doudi.cli.table import table
    from doudi.rules.batch.findings import CODES
    from doudi.rules.batch.summary import summary
    from doudi.rules.batch.sweep import sweep

    on, only = day(told.on), programmes(told.only)
    swept = sweep(told.registry, told.out, on, programmes=only, form=told.form)
    rows = summary(told.out)
    faults = swept.faults.sentences()
    if told.json:
        answer = {
            "on": on.isoformat(), "form": swept.form, "households": swept.households,
            "persons": swept.persons, "programmes": rows, "faults": faults,
        }  # fmt: skip
        print(json.dumps(answer, ensure_ascii=False))
        return 4 if faults else 0
    print(
        f"按 {on} 的规定算了 {swept.households:,} 户 {swept.persons:,} 人，用{swept.form}形式。\n"
    )
    names = [CODES[code] for code in sorted(CODES)]
    lines = [
        (row["programme"], row["holder"], *(f"{row[name]:,}" for name in names), yuan(row["fen"]))
        for row in rows
    ]
    print("\n".join(table(("项目", "对象", *names, "金额（元）"), lines)))
    say_faults(faults)
    print(f"\n结果在 {told.out}：households.parquet、persons.parquet，金额以分计。")
    return 4 if faults else 0


def say_faults(faults: list[str]) -> None:
    """What could not be used, a line each."""
    if faults:
        print("\n不能用的值：")
        print("\n".join(f"  {fault}" for fault in faults))


def programmes(only: list[str]) -> tuple[str, ...] | None:
    """The programmes asked for; raises `ProgrammeRefused` for an unknown one."""
    from doudi.rules.batch.summary import ProgrammeRefused
    from doudi.rules.book import rulebook

    known = [programme.code for programme in rulebook().programmes]
    for name in only:
        if name not in known:
            raise ProgrammeRefused(name=name, known="、".join(known))
    return tuple(only) or None


def day(text: str) -> date:
    """The day asked about; raises `DayRefused`."""
    from doudi.cli.commands.parameters import DayRefused

    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise DayRefused(day=text) from wrong


def yuan(fen: int) -> str:
    """Money for a table, in yuan with two places."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"
