"""Lines per second of a payment month: accrual, batch, approval, release, file, reconciliation.

``python -m bench.payments [lines]`` on a scratch database beside the one that DATABASE_URL names.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LINES = 20_000
SCRATCH = "bench_payments"


@contextmanager
def scratch_database() -> Iterator[None]:
    """A migrated, empty database of its own, gone afterwards."""
    import psycopg
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    told = settings.DATABASES["owner"]

    def owner(*statements: str) -> None:
        with psycopg.connect(
            host=told["HOST"],
            port=told["PORT"] or None,
            user=told["USER"],
            password=told["PASSWORD"],
            dbname="postgres",
            autocommit=True,
        ) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    drop = f'drop database if exists "{SCRATCH}" with (force)'
    owner(drop, f'create database "{SCRATCH}"')
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = SCRATCH
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        yield
    finally:
        connections.close_all()
        owner(drop)


def measure(lines: int) -> dict[str, Any]:
    """Run one month over so many households; seconds by step and lines per second over all."""
    from doudi.payments.accrual import accrue
    from doudi.payments.bankfile import ReturnLine, build_return, read_batch
    from doudi.payments.batches import approve_batch, make_batch, release_batch
    from doudi.payments.reconcile import receive_return
    from doudi.payments.sending import outbox, send_batch
    from tests.arrange import COUNTY
    from tests.payments.world import JUNE, SCHEME, add_households

    world = add_households(lines)
    analyze()
    seconds: dict[str, float] = {}

    def timed(step: str, run: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        answer = run()
        seconds[step] = round(time.perf_counter() - began, 3)
        return answer

    accrued = timed("accrue", lambda: accrue(COUNTY, SCHEME, JUNE, by=world.maker))
    batch = timed("make", lambda: make_batch(COUNTY, SCHEME, JUNE, by=world.maker))
    timed("approve", lambda: approve_batch(batch.pk, by=world.approver))
    timed("release", lambda: release_batch(batch.pk, by=world.releaser))
    timed("send", lambda: send_batch(batch.pk, by=world.releaser))
    sent = read_batch((outbox() / f"{batch.number}.txt").read_bytes())
    answer = build_return(
        batch.number,
        [
            ReturnLine(0, line.reference, bool(k % 50), line.fen, "" if k % 50 else "账户已销户")
            for k, line in enumerate(sent)
        ],
    )
    row = timed("reconcile", lambda: receive_return(batch.pk, answer, "return.txt", by=world.maker))
    assert accrued.new == batch.lines == row.paid_lines + row.failed_lines == lines
    total = sum(seconds.values())
    return {"lines": lines, "seconds": seconds, "lines_per_second": round(lines / total)}


def analyze() -> None:
    """Statistics after the load, as the server's own autovacuum would have made by the month."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")


def main() -> None:
    """Measure, print, and record under "payments"."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    django.setup()
    from django.conf import settings

    from bench.results import record

    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory() as folder:
        settings.DOUDI_VAR = Path(folder)
        settings.DOUDI_FILES, settings.DOUDI_KEYS = Path(folder) / "files", Path(folder) / "keys"
        with scratch_database():
            figures = measure(lines)
    for step, took in figures["seconds"].items():
        print(f"{step:10} {took:8.2f} s  {lines / took:10,.0f} lines/s")
    print(
        f"{'all':10} {sum(figures['seconds'].values()):8.2f} s  "
        f"{figures['lines_per_second']:10,} lines/s"
    )
    record("payments", figures)


if __name__ == "__main__":
    main()
