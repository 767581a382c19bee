"""``doudi match``: every row of a file with the registered person it is about, and why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from doudi.kernel.problems import Problem, require

HELP = "来文与登记册比对：先凭证号，证号不可用的按姓名、出生、地区、家庭评分；说明理由"
EXAMPLE = "doudi match --registry 登记册.parquet --file 来文.csv --out 比对.parquet --explain"


class MatchColumnsRefused(Problem):
    code = "match.columns_refused"
    say = "--columns 的写法“{text}”读不懂。"
    next = "请写成 项目=列名，用逗号隔开，例如 姓名=xm,出生=csrq；项目有：{known}。"
    fields = ("text", "known")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--registry", required=True, type=Path, metavar="登记册", help="Parquet 或 CSV"
    )
    parser.add_argument("--file", required=True, type=Path, metavar="来文", help="CSV 或 Parquet")
    parser.add_argument("--out", required=True, type=Path, metavar="文件", help="Parquet 或 CSV")
    parser.add_argument("--explain", action="store_true", help="每一行写明理由")
    parser.add_argument(
        "--columns", default="", metavar="项目=列名", help="来文的列名不在常用写法中时，如 姓名=xm"
    )
    parser.add_argument(
        "--registry-columns", default="", metavar="项目=列名", help="登记册的列名，写法同上"
    )


def run(told: argparse.Namespace) -> int:
    """0 every row decided; 4 some rows wait for a person or have no usable id and no match."""
    from doudi.cli.table import table
    from doudi.exchange.linking.deciding import NOT_FOUND, TO_REVIEW

    counts = _matched(told)
    open_rows = counts.get(TO_REVIEW, 0) + counts.get(NOT_FOUND, 0)
    if told.json:
        print(json.dumps({"rows": sum(counts.values()), "ways": counts}, ensure_ascii=False))
        return 4 if open_rows else 0
    rows = [(way, f"{many:,}", _MEANS[way]) for way, many in counts.items()]
    print("\n".join(table(("方式", "行数", "含义"), rows)))
    print(f"\n结果在 {told.out}，每行来文一行，次序不变。")
    return 4 if open_rows else 0


_MEANS = {
    "证号": "号码在册，姓名或出生日期相符",
    "评分": "号码不可用，其他各项足以认定",
    "待认": "有可能的人，须人工核对",
    "无此人": "号码有效，但不在登记册中",
    "未找到": "号码不可用，也没有相近的人",
}


def _matched(told: argparse.Namespace) -> dict[str, int]:
    from doudi.exchange.linking.deciding import WAYS, Bands
    from doudi.exchange.linking.explaining import as_table, reasons
    from doudi.exchange.linking.linking import link
    from doudi.exchange.linking.people import find_columns, people_of
    from doudi.exchange.linking.tables import read_table, write_table
    from doudi.kernel import clock

    today, bands = clock.business_today(), Bands()
    sides: list[Any] = []
    for path, columns, registered in (
        (told.registry, told.registry_columns, True), (told.file, told.columns, False),
    ):  # fmt: skip
        frame = read_table(path)
        found = find_columns(frame, path, _told_columns(columns))
        sides += [frame, people_of(frame, found, today, birth_from_id=registered)]
    registry_frame, registry, _, file = sides
    links = link(file, registry, today, bands)
    why = reasons(links, file, bands) if told.explain else None
    write_table(as_table(links, registry_frame, registry, explained=why), told.out)
    return {way: int((links.way == at).sum()) for at, way in enumerate(WAYS)}


def _told_columns(text: str) -> dict[str, str]:
    from doudi.exchange.linking.people import SYNONYMS

    pairs = [part.partition("=") for part in text.replace("，", ",").split(",") if part.strip()]
    for what, equals, name in pairs:
        refused = MatchColumnsRefused(text=text, known="、".join(SYNONYMS))
        require(equals and name.strip() and what.strip() in SYNONYMS, refused)
    return {what.strip(): name.strip() for what, _, name in pairs}
