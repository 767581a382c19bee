"""Funds (资金指标): what was allotted by whom for what, and what a release may spend.

Two people vouch for an allotment. Money that is tied to a scheme is spent on that scheme and before
other money; money for services pays no benefits. From the first confirmed allotment of a county on,
no batch is released that its funds do not cover.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.money import Fen, share
from doudi.kernel.problems import NotThere, require
from doudi.payments.models import Allotment, Batch, Draw, ServiceSpending
from doudi.payments.parameters import figure
from doudi.payments.problems import PersonNeeded
from doudi.payments.problems_funds import (
    AllotmentUnfit,
    AllottedAlready,
    AmountUnfit,
    ConfirmedAlready,
    NotEnoughFunds,
    ServiceEnteredAlready,
    ServicesNotCovered,
    ServicesNotHere,
    ServicesOverCap,
)
from doudi.payments.problems_recovery import OtherPersonNeeded
from doudi.payments.schemes import CODES

SOURCES = ("中央", "省级", "市级", "县级")
RELIEF, SERVICES = "救助", "服务"
TO_CONFIRM, TO_CONFIRM_SERVICE = "资金指标复核", "购买服务支出复核"


@dataclass(frozen=True, slots=True)
class AllotmentFacts:
    """An allotment as its document says: source, year, fen, what it may be spent on.

    ``schemes`` empty: any scheme of relief. ``purpose``: 救助, or 服务 for services only.
    """

    document: str
    source: str
    year: int
    fen: int
    received_on: date
    purpose: str = RELIEF
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fund:
    """What is left of an allotment, for choosing what to spend first; amounts in fen."""

    allotment_id: int
    source: str
    purpose: str
    schemes: tuple[str, ...]
    received_on: date
    left: int

    def may_pay(self, scheme: str) -> bool:
        """Whether the money may be spent on a scheme."""
        return self.purpose == RELIEF and (not self.schemes or scheme in self.schemes)


def choose(need: int, scheme: str, funds: Sequence[Fund]) -> list[tuple[int, int]]:
    """Which allotments pay how many fen: tied money first, then from 中央 down, the oldest first.

    What cannot be covered is left out; the sum tells.
    """
    usable = [fund for fund in funds if fund.may_pay(scheme) and fund.left > 0]
    usable.sort(
        key=lambda fund: (
            not fund.schemes,
            SOURCES.index(fund.source),
            fund.received_on,
            fund.allotment_id,
        )
    )
    chosen: list[tuple[int, int]] = []
    for fund in usable:
        fen = min(need, fund.left)
        if fen > 0:
            chosen.append((fund.allotment_id, fen))
            need -= fen
    return chosen


# What the bank could not pay goes back to the allotments of its batch, the last drawn first.
KEPT = """
select d.allotment_id, d.batch_id, d."order", d.fen as drawn,
  d.fen - least(d.fen, greatest(0, coalesce(v.fen, 0)
    - coalesce(sum(d.fen) over (partition by d.batch_id order by d."order" desc
        rows between unbounded preceding and 1 preceding), 0))) as kept
from payments_draw d join payments_allotment a on a.id = d.allotment_id and a.place = %(county)s
left join (select batch_id, sum(fen) as fen from payments_transfer
  where kind in ('void', 'back') and batch_id in (select batch_id from payments_draw) group by 1) v
  on v.batch_id = d.batch_id
"""

_LEFT = f"""
with spent as ({KEPT})
select a.id, a.source, a.purpose, a.schemes, a.received_on, (a.fen
  - coalesce((select sum(s.kept) from spent s where s.allotment_id = a.id), 0)
  - coalesce((select sum(x.fen) from payments_servicespending x
      where x.allotment_id = a.id and x.confirmed_at is not null), 0))::bigint
from payments_allotment a
where a.place = %(county)s and a.confirmed_at is not null
order by a.id
"""


def county_of(place: str) -> str:
    """The county in whose name funds are kept."""
    return f"{place[:6]}000000"


def funds_of(place: str) -> list[Fund]:
    """What is left of every confirmed allotment of a county, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"county": county_of(place)})
        return [
            Fund(pk, source, purpose, tuple(json.loads(schemes)), received_on, left)
            for pk, source, purpose, schemes, received_on, left in cursor.fetchall()
        ]


def _funds_lock(place: str) -> None:
    lock(f"payments.funds:{place[:6]}")


