"""M02: cremated, and still in the register."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04, more than 30 days after; it only asks, it stops nothing."""
    if not household.is_of(person.id, "K01", "K04") or person.of("death"):
        return []
    ripe = int(day["M02.after_days"])
    return [
        hit(fact, f"{fact.valid_since} 火化，已 {(day.on - fact.valid_since).days} 天，"
                  "户籍没有注销，应下发核实",
            "火化未注销", (day.on - fact.valid_since).days, ripe)
        for fact in person.of("cremation")[:1]
        if (day.on - fact.valid_since).days > ripe
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M02",
    label="火化而户籍未注销",
    direction=OUT,
    article="最低生活保障审核确认办法 第三十一条、第三十二条",
    triggers=("cremation",),
    fires=fires,
    parameters=("M02.after_days",),
    reads=("death",),
    standing=True,
    needs=OfKinds("K01", "K04") & Has(("cremation",)) & ~Has(("death",)),
)
