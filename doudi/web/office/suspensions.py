"""A death that waits for a person's check: what is known, and what was found."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.access import one_or_not_there
from doudi.base.actions import keyed, record_read
from doudi.watch import register_queries
from doudi.watch import suspensions as suspending
from doudi.web.desk import actor_of, desk, key_of

FOUND = {"属实": True, "不属实": False}


@desk("alert.read")
@require_safe
def suspension(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """One suspended share: whose, on what ground, and until when it must be checked."""
    row = one_or_not_there(register_queries.suspensions(open_only=False), pk=suspension_id)
    record_read(f"watch.suspension:{suspension_id}", by=actor_of(request))
    return render(request, "desk/suspension.html", {"row": row, "answers": FOUND})


@desk("death.check")
@require_POST
def suspension_check(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """Write down what a person found."""
    dead = FOUND.get(request.POST.get("dead", ""))
    if dead is None:
        messages.error(request, "请选择死亡是否属实，再提交。")
        return redirect("suspension", suspension_id)
    keyed(suspending.check_death, key_of(request, "death.check"))(
        suspension_id, dead, request.POST.get("finding", ""), by=actor_of(request)
    )
    said = "已登记死亡属实，请办理减人重算或停发。" if dead else "已登记没有死亡，恢复发放。"
    messages.success(request, said)
    return redirect("suspension", suspension_id)
