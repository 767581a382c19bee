"""R17: a disaster struck the family."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import hit, words_of
from doudi.watch.indicators.needing import Has
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Anybody: a fallen house, harm to people, lost harvest."""
    return [
        hit(fact, f"{fact.valid_since} 受灾：{fact.code or '灾情'}，"
                  f"{words_of(fact, 'loss', '损失情况未填')}",
            f"{fact.key or fact.valid_since}")
        for fact in person.news("disaster", day)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R17",
    label="受灾",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("disaster",),
    fires=fires,
    needs=Has(("disaster",), news=True),
)
