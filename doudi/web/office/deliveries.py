"""Files of other departments: received, what became of every row, rejects as a sheet, matching."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.exchange import intake, queries
from doudi.exchange.comparing import late
from doudi.exchange.formats import FORMATS
from doudi.exchange.reading import demand_table
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.problems import NotThere, Problem, require
from doudi.web.desk import actor_of, desk, key_of, page_of
from doudi.web.downloads import XLSX, attachment
from doudi.web.uploads import uploaded


class FormatUnknown(Problem):
    """No format was chosen and none could be told from the header."""

    code = "delivery.format_unknown"
    status = 400
    say = "看不出“{name}”是哪一种部门数据。"
    next = "请在“格式”里选定一种；或对照模板检查表头列名。"
    fields = ("name",)


@desk("delivery.read")
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """All deliveries, newest first, and the form for a new one."""
    return render(
        request,
        "desk/deliveries.html",
        {
            "page": page_of(request, queries.deliveries()),
            "formats": FORMATS.values(),
            "late": late(clock.business_today()),
        },
    )


@desk("delivery.receive")
@require_POST
def delivery_receive(request: HttpRequest) -> HttpResponse:
    """Receive a file; the work list reads it, the page shows how far it is."""
    name, content = uploaded(request, "file")
    code = request.POST.get("format", "") or intake.guess_format(content, name) or ""
    if code not in FORMATS:
        demand_table(content)  # a picture, a locked or empty workbook say so themselves
        raise FormatUnknown(name=name)
    newest = queries.deliveries().order_by("-pk").values_list("pk", flat=True).first() or 0
    delivery = intake.receive(
        content,
        file_name=name,
        format_code=code,
        period=Month.parse(request.POST.get("period", "")),
        place=actor_of(request).place,
        authority=request.POST.get("authority", ""),
        by=actor_of(request),
    )
    if delivery.pk <= newest:
        messages.success(request, "这份文件此前已经接收过，没有重复处理；下面是当时的结果。")
    return redirect("delivery", delivery.pk)


@desk("delivery.read")
@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery: the counts that add up, how rows were matched, and every reject."""
    row = queries.delivery_of(delivery_id)
    if not getattr(request, "htmx", False):  # the counts that refresh by themselves name nobody new
        record_read(f"exchange.delivery:{delivery_id}", by=actor_of(request))
    return render(
        request,
        "desk/delivery_counts.html" if getattr(request, "htmx", False) else "desk/delivery.html",
        {
            "delivery": row,
            "format": FORMATS.get(row.format),
            "working": row.state in ("已接收", "已读取", "已匹配"),
            "tiers": sorted(queries.tiers_of(delivery_id).items()),
            "page": page_of(request, queries.rejects_of(delivery_id)),
            "consequences": queries.consequences_of(delivery_id),
        },
    )


@desk("delivery.read")
@require_safe
def delivery_rejects(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """The rejected rows as the department's own sheet, bad cells marked; recorded."""
    row = queries.delivery_of(delivery_id)
    record_read(f"exchange.delivery:{delivery_id}", by=actor_of(request), why="下载退回清单")
    return attachment(queries.rejects_sheet(delivery_id), f"退回清单-{row.file_name}.xlsx", XLSX)


@desk("delivery.read")
@require_safe
def format_template(request: HttpRequest, format_code: str) -> HttpResponse:
    """The Excel template of a format."""
    require(format_code in FORMATS, NotThere())
    return attachment(
        queries.template(format_code), f"模板-{FORMATS[format_code].label}.xlsx", XLSX
    )


@desk("delivery.withdraw")
@require_POST
def delivery_withdraw(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Take a delivery back with everything that only it said."""
    keyed(intake.withdraw, key_of(request, "delivery.withdraw"))(
        delivery_id, request.POST.get("reason", ""), by=actor_of(request)
    )
    messages.success(request, "已撤回；由它带来的情况已恢复到来文之前。")
    return redirect("delivery", delivery_id)
