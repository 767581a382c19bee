"""M04: a family that receives aid has a further house."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, holds
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04; village houses together count as one."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    standing = [
        fact
        for each in household.present
        for fact in each.standing("house", day.on)
        if not holds(fact.code, day["M04.other_words"])
    ]
    of_village = day["M04.village_words"]
    village = any(holds(fact.code, of_village) for fact in standing)
    houses = len({f.key for f in standing if not holds(f.code, of_village)}) + village
    most = int(day["M04.most_houses"])
    if houses <= most:
        return []
    known = {(fact.key, fact.valid_since) for fact in person.of("house") if not fact.fresh}
    seen = {(fact.code, fact.valid_since) for fact in person.of("house") if not fact.fresh}
    return [
        hit(fact, f"{fact.valid_since} 新登记{fact.code or '住房'}，"
                  f"全家共 {houses} 套，超过 {most} 套",
            f"房:{fact.key}", houses, most)
        for fact in person.news("house", day)
        if fact.stands(day.on) and not holds(fact.code, (*of_village, *day["M04.other_words"]))
        and (fact.key, fact.valid_since) not in known and (fact.code, fact.valid_since) not in seen
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M04",
    label="在保家庭新增房产",
    direction=OUT,
    article="最低生活保障审核确认办法 第十四条、第三十一条",
    triggers=("house",),
    fires=fires,
    parameters=("M04.most_houses", "M04.village_words", "M04.other_words"),
    needs=OfKinds("K01", "K04") & Has(("house",), news=True, stands=today),
)
