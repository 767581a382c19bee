"""R19: the family lost its main worker."""

from __future__ import annotations

from datetime import date

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan


def _earned(person: PersonView, on: date) -> int:
    """Wage and business income that stood on the day, fen a month."""
    facts = person.standing("income.wage", on) + person.standing("income.business", on)
    return sum(fact.amount_fen or 0 for fact in facts)


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Died at working age, earned the most, or was the only one of working age."""
    died = person.died_on
    if died is None or not day.news_since < died <= day.on:
        return []
    least, most = day["R19.labour_age"]
    others = [each for each in household.members if each.id != person.id and each.died_on is None]
    if not others or not least <= person.age(died) < most:
        return []
    mine, best = _earned(person, died), max(_earned(each, died) for each in others)
    alone = not any(least <= each.age(died) < most for each in others)
    if not alone and not (mine > 0 and mine >= best):
        return []
    said = f"，生前月收入 {yuan(mine)}" if mine else ""
    facts = person.of("death") or person.of("cremation")
    return [
        Hit(
            mine, best, f"{died} 家庭主要劳动力死亡{said}，家中还有 {len(others)} 人",
            "死亡", facts[0].id, facts[0].source, died,
        )
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R19",
    label="主要劳动力死亡",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("death", "cremation"),
    fires=fires,
    parameters=("R19.labour_age",),
    reads=("income.wage", "income.business"),
)
