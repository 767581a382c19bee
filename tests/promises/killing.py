"""Processes that die: a month of payments runs in a fork, and a fault is armed in it.

The processes are forked from one that has no connection, so that none is shared over a fork. The
test itself keeps its own connection open all the while.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection, connections

from doudi.kernel import faults
from doudi.kernel.dates import Month

Arming = Callable[[int], AbstractContextManager[None]]


@contextmanager
def every_statement_is_a_boundary() -> Iterator[None]:
    """Count each SQL statement inside the block as a boundary."""

    def boundary(execute, sql, params, many, context):
        faults.here("sql")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(boundary):
        yield


@contextmanager
def at_boundary(number: int) -> Iterator[None]:
    """Die at the number-th boundary inside the block, each SQL statement being one."""
    with faults.kill_at(number), every_statement_is_a_boundary():
        yield


@contextmanager
def after_microseconds(delay: int) -> Iterator[None]:
    """Let the system end this process when the time is up; 0 leaves it alone.

    No line of ours runs any more then, as with kill -9.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, delay / 1e6)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


class Killer:
    """Runs months in processes of their own, each armed with a number of its own."""

    def __init__(self, run: Callable[[Month], None], arm: Arming) -> None:
        self._run, self._arm = run, arm
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        connections.close_all()
        self._process = os.fork()
        if self._process == 0:
            os.close(self._orders)
            try:
                while order := os.read(orders, 64).decode().split():
                    os.write(answers, self._end_of(int(order[0]), Month.parse(order[1])))
            finally:
                os._exit(0)
        os.close(orders)
        os.close(answers)

    def kills(self, number: int, month: Month) -> bool:
        """Run a month in a process armed with a number; say whether it died before its end."""
        os.write(self._orders, f"{number} {month}".encode())
        answer = os.read(self._answers, 1)
        assert answer in (b"K", b"D"), "the month itself failed"
        return answer == b"K"

    def end(self) -> None:
        """Let the process go from which the others are forked."""
        os.close(self._orders)
        os.waitpid(self._process, 0)
        os.close(self._answers)

    def _end_of(self, number: int, month: Month) -> bytes:
        """K: killed; D: done before that; F: failed otherwise."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with self._arm(number):
                    self._run(month)
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        if os.WIFSIGNALED(ended):
            return b"K"
        return b"D" if os.waitstatus_to_exitcode(ended) == 0 else b"F"


@contextmanager
def killing(run: Callable[[Month], None], arm: Arming) -> Iterator[Killer]:
    """A killer for the block; bugs are planted before it, for it forks at once."""
    killer = Killer(run, arm)
    try:
        yield killer
    finally:
        killer.end()
