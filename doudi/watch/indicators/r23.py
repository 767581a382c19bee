"""R23: a family just above the line has fallen below it."""

from __future__ import annotations

from fractions import Fraction

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import INCOMES, hit, total
from doudi.watch.indicators.needing import Has, OfKinds
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """K04, and only after somebody went through all incomes: what is not known is not nil."""
    standard = day.standards.get(household.urban)
    if standard is None or "K04" not in household.kinds_of(person.id):
        return []
    size = max(1, len(household.present))
    each = Fraction(total(household, INCOMES, day.on), size)
    if each >= standard:
        return []
    return [
        hit(fact, f"{fact.valid_since} 核查，家庭 {size} 人，人均月收入 {yuan(int(each))}，"
                  f"低于低保标准 {yuan(standard)}",
            f"核查:{fact.valid_since}", int(each), standard)
        for fact in person.news("income.reviewed", day)[-1:]
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R23",
    label="边缘家庭人均收入低于低保标准",
    direction=IN,
    article="最低生活保障审核确认办法 第十三条、第三十一条",
    triggers=("income.reviewed",),
    fires=fires,
    reads=INCOMES,
    needs=OfKinds("K04", "K04") & Has(("income.reviewed",), news=True),
)
