"""``doudi worker``: the machine's work list, and the seals: every 5 s, published every 10 min."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
import time

HELP = "处理后台工作（读文件、比对、扫描），并封存审计"
EXAMPLE = "doudi worker"

SEAL_EVERY_S = 5.0
PUBLISH_EVERY_S = 600.0
LOOK_EVERY_S = 1.0
log = logging.getLogger("doudi.worker")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="做完眼前的工作就退出")

    parser.add_argument(
        "--retry-failed", action="store_true", help="先把出错的工作放回去重做（原因已排除时用）"
    )


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    if told.retry_failed:
        from doudi.base import worklist

        print(f"放回 {worklist.retry_failed()} 项")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    work(stop, once=told.once)
    return 0


def work(stop: threading.Event, *, once: bool = False) -> None:
    """Run until told to stop. Rows that a killed worker left half way are taken up again."""
    from django.db import OperationalError, close_old_connections

    from doudi.base import sealing, worklist
    from doudi.base.witness import WitnessSilent

    worklist.revive_stalled()
    sealed_at = published_at = float("-inf")
    while True:
        close_old_connections()
        try:
            worklist.drain(keep_going=True)
            now = time.monotonic()
            if now - sealed_at >= SEAL_EVERY_S:
                sealing.seal()
                sealed_at = now
            if now - published_at >= PUBLISH_EVERY_S:
                sealing.publish()
                published_at = now
        except WitnessSilent as silent:
            log.warning("%s", silent)
            published_at = time.monotonic() - PUBLISH_EVERY_S + 30
        except OperationalError:
            log.warning("the database does not answer; trying again")
        if once or stop.wait(LOOK_EVERY_S):
            return
