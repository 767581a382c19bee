"""``doudi rules-sql``: the law of a day as one SQL query, for data that stays in its warehouse."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from doudi.kernel.problems import Problem

if TYPE_CHECKING:
    from doudi.rules.batch.frame import Figures
    from doudi.rules.batch.program import Program
    from doudi.rules.dialect import Level

HELP = "规则写成 SQL：某一天的规定写成一条查询，在数据仓库里直接算，数据不必搬出来"
EXAMPLE = "doudi rules-sql --on 2022-06-01 --programme 低保 --places 620521,620502 > law.sql"


class ColumnRefused(Problem):
    """A column named is no fact that these programmes ask for."""

    code = "rules_sql.column_refused"
    status = 422
    say = "这些项目不问“{name}”{hint}。"
    next = "请改正 --columns；不写 --columns 时，查询要求每一项资料都有一列，列名见输出。"
    fields = ("name", "hint")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", required=True, metavar="日期", help="按哪一天的规定，如 2022-06-01")
    parser.add_argument(
        "--places", required=True, metavar="区划代码", help="数据里有哪些地区，用逗号分开"
    )
    parser.add_argument(
        "--programme", action="append", default=[], metavar="项目",
        help="只写这个项目，可以写几次；不写就是全部项目",
    )  # fmt: skip
    parser.add_argument(
        "--dialect", choices=["duckdb", "postgresql", "spark"], default="duckdb",
        help="给哪种数据库，不写是 duckdb",
    )  # fmt: skip
    parser.add_argument(
        "--columns", metavar="资料",
        help="表里有哪些资料的列，用逗号分开；没有的取缺省值，没有缺省值的算未知。不写就是都有",
    )  # fmt: skip
    parser.add_argument(
        "--parameters", type=Path, metavar="目录", help="本地参数的目录，盖在随带的参数上"
    )


def run(told: argparse.Namespace) -> int:
    from doudi.cli.commands.decide import day, programmes
    from doudi.rules.api import tables_of
    from doudi.rules.batch.frame import figures_of
    from doudi.rules.batch.program import program_on
    from doudi.rules.batch.sql import text
    from doudi.rules.county import read_county
    from doudi.rules.tables import place_chain
    from doudi.rules.version import rules_version

    on, places = day(told.on), _listed(told.places) or [told.places]
    for place in places:
        place_chain(place)
    program = program_on(on, programmes(told.programme))
    have = columns(program, told.columns)
    overlay = read_county(told.parameters) if told.parameters else None
    figures = figures_of(program, tables_of(overlay), places, on)
    lines = [f"{on} 的规定，{rules_version(overlay)}，地区 {'、'.join(places)}"]
    lines += head(program, figures, have)
    query = "".join(f"-- {line}\n" for line in lines)
    query += text(program, figures, places, told.dialect, have=have)
    print(json.dumps({"sql": query}, ensure_ascii=False) if told.json else query, end="")
    return 0


def _listed(text: str) -> list[str]:
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    return list(dict.fromkeys(part for part in parts if part))


def columns(program: Program, told: str | None) -> Mapping[Level, list[str]]:
    """The facts of each table; raises `ColumnRefused`. No fact of obligors: no such table."""
    from doudi.rules.dialect import Level

    asked = {program.nodes[slot].name: program.level(slot) for slot in program.facts}
    given = list(asked) if told is None else _listed(told)
    for name in given:
        if name not in asked:
            near = difflib.get_close_matches(name, asked, n=1)
            raise ColumnRefused(name=name, hint=f"，是不是“{near[0]}”" if near else "")
    found = {level: [name for name in given if asked[name] is level] for level in Level}
    if not found[Level.OBLIGOR]:
        del found[Level.OBLIGOR]
    return found


def head(program: Program, figures: Figures, have: Mapping[Level, list[str]]) -> Iterator[str]:
    """What stands above the query: which tables it reads, what it gives, which figures lack."""
    from doudi.rules.batch.findings import CODES
    from doudi.rules.batch.sql import KEYS, SOURCES
    from doudi.rules.dialect import Level

    yield f"项目：{'、'.join(finding.programme.code for finding in program.findings)}"
    for level, names in have.items():
        yield f"读 {SOURCES[level]}：{'、'.join([*KEYS[level], *names])}"
    if Level.OBLIGOR in have:
        yield "读 owing：户号、人号、义务人号（谁对谁有赡养抚养义务）"
    yield "资料是整数：金额为分，日期为八位年月日，选项为编号，是否为 0、1 或布尔；NULL 是未知"
    yield f"结论：{'、'.join(f'{code} {word}' for code, word in CODES.items())}；金额为分"
    lacking = [
        program.nodes[slot].name
        for slot, figure in figures.by_slot.items()
        if not figure.known.any(axis=1).all()
    ]
    if lacking:
        yield f"当日有地区没有值的参数，要用到时结论为缺资料：{'、'.join(lacking)}"
