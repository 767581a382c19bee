"""What a step costs: CPU seconds of ours and of PostgreSQL, wall seconds, and peak memory.

CPU seconds are what can be compared on a machine that others share; wall is told beside them. The
database's are those of the whole server: its sessions, parallel workers and writers.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLED_EACH_S = 0.2


@dataclass
class Figure:
    """One line of the table: what was measured, how much of it, and at what cost."""

    name: str
    figure: float
    unit: str
    client_cpu_s: float | None = None
    database_cpu_s: float | None = None
    wall_s: float | None = None
    per_cpu_s: float | None = None
    peak_mb: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What is known of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass
class Cost:
    """CPU and wall seconds used between two moments, and rows that were handled meanwhile."""

    client: float = 0.0
    database: float = 0.0
    wall: float = 0.0
    rows: int = 0

    def figure(self, name: str, unit: str = "rows/s") -> Figure:
        """Rows per wall second, with the cost beside it."""
        cpu = self.client + self.database
        return Figure(
            name,
            round(self.rows / self.wall) if self.wall else 0,
            unit,
            round(self.client, 2),
            round(self.database, 2),
            round(self.wall, 2),
            round(self.rows / cpu) if cpu else None,
        )


@dataclass
class Meter:
    """Adds up what steps cost, by name, while a thread watches how much memory is in use."""

    server_pid: int | None  # None where the server runs elsewhere: its share is then not told
    costs: dict[str, Cost] = field(default_factory=dict)
    client_peak_kb: int = 0
    database_peak_kb: int = 0
    together_peak_kb: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def step(self, name: str) -> Iterator[Cost]:
        """Measure one step; the caller tells the rows. The same name again adds up."""
        cost = self.costs.setdefault(name, Cost())
        client, database, wall = self._now()
        yield cost
        told = self._now()
        cost.client += told[0] - client
        cost.database += told[1] - database
        cost.wall += told[2] - wall

    def _now(self) -> tuple[float, float, float]:
        database = 0.0 if self.server_pid is None else server_cpu_s(self.server_pid)
        return time.process_time(), database, time.perf_counter()

    @contextmanager
    def watching_memory(self) -> Iterator[None]:
        """Note the highest use of memory, five times a second."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self._sample()

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLED_EACH_S):
            self._sample()

    def _sample(self) -> None:
        client = _status_kb(os.getpid(), "VmRSS")
        database = 0 if self.server_pid is None else server_memory_kb(self.server_pid)
        self.client_peak_kb = max(self.client_peak_kb, _status_kb(os.getpid(), "VmHWM"))
        self.database_peak_kb = max(self.database_peak_kb, database)
        self.together_peak_kb = max(self.together_peak_kb, client + database)


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in told.split()]


def server_cpu_s(postmaster: int) -> float:
    """CPU seconds that a PostgreSQL server has used so far, ended sessions included."""
    ticks = sum(_cpu_ticks(postmaster, 13, 17)) + sum(
        sum(_cpu_ticks(child, 13, 15)) for child in _children(postmaster)
    )
    return ticks / _TICKS


def _cpu_ticks(pid: int, first: int, last: int) -> list[int]:
    """User and system ticks of a process (13, 14), and of its ended children (15, 16)."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The second field is a name in brackets that may hold blanks.
    fields = ["", "", *told.rpartition(")")[2].split()]
    return [int(ticks) for ticks in fields[first:last]]


def server_memory_kb(postmaster: int) -> int:
    """Memory of a server: what each process holds alone, and the shared buffers once."""
    processes = [postmaster, *_children(postmaster)]
    shared = max(_status_kb(pid, "RssShmem") for pid in processes)
    return shared + sum(_status_kb(pid, "RssAnon") for pid in processes)


def _status_kb(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
