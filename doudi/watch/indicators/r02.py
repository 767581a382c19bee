"""R02: a family that nobody watches paid very much for one hospital stay."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.r01 import paid, stays_over
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Everybody outside K01–K08."""
    if household.is_of(person.id, "K01", "K08"):
        return []
    over = int(day["R02.self_pay_over"])
    return [paid(fact, over) for fact in stays_over(person, day, over)]


INDICATOR = Indicator(
    code="R02",
    label="大额住院自付（其他居民）",
    direction=IN,
    article="国办发〔2023〕39号三（二）；医保、民政部门大额自付费用推送口径",
    triggers=("medical.self_pay",),
    fires=fires,
    parameters=("R02.self_pay_over",),
)
