"""The price indices that were published until the demo's day, entered, confirmed and judged."""

from __future__ import annotations

from datetime import date

from demo import office
from demo.loading import COUNTY_PLACE
from demo.progress import step
from doudi.base.access import scope
from doudi.kernel.dates import Month
from doudi.payments.price_queries import rounds
from doudi.payments.price_rosters import make_roster
from doudi.payments.prices import IndexFacts, confirm_index, enter_index

# National rises over the year before, in 万分比: of all prices, of food; first published values of
# the National Bureau of Statistics. April was read off its release, the others are from memory.
# The province's own figures would be entered; a made-up county takes the nation's.
_PROVINCE = "620000000000"
_DOCUMENT = "演示：以全国指数代省指数（国家统计局公布）"
_PUBLISHED = {
    1: (90, -380, date(2022, 2, 16)),
    2: (90, -390, date(2022, 3, 9)),
    3: (150, -150, date(2022, 4, 11)),
    4: (210, 190, date(2022, 5, 11)),
    5: (210, 230, date(2022, 6, 10)),
}


def judge_prices() -> None:
    """Enter and confirm each month's index and judge it; again changes nothing."""
    maker, checker = office.one("county_reviewer"), office.one("county_leader")
    with step("录入、复核物价指数，逐月判定", "个月") as progress:
        for number, (cpi, food, day) in _PUBLISHED.items():
            month = Month(2022, number)
            with scope(maker):
                judged = rounds().filter(place=COUNTY_PLACE, month=str(month)).exists()
            if judged:
                continue
            facts = IndexFacts(_PROVINCE, month, cpi, food, day, _DOCUMENT)
            row = enter_index(facts, by=maker)
            if row.confirmed_at is None:
                confirm_index(row.pk, by=checker)
            make_roster(COUNTY_PLACE, month, by=maker)
        progress.count = len(_PUBLISHED)
