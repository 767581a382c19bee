"""R26: somebody died and a payment for them goes on."""

from __future__ import annotations

from doudi.kernel.dates import add_months
from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.needing import Family, Has, today
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView

# Benefits that stand on the head for everybody; the others are of their holder alone.
_OF_THE_WHOLE_HOUSEHOLD = ("低保",)


def _paid_for(person: PersonView, household: HouseholdView, day: Day) -> FactView | None:
    """A benefit that still counts the person."""
    schemes = day["R26.schemes"]
    for holder in household.members:
        for fact in holder.standing("benefit", day.on):
            mine = holder.id == person.id or fact.key in _OF_THE_WHOLE_HOUSEHOLD
            if fact.key in schemes and mine:
                return fact
    return None


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """A recorded death; facts are written only where id number and name both agree."""
    died = person.died_on
    if died is None or died > day.on:
        return []
    benefit = _paid_for(person, household, day)
    if benefit is None:
        return []
    registered = bool(person.of("death"))
    facts = person.of("death") or person.of("cremation")
    latest = add_months(died, int(day["due.legal_months"]))
    said = "死亡" if registered else "死亡（火化登记，户籍未注销，先核实）"
    return [
        Hit(
            (day.on - died).days, 0,
            f"{died} {said}，{benefit.key}仍在发放；最迟 {latest} 前核查并办完增减停",
            "死亡", facts[0].id, facts[0].source, died,
        )
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R26",
    label="死亡仍发放",
    direction=OUT,
    article="最低生活保障审核确认办法 第三十一条、第三十二条",
    triggers=("death", "cremation"),
    fires=fires,
    parameters=("R26.schemes", "due.legal_months"),
    reads=("benefit",),
    standing=True,
    needs=(
        Has(("death", "cremation"))
        & Family(
            Has(("benefit",), stands=today, key=lambda key, day: key in day["R26.schemes"]),
            former=True,
        )
    ),
)
