"""M06: somebody of a family that receives aid is on the public payroll."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04, however long ago it began; it counts as income and stops nothing."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    return [
        hit(fact, f"{fact.valid_since} 起由{fact.key or '财政'}供养，"
                  "应重点核查并按收入计算，不自动停发",
            f"财政:{fact.key or fact.valid_since}", fact.amount_fen or 0)
        for fact in person.of("public_payroll")
        if fact.fresh and fact.stands(day.on)
        and not any(f.key == fact.key and not f.fresh for f in person.of("public_payroll"))
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M06",
    label="在保家庭成员财政供养",
    direction=OUT,
    article="最低生活保障审核确认办法 第十三条、第三十一条",
    triggers=("public_payroll",),
    fires=fires,
    needs=(OfKinds("K01", "K04") & Has(("public_payroll",), fresh=True, stands=today)),
)
