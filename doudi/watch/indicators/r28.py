"""R28: somebody who receives aid has a new pension or wage."""

from __future__ import annotations

from fractions import Fraction

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView, yuan

_WHOLE = 10_000


def _had_as_much(fact: FactView, person: PersonView, least: Fraction) -> bool:
    """Whether a pension (or wage) of that size was paid before: a raise is not a new one."""
    return any(
        other.id != fact.id and other.valid_since < fact.valid_since
        and (other.amount_fen or 0) >= least
        for other in person.of(fact.kind)
    )  # fmt: skip


def _hits(person: PersonView, kind: str, word: str, least: Fraction, day: Day) -> list[Hit]:
    return [
        Hit(
            fact.amount_fen or 0, int(least),
            f"{fact.valid_since} 起新领{word}每月 {yuan(fact.amount_fen or 0)}，"
            f"达到 {yuan(least.__ceil__())}，应重新核算收入",
            f"{kind}:{fact.key}", fact.id, fact.source, fact.valid_since,
        )
        for fact in person.news(kind, day)
        if fact.stands(day.on)
        and (fact.amount_fen or 0) >= least
        and not _had_as_much(fact, person, least)
    ]  # fmt: skip


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04: a pension of the standard, or a wage that lifts all of them to it."""
    standard = day.standards.get(household.urban)
    if standard is None or not household.is_of(person.id, "K01", "K04"):
        return []
    pension = Fraction(standard * day["R28.pension_share"], _WHOLE)
    size = max(1, len(household.present))
    wage = Fraction(standard * size * day["R28.wage_share"], _WHOLE)
    return _hits(person, "pension", "养老金", pension, day) + _hits(
        person, "income.wage", "工资", wage, day
    )


INDICATOR = Indicator(
    code="R28",
    label="在保人员新增养老金或工资",
    direction=OUT,
    article="最低生活保障审核确认办法 第十三条、第三十一条",
    triggers=("pension", "income.wage"),
    fires=fires,
    parameters=("R28.pension_share", "R28.wage_share"),
    needs=(OfKinds("K01", "K04") & Has(("pension", "income.wage"), news=True, stands=today)),
)
