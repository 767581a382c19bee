"""R14: a child of a family in difficulty was admitted to a college."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K08: aid for education, and for the costs of the first year, is to follow."""
    if not household.is_of(person.id, "K01", "K08"):
        return []
    return [
        Hit(
            0, 0,
            f"{fact.valid_since} 新录取{fact.code or '大学'}"
            f"（{(fact.detail or {}).get('school', '院校未填')}），属困难家庭学生",
            fact.key or f"{fact.valid_since}", fact.id, fact.source, fact.valid_since,
        )
        for fact in person.new_states("enrolment", day)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R14",
    label="困难家庭新录取大学生",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("enrolment",),
    fires=fires,
    needs=OfKinds("K01", "K08") & Has(("enrolment",), news=True, stands=today),
)
