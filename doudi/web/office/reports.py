"""The report of a check of means as people read it: per person what was found, then the rest."""

from __future__ import annotations

import re
from typing import NamedTuple

from doudi.exchange import verification
from doudi.places.queries import full_name

_CODE = re.compile(r"[0-9]{12}")


class PersonReport(NamedTuple):
    """One person: (label, words) of what was found; labels without a record; labels unanswered."""

    name: str
    found: list[tuple[str, str]]
    nothing: list[str]
    silent: list[str]


def report_of(verification_id: int) -> list[PersonReport]:
    """The report grouped by person, with places by name."""
    seen = []
    for one in verification.report(verification_id)["people"]:
        made = PersonReport(one["name"], [], [], [])
        for item in one["items"]:
            label = item["label"]
            if item["found"]:
                words = item["summary"].removeprefix(f"{label}：")
                made.found.append((label, _CODE.sub(_place, words)))
            else:
                (made.nothing if item["answered"] else made.silent).append(label)
        seen.append(made)
    return seen


def _place(code: re.Match[str]) -> str:
    return full_name(code[0]) or code[0]
