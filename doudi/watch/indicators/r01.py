"""R01: a monitored family paid much for one hospital stay."""

from __future__ import annotations

from doudi.watch.indicators.declaring import DO, IN, Indicator
from doudi.watch.indicators.needing import Has, OfKinds
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView, limit, yuan


def stays_over(person: PersonView, day: Day, over: int) -> list[FactView]:
    """Recent hospital stays of which the family itself paid more than ``over`` fen."""
    return [fact for fact in person.news("medical.self_pay", day) if (fact.amount_fen or 0) > over]


def paid(fact: FactView, over: int, direction: str = "") -> Hit:
    """The hit that such a stay makes."""
    spent = fact.amount_fen or 0
    sentence = f"{fact.valid_since} 出院，个人自付 {yuan(spent)}，超过 {limit(over)}"
    cause = fact.key or str(fact.valid_since)
    return Hit(
        spent, over, sentence, cause, fact.id, fact.source, fact.valid_since, direction=direction
    )


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K08; for those who receive aid already, more aid is to be carried out."""
    if not household.is_of(person.id, "K01", "K08"):
        return []
    over = int(day["R01.self_pay_over"])
    direction = DO if household.is_of(person.id, "K01", "K03") else IN
    return [paid(fact, over, direction) for fact in stays_over(person, day, over)]


def stay_over(name: str) -> Has:
    """Recently in hospital at own cost above this parameter."""
    return Has(("medical.self_pay",), news=True, least=lambda day: int(day[name]) + 1)


INDICATOR = Indicator(
    code="R01",
    label="大额住院自付（监测和救助对象）",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("medical.self_pay",),
    fires=fires,
    parameters=("R01.self_pay_over",),
    needs=OfKinds("K01", "K08") & stay_over("R01.self_pay_over"),
)
