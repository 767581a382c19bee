"""R15: a pupil of a family in difficulty has no aid this term."""

from __future__ import annotations

from datetime import timedelta

from doudi.kernel.dates import Month
from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import hit, words_of
from doudi.watch.indicators.needing import Has, OfKinds, When, today
from doudi.watch.indicators.r16 import ROLL, absent
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def _term(day: Day) -> Month:
    """The month in which the term of the day began."""
    if day.on.month < 3:
        return Month(day.on.year - 1, 9)
    return Month(day.on.year, 9) if day.on.month >= 9 else Month(day.on.year, 3)


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """On a school's roll (学籍) while no list of aid of the term names them."""
    if not household.is_of(person.id, "K01", "K08"):
        return []
    known = person.standing("schooling", day.on)
    rolls = [fact for fact in known if fact.key == ROLL and not absent(fact, day)]
    first = _term(day)
    held = (day.on - first.first_day).days
    if not rolls or len(known) > len(rolls) or held <= int(day["R15.after_days"]):
        return []
    sentence = f"在{words_of(rolls[0], 'school', '学校')}就读，本学期已 {held} 天，没有资助记录"
    cause, after = f"学期:{first}", int(day["R15.after_days"])
    return [hit(rolls[0], sentence, cause, held, after, on=first.first_day + timedelta(days=after))]


INDICATOR = Indicator(
    code="R15",
    label="困难学生未获资助",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("schooling",),
    fires=fires,
    parameters=("R15.after_days", "R16.absent_words"),
    standing=True,
    needs=(
        When(lambda day: (day.on - _term(day).first_day).days > int(day["R15.after_days"]))
        & OfKinds("K01", "K08")
        & Has(("schooling",), stands=today, key=lambda key, day: key == ROLL)
        & ~Has(("schooling",), stands=today, key=lambda key, day: key != ROLL)
    ),
)
