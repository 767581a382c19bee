"""M09: a family that receives aid has savings above the limit."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, total
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04; P1 of the property limits, by the standard of the place."""
    standard = day.standards.get(household.urban)
    if standard is None or not household.is_of(person.id, "K01", "K04"):
        return []
    size = max(1, len(household.present))
    most = standard * size * int(day["M09.months"])
    owned = total(household, ("asset.financial",), day.on)
    if owned <= most:
        return []
    return [
        hit(fact, f"家庭金融资产 {yuan(owned)}，超过 {int(day['M09.months'])} 个月低保标准 × "
                  f"{size} 人（{yuan(most)}）",
            f"存款:{fact.key}:{fact.valid_since}", owned, most)
        for fact in person.news("asset.financial", day)
        if fact.stands(day.on)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M09",
    label="在保家庭金融资产超限",
    direction=OUT,
    article="最低生活保障审核确认办法 第十四条、第三十一条",
    triggers=("asset.financial",),
    fires=fires,
    parameters=("M09.months",),
    needs=(OfKinds("K01", "K04") & Has(("asset.financial",), news=True, stands=today)),
)
