"""What a visitor sees while the county is being made: one line a step, with time and speed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Counts a step's rows and redraws its line on a terminal."""

    def __init__(self, label: str) -> None:
        self.label, self.count, self.total = label, 0, 0
        self.begun = self._drawn = time.monotonic()
        self.unit = "行"

    def step(self, count: int = 1) -> None:
        """Say that more is done."""
        self.count += count
        now = time.monotonic()
        if sys.stdout.isatty() and now - self._drawn > 0.2:
            self._drawn = now
            of = f"/{self.total}" if self.total else ""
            print(f"\r  {self.label} {self.count}{of} {self.unit} …", end="", flush=True)

    def finish(self) -> None:
        """The step's last line."""
        seconds = time.monotonic() - self.begun
        rate = f"，{self.count:,} {self.unit}" if self.count else ""
        if self.count and seconds > 0.5:
            rate += f"，每秒 {self.count / seconds:,.0f} {self.unit}"
        lead = "\r" if sys.stdout.isatty() else ""
        print(f"{lead}  ✓ {self.label}（{seconds:.1f} 秒{rate}）        ", flush=True)


@contextmanager
def step(label: str, unit: str = "行") -> Iterator[Progress]:
    """A named step; its line is printed when it has worked."""
    progress = Progress(label)
    progress.unit = unit
    if sys.stdout.isatty():
        print(f"  {label} …", end="", flush=True)
    yield progress
    progress.finish()
