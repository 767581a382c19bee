"""M12: somebody of a family that receives aid is in prison or compulsory treatment."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, holds
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04; somebody missing is R19's."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    return [
        hit(fact, f"{fact.valid_since} 起{fact.code or '羁押'}，不计入共同生活家庭成员，应减人重算",
            f"羁押:{fact.valid_since}")
        for fact in person.new_states("custody", day)
        if not holds(fact.code, day["M12.missing_words"])
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M12",
    label="在保人员服刑或强制戒毒",
    direction=OUT,
    article="最低生活保障审核确认办法 第七条、第三十一条",
    triggers=("custody",),
    fires=fires,
    parameters=("M12.missing_words",),
    needs=OfKinds("K01", "K04") & Has(("custody",), news=True, stands=today),
)
