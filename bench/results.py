"""Where every bench leaves its figures: bench/results.json, one key a bench."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from doudi.kernel import clock

RESULTS = Path(__file__).with_name("results.json")


def record(name: str, figures: dict[str, Any]) -> None:
    """Replace one bench's figures, with the machine and the moment, and keep the others."""
    from doudi.base.files import write_whole  # needs Django made ready, which readers do not

    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known[name] = {
        **figures,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "measured": clock.machine_now().isoformat(timespec="seconds"),
    }
    text = json.dumps(known, ensure_ascii=False, indent=2, sort_keys=True)
    write_whole(RESULTS, (text + "\n").encode())
