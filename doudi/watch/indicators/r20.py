"""R20: the family lives in a dangerous house that nobody mends yet."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import hit, holds, words_of
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K08; a family that is housed or whose house is being mended is not hit."""
    if not household.is_of(person.id, "K01", "K08"):
        return []
    known = [fact for each in household.present for fact in each.standing("housing", day.on)]
    if any(holds(fact.code, day["R20.mending_words"]) for fact in known):
        return []
    return [
        hit(fact, f"{fact.valid_since} 住房鉴定为 {words_of(fact, 'grade', '')} 级，"
                  "没有改造或保障记录",
            f"危房:{fact.key}")
        for fact in person.standing("housing", day.on)
        if fact.fresh and words_of(fact, "grade", "")[:1] in day["R20.grades"]
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R20",
    label="住房鉴定为 C、D 级",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("housing",),
    fires=fires,
    parameters=("R20.grades", "R20.mending_words"),
    needs=OfKinds("K01", "K08") & Has(("housing",), fresh=True, stands=today),
)
