"""``doudi receive``: take in department files from the command line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "接收部门数据文件并处理"
EXAMPLE = "doudi receive 医保住院结算.xlsx --period 2022-05 --place 620521"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, help="文件")
    parser.add_argument("--period", required=True, help="所属期，如 2022-05")
    parser.add_argument("--place", required=True, help="本县区划代码")
    parser.add_argument("--format", default="", help="格式代码；不给时按表头判断")
    parser.add_argument("--authority", default="部门共享协议", help="提供依据")


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    from doudi.base import worklist
    from doudi.base.access import Actor, scope
    from doudi.exchange import intake
    from doudi.exchange.models import Delivery

    place = told.place.ljust(12, "0")
    by = Actor.system(place)
    results = []
    for path in told.files:
        content = path.read_bytes()
        format_code = told.format or intake.guess_format(content, path.name)
        delivery = intake.receive(
            content,
            file_name=path.name,
            format_code=format_code,
            period=told.period,
            place=place,
            authority=told.authority,
            by=by,
        )
        worklist.drain()
        with scope(by):
            seen = Delivery.objects.get(pk=delivery.pk)
        results.append(
            {
                "file": path.name,
                "state": seen.state,
                "read": seen.rows_read,
                "accepted": seen.rows_accepted,
                "rejected": seen.rows_rejected,
                "matched": seen.rows_matched,
                "problem": seen.problem,
            }
        )
    if told.json:
        print(json.dumps(results, ensure_ascii=False))
    else:
        for one in results:
            print(
                f"{one['file']}：{one['state']}，读取 {one['read']} 行 = 采用 {one['accepted']} "
                f"+ 退回 {one['rejected']}，匹配 {one['matched']} 行 {one['problem']}"
            )
    return 1 if any(one["problem"] for one in results) else 0
