"""R08: a recipient has no health insurance this year."""

from __future__ import annotations

from datetime import date

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K08; a year counts once a relative is known to be insured in it."""
    mine = person.of("medical.enrolment")
    if not household.is_of(person.id, "K01", "K08") or person.died_on is not None:
        return []
    if not mine or any(fact.stands(day.on) and fact.key == f"{day.on.year}" for fact in mine):
        return []
    last = max(mine, key=lambda fact: (fact.valid_since, fact.id))
    stopped = last.valid_before is not None and last.key == f"{day.on.year}"
    others = any(
        fact.key == f"{day.on.year}"
        for each in household.present
        for fact in each.of("medical.enrolment")
    )
    if not stopped and not others:
        return []
    said = (
        f"{last.valid_before} 起停保"
        if stopped
        else f"{last.key} 年参保，{day.on.year} 年没有参保记录"
    )
    sentence = f"{said}，属救助或监测对象，应落实参保和资助"
    on = last.valid_before if stopped else date(day.on.year, 1, 1)
    return [hit(last, sentence, f"参保:{day.on.year}", on=on)]


INDICATOR = Indicator(
    code="R08",
    label="未参加或中断医保",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("medical.enrolment",),
    fires=fires,
    reads=("death", "cremation"),
    needs=(
        OfKinds("K01", "K08")
        & Has(("medical.enrolment",))
        & ~Has(("medical.enrolment",), stands=today, key=lambda key, day: key == f"{day.on.year}")
    ),
)
