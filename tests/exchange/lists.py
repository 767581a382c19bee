"""Lists of pensions, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.exchange.samples import as_csv, record, table


def pensions(numbers: Iterable[int], month: str = "202205", **told: dict[str, Any]) -> bytes:
    """A pension list of these people; ``told`` overrides columns of single ones by number."""
    rows = []
    for number in numbers:
        rows.append(record("pension", number) | {"发放年月": month} | told.get(f"n{number}", {}))
    return as_csv(table("pension", rows))
