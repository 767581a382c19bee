"""Price indices (物价指数): what the statistics office published, entered by one, confirmed by two.

The first published value judges; a later revision of the office changes nothing. The law that
judges is in ``doudi.rules``; an index only lays its two or three figures over the rules' own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.cases.law import overlay_in_force
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import check_division_code, covers
from doudi.kernel.problems import NotThere, require
from doudi.payments.models import PriceIndex
from doudi.payments.problems import PersonNeeded
from doudi.payments.problems_price import IndexConfirmed, IndexMissing, IndexUnfit
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.rules import Overlay, ParameterValue

# In ten-thousandths, as the rules take them.
CPI, FOOD, POOR = "居民消费价格同比", "食品价格同比", "低收入居民价格同比"
_LOWEST, _HIGHEST = -5_000, 10_000


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The rises of a month over the year before in a region, in 万分比: 2.8 % is 280.

    ``poor`` is the index of low-income residents (SCPI), where the locality uses one.
    """

    region: str
    month: Month
    cpi: int
    food: int
    released_on: date
    document: str
    poor: int | None = None


def _demand_fit(facts: IndexFacts) -> None:
    for what, value in ((CPI, facts.cpi), (FOOD, facts.food), (POOR, facts.poor)):
        fit = value is None or _LOWEST <= value <= _HIGHEST
        require(fit, IndexUnfit(what=what, given=value))
    late = facts.released_on > facts.month.last_day
    require(late, IndexUnfit(what="公布日", given=facts.released_on))
    require(facts.document.strip(), IndexUnfit(what="出处", given=facts.document))


@action("price.enter_index", needs="price.enter")
def enter_index(facts: IndexFacts, *, by: Actor) -> PriceIndex:
    """Enter a month's index of one's own region or one above it, or correct it until confirmed.

    Raises ``IndexConfirmed`` where a confirmed index says something else.
    """
    require(by.user_id is not None, PersonNeeded(step="录入物价指数"))
    region = check_division_code(facts.region).code
    require(covers(region, by.place) or by.covers(region), NotThere())
    _demand_fit(facts)
    lock(f"price:{region}:{facts.month}")
    row = PriceIndex.objects.filter(region=region, month=str(facts.month)).first()
    same = row is not None and (row.cpi, row.food, row.poor, row.released_on) == (
        facts.cpi,
        facts.food,
        facts.poor,
        facts.released_on,
    )
    if row is not None and same:
        found: PriceIndex = row
        return found
    confirmed = row is not None and row.confirmed_at is not None
    require(not confirmed, IndexConfirmed(region=region, month=facts.month))
    row = row or PriceIndex(region=region, month=str(facts.month))
    row.cpi, row.food, row.poor = facts.cpi, facts.food, facts.poor
    row.released_on, row.document = facts.released_on, facts.document.strip()
    row.entered_by_id, row.entered_at = by.user_id, clock.business_now()
    row.save()
    written: PriceIndex = row
    return written


@action("price.confirm_index", needs="price.confirm")
def confirm_index(index_id: int, *, by: Actor) -> PriceIndex:
    """Confirm an index against what was published: by another person than who entered it."""
    row: PriceIndex = one_or_not_there(PriceIndex.objects.all(), pk=index_id)
    lock(f"price:{row.region}:{row.month}")
    row.refresh_from_db()
    subject = f"{row.region} {row.month} 的指数"
    require(by.user_id is not None, PersonNeeded(step="复核物价指数"))
    other = row.entered_by_id is not None and row.entered_by_id != by.user_id
    require(other, OtherPersonNeeded(subject=subject, done="录入", step="复核"))
    require(row.confirmed_at is None, IndexConfirmed(region=row.region, month=row.month))
    row.confirmed_by_id, row.confirmed_at = by.user_id, clock.business_now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row


def index_for(place: str, month: Month) -> PriceIndex:
    """The confirmed index of the nearest region that contains a place; raises ``IndexMissing``."""
    rows = PriceIndex.objects.filter(month=str(month), confirmed_at__isnull=False)
    reaching = [row for row in rows if covers(row.region, place)]
    nearest = max(reaching, key=lambda row: len(row.region.rstrip("0")), default=None)
    if nearest is None:
        raise IndexMissing(month=month)
    found: PriceIndex = nearest
    return found


def overlay_with(index: PriceIndex) -> Overlay:
    """The local figures in force with the month's index on top, for asking the rules."""
    month = Month.parse(index.month)
    told = {CPI: index.cpi, FOOD: index.food, POOR: index.poor}
    own = tuple(
        ParameterValue(
            name,
            index.region[:6],
            month.first_day,
            value,
            index.document,
            "已核",
            before=month.next_first_day,
        )
        for name, value in told.items()
        if value is not None
    )
    local = overlay_in_force()
    return Overlay((local.values if local else ()) + own)
