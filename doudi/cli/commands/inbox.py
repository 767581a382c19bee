"""``doudi inbox``: take the files that departments put into a folder, each exactly once."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

HELP = "从投放文件夹（SFTP、共享盘）接收部门数据"
EXAMPLE = "doudi inbox /srv/sftp/投放 --place 620521 --every 60"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="投放文件夹，里面按所属期分文件夹，如 2022-05")
    parser.add_argument("--place", required=True, help="本县区划代码")
    parser.add_argument("--quiet", type=int, default=60, help="多少秒没有写入才算传完（秒）")
    parser.add_argument("--every", type=int, default=0, help="每隔多少秒看一次；不给时只看一次")


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    from doudi.base.access import Actor
    from doudi.exchange.folder import take_folder

    place = told.place.ljust(12, "0")
    wrong = False
    while True:
        taken = take_folder(told.folder, place, by=Actor.system(place), quiet_seconds=told.quiet)
        wrong = wrong or any(one.problem for one in taken)
        for one in taken:
            if told.json:
                row = {"file": one.name, "period": one.period, "delivery": one.delivery_id,
                       "problem": one.problem}  # fmt: skip
                print(json.dumps(row, ensure_ascii=False), flush=True)
            else:
                done = one.problem or f"已接收，来文 {one.delivery_id}"
                print(f"{one.period}/{one.name}：{done}", flush=True)
        if not told.every:
            return 1 if wrong else 0
        time.sleep(told.every)
