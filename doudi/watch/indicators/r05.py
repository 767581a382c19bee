"""R05: even after medical aid a recipient's family paid much itself."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.needing import Has, OfKinds
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, limit, yuan


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04 for whose stay medical aid was paid (``detail.aid_fen``)."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    least = int(day["R05.self_pay_from"])
    hits = []
    for fact in person.news("medical.self_pay", day):
        aided, spent = (fact.detail or {}).get("aid_fen") or 0, fact.amount_fen or 0
        if aided > 0 and spent >= least:
            sentence = (
                f"{fact.valid_since} 出院，医疗救助 {yuan(aided)} 后个人仍自付 {yuan(spent)}，"
                f"达到 {limit(least)}"
            )
            cause = fact.key or str(fact.valid_since)
            hits.append(Hit(spent, least, sentence, cause, fact.id, fact.source, fact.valid_since))
    return hits


INDICATOR = Indicator(
    code="R05",
    label="医疗救助后自付仍较大",
    direction=DO,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("medical.self_pay",),
    fires=fires,
    parameters=("R05.self_pay_from",),
    needs=(
        OfKinds("K01", "K04")
        & Has(("medical.self_pay",), news=True, least=lambda day: int(day["R05.self_pay_from"]))
    ),
)
