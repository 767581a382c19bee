"""``doudi screen-files``: what this system knows of everybody, as the files of a screening."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "监测库：把本系统的户、人和事实写成 Parquet（没有姓名和证件号），供 screen 成批筛查"
EXAMPLE = "doudi screen-files --out 监测库 --place 620521"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="文件夹", help="监测库放在哪里")
    parser.add_argument("--place", default="000000000000", help="只要这个区划以下的家庭")


def run(told: argparse.Namespace) -> int:
    """0 when all is written."""
    from doudi.cli import ground

    ground.start_django()
    from doudi.insight.screen_files import write_screen_files

    written = write_screen_files(told.out, told.place.ljust(12, "0"))
    if told.json:
        names = ("counties", "households", "persons", "facts")
        print(json.dumps({name: getattr(written, name) for name in names}))
    else:
        print(
            f"写了 {written.counties:,} 个县 {written.households:,} 户 {written.persons:,} 人、"
            f"{written.facts:,} 条事实到 {told.out}。"
        )
    return 0
