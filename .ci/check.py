"""What ``./run check`` looks at: two at a time, no database, the words of those that failed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from table import Row, show

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"


def steps() -> list[tuple[str, list[str]]]:
    """Name and command of each check, the longest first."""
    python = sys.executable
    manage = [python, "-m", "doudi.cli.manage"]
    wanted = [
        ("类型 mypy", [python, "-m", "mypy"]),
        ("迁移 makemigrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("依赖方向 import-linter", [python, "-c", IMPORTS]),
        ("规则的单位和范围 doudi.rules.checks", [python, "-m", "doudi.rules.checks"]),
        ("格式 ruff format", [python, "-m", "ruff", "format", "--check", ".", "run"]),
        ("写法 ruff check", [python, "-m", "ruff", "check", ".", "run"]),
    ]
    if (ROOT / "tests" / "docs").is_dir():
        wanted.append(("文档 tests/docs", [python, "-m", "pytest", "tests/docs", "-q"]))
    return wanted


def look(item: tuple[str, list[str]]) -> Row:
    """Run one check and tell how it went at once."""
    name, command = item
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        # Nothing here may start a database: an address where none answers is as good as any.
        env={"DATABASE_URL": "postgresql://check@127.0.0.1:1/check", **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    passed, seconds = done.returncode == 0, time.monotonic() - begun
    words = "" if passed else "\n" + done.stdout.decode("utf-8", "replace").strip()
    sys.stderr.write(f"{'✓' if passed else '✗'} {name}（{seconds:.1f} 秒）{words}\n")
    return name, passed, seconds


def main() -> int:
    """Run all of them; 0 only when every one passed."""
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(look, steps()))
    show(rows, as_json="--json" in sys.argv)
    return 0 if all(passed for _, passed, _ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
