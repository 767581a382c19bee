"""Funds on the desk: allotments by two people, what is left for what, services and their cap."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed
from doudi.kernel import clock
from doudi.kernel.dates import parse_date
from doudi.kernel.money import Fen, share
from doudi.kernel.problems import Problem
from doudi.payments import fund_queries
from doudi.payments import funds as funding
from doudi.payments.funds import AllotmentFacts, ServiceFacts
from doudi.payments.schemes import CODES
from doudi.web.desk import actor_of, desk, key_of


class FieldUnfit(Problem):
    """A field of the form cannot be read."""

    code = "fund.field_unfit"
    status = 400
    say = "“{what}”填写的“{given}”读不出，没有保存。"
    next = "请按示例填写后重新提交。"
    fields = ("what", "given")


@desk("payment.read")
@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    """What was allotted, what is left of it for which scheme, what batches hold, services."""
    actor = actor_of(request)
    rows = fund_queries.allotments(actor.place)
    confirmed = [one for one in rows if one.left_fen is not None]
    available = fund_queries.available([one.fund for one in confirmed])
    year = clock.business_today().year
    services = fund_queries.services_seen(actor.place, year)
    context = {
        "allotments": rows,
        "confirmed": confirmed,
        "available": available,
        "left": available[-1].total,
        "uses": fund_queries.uses(actor.place),
        "services": fund_queries.services(actor.place)[:50],
        "year": services,
        "most": share(services.base_fen, services.share),
        "sources": funding.SOURCES,
        "schemes": list(CODES),
        "purposes": (funding.RELIEF, funding.SERVICES),
        "this_year": year,
    }
    return render(request, "desk/funds.html", context)


def text_of(request: HttpRequest, name: str, what: str, most: int) -> str:
    """A field that must be filled, of at most so many characters; raises ``FieldUnfit``."""
    told = request.POST.get(name, "").strip()
    if not told or len(told) > most:
        raise FieldUnfit(what=what, given=told[:20])
    return told


def _number(request: HttpRequest, name: str, what: str) -> int:
    told = request.POST.get(name, "").strip()
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        raise FieldUnfit(what=what, given=told[:20])
    return int(told)


@desk("fund.enter")
@require_POST
def fund_enter(request: HttpRequest) -> HttpResponse:
    """Enter an allotment as its document says."""
    actor = actor_of(request)
    facts = AllotmentFacts(
        document=text_of(request, "document", "文号", 80),
        source=request.POST.get("source", ""),
        year=_number(request, "year", "年度"),
        fen=Fen.from_yuan(request.POST.get("amount", "")),
        received_on=parse_date(request.POST.get("received_on", "")),
        purpose=request.POST.get("purpose", ""),
        schemes=tuple(request.POST.getlist("schemes")),
    )
    keyed(funding.enter_allotment, key_of(request, "fund.enter"))(actor.place, facts, by=actor)
    messages.success(request, f"{facts.document} 已录入，须由复核岗复核后才能使用。")
    return redirect("funds")


@desk("fund.confirm")
@require_POST
def fund_confirm(request: HttpRequest, allotment_id: int) -> HttpResponse:
    """Confirm an allotment against its document: by somebody else."""
    made = keyed(funding.confirm_allotment, key_of(request, "fund.confirm"))(
        allotment_id, by=actor_of(request)
    )
    messages.success(request, f"{made.document} 已复核，可以使用。")
    return redirect("funds")


@desk("fund.enter")
@require_POST
def service_enter(request: HttpRequest) -> HttpResponse:
    """Enter a spending on services."""
    facts = ServiceFacts(
        number=text_of(request, "number", "合同号", 60),
        allotment_id=_number(request, "allotment", "资金指标"),
        provider=text_of(request, "provider", "承接主体", 80),
        fen=Fen.from_yuan(request.POST.get("amount", "")),
        spent_on=parse_date(request.POST.get("spent_on", "")),
    )
    keyed(funding.enter_service, key_of(request, "fund.enter_service"))(facts, by=actor_of(request))
    messages.success(request, f"合同 {facts.number} 的支出已录入，等待另一人复核。")
    return redirect("funds")


@desk("fund.confirm")
@require_POST
def service_confirm(request: HttpRequest, spending_id: int) -> HttpResponse:
    """Confirm a spending on services: by somebody else, within the cap as it stands."""
    made = keyed(funding.confirm_service, key_of(request, "fund.confirm_service"))(
        spending_id, by=actor_of(request)
    )
    messages.success(request, f"合同 {made.number} 的支出已复核。")
    return redirect("funds")
