"""``doudi serve``: the desk, by granian, with the seals kept running beside it."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

HELP = "启动经办平台（网页）"
EXAMPLE = "doudi serve --port 8000 --workers 2"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--workers", type=int, default=2, help="进程数")


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    collect()
    return subprocess.call(command(told.host, told.port, told.workers))


def collect() -> None:
    """Collect the static files, hashed and compressed, unless the same are there already."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            told = os.stat(storage.path(name))
            digest.update(f"{name}:{told.st_size}:{told.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest.hexdigest())


def command(host: str, port: int, workers: int) -> list[str]:
    """The server's command line. Threads are named: the default opens a connection for each."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "warning",
        "doudi.cli.wsgi:application",
    ]