def draw(batch: Batch) -> int:
    """Take a batch's total from the county's funds at its release; returns fen.

    Raises ``NotEnoughFunds`` where they do not cover it. A county that keeps no funds here yet (no
    confirmed allotment) is not checked: that is said on the page, and 0 is returned.
    """
    _funds_lock(batch.place)
    funds = funds_of(batch.place)
    if not funds:
        return 0
    chosen = choose(batch.total_fen, batch.scheme, funds)
    covered = sum(fen for _, fen in chosen)
    require(covered == batch.total_fen, _not_enough(batch, funds, covered))
    now = clock.business_now()
    Draw.objects.bulk_create(
        Draw(allotment_id=pk, batch=batch, order=at, fen=fen, made_at=now)
        for at, (pk, fen) in enumerate(chosen, start=1)
    )
    return covered


def _not_enough(batch: Batch, funds: Sequence[Fund], covered: int) -> NotEnoughFunds:
    tied = [fund for fund in funds if not fund.may_pay(batch.scheme) and fund.left > 0]
    for_what = sorted({name for f in tied for name in f.schemes or ("购买服务",)})
    elsewhere = Fen(sum(fund.left for fund in tied)).yuan()
    return NotEnoughFunds(
        number=batch.number,
        need=Fen(batch.total_fen).yuan(),
        scheme=batch.scheme,
        left=Fen(covered).yuan(),
        short=Fen(batch.total_fen - covered).yuan(),
        tied=f"另有 {elsewhere} 元只能用于{'、'.join(for_what)}，不能调用。" if tied else "",
    )


def _choice(what: str, given: str, allowed: Sequence[str]) -> None:
    fit = given in allowed
    require(fit, AllotmentUnfit(what=what, given=given, allowed="、".join(allowed)))


@action("fund.enter", needs="fund.enter")
def enter_allotment(place: str, facts: AllotmentFacts, *, by: Actor) -> Allotment:
    """Enter an allotment; it can be spent once a second person has confirmed it.

    The same again is found; the same document and source with other content is refused.
    """
    county = county_of(place)
    require(by.covers(county), NotThere())
    require(by.user_id is not None, PersonNeeded(step="录入资金指标"))
    _choice("资金级次", facts.source, SOURCES)
    _choice("用途", facts.purpose, (RELIEF, SERVICES))
    for scheme in facts.schemes:
        _choice("限用项目", scheme, tuple(CODES))
    require(facts.fen > 0, AmountUnfit(fen=facts.fen))
    _funds_lock(county)
    known = Allotment.objects.filter(
        place=county, document=facts.document, source=facts.source, purpose=facts.purpose
    ).first()
    if known is not None:
        same = (known.fen, known.year, tuple(known.schemes)) == (
            facts.fen,
            facts.year,
            tuple(sorted(facts.schemes)),
        )
        was = AllottedAlready(document=facts.document, source=facts.source, was=known.fen)
        require(same, was)
        found: Allotment = known
        return found
    row: Allotment = Allotment.objects.create(
        document=facts.document,
        place=county,
        source=facts.source,
        year=facts.year,
        fen=facts.fen,
        purpose=facts.purpose,
        schemes=sorted(facts.schemes),
        received_on=facts.received_on,
        entered_by_id=by.user_id,
    )
    what = f"资金指标 {row.document}（{row.source}，{Fen(row.fen).display()} 元）待复核"
    _ask_second(TO_CONFIRM, what, row.place, subject_of(row))
    return row


def subject_of(row: Allotment | ServiceSpending) -> str:
    """How tasks name an allotment or a spending on services."""
    kind = "payments.fund" if isinstance(row, Allotment) else "payments.service"
    return f"{kind}:{row.pk}"


def _ask_second(kind: str, title: str, place: str, subject: str) -> None:
    open_task(TaskFacts(kind, title, place, "finance_approver", subject))


def _demand_second(entered_by: int | None, by: Actor, subject: str) -> None:
    require(by.user_id is not None, PersonNeeded(step="复核"))
    other = entered_by is not None and entered_by != by.user_id
    require(other, OtherPersonNeeded(subject=subject, done="录入", step="复核"))


