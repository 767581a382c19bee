"""Money paid and not due on the desk: the list of claims, one claim, and its steps."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.kernel.dates import Month, parse_date
from doudi.kernel.money import Fen
from doudi.kernel.problems import NotThere, require
from doudi.payments import overpaid, recovery_queries, writing_off
from doudi.payments import recovery as recovering
from doudi.payments.recovery import PlanFacts, RepaymentFacts
from doudi.web.desk import actor_of, desk, key_of, page_of

STATES = (
    overpaid.FOUND, overpaid.TOLD, overpaid.DECIDED, overpaid.PAID_BACK, overpaid.WRITTEN_OFF,
    overpaid.DROPPED,
)  # fmt: skip


@desk("payment.read")
@require_safe
def recoveries(request: HttpRequest) -> HttpResponse:
    """Claims in view, the newest first, by state."""
    told = request.GET.get("state", "")
    chosen = told if told in STATES else ""
    rows = recovery_queries.recoveries(chosen)
    page = page_of(request, rows, reads="payments.recoveries")
    return render(
        request, "desk/recoveries.html", {"page": page, "states": STATES, "chosen": chosen}
    )


@desk("recovery.find")
@require_POST
def recovery_find(request: HttpRequest) -> HttpResponse:
    """Look through everything that was paid in one's places."""
    actor = actor_of(request)
    count = keyed(overpaid.find_overpaid, key_of(request, "recovery.find"))(actor.place, by=actor)
    messages.success(request, f"新发现多发 {count} 笔。查到的不等于结论，请逐户核实、告知。")
    return redirect("recoveries")


@desk("payment.read")
@require_safe
def recovery(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """One claim: its months, what the family was told, what was given back, the next step."""
    seen = recovery_queries.recovery_view(recovery_id)
    require(seen is not None, NotThere())
    record_read(f"payments.recovery:{recovery_id}", by=actor_of(request))
    return render(request, "desk/recovery.html", {"seen": seen})


@desk("recovery.handle")
@require_POST
def recovery_tell(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Tell the family in writing."""
    keyed(recovering.tell_family, key_of(request, "recovery.tell"))(
        recovery_id, by=actor_of(request)
    )
    return _done(request, recovery_id, "告知书已生成，请打印送达。")


@desk("recovery.handle")
@require_POST
def recovery_hear(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Write down what the family says."""
    keyed(recovering.hear_family, key_of(request, "recovery.hear"))(
        recovery_id, request.POST.get("statement", ""), by=actor_of(request)
    )
    return _done(request, recovery_id, "陈述已登记。")


@desk("recovery.decide")
@require_POST
def recovery_decide(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Decide that the money is asked back, or not."""
    keyed(recovering.decide_recovery, key_of(request, "recovery.decide"))(
        recovery_id,
        request.POST.get("outcome", ""),
        request.POST.get("reason", ""),
        by=actor_of(request),
    )
    return _done(request, recovery_id, "已认定。")


@desk("recovery.handle")
@require_POST
def recovery_agree(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Agree how the family gives back."""
    told = request.POST
    plan = PlanFacts(
        told.get("manner", ""),
        Fen.from_yuan(told.get("instalment", "")),
        Month.parse(told.get("since", "")),
        parse_date(told.get("signed_on", "")),
    )
    keyed(recovering.agree_plan, key_of(request, "recovery.agree"))(
        recovery_id, plan, by=actor_of(request)
    )
    return _done(request, recovery_id, "偿还协议已登记。")


@desk("recovery.repay")
@require_POST
def recovery_repay(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Record money that the family gave back."""
    told = request.POST
    facts = RepaymentFacts(
        told.get("voucher", ""),
        told.get("manner", ""),
        Fen.from_yuan(told.get("fen", "")),
        parse_date(told.get("received_on", "")),
    )
    keyed(recovering.record_repayment, key_of(request, "recovery.repay"))(
        recovery_id, facts, by=actor_of(request)
    )
    return _done(request, recovery_id, "退款已入账。")


@desk("recovery.handle")
@require_POST
def recovery_propose(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Propose to give up what is left."""
    keyed(writing_off.propose_write_off, key_of(request, "recovery.propose_write_off"))(
        recovery_id, request.POST.get("reason", ""), by=actor_of(request)
    )
    return _done(request, recovery_id, "核销申请已提出，等待另一人决定。")


@desk("recovery.decide")
@require_POST
def recovery_write_off(request: HttpRequest, recovery_id: int) -> HttpResponse:
    """Decide on the proposal to give up what is left."""
    keyed(writing_off.decide_write_off, key_of(request, "recovery.write_off"))(
        recovery_id, request.POST.get("outcome", ""), by=actor_of(request)
    )
    return _done(request, recovery_id, "核销申请已决定。")


def _done(request: HttpRequest, recovery_id: int, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("recovery", recovery_id)
