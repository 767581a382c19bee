"""R07: a chronic illness was newly recognised for outpatient care."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Anybody; a second illness beside a known one is not new trouble of this kind."""
    return [
        Hit(
            1, 0,
            f"{fact.valid_since} 新办门诊慢特病：{(fact.detail or {}).get('name', fact.code)}",
            fact.key or fact.code, fact.id, fact.source, fact.valid_since,
        )
        for fact in person.new_states("illness.chronic", day)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R07",
    label="新办门诊慢特病",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("illness.chronic",),
    fires=fires,
    needs=Has(("illness.chronic",), news=True, stands=today),
)
