"""What others said of a family's means, as people read it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from doudi.cases import queries
from doudi.exchange import verification
from doudi.people.queries import household_view
from doudi.places.queries import full_name
from doudi.web.office.means import HOUSEHOLD, PERSON, shown

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


class Compared(NamedTuple):
    """One item of the means form, said from three sides."""

    who: str
    name: str
    declared: str
    known: str
    checked: str
    differs: bool


def means_of_case(case_id: int, household_id: int) -> list[Compared]:
    """What was declared, what departments know and what the visit found, item by item."""
    names = {m.person_id: m.name for m in household_view(household_id).members}
    return [
        Compared(
            names.get(line.person_id, "家庭") if line.person_id else "家庭",
            line.name,
            _said(line.name, line.declared),
            _said(line.name, line.known),
            _said(line.name, line.checked),
            line.differs,
        )
        for line in queries.means_compared(case_id)
        if line.name in HOUSEHOLD or line.name in PERSON
    ]


def _said(name: str, value: Any) -> str:
    return "—" if value is None else shown(name, value)
