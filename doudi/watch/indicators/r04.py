"""R04: a family that nobody watches paid much for the hospital in one year, bill after bill."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import OfKinds
from doudi.watch.indicators.r03 import PAID, costly_year, paid_in_the_year
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Everybody outside K01–K08, as R02 for one stay."""
    if household.is_of(person.id, "K01", "K08"):
        return []
    return paid_in_the_year(person, day, "R04.income_share")


INDICATOR = Indicator(
    code="R04",
    label="年度累计自付较大（其他居民）",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=PAID,
    fires=fires,
    parameters=("R04.income_share", "income.rural_disposable"),
    needs=~OfKinds("K01", "K08") & costly_year("R04.income_share"),
)
