"""R19: the family lost its main worker."""

from __future__ import annotations

from datetime import date

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView, yuan


def _earned(person: PersonView, on: date) -> int:
    """Wage and business income that stood on the day, fen a month."""
    facts = person.standing("income.wage", on) + person.standing("income.business", on)
    return sum(fact.amount_fen or 0 for fact in facts)


def _lost(person: PersonView, day: Day) -> tuple[date, FactView, str] | None:
    """When the family lost this member, by which fact, and how people say it."""
    died = person.died_on
    if died is not None and day.news_since < died <= day.on:
        return died, (person.of("death") or person.of("cremation"))[0], "死亡"
    for fact in person.new_states("custody", day):
        return fact.valid_since, fact, fact.code or "羁押"
    return None


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Gone at working age, earned the most, or was the only one of working age."""
    lost = _lost(person, day)
    if lost is None:
        return []
    gone, fact, how = lost
    least, most = day["R19.labour_age"]
    others = [each for each in household.members if each.id != person.id and each.died_on is None]
    if not others or not least <= person.age(gone) < most:
        return []
    mine, best = _earned(person, gone), max(_earned(each, gone) for each in others)
    alone = not any(least <= each.age(gone) < most for each in others)
    if not alone and not (mine > 0 and mine >= best):
        return []
    said = f"，此前月收入 {yuan(mine)}" if mine else ""
    if how == "死亡":
        said = said.replace("此前", "生前")
    return [
        Hit(
            mine, best, f"{gone} 家庭主要劳动力{how}{said}，家中还有 {len(others)} 人",
            "死亡" if how == "死亡" else f"{how}:{gone}", fact.id, fact.source, gone,
        )
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R19",
    label="主要劳动力死亡、服刑或失联",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("death", "cremation", "custody"),
    fires=fires,
    parameters=("R19.labour_age",),
    reads=("income.wage", "income.business"),
    needs=(
        Has(("death",), since=lambda day: day.news_since, until=today)
        | Has(("cremation",))
        | Has(("custody",), news=True, stands=today)
    ),
)
