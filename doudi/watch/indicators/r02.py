"""R02: a family that nobody watches paid very much for one hospital stay."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import OfKinds
from doudi.watch.indicators.r01 import paid, stay_over, stays_over
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
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("medical.self_pay",),
    fires=fires,
    parameters=("R02.self_pay_over",),
    needs=~OfKinds("K01", "K08") & stay_over("R02.self_pay_over"),
)
