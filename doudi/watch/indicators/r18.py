"""R18: somebody was killed or badly hurt in a fire or on the road."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import hit, holds, words_of
from doudi.watch.indicators.needing import Has
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Anybody; lighter harm is no hit."""
    return [
        hit(fact, f"{fact.valid_since} {fact.code or '事故'}，"
                  f"{words_of(fact, 'harm', '伤亡情况未填')}",
            f"{fact.key or fact.valid_since}")
        for fact in person.news("accident", day)
        if holds(words_of(fact, "harm", ""), day["R18.grave_words"])
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R18",
    label="火灾、交通事故亡人或重伤",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("accident",),
    fires=fires,
    parameters=("R18.grave_words",),
    awaits="事故台账（消防救援、公安交管）",
    needs=Has(("accident",), news=True, words=lambda day: day["R18.grave_words"]),
)
