"""Figures of payments: dated, with mark and source, in ``parameters.yaml``; read once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from doudi.watch.parameters import Parameter, read

FILE = Path(__file__).with_name("parameters.yaml")


@functools.cache
def parameters() -> Mapping[str, Parameter]:
    """All parameters, read once; the form of the file is that of the watch."""
    return read(FILE.read_text(encoding="utf-8"))


def figure(name: str, on: date) -> int:
    """The figure in force on a day: ten-thousandths, days or months as its unit says."""
    return int(parameters()[name].on(on).value)
