"""R24: somebody who cannot look after themselves lives alone."""

from __future__ import annotations

from doudi.watch.indicators.declaring import RISK, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Households of one, without an agreement on care."""
    if len(household.present) != 1 or not person.present or person.died_on is not None:
        return []
    if person.standing("care.agreement", day.on):
        return []
    return [
        hit(fact, f"{person.age(day.on)} 岁，独居，生活自理能力为{fact.code}，没有照料安排",
            f"独居:{fact.code}", person.age(day.on))
        for fact in person.standing("self_care", day.on)[-1:]
        if fact.code in day["R24.needs_care"]
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R24",
    label="独居且失能无人照料",
    direction=RISK,
    article="国办发〔2023〕39号；特困人员认定办法 第二十一条",
    triggers=("self_care",),
    fires=fires,
    parameters=("R24.needs_care",),
    reads=("care.agreement", "death", "cremation"),
    standing=True,
    awaits="生活自理能力评估、照料服务协议（民政养老）",
    needs=(
        Has(("self_care",), stands=today, code=lambda code, day: code in day["R24.needs_care"])
        & ~Has(("care.agreement",), stands=today)
    ),
)
