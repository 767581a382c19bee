"""``doudi status``: one look at the installation."""

from __future__ import annotations

import argparse
import json

HELP = "看一眼：数据库、后台工作、审计存证是否正常"
EXAMPLE = "doudi status --json"


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    from django.db import connection

    from doudi.base import sealing, worklist

    with connection.cursor() as cursor:
        cursor.execute("select version(), (select count(*) from base_unsealed)")
        version, unsealed = cursor.fetchone()
    last = sealing.last_receipt()
    seen = {
        "database": version.split(",")[0],
        "waiting": worklist.waiting(),
        "failed": worklist.failed(),
        "unsealed": unsealed,
        "witnessed_at": last.received_at.isoformat() if last else None,
        "witness_fresh": sealing.is_fresh(),
    }
    if told.json:
        print(json.dumps(seen))
    else:
        print(f"数据库    {seen['database']}")
        print(f"待处理    {seen['waiting']} 项，未封存审计 {seen['unsealed']} 条")
        print(f"出错的    {seen['failed']} 项（排除原因后：doudi worker --retry-failed）")
        print(f"外部存证  {seen['witnessed_at'] or '从未送出'}")
    return 0 if seen["witness_fresh"] and not seen["failed"] else 1
