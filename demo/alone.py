"""One demo at a time in a folder: a second one would take the database from under the first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRuns(Exception):
    """Another demo holds the folder; the text says where it is and what to do."""


@contextmanager
def alone(var: Path, port: int) -> Iterator[None]:
    """Hold the demo's folder while inside; let go of also when the process is killed.

    Raises ``AlreadyRuns`` at once where another holds it.
    """
    var.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: starting over deletes the folder.
    with (var.parent / f"{var.name}.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise AlreadyRuns(
                f"演示县已在另一个窗口运行：http://127.0.0.1:{held.read().strip()}\n"
                "请直接打开它；要重新开始，先在那个窗口按 Ctrl-C。"
            ) from None
        held.truncate(0)
        held.write(str(port))
        held.flush()
        yield
