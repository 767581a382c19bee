"""R22: the family earns much less than half a year ago."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from doudi.kernel.dates import Month
from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import EARNED, INCOMES, by_month, hit, total
from doudi.watch.indicators.needing import Family, Has
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan

_WHOLE = 10_000


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Fell by 40 % from months that are all known, and little is left for each; once a family."""
    standard = day.standards.get(household.urban)
    news = [f for each in household.present for k in EARNED for f in each.of(k) if f.fresh]
    if standard is None or not news:
        return []
    earners = [each.id for each in household.present if any(each.of(kind) for kind in EARNED)]
    months = int(day["R22.months"])
    if person.id not in earners[:1]:
        return []
    earned = by_month(household, EARNED, Month.of(day.on), 2 * months)
    before, after = sum(earned[:months]), sum(earned[months:])
    if not all(earned[:months]):
        return []
    if after * _WHOLE > before * (_WHOLE - int(day["R22.fall"])):
        return []
    size = max(1, len(household.present))
    line = Fraction(standard * int(day["R22.line_share"]), _WHOLE)
    now = Fraction(total(household, INCOMES, day.on), size)
    if now >= line:
        return []
    fact = max(news, key=lambda each: (each.valid_before or each.valid_since, each.id))
    fell = next(n for n in range(months, 2 * months) if earned[n] * months < before)
    month = Month.of(day.on) + (fell - 2 * months + 1)
    sentence = (
        f"近 {months} 个月工资和经营收入合计 {yuan(after)}，前 {months} 个月 {yuan(before)}，"
        f"减少 {(before - after) * 100 // before}%；现人均每月 {yuan(int(now))}"
    )
    return [hit(fact, sentence, f"骤减:{month}", after, before, on=month.first_day)]


def _first_month(day: Day) -> date:
    """The first day of the earliest month that is compared."""
    return (Month.of(day.on) + (1 - 2 * int(day["R22.months"]))).first_day


INDICATOR = Indicator(
    code="R22",
    label="收入骤减",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("income.wage", "income.business"),
    fires=fires,
    parameters=("R22.months", "R22.fall", "R22.line_share"),
    reads=INCOMES,
    needs=(
        Has(EARNED)
        & Family(Has(EARNED, fresh=True))
        & Family(Has(EARNED, stands=_first_month))
        & Family(Has(EARNED, ended=_first_month) | Has(EARNED, most=lambda day: -1))
    ),
)
