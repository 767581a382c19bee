"""R03: bill after bill, a family watched against new poverty paid much in one year."""

from __future__ import annotations

from fractions import Fraction

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.looking import hit
from doudi.watch.indicators.needing import Has, Need, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView, yuan

_WHOLE = 10_000
PAID = ("medical.self_pay", "medical.outpatient")


def paid_in_the_year(person: PersonView, day: Day, share: str) -> list[Hit]:
    """One hit for a year whose bills together cost more than this share of last year's income.

    A year counts while one of them is news.
    """
    over = Fraction(int(day["income.rural_disposable"]) * int(day[share]), _WHOLE)
    hits = []
    for year in sorted({f.valid_since.year for kind in PAID for f in person.news(kind, day)}):
        bills = [
            fact
            for kind in PAID
            for fact in person.of(kind)
            if fact.valid_since.year == year and fact.valid_since <= day.on
        ]
        spent = sum(fact.amount_fen or 0 for fact in bills)
        if spent <= over:
            continue
        last = max(bills, key=lambda fact: (fact.valid_since, fact.key))
        sentence = (
            f"{year} 年住院和门诊 {len(bills)} 次，累计个人自付 {yuan(spent)}，超过上年农村居民人均"
            f"可支配收入的 {int(day[share]) // 100}%（{yuan(int(over))}）"
        )
        hits.append(hit(last, sentence, f"年度自付:{year}", spent, int(over)))
    return hits


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K05–K07."""
    if not household.is_of(person.id, "K05", "K07"):
        return []
    return paid_in_the_year(person, day, "R03.income_share")


def costly_year(share: str) -> Need:
    """Bills that are news, and all bills together above this share of last year's income."""
    return Has(PAID, news=True) & Has(
        PAID,
        until=today,
        total=lambda day: int(day["income.rural_disposable"]) * int(day[share]) // _WHOLE,
    )


INDICATOR = Indicator(
    code="R03",
    label="年度累计自付较大（防返贫监测对象）",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=PAID,
    fires=fires,
    parameters=("R03.income_share", "income.rural_disposable"),
    needs=OfKinds("K05", "K07") & costly_year("R03.income_share"),
)
