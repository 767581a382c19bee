"""Payment of a month: what is due, the batches and their life, bank file and return, failures."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base import sealing
from doudi.base.actions import keyed, record_read
from doudi.base.files import content_of
from doudi.base.witness import WitnessSilent
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, Problem, require
from doudi.payments import accrual, batches, queries, reconcile, sending
from doudi.payments.layouts import CARD, LAYOUTS, file_name, media_type
from doudi.payments.schemes import CODES
from doudi.web.desk import actor_of, desk, key_of, page_of
from doudi.web.downloads import attachment
from doudi.web.uploads import uploaded

SCHEME = "低保"


class NotSentYet(Problem):
    """The bank file exists only after the release."""

    code = "payment.no_file_yet"
    status = 409
    say = "批次 {number} 还没有放行，没有银行代发文件。"
    next = "请先由放行岗放行。"
    fields = ("number",)


def _month(request: HttpRequest) -> Month:
    text = request.GET.get("month") or request.POST.get("month") or ""
    return Month.parse(text) if text else Month.of(clock.business_today())


def _scheme(request: HttpRequest) -> str:
    told = request.GET.get("scheme") or request.POST.get("scheme") or SCHEME
    return told if told in CODES else SCHEME


@desk("payment.read")
@require_safe
def batches_page(request: HttpRequest) -> HttpResponse:
    """This month at a glance, and all batches."""
    actor, month, scheme = actor_of(request), _month(request), _scheme(request)
    held = list(queries.held_payables(actor.place, scheme, month)[:100])
    if held:
        record_read("payments.held", by=actor, why=f"暂缓的应发，{len(held)} 条")
    return render(
        request,
        "desk/batches.html",
        {
            "glance": queries.month_at_a_glance(actor.place, scheme, month),
            "held": held,
            "page": page_of(request, queries.batches()),
            "month": str(month),
            "scheme": scheme,
            "schemes": list(CODES),
            "layouts": list(LAYOUTS),
        },
    )


@desk("payment.read")
@require_safe
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: its life, its lines, what the bank answered, and that it adds up."""
    seen = queries.batch_view(batch_id)
    require(seen is not None, NotThere())
    assert seen is not None
    chosen = request.GET.get("state", "")
    lines = queries.batch_lines(batch_id, chosen)
    return render(
        request,
        "desk/batch.html",
        {
            "seen": seen,
            "batch": seen.batch,
            "page": page_of(request, lines, reads=f"payments.batch:{batch_id}"),
            "chosen": chosen,
            "returns": [(one, queries.problems_of(one.pk)) for one in queries.returns_of(batch_id)],
            "adds_up": seen.paid_fen + seen.failed_fen + seen.outstanding_fen
            == seen.batch.total_fen,
        },
    )


@desk("payment.accrue")
@require_POST
def accrue(request: HttpRequest) -> HttpResponse:
    """Make what is due for the month."""
    count = accrual.accrue(
        actor_of(request).place, _scheme(request), _month(request), by=actor_of(request)
    )
    messages.success(
        request, f"新增应发 {count.new} 笔，原有 {count.same} 笔，其中暂缓 {count.held} 笔。"
    )
    return redirect("batches")


@desk("payment.make")
@require_POST
def batch_make(request: HttpRequest) -> HttpResponse:
    """Freeze the month's lines into a batch."""
    made = keyed(batches.make_batch, key_of(request, "payment.make"))(
        actor_of(request).place,
        _scheme(request),
        _month(request),
        layout=request.POST.get("layout") or CARD,
        by=actor_of(request),
    )
    messages.success(request, f"批次 {made.number} 已编制，共 {made.lines} 笔，等待复核。")
    return redirect("batch", made.pk)


@desk("payment.approve")
@require_POST
def batch_approve(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Approve: by somebody else than the maker."""
    keyed(batches.approve_batch, key_of(request, "payment.approve"))(batch_id, by=actor_of(request))
    messages.success(request, "已复核，等待放行。")
    return redirect("batch", batch_id)


@desk("payment.release")
@require_POST
def batch_release(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Release: by a third person; the audit is witnessed with it and the file goes out."""
    actor = actor_of(request)
    try:
        sealing.publish()
    except WitnessSilent as silent:
        messages.error(request, f"{silent}{silent.next_step}")
    keyed(batches.release_batch, key_of(request, "payment.release"))(batch_id, by=actor)
    sending.send_waiting(actor.place, by=actor)
    messages.success(request, "已放行，银行代发文件已送出。")
    return redirect("batch", batch_id)


@desk("payment.approve")
@require_POST
def batch_send_back(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Return a batch before its release."""
    keyed(batches.send_back_batch, key_of(request, "payment.send_back"))(
        batch_id, request.POST.get("reason", ""), by=actor_of(request)
    )
    messages.success(request, "批次已退回，其中各笔回到待编批。")
    return redirect("batch", batch_id)


@desk("payment.make")
@require_safe
def batch_file(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The bank file as it was sent; it carries full card numbers, so the download is recorded."""
    seen = queries.batch_view(batch_id)
    require(seen is not None, NotThere())
    assert seen is not None
    if seen.batch.bank_file is None:
        raise NotSentYet(number=seen.batch.number)
    record_read(f"payments.batch:{batch_id}", by=actor_of(request), why="下载银行代发文件")
    name = file_name(seen.batch.number, seen.batch.layout)
    return attachment(content_of(seen.batch.bank_file), name, media_type(seen.batch.layout))


@desk("payment.receive")
@require_POST
def batch_return(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Read the bank's return file."""
    name, content = uploaded(request, "file")
    received = reconcile.receive_return(batch_id, content, name, by=actor_of(request))
    messages.success(
        request,
        f"回盘已导入：到账 {received.paid_lines} 笔，失败 {received.failed_lines} 笔，"
        f"不能使用 {received.refused_lines} 行。",
    )
    return redirect("batch", batch_id)
