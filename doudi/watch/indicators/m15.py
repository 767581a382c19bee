"""M15: nobody has gone through this family's means for too long."""

from __future__ import annotations

from datetime import date, timedelta

from doudi.kernel.dates import add_months
from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import COULD_WORK_READS, could_work, hit, total
from doudi.watch.indicators.needing import Family, Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04, once for the household; where no review is on record nothing is said."""
    if not household.is_of(person.id, "K01", "K04") or person.died_on is not None:
        return []
    if any(each.id < person.id and each.of("income.reviewed") for each in household.present):
        return []
    reviews = [f for each in household.present for f in each.of("income.reviewed")]
    reviews = [fact for fact in reviews if fact.valid_since <= day.on]
    if not reviews or not person.present:
        return []
    unsettled = not total(household, ("income.wage", "pension"), day.on) and any(
        could_work(each, day) for each in household.present
    )
    months = int(day["M15.unsettled_months" if unsettled else "M15.settled_months"])
    last = max(reviews, key=lambda fact: (fact.valid_since, fact.id))
    due = add_months(last.valid_since, months)
    if (day.on - due).days <= int(day["M15.grace_days"]):
        return []
    sentence = (
        f"上次核查 {last.valid_since}，应 {months} 个月核查一次，已超期 {(day.on - due).days} 天"
    )
    return [hit(last, sentence, f"核查:{last.valid_since}", (day.on - due).days, on=due)]


def _recently(day: Day) -> date:
    """No review that began on this day or later can be overdue, whatever its months."""
    least = min(int(day["M15.settled_months"]), int(day["M15.unsettled_months"]))
    # Months of different length: three days to be sure.
    return add_months(day.on - timedelta(days=int(day["M15.grace_days"])), -least) + timedelta(3)


INDICATOR = Indicator(
    code="M15",
    label="长期未核查",
    direction=OUT,
    article="最低生活保障审核确认办法 第三十一条",
    triggers=("income.reviewed",),
    fires=fires,
    parameters=(
        "M15.settled_months",
        "M15.unsettled_months",
        "M15.grace_days",
        "R19.labour_age",
        "R09.severe_levels",
    ),
    reads=("income.wage", "pension", *COULD_WORK_READS),
    standing=True,
    needs=(
        OfKinds("K01", "K04")
        & Has(("income.reviewed",))
        & ~Family(Has(("income.reviewed",), since=_recently, until=today))
    ),
)
