"""Files that may be one person's twice: side by side, merged with a reason, taken apart again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.exchange import duplicates as doubles
from doudi.kernel.problems import NotThere, require
from doudi.people import merging
from doudi.people.queries import person_view
from doudi.web.desk import actor_of, desk, key_of, page_of

_STATES = (doubles.WAITING, doubles.MERGED, doubles.DIFFERENT)


@desk("match.review")
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of files that may be one person's, the likeliest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in _STATES else doubles.WAITING
    page = page_of(request, doubles.duplicates(state), reads="exchange.duplicates")
    told = {"page": page, "state": state, "states": _STATES}
    return render(request, "desk/duplicates.html", told)


@desk("match.review")
@require_POST
def duplicates_find(request: HttpRequest) -> HttpResponse:
    """Have the registry looked through; the list fills by itself."""
    keyed(doubles.ask_for_duplicates, key_of(request, "duplicate.ask"))(by=actor_of(request))
    messages.success(request, "已开始查找，几十秒后刷新本页。")
    return redirect("duplicates")


@desk("match.review")
@require_safe
def duplicate(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """One pair side by side: who they are, what speaks for one person, what stands against it."""
    row = doubles.duplicate_of(duplicate_id)
    record_read(f"exchange.duplicate:{duplicate_id}", by=actor_of(request), why="核对重复档案")
    pair = (row.person_id, row.other_id)
    against = {
        kept: merging.objections(kept, gone) if row.state == doubles.WAITING else []
        for kept, gone in (pair, pair[::-1])
    }
    told = {
        "row": row,
        "files": [(person_view(each), against[each]) for each in pair],
        "benefits": merging.shared_benefits(*pair),
        "waiting": row.state == doubles.WAITING,
    }
    return render(request, "desk/duplicate.html", told)


@desk("match.review")
@require_POST
def duplicate_merge(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """Both are one person; the chosen file is kept."""
    doubles.duplicate_of(duplicate_id)
    kept = request.POST.get("kept", "")
    require(kept.isdecimal(), NotThere())
    keyed(doubles.merge_duplicate, key_of(request, "duplicate.merge"))(
        duplicate_id, int(kept), request.POST.get("why", ""), by=actor_of(request)
    )
    messages.success(request, "已合并；需要时可以原样恢复。")
    return redirect("duplicate", duplicate_id)


@desk("match.review")
@require_POST
def duplicate_dismiss(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """Both are two persons."""
    doubles.duplicate_of(duplicate_id)
    keyed(doubles.dismiss_duplicate, key_of(request, "duplicate.dismiss"))(
        duplicate_id, request.POST.get("why", ""), by=actor_of(request)
    )
    messages.success(request, "已记下不是同一人，以后不再提示。")
    return redirect("duplicates")


@desk("match.review")
@require_POST
def duplicate_reopen(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """Take the verdict back; merged files come apart."""
    doubles.duplicate_of(duplicate_id)
    keyed(doubles.reopen_duplicate, key_of(request, "duplicate.reopen"))(
        duplicate_id, request.POST.get("why", ""), by=actor_of(request)
    )
    messages.success(request, "已恢复，两份档案各自独立。")
    return redirect("duplicate", duplicate_id)
