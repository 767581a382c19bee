"""``./run bench [NAME ...]``: runs benches, writes bench/results.json, prints a table.

Each bench runs in a process of its own, so that its peak memory is its own. Where DATABASE_URL is
not set, each gets a scratch server of its own too (default settings, the disk is waited for).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from bench.measuring import Figure
from bench.results import RESULTS
from bench.table import show

BENCHES = {
    "river": "一个月的来文：区划、名册、读、认、入库、扫描（SCALE=1 为全县三十万人）",
    "search": "三十万人中查找一人（毫秒，按网页账号的行级权限）",
    "rules": "同一条低保规则、同一份名册：本引擎与六种同类（DOUDI_BENCH_PEOPLE 为人数）",
    "registry": "整部规则、政策试算、分片、一户：同一份名册（DOUDI_BENCH_PEOPLE 为人数）",
    "payments": "一个月的发放：计提、批次、放行、对账、入链（行每秒；LINES=1000000 为百万笔）",
    "screen": "成批筛查：一县、十县、三十三县的 Parquet，与逐户循环、Polars、DuckDB 比",
    "matching": "来文认人：四种脏法的精确率和召回率（DOUDI_BENCH_PEOPLE 为人数）",
}


def main() -> int:
    """Run the named benches, or all; 0 only when all of them ran and met their targets."""
    told = _arguments()
    unknown = [name for name in told.names if name not in BENCHES]
    if unknown:
        print(f"没有名为“{unknown[0]}”的测速。可用的有：{'、'.join(BENCHES)}", file=sys.stderr)
        return 2
    failed = []
    for name in told.names or BENCHES:
        print(f"· {name}：{BENCHES[name]} ……", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=sys.stderr)
        if done.returncode:
            failed.append(name)
    results = _results(told.names or list(BENCHES))
    if told.json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
    else:
        show({name: _figures(each) for name, each in results.items()})
    if failed:
        print(f"未完成或未达标：{'、'.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description="测速，写入 bench/results.json 并列表；时间以处理器秒为准",
        epilog="例：SCALE=1 ./run bench river",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{'、'.join(BENCHES)}；不写则全部"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser.parse_args()


def _results(names: list[str]) -> dict[str, Any]:
    """What is on record of these benches, at every scale that was measured."""
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return {key: told for key, told in known.items() if key.partition(",")[0] in names}


def _figures(told: dict[str, Any]) -> list[Figure]:
    return [Figure(**each) for each in told.get("figures", ())]


if __name__ == "__main__":
    sys.exit(main())
