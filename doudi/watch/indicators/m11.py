"""M11: several families are paid on one account."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K03 whose account is somebody else's too, and no agreement says why."""
    if not household.is_of(person.id, "K01", "K03"):
        return []
    most = int(day["M11.most_households"])
    return [
        hit(fact, f"收款账户与另外 {told - 1} 户相同，没有代管协议",
            f"账户:{fact.key or fact.valid_since}", told, most)
        for fact in person.news("account.shared", day)
        if fact.stands(day.on) and not (fact.detail or {}).get("agreement")
        and (told := int((fact.detail or {}).get("households", 0))) > most
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M11",
    label="一卡多户领取",
    direction=OUT,
    article="最低生活保障审核确认办法 第三十一条、第三十二条",
    triggers=("account.shared",),
    fires=fires,
    parameters=("M11.most_households",),
    awaits="同一账户多户领取的比对结果（财政、代发银行）",
    needs=(OfKinds("K01", "K03") & Has(("account.shared",), news=True, stands=today)),
)
