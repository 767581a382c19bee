"""The version of the rules that spoke: a hash over rule text, inputs, parameters and overlay."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from doudi.rules.tables import Overlay

_HERE = Path(__file__).parent
_NO_RULES = {"pages.py"}  # writes pages, decides nothing
_SOURCES = ("programmes/*.py", "inputs/*.yaml", "parameters/*.yaml", "parameters/*.csv", "*.py")


@functools.cache
def _shipped() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _SOURCES for path in _HERE.glob(pattern)}):
        if path.name in _NO_RULES:
            continue
        # Line ends are made equal so that a checkout on another system speaks the same version.
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(_HERE).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


@functools.lru_cache(maxsize=256)
def rules_version(overlay: Overlay | None = None) -> str:
    """`rules-` and 16 hexadecimal digits; the same rules and overlay give the same version."""
    rows = [asdict(value) for value in overlay.values] if overlay else []
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=str)
    return "rules-" + hashlib.sha256((_shipped() + text).encode()).hexdigest()[:16]
