"""R06: a major illness was diagnosed for the first time."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Anybody."""
    return [
        Hit(
            1, 0,
            f"{fact.valid_since} 新确诊重特大疾病：{(fact.detail or {}).get('name', fact.code)}",
            fact.key or fact.code, fact.id, fact.source, fact.valid_since,
        )
        for fact in person.new_states("illness.major", day)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R06",
    label="新确诊重特大疾病",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("illness.major",),
    fires=fires,
    needs=Has(("illness.major",), news=True, stands=today),
)
