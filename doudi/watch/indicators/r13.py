"""R13: nobody in the family who could work has work."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import COULD_WORK_READS, EARNED, could_work, hit, total
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """All members who could work are registered as without it; a single earner is R11's."""
    able = [each for each in household.present if could_work(each, day)]
    if len(able) < int(day["R13.labourers_from"]) or person.id not in {each.id for each in able}:
        return []
    if any(not each.standing("unemployment", day.on) for each in able):
        return []
    if total(household, EARNED, day.on) > 0:
        return []
    return [
        hit(fact, f"家中 {len(able)} 名劳动力全部登记失业，没有工资和经营收入（最近一人 "
                  f"{fact.valid_since} 登记）",
            f"零就业:{fact.valid_since}", len(able))
        for fact in person.new_states("unemployment", day)[:1]
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R13",
    label="零就业家庭",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("unemployment",),
    fires=fires,
    parameters=("R13.labourers_from", "R19.labour_age", "R09.severe_levels"),
    reads=(*EARNED, *COULD_WORK_READS),
    needs=Has(("unemployment",), news=True, stands=today),
)
