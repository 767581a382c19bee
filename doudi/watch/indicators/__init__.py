"""The indicators (风险点 R01–R30, 退出比对 M01–M16), one file each.

Pure: nothing here knows Django or a database. A new one is a file with ``INDICATOR``,
its line here, its parameters and its test (docs/watch.md).
"""

from __future__ import annotations

from doudi.watch.indicators import (
    m02,
    m04,
    m06,
    m09,
    m11,
    m12,
    m13,
    m15,
    m16,
    r01,
    r02,
    r03,
    r04,
    r05,
    r06,
    r07,
    r08,
    r09,
    r10,
    r11,
    r12,
    r13,
    r14,
    r15,
    r16,
    r17,
    r18,
    r19,
    r20,
    r21,
    r22,
    r23,
    r24,
    r25,
    r26,
    r27,
    r28,
    r29,
    r30,
)
from doudi.watch.indicators.declaring import DIRECTIONS, DO, IN, OUT, RISK, Indicator
from doudi.watch.views import Day, Hit, HouseholdView, PersonView

INDICATORS: dict[str, Indicator] = {
    module.INDICATOR.code: module.INDICATOR
    for module in (
        r01, r02, r03, r04, r05, r06, r07, r08, r09, r10, r11, r12, r13, r14, r15, r16, r17,
        r18, r19, r20, r21, r22, r23, r24, r25, r26, r27, r28, r29, r30, m02, m04, m06, m09,
        m11, m12, m13, m15, m16,
    )
}  # fmt: skip


Fired = tuple[PersonView, Indicator, Hit]


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


def evaluate(household: HouseholdView, day: Day) -> list[Fired]:
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
    "Fired",
    "Indicator",
    "evaluate",
    "facts_read",
    "standing_triggers",
    "triggers",
]
