"""Examples of the actions of the price-linkage subsidy and of raised standards."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from doudi.base.access import Actor
from doudi.kernel.dates import Month
from doudi.payments.models import PriceIndex, PriceRound, StandardRaise
from doudi.payments.price_rosters import confirm_roster, make_roster
from doudi.payments.prices import IndexFacts, confirm_index, enter_index
from doudi.payments.raises import RaiseFacts, confirm_raise, enter_raise
from tests.arrange import COUNTY, OTHER_COUNTY, arranging
from tests.payments.owing import county, staff
from tests.payments.world import keep_witness_fresh

Prepare = Callable[[], Callable[[], object]]
_numbers = itertools.count(700)


class Prices:
    """A month whose index starts the subsidy, a county with one household, and two people."""

    def __init__(self) -> None:
        number = next(_numbers)
        county(1, first=1_000 * number)
        self.reviewer: Actor = staff("county_reviewer", f"物价{number}")
        self.leader: Actor = staff("county_leader", f"物价领导{number}")
        self.month = Month(2022, 1) + number % 12

    def enter(self) -> PriceIndex:
        day = (self.month + 1).first_day.replace(day=10)
        facts = IndexFacts("620000000000", self.month, 280, 880, day, "统计局公布")
        return enter_index(facts, by=self.reviewer)

    def confirm(self, row: PriceIndex) -> PriceIndex:
        return confirm_index(row.pk, by=self.leader)

    def roster(self) -> PriceRound:
        return make_roster(COUNTY, self.month, by=self.reviewer)


def _enter() -> Callable[[], object]:
    return Prices().enter


def _confirm() -> Callable[[], object]:
    prices = Prices()
    row = prices.enter()
    return lambda: prices.confirm(row)


def _roster() -> Callable[[], object]:
    prices = Prices()
    prices.confirm(prices.enter())
    return prices.roster


def _roster_confirmed() -> Callable[[], object]:
    prices = Prices()
    prices.confirm(prices.enter())
    row = prices.roster()
    return lambda: confirm_roster(row.pk, by=prices.leader)


class Raises:
    """The two people of a county in which 低保 was raised at the beginning of a year."""

    def __init__(self, place: str) -> None:
        number = next(_numbers)
        self.place = place
        self.reviewer = replace(staff("county_reviewer", f"提标{number}"), place=place)
        self.leader = replace(staff("county_leader", f"提标领导{number}"), place=place)
        with arranging():
            keep_witness_fresh()

    def enter(self) -> StandardRaise:
        facts = RaiseFacts("低保", date(2022, 1, 1), date(2022, 4, 18), "甘民发〔2022〕30号")
        return enter_raise(self.place, facts, by=self.reviewer)


def _raise_entered() -> Callable[[], object]:
    return Raises(COUNTY).enter


def _raise_confirmed() -> Callable[[], object]:
    raises = Raises(OTHER_COUNTY)
    row = raises.enter()
    return lambda: confirm_raise(row.pk, by=raises.leader)


EXAMPLES: dict[str, Prepare] = {
    "price.enter_index": _enter,
    "price.confirm_index": _confirm,
    "price.roster": _roster,
    "price.confirm_roster": _roster_confirmed,
    "raise.enter": _raise_entered,
    "raise.confirm": _raise_confirmed,
}
