"""R21: newly watched against falling back into poverty (防返贫), and without any aid."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Family, Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """The household's listing is new and no member receives aid."""
    news = person.new_states("fp", day)
    if not news:
        return []
    aids = set(day["R21.aids"])
    aided = any(
        fact.key in aids for each in household.present for fact in each.standing("benefit", day.on)
    )
    if aided:
        return []
    return [
        Hit(
            0, 0,
            f"{fact.valid_since} 新识别为{fact.code}"
            f"（{(fact.detail or {}).get('risk', '风险类型未填')}），全家未享受救助",
            f"{fact.valid_since}", fact.id, fact.source, fact.valid_since,
        )
        for fact in news
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R21",
    label="防返贫新识别未享救助",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("fp",),
    fires=fires,
    parameters=("R21.aids",),
    reads=("benefit",),
    needs=(
        Has(("fp",), news=True, stands=today)
        & ~Family(Has(("benefit",), stands=today, key=lambda key, day: key in day["R21.aids"]))
    ),
)
