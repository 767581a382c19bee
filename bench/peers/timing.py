"""Tells what a script's own work took: without the start of Python and the reading of the rule.

Some engines read their rules as they are imported, others when asked; `rule_is_read` starts the
clock anew, so that for all of them it runs from the rule standing ready to the answer written.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_began = [0.0, 0.0]


def rule_is_read() -> None:
    """Start the clock."""
    _began[:] = time.perf_counter(), time.process_time()


def timed(main: Callable[[], None]) -> None:
    """Run it and print its seconds, wall and CPU, as the last line."""
    rule_is_read()
    main()
    print(f"{time.perf_counter() - _began[0]:.3f} {time.process_time() - _began[1]:.3f}")
