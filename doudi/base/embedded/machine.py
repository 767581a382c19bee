"""Small questions to the operating system, each with one trap that was met in practice."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; a reader sees the old or the new text, whole."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # made with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def same_path(one: str, other: Path) -> bool:
    """Whether two names mean the same place once links are followed."""
    return os.path.realpath(one) == os.path.realpath(other)


def is_alive(pid: int, working_in: Path | None = None) -> bool:
    """Whether a process lives and, where the system shows it, works in that folder.

    A zombie is dead: in a container nobody may ever collect it. A number may have been given anew.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return working_in is None
    if not Path("/proc/self/stat").exists():
        return True
    process = Path("/proc") / str(pid)
    try:
        # The state stands after the command's name, which is in brackets and may hold brackets.
        status = (process / "stat").read_text(encoding="utf-8", errors="replace")
        if status.rpartition(")")[2].split()[0] in {"Z", "X"}:
            return False
        return working_in is None or same_path(os.readlink(process / "cwd"), working_in)
    except PermissionError:
        return True
    except OSError:
        return False  # it ended while we looked


def free_port(wanted: object = None) -> int:
    """A free port of the loopback, the wanted one if nobody has taken it meanwhile."""
    for port in (wanted, 0):
        if not isinstance(port, int):
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def has_roomy_shared_memory() -> bool:
    """Containers often give 64 MB of /dev/shm, too little for a parallel query."""
    try:
        shared = os.statvfs("/dev/shm")  # noqa: S108 only measured
    except OSError:
        return sys.platform != "linux"
    return shared.f_frsize * shared.f_blocks >= 512 * 1024 * 1024
