"""R25: care for somebody in 特困 is not agreed, or no longer."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """K03 who need care; whose need is not known is not guessed at."""
    if "K03" not in household.kinds_of(person.id) or person.died_on is not None:
        return []
    if person.standing("care.agreement", day.on):
        return []
    ended = [
        (fact.valid_before, fact)
        for fact in person.of("care.agreement")
        if fact.valid_before is not None and fact.valid_before <= day.on
    ]
    if ended:
        until, fact = max(ended, key=lambda each: (each[0], each[1].id))
        return [hit(fact, f"照料服务协议 {until} 到期，没有续签", f"到期:{until}", on=until)]
    return [
        hit(fact, f"生活自理能力为{fact.code}，没有照料服务协议", f"缺协议:{fact.code}")
        for fact in person.standing("self_care", day.on)[-1:]
        if fact.code in day["R24.needs_care"]
    ]


INDICATOR = Indicator(
    code="R25",
    label="特困照料协议缺失或过期",
    direction=DO,
    article="特困人员认定办法 第二十一条；社会救助暂行办法 第十五条",
    triggers=("care.agreement", "self_care"),
    fires=fires,
    parameters=("R24.needs_care",),
    reads=("death", "cremation"),
    standing=True,
    awaits="生活自理能力评估、照料服务协议（民政养老）",
    needs=OfKinds("K03", "K03") & ~Has(("care.agreement",), stands=today),
)
