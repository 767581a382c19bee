"""Ask the rules about a case: what is known of the household, with what was declared and checked.

Where several say something, the investigation stands above the facts of other departments, and
these above what the applicant declared. What is asked is kept whole with the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.base.models import ParameterOverlay
from doudi.cases import terms
from doudi.cases.models import Case
from doudi.cases.problems import MeansUnknown
from doudi.cases.procedures import PROCEDURES
from doudi.cases.standing import standing_of
from doudi.kernel.divisions import covers
from doudi.kernel.problems import require
from doudi.people.means import household_means
from doudi.rules import (
    Determination,
    HouseholdFacts,
    ObligorFacts,
    Overlay,
    ParameterValue,
    PersonFacts,
    determine,
    inputs,
)
from doudi.rules.dialect import Level

Means = dict[str, dict[str, Any]]
_NOTHING: Means = {"household": {}, "members": {}}
OBLIGORS = "义务人"


def read_means(told: Mapping[str, Any]) -> Means:
    """Means as a form gives them: names of the household, and per member id the names of a person.

    ``{"评定类别": "二类", "17": {"工资性收入": 1200000}}`` (fen over the accounting window). Raises
    ``MeansUnknown`` for a name that the rules do not know at that level. Under 义务人 stands a list
    of those who owe support and of parents: ``{"of": ["17"], "义务人关系": "父母", …}``.
    """
    read: Means = {"household": {}, "members": {}}
    known = inputs()
    for name, value in told.items():
        if name == OBLIGORS:
            read["obligors"] = {str(at): _obligor(known, one) for at, one in enumerate(value)}
        elif isinstance(value, Mapping):
            for own in value:
                require(_is_at(known, own, Level.PERSON), MeansUnknown(name=own))
            read["members"][str(name)] = dict(value)
        else:
            require(_is_at(known, name, Level.HOUSEHOLD), MeansUnknown(name=name))
            read["household"][str(name)] = value
    return read


def _obligor(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    for name in told:
        require(name == "of" or _is_at(known, name, Level.OBLIGOR), MeansUnknown(name=name))
    return {**told, "of": [str(holder) for holder in told.get("of", ())]}


def _is_at(known: Mapping[str, Any], name: Any, level: Level) -> bool:
    return name in known and known[name].level is level


def facts_of_case(case: Case, on: date) -> HouseholdFacts:
    """The household as the rules are to see it on a day."""
    seen = household_means(case.household_id, on, applicant_id=case.applicant_id)
    return facts_seen(case, seen, on)


def facts_seen(case: Case, seen: HouseholdFacts, on: date) -> HouseholdFacts:
    """The same where the household's means are at hand, so that many are asked for together."""
    declared = case.declared.get("declared", _NOTHING)
    checked = case.declared.get("checked", _NOTHING)
    procedure = PROCEDURES[case.procedure]
    standing = standing_of(case, procedure, on, [int(m.reference) for m in seen.members])
    obligors = {**declared.get("obligors", {}), **checked.get("obligors", {})}
    return HouseholdFacts(
        {
            **standing.unless_said,
            **_laid_over(declared["household"], seen.values, checked["household"]),
            **standing.household,
            **dict(procedure.fixed),
        },
        tuple(
            PersonFacts(
                member.reference,
                {
                    **_laid_over(
                        declared["members"].get(member.reference, {}),
                        member.values,
                        checked["members"].get(member.reference, {}),
                    ),
                    **standing.members.get(member.reference, {}),
                },
            )
            for member in seen.members
        ),
        tuple(
            ObligorFacts(
                f"义务人{at}", tuple(told["of"]), {n: v for n, v in told.items() if n != "of"}
            )
            for at, told in sorted(obligors.items())
        ),
    )


@dataclass(frozen=True)
class MeansLine:
    """One input of the rules as declared, as known from others, as checked; None: nobody said."""

    person_id: int | None
    name: str
    declared: Any
    known: Any
    checked: Any

    @property
    def differs(self) -> bool:
        """Whether what was declared is contradicted and not yet checked."""
        said = None not in (self.declared, self.known)
        return said and self.checked is None and self.declared != self.known


def compare_means(case: Case, on: date) -> list[MeansLine]:
    """Everything said of a household's means, side by side, for whoever investigates."""
    seen = household_means(case.household_id, on, applicant_id=case.applicant_id)
    declared = case.declared.get("declared", _NOTHING)
    checked = case.declared.get("checked", _NOTHING)
    sides: list[tuple[int | None, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]
    sides = [(None, declared["household"], seen.values, checked["household"])]
    sides += [
        (
            int(member.reference),
            declared["members"].get(member.reference, {}),
            member.values,
            checked["members"].get(member.reference, {}),
        )
        for member in seen.members
    ]
    return [
        MeansLine(person_id, name, said.get(name), known.get(name), found.get(name))
        for person_id, said, known, found in sides
        for name in inputs()
        if name in said or name in known or name in found
    ]


def _laid_over(
    declared: Mapping[str, Any], seen: Mapping[str, Any], checked: Mapping[str, Any]
) -> dict[str, Any]:
    known = {name: value for name, value in seen.items() if value is not None}
    unknown = {name: value for name, value in seen.items() if value is None}
    return {**unknown, **declared, **known, **checked}


def determine_case(case: Case, on: date) -> Determination:
    """What the law gives this case on a day, with its full trace.

    The limits of approval are those of 临时救助, whichever of its programmes is asked.
    """
    procedure = PROCEDURES[case.procedure]
    limits = ("临时救助",) if procedure.once else ()
    return determine(
        facts_of_case(case, on),
        on,
        case.place,
        overlay=overlay_in_force(),
        programmes=tuple(dict.fromkeys((*procedure.programmes, *limits))),
    )


def overlay_in_force() -> Overlay | None:
    """The local figures that this installation entered on top of the law's defaults."""
    return overlay_of(
        [
            [
                row.name,
                row.place,
                row.since.isoformat(),
                row.value,
                row.document,
                row.mark,
                row.keys,
            ]
            for row in ParameterOverlay.objects.order_by("id")
            if row.name not in LOCAL_NAMES and not row.name.startswith(terms.LOCAL)
        ]
    )


def overlay_of(rows: list[list[Any]]) -> Overlay | None:
    """The overlay that ``overlay_rows`` wrote into a snapshot."""
    if not rows:
        return None
    return Overlay(
        tuple(
            ParameterValue(
                name, place, date.fromisoformat(since), value, document, mark,
                keys=tuple(sorted(keys.items())),
            )
            for name, place, since, value, document, mark, keys in rows
        )
    )  # fmt: skip


def overlay_rows(overlay: Overlay | None) -> list[list[Any]]:
    """An overlay as plain values, for the snapshot of a decision."""
    if overlay is None:
        return []
    return [
        [v.name, v.place, v.since.isoformat(), v.value, v.document, v.mark, dict(v.keys)]
        for v in overlay.values
    ]


# Local figures that concern the procedure and not the amount; the rules never see them.
LOCAL_NAMES = {"低保审核确认权": "县级", "社会救助监督电话": "12345"}


def local_value(name: str, place: str, on: date) -> str:
    """A local figure of the procedure in force at a place on a day; else this project's default."""
    rows = ParameterOverlay.objects.filter(name=name, since__lte=on).order_by("since", "id")
    found = [row for row in rows if covers(row.place, place)]
    nearest = max(found, key=lambda row: (len(row.place.rstrip("0")), row.since), default=None)
    return str(nearest.value) if nearest else LOCAL_NAMES[name]
