"""The indicators (风险点), one file each; pure: nothing here knows Django or a database.

A new one is a file with ``INDICATOR``, its line here, its parameters and its test (docs/watch.md).
"""

from __future__ import annotations

from doudi.watch.indicators import (
    r01,
    r02,
    r05,
    r06,
    r07,
    r09,
    r10,
    r11,
    r14,
    r19,
    r21,
    r26,
    r27,
    r28,
)
from doudi.watch.indicators.declaring import DIRECTIONS, DO, IN, OUT, RISK, Indicator
from doudi.watch.views import Day, Hit, HouseholdView, PersonView

INDICATORS: dict[str, Indicator] = {
    module.INDICATOR.code: module.INDICATOR
    for module in (r01, r02, r05, r06, r07, r09, r10, r11, r14, r19, r21, r26, r27, r28)
}


def triggers() -> tuple[str, ...]:
    """Kinds of facts whose news can make some indicator fire."""
    return tuple(sorted({kind for each in INDICATORS.values() for kind in each.triggers}))


def standing_triggers() -> tuple[str, ...]:
    """Kinds of facts that may fire without news, by the passing of time."""
    standing = [each for each in INDICATORS.values() if each.standing]
    return tuple(sorted({kind for each in standing for kind in each.triggers}))


def facts_read() -> frozenset[str]:
    """Every kind of fact that some indicator looks at."""
    return frozenset(k for each in INDICATORS.values() for k in (*each.triggers, *each.reads))


_BY_TRIGGER: dict[str, tuple[Indicator, ...]] = {
    kind: tuple(each for each in INDICATORS.values() if kind in each.triggers)
    for kind in {k for each in INDICATORS.values() for k in each.triggers}
}


def evaluate(household: HouseholdView, day: Day) -> list[tuple[PersonView, Indicator, Hit]]:
    """Everything that fires in a household whose kinds are tagged, in order of person and code."""
    found = []
    for person in household.members:
        wanted = {each.code: each for kind in person.facts for each in _BY_TRIGGER.get(kind, ())}
        for code in sorted(wanted):
            found += [
                (person, wanted[code], hit) for hit in wanted[code].fires(person, household, day)
            ]
    return found


__all__ = [
    "DIRECTIONS",
    "DO",
    "IN",
    "INDICATORS",
    "OUT",
    "RISK",
    "Indicator",
    "evaluate",
    "facts_read",
    "standing_triggers",
    "triggers",
]
