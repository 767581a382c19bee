"""Runs one command and prints, as JSON, what it cost: ``measured.py COMMAND [WORD ...]``.

A small process of its own, because a child counts as its peak what its parent held at the fork.
CPU and peak memory are those of the command and all it started (the highest of them).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time


def main() -> int:
    """The command's own exit code; its last line of output is passed on as `told`."""
    began = time.perf_counter()
    done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "told": done.stdout.strip().rpartition("\n")[2],
    }
    print(json.dumps(told))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
