"""Prints what pytest's report holds, one line a promise: ``table.py REPORT.xml [--json]``."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

Row = tuple[str, bool, float]


def rows_of(report: Path) -> list[Row]:
    """One row a test: the promise and the finding, whether it is kept, seconds.

    A skipped promise is not kept.
    """
    rows = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 our own
        told = {item.get("name"): item.get("value") for item in case.iter("property")}
        names = [told.get("promise"), (case.get("name") or "").removeprefix("test_")]
        broken = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        seconds = float(case.get("time") or 0)
        rows.append((" ".join(name for name in names if name), not broken, seconds))
    return sorted(rows)


def show(rows: list[Row], *, as_json: bool) -> None:
    """Print what passed and in how many seconds; to a machine as JSON."""
    if as_json:
        keys = ("name", "passed", "seconds")
        told = [dict(zip(keys, row, strict=True)) for row in rows]
        lines = [json.dumps(told, ensure_ascii=False)]
    else:
        words = {True: "通过  ", False: "未通过"}
        lines = [f"{words[passed]} {seconds:7.1f} 秒  {name}" for name, passed, seconds in rows]
        lines.append(f"共 {len(rows)} 项，通过 {sum(passed for _, passed, _ in rows)} 项")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    show(rows_of(Path(sys.argv[1])), as_json="--json" in sys.argv)
