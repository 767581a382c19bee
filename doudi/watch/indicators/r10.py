"""R10: a disabled person is due a subsidy (两项补贴) and does not receive it."""

from __future__ import annotations

from datetime import timedelta

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.needing import Has, Need, OfKinds, Word, today
from doudi.watch.indicators.r09 import level, level_of, shown
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView

NURSING, LIVING = "残疾人护理补贴", "残疾人生活补贴"


def _hit(fact: FactView, scheme: str, why: str, day: Day) -> Hit:
    held = (day.on - fact.valid_since).days
    return Hit(
        held, int(day["R10.after_days"]),
        f"{fact.valid_since} 办证，{shown(fact)}，已 {held} 天，{why}，未享受{scheme}",
        f"{scheme}:{fact.valid_since}", fact.id, fact.source,
        fact.valid_since + timedelta(days=int(day["R10.after_days"])),
    )  # fmt: skip


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Certificates held for 60 days; 特困人员 receive neither subsidy (国发〔2015〕52号)."""
    kinds = household.kinds_of(person.id)
    if "K03" in kinds or person.died_on is not None:
        return []
    schemes = {fact.key for fact in person.standing("benefit", day.on)}
    ripe = day.on - timedelta(days=int(day["R10.after_days"]))
    hits = []
    for fact in person.standing("disability", day.on)[:1]:
        if fact.valid_since > ripe:
            continue
        if level_of(fact) in day["R10.nursing_levels"] and NURSING not in schemes:
            hits.append(_hit(fact, NURSING, "属重度残疾", day))
        if {"K01", "K02"} & set(kinds) and LIVING not in schemes:
            hits.append(_hit(fact, LIVING, "属低保家庭残疾人", day))
    return hits


def _held(code: Word | None) -> Has:
    """A certificate that stands and was issued long enough ago."""
    return Has(
        ("disability",),
        stands=today,
        until=lambda day: day.on - timedelta(days=int(day["R10.after_days"])),
        code=code,
    )


def _without(scheme: str) -> Need:
    return ~Has(("benefit",), stands=today, key=lambda key, day: key == scheme)


INDICATOR = Indicator(
    code="R10",
    label="应享未享残疾人补贴",
    direction=DO,
    article="国发〔2015〕52号",
    triggers=("disability",),
    fires=fires,
    parameters=("R10.after_days", "R10.nursing_levels"),
    reads=("benefit", "death", "cremation"),
    standing=True,
    needs=(
        ~OfKinds("K03", "K03")
        & ~Has(("death", "cremation"))
        & (
            (_held(lambda code, day: level(code) in day["R10.nursing_levels"]) & _without(NURSING))
            | (OfKinds("K01", "K02") & _held(None) & _without(LIVING))
        )
    ),
)
