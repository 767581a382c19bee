"""``doudi witness``: the receiver of the audit's seals, on a machine of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "接收并保存审计存证（应在另一台机器上运行）"
EXAMPLE = "doudi witness --folder /srv/witness --port 8521"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, required=True, help="存证文件夹")
    parser.add_argument("--port", type=int, default=8521)
    parser.add_argument("--host", default="127.0.0.1")


def run(told: argparse.Namespace) -> int:
    from doudi.base import witness

    with witness.serve(told.folder, told.port, told.host) as server:
        print(f"存证接收程序已启动：{told.host}:{told.port} → {told.folder}")
        server.serve_forever()
    return 0
