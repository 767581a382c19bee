"""The 低保 rule as the product computes it: ``python -m bench.peers.doudi_dibao REGISTRY OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.peers.figures import DAY, overlay
from bench.peers.timing import rule_is_read, timed
from doudi.rules.batch import sweep
from doudi.rules.book import rulebook


def main() -> None:
    """Sweep the registry under the law of the day."""
    rulebook()
    rule_is_read()
    sweep(Path(sys.argv[1]), Path(sys.argv[2]), DAY, programmes=("低保",), overlay=overlay())


if __name__ == "__main__":
    timed(main)
