"""Workbooks of the old kind (.xls) are opened in a child process with little memory and time.

Their cells are spread over sectors that cannot be measured beforehand, and the reader ends its
process where a damaged file asks for more memory than there is.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import date, datetime, time
from typing import Any

from doudi.exchange import containers, refusals
from doudi.exchange.tables import Sheet

MEMORY = 1536 * 2**20
SECONDS = 30


def sheets_of(content: bytes) -> containers.Workbook:
    """The visible sheets of an .xls and the names of hidden ones; raises a ``FileRefused``."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "doudi.exchange.old_excel"],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        told = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise refusals.DamagedWorkbook(why="读取超时") from error
    if told is None:
        raise refusals.DamagedWorkbook(why="旧版工作簿内容不完整")
    if "locked" in told:
        raise refusals.LockedWorkbook()
    if "why" in told:
        raise refusals.DamagedWorkbook(why=told["why"])
    return tuple(
        Sheet(
            name,
            [[_back(cell) for cell in row] for row in rows],
            merged=tuple((tuple(first), tuple(last)) for first, last in merged),
        )
        for name, rows, merged in told["sheets"]
    ), tuple(told["hidden"])


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return {"at": cell.isoformat()}
    if isinstance(cell, date):
        return {"on": cell.isoformat()}
    if isinstance(cell, str | int | float | bool):
        return cell
    return cell.isoformat() if isinstance(cell, time) else str(cell)


def _back(cell: Any) -> Any:
    if isinstance(cell, dict):
        return (
            datetime.fromisoformat(cell["at"]) if "at" in cell else date.fromisoformat(cell["on"])
        )
    return cell


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: dict[str, Any]
    try:
        sheets, hidden = containers.read_workbook(sys.stdin.buffer.read())
        answer = {
            "hidden": hidden,
            "sheets": [
                [each.name, [[_plain(cell) for cell in row] for row in each.rows], each.merged]
                for each in sheets
            ],
        }
    except refusals.LockedWorkbook:
        answer = {"locked": True}
    except refusals.FileRefused as problem:
        answer = {"why": str(problem.facts.get("why", problem))}
    except MemoryError:
        answer = {"why": "表格范围太大"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _child()
