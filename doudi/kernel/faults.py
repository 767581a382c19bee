"""Boundaries at which a test may kill, fail or delay the process; no-ops in production.

Nothing here reads settings or the environment: only a call from a test can arm it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType


class Injected(Exception):
    """The failure a test asked for at a boundary; no code may handle it."""

    def __init__(self, number: int, name: str = "") -> None:
        super().__init__(number, name)
        self.number = number
        self.name = name


class Counted:
    """The boundaries passed so far: how many, and their names in order."""

    def __init__(self) -> None:
        self.names: list[str] = []

    @property
    def total(self) -> int:
        return len(self.names)


class Armed:
    """A fault that waits for its boundary; as a context manager it disarms itself."""

    def __init__(self, at: int, act: Callable[[str], None]) -> None:
        assert at >= 1, "boundaries are counted from 1"
        self._at, self._act, self._passed, self._lock = at, act, 0, Lock()

    def __call__(self, name: str) -> None:
        with self._lock:
            self._passed += 1
            reached = self._passed == self._at
        if reached:
            self._act(name)

    def __enter__(self) -> Armed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        disarm()


class _State:
    def __init__(self) -> None:
        self.at_boundary: Callable[[str], None] | None = None
        self.windows: frozenset[str] = frozenset()


_STATE = _State()


def here(name: str) -> None:
    """Mark a boundary: a point at which the process may die and must recover."""
    if _STATE.at_boundary is not None:
        _STATE.at_boundary(name)


def wait_here(name: str, seconds: float) -> None:
    """Hold a race window open for so many seconds, only where a test has enabled its name."""
    if name in _STATE.windows:
        time.sleep(seconds)


def disarm() -> None:
    """Forget every armed fault; windows stay as they are."""
    _STATE.at_boundary = None


def _arm(at_boundary: Callable[[str], None]) -> None:
    assert _STATE.at_boundary is None, "one fault at a time"
    _STATE.at_boundary = at_boundary


@contextmanager
def count() -> Iterator[Counted]:
    """Count the boundaries passed inside the block."""
    counted = Counted()
    _arm(counted.names.append)
    try:
        yield counted
    finally:
        disarm()


def kill_at(number: int) -> Armed:
    """Kill this very process with SIGKILL at the number-th boundary from now."""
    armed = Armed(number, lambda name: os.kill(os.getpid(), signal.SIGKILL))
    _arm(armed)
    return armed


def fail_at(number: int) -> Armed:
    """Raise Injected once, at the number-th boundary from now."""

    def fail(name: str) -> None:
        raise Injected(number, name)

    armed = Armed(number, fail)
    _arm(armed)
    return armed


def enable(*names: str) -> None:
    """Open the named race windows until `disable`."""
    _STATE.windows |= set(names)


def disable() -> None:
    """Close every race window."""
    _STATE.windows = frozenset()


@contextmanager
def windows_open(*names: str) -> Iterator[None]:
    """Open the named race windows inside the block."""
    before = _STATE.windows
    enable(*names)
    try:
        yield
    finally:
        _STATE.windows = before
