"""Locks are taken in one place, sorted, with a time limit (docs/adr/0001-actions.md)."""

import hashlib

from django.db import OperationalError, connection

from doudi.kernel.problems import Problem


class BusyElsewhere(Problem):
    """Somebody else holds the same record."""

    code = "busy_elsewhere"
    status = 409
    say = "这条记录正在由其他人办理，本次没有保存。"
    next = "请稍候几秒，刷新后再试。"
    fields = ()


def lock(*names: str, wait_ms: int = 5000) -> None:
    """Hold these names until the transaction ends, e.g. ``lock("case:12")``; sorted, no deadlock.

    Raises ``BusyElsewhere`` after ``wait_ms`` milliseconds.
    """
    assert connection.in_atomic_block, "a lock lives as long as its transaction"
    keys = sorted(
        int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True) for name in names
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [f"{wait_ms}ms"])
            for key in keys:
                cursor.execute("select pg_advisory_xact_lock(%s)", [key])
            cursor.execute("select set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "55P03":
            raise BusyElsewhere() from error
        raise
