"""M16: who must support a recipient earns well and gives nothing."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, words_of
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04; the support is computed again, nothing stops by itself."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    line = int(day["income.rural_disposable"]) * int(day["M16.times"])
    return [
        hit(fact, f"{words_of(fact, 'relation', '赡养人')}年收入 {yuan(fact.amount_fen or 0)}，"
                  f"达到上年人均可支配收入的 {int(day['M16.times'])} 倍（{yuan(line)}），"
                  "没有给付，应重算赡养费",
            f"赡养:{fact.key or fact.valid_since}", fact.amount_fen or 0, line)
        for fact in person.news("supporter", day)
        if fact.stands(day.on) and (fact.amount_fen or 0) >= line
        and not (fact.detail or {}).get("pays_fen")
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M16",
    label="赡养人收入明显较高而未赡养",
    direction=OUT,
    article="最低生活保障审核确认办法 第十三条",
    triggers=("supporter",),
    fires=fires,
    parameters=("M16.times", "income.rural_disposable"),
    awaits="法定义务人收入核对结果（税务、人社）",
    needs=OfKinds("K01", "K04") & Has(("supporter",), news=True, stands=today),
)
