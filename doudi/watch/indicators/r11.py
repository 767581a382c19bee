"""R11: somebody lost their work and nobody else of the family has any."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def _others_at_work(person: PersonView, household: HouseholdView, day: Day) -> bool:
    least = int(day["R11.jobs_from"])
    return any(
        (fact.amount_fen or 0) >= least
        for other in household.present
        if other.id != person.id
        for fact in other.standing("income.wage", day.on)
    )


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Newly registered as without work, while no other member has a wage."""
    news = person.new_states("unemployment", day)
    if not news or _others_at_work(person, household, day):
        return []
    return [
        Hit(
            0, 0, f"{fact.valid_since} 新登记失业，家庭其他成员没有就业收入",
            f"{fact.valid_since}", fact.id, fact.source, fact.valid_since,
        )
        for fact in news
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R11",
    label="新增登记失业",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("unemployment",),
    fires=fires,
    parameters=("R11.jobs_from",),
    reads=("income.wage",),
    needs=Has(("unemployment",), news=True, stands=today),
)
