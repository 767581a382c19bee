"""Terms that the nation leaves to the place: dated, with mark and source, in ``parameters.yaml``.

A county's own number is a local figure (参数) called 期限 and the code, such as 期限T403.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from doudi.base.models import ParameterOverlay
from doudi.kernel.divisions import covers
from doudi.kernel.workdays import Term
from doudi.watch.parameters import Parameter, read

FILE = Path(__file__).with_name("parameters.yaml")
LOCAL = "期限"


@functools.cache
def parameters() -> Mapping[str, Parameter]:
    """All terms without an article of the nation, read once."""
    return read(FILE.read_text(encoding="utf-8"))


def term_of(code: str, place: str, on: date) -> Term | None:
    """The term of a code in force at a place on a day; None where the code is not of this file."""
    known = parameters().get(code)
    if known is None:
        return None
    rows = ParameterOverlay.objects.filter(name=f"{LOCAL}{code}", since__lte=on)
    found = [row for row in rows.order_by("since", "id") if covers(row.place, place)]
    nearest = max(found, key=lambda row: (len(row.place.rstrip("0")), row.since), default=None)
    count = int(nearest.value) if nearest else int(known.on(on).value)
    return Term(count, known.unit)  # type: ignore[arg-type]


def shown(code: str) -> str:
    """A term as the page of the procedures shows it: the newest number, with its mark."""
    known = parameters()[code]
    newest = known.values[-1]
    term = Term(int(newest.value), known.unit)  # type: ignore[arg-type]
    return f"{term}（{newest.mark}）"
