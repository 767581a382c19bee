"""Tells what a script's own work took, without the start of Python and the imports."""

from __future__ import annotations

import time
from collections.abc import Callable


def timed(main: Callable[[], None]) -> None:
    """Run it and print its seconds, wall and CPU, as the last line."""
    wall, cpu = time.perf_counter(), time.process_time()
    main()
    print(f"{time.perf_counter() - wall:.3f} {time.process_time() - cpu:.3f}")