@action("fund.confirm", needs="fund.confirm")
def confirm_allotment(allotment_id: int, *, by: Actor) -> Allotment:
    """Confirm an allotment against its document (复核): by somebody else; it can be spent now."""
    lock(f"payments.allotment:{allotment_id}")
    row: Allotment = one_or_not_there(Allotment.objects.all(), pk=allotment_id)
    _demand_second(row.entered_by_id, by, f"资金指标 {row.document}")
    require(row.confirmed_at is None, ConfirmedAlready(what=f"资金指标 {row.document} "))
    row.confirmed_by_id, row.confirmed_at = by.user_id, clock.business_now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    finish_tasks(subject_of(row), by=by)
    return row


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """Services bought from an allotment: contract number, who provides them, fen, day."""

    number: str
    allotment_id: int
    provider: str
    fen: int
    spent_on: date


@action("fund.enter_service", needs="fund.enter")
def enter_service(facts: ServiceFacts, *, by: Actor) -> ServiceSpending:
    """Enter a spending on services (购买服务), within the cap; a second person confirms it."""
    require(by.user_id is not None, PersonNeeded(step="录入购买服务支出"))
    require(facts.fen > 0, AmountUnfit(fen=facts.fen))
    allotment: Allotment = one_or_not_there(Allotment.objects.all(), pk=facts.allotment_id)
    _funds_lock(allotment.place)
    known: ServiceSpending | None = ServiceSpending.objects.filter(
        place=allotment.place, number=facts.number
    ).first()
    if known is not None:
        other = ServiceEnteredAlready(
            number=facts.number, was=Fen(known.fen).yuan(), fen=Fen(facts.fen).yuan()
        )
        require((known.fen, known.allotment_id) == (facts.fen, facts.allotment_id), other)
        return known
    _demand_services(allotment, facts.fen, facts.spent_on, 0)
    row: ServiceSpending = ServiceSpending.objects.create(
        number=facts.number,
        place=allotment.place,
        allotment=allotment,
        provider=facts.provider,
        fen=facts.fen,
        spent_on=facts.spent_on,
        entered_by_id=by.user_id,
    )
    what = f"购买服务 {row.number}（{row.provider}，{Fen(row.fen).display()} 元）待复核"
    _ask_second(TO_CONFIRM_SERVICE, what, row.place, subject_of(row))
    return row


@action("fund.confirm_service", needs="fund.confirm")
def confirm_service(spending_id: int, *, by: Actor) -> ServiceSpending:
    """Confirm a spending on services: by somebody else, over the cap as it stands now."""
    row: ServiceSpending = one_or_not_there(
        ServiceSpending.objects.select_related("allotment"), pk=spending_id
    )
    _funds_lock(row.place)
    row.refresh_from_db()
    _demand_second(row.entered_by_id, by, f"购买服务 {row.number}")
    require(row.confirmed_at is None, ConfirmedAlready(what=f"购买服务 {row.number} "))
    _demand_services(row.allotment, row.fen, row.spent_on, row.pk)
    row.confirmed_by_id, row.confirmed_at = by.user_id, clock.business_now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    finish_tasks(subject_of(row), by=by)
    return row


def _demand_services(allotment: Allotment, fen: int, spent_on: date, but: int) -> None:
    tied = allotment.purpose == RELIEF and allotment.schemes
    refused = ServicesNotHere(document=allotment.document, schemes="、".join(allotment.schemes))
    require(not tied, refused)
    left = next((f.left for f in funds_of(allotment.place) if f.allotment_id == allotment.pk), 0)
    not_covered = ServicesNotCovered(
        document=allotment.document, left=Fen(left).yuan(), fen=Fen(fen).yuan()
    )
    require(fen <= left, not_covered)
    base, spent = services_of_year(allotment.place, spent_on.year, but)
    most = share(base, figure("services.most", spent_on))
    over = ServicesOverCap(
        year=spent_on.year,
        spent=Fen(spent).yuan(),
        fen=Fen(fen).yuan(),
        base=Fen(base).yuan(),
        most=most.yuan(),
    )
    require(spent + fen <= most, over)


def services_of_year(place: str, year: int, but: int = 0) -> tuple[int, int]:
    """The year's confirmed allotments of a county, and what was entered for services, in fen."""
    told: dict[str, Any] = {"county": county_of(place), "year": year, "but": but}
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select coalesce(sum(fen), 0) from payments_allotment where place = %(county)s "
            "and year = %(year)s and confirmed_at is not null)::bigint, "
            "(select coalesce(sum(fen), 0) from payments_servicespending "
            "where place = %(county)s and id <> %(but)s "
            "and extract(year from spent_on) = %(year)s)::bigint",
            told,
        )
        base, spent = cursor.fetchone()
    return int(base), int(spent)
