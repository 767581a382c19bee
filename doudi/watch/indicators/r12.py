"""R12: unemployment money ran out and there is no work yet."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Registered as without work (K09); the day is known beforehand, so it needs no news."""
    if "K09" not in household.kinds_of(person.id):
        return []
    if person.standing("unemployment.benefit", day.on) or person.standing("income.wage", day.on):
        return []
    ended = [
        (fact.valid_before, fact)
        for fact in person.of("unemployment.benefit")
        if fact.valid_before is not None and day.news_since < fact.valid_before <= day.on
    ]
    return [
        hit(fact, f"失业保险金领至 {until} 前，没有再就业记录", f"到期:{until}", on=until)
        for until, fact in sorted(ended, key=lambda each: each[0])[-1:]
    ]


INDICATOR = Indicator(
    code="R12",
    label="失业保险金到期未再就业",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("unemployment.benefit",),
    fires=fires,
    reads=("income.wage",),
    standing=True,
    event=True,
    awaits="失业保险金发放名册（人力资源和社会保障局）",
    needs=(
        OfKinds("K09", "K09") & Has(("unemployment.benefit",), ended=lambda day: day.news_since)
    ),
)
