"""Lines per second of a payment month: accrual, batch, approval, release, file, reconciliation.

``LINES=1000000 ./run bench payments`` for a province; on a scratch database of DATABASE_URL's
server, else of a server of its own.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.county import add_county
from bench.ground import given_or_scratch_server
from bench.measuring import Figure, Meter
from bench.table import show

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


def measure(lines: int, meter: Meter) -> None:
    """Run one month over so many households, step by step under the meter."""
    from doudi.base.worklist import drain
    from doudi.payments.accrual import accrue
    from doudi.payments.bankfile import ReturnLine, build_return, read_batch
    from doudi.payments.batches import approve_batch, make_batch, release_batch
    from doudi.payments.reconcile import receive_return
    from doudi.payments.sending import outbox, send_batch
    from tests.arrange import COUNTY
    from tests.payments.world import JUNE, SCHEME

    world = add_county(lines)
    analyze()

    def timed(step: str, run: Callable[[], Any]) -> Any:
        with meter.step(step) as cost:
            answer = run()
            cost.rows += lines
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
    assert timed("tell", drain) == 2  # the file of the release, and what the bank answered
    assert accrued.new == batch.lines == row.paid_lines + row.failed_lines == lines


def analyze() -> None:
    """Statistics after the load, as the server's own autovacuum would have made by the month."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")


def main() -> None:
    """Measure, print, and record under "payments"."""
    lines = int(os.environ.get("LINES", LINES))
    name = "payments" if lines == LINES else f"payments, LINES={lines}"
    with given_or_scratch_server() as server, tempfile.TemporaryDirectory() as folder:
        from django.conf import settings

        from bench.results import record

        settings.DOUDI_VAR = Path(folder)
        settings.DOUDI_FILES, settings.DOUDI_KEYS = Path(folder) / "files", Path(folder) / "keys"
        meter = Meter(server)
        with scratch_database(), meter.watching_memory():
            measure(lines, meter)
        figures = [cost.figure(step, "lines/s") for step, cost in meter.costs.items()]
        figures += [
            Figure("peak memory, ours", round(meter.client_peak_kb / 1024), "MB"),
            Figure("peak memory, PostgreSQL", round(meter.database_peak_kb / 1024), "MB"),
        ]
        record(name, {"lines": lines, "figures": [each.as_json() for each in figures]})
    show({name: figures})


if __name__ == "__main__":
    main()
