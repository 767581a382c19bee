"""``doudi registry``: households written as Parquet, for deciding them all and for what-if."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from doudi.kernel.problems import Problem

if TYPE_CHECKING:
    from doudi.rules.batch.writing import Registered

HELP = "登记库：把家庭写成 Parquet，供 decide 和 whatif 成批测算"
EXAMPLE = "doudi registry --out 登记库 --place 620521"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="*", type=Path, metavar="FILE",
        help="家庭文件（YAML，写法见 docs/assess.md）；不写时取本系统每户最近一次决定的情况",
    )  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, metavar="文件夹", help="登记库放在哪里")
    parser.add_argument("--place", default="000000000000", help="只要这个区划以下的家庭")


def run(told: argparse.Namespace) -> int:
    """0 all written; 2 some household of a file could not be read."""
    from doudi.rules.batch.writing import write_registry

    refused: list[Problem] = []
    source: Iterable[Registered]
    if told.file:
        source = _from_files(told.file, refused)
    else:
        from doudi.cli import ground

        ground.start_django()
        from doudi.insight.registry import decided_households

        source = decided_households(told.place.ljust(12, "0"))
    households, persons = write_registry(told.out, source)
    for problem in refused:
        print(problem, file=sys.stderr)
    if told.json:
        print(json.dumps({"households": households, "persons": persons, "refused": len(refused)}))
    else:
        print(f"写了 {households:,} 户 {persons:,} 人到 {told.out}。")
        if refused:
            print(f"另有 {len(refused)} 户读不懂，没有写入。")
    return 2 if refused else 0


def _from_files(files: list[Path], refused: list[Problem]) -> Iterator[Registered]:
    from doudi.cli.household_file import read_households
    from doudi.rules.batch.writing import Registered
    from doudi.rules.errors import FactRefused
    from doudi.rules.facts import check_names

    names: dict[str, int] = {}
    for path in files:
        for question in read_households(path):
            problem: Problem | None = question.problem()
            if problem is None:
                try:
                    check_names(question.household)
                except FactRefused as wrong:
                    problem = wrong
            if problem is not None:
                refused.append(problem)
                continue
            names[question.name] = count = names.get(question.name, 0) + 1
            number = question.name if count == 1 else f"{question.name}（{count}）"
            yield Registered(number, question.place, question.household)
