"""Rows whose person a human has to tell: the file's person beside the registry's, and a verdict."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed, record_read
from doudi.exchange import matching, queries
from doudi.kernel.problems import Problem, require
from doudi.people.search import find_people
from doudi.web.desk import actor_of, desk, key_of, page_of

# 认定的三种答案：同一人、不是这个人、查不到。
SAME, OTHER, NOBODY = "同一人", "不是", "查不到"
ANSWERS = (SAME, OTHER, NOBODY)


class AnswerMissing(Problem):
    """Nothing was said, or about nobody."""

    code = "match.answer_missing"
    status = 400
    say = "没有选择认定结果，没有保存。"
    next = "请在“同一人”“不是”“查不到”中选一个。"
    fields = ()


class NobodyWithThisId(Problem):
    """The id that was typed is registered nowhere in the place."""

    code = "match.nobody_with_this_id"
    status = 400
    say = "登记册里没有这个证件号码，没有保存。"
    next = "请核对18位号码；确实没有登记的，认定“查不到”。"
    fields = ()


@desk("match.review")
@require_safe
def match_queue(request: HttpRequest) -> HttpResponse:
    """Rows whose person a human has to look at, or those for whom nobody was found."""
    tier = queries.NOT_FOUND if request.GET.get("tier") == queries.NOT_FOUND else queries.TO_REVIEW
    page = page_of(request, queries.match_queue(tier), reads="exchange.match_queue")
    rows = [(row, queries.cells_of(row)) for row in page.object_list]
    return render(request, "desk/match_queue.html", {"page": page, "rows": rows, "tier": tier})


@desk("match.review")
@require_safe
def match_row(request: HttpRequest, row_id: int) -> HttpResponse:
    """One row beside those whom it may be about, level by level; recorded."""
    row = queries.row_of(row_id)
    record_read(f"exchange.row:{row_id}", by=actor_of(request), why="辨认来文人员")
    return render(
        request,
        "desk/match_row.html",
        {
            "row": row,
            "cells": queries.cells_of(row, masked=True),
            "candidates": queries.candidates_of(row),
            "open": row.tier in queries.OPEN,
            "excluded": (row.evidence or {}).get("excluded", []),
        },
    )


@desk("match.review")
@require_POST
def match_settle(request: HttpRequest, row_id: int) -> HttpResponse:
    """Say whose the row is; the next one of the queue follows."""
    queries.row_of(row_id)
    answer, who = request.POST.get("answer", ""), _who(request)
    told = answer in ANSWERS and (answer == NOBODY or who.isdecimal())
    require(told, AnswerMissing())
    reason, by = request.POST.get("reason", ""), actor_of(request)
    if answer == OTHER:
        row = keyed(matching.exclude_candidate, key_of(request, "match.settle"))(
            row_id, int(who), reason, by=by
        )
        if row.tier in queries.OPEN:
            messages.success(request, "已记下不是此人；请看下一位。")
            return redirect("match_row", row_id)
    else:
        person = int(who) if answer == SAME else None
        keyed(matching.settle_match, key_of(request, "match.settle"))(row_id, person, reason, by=by)
    messages.success(request, "已认定。")
    following = queries.match_queue().values_list("pk", flat=True).first()
    return redirect("match_row", following) if following else redirect("match_queue")


def _who(request: HttpRequest) -> str:
    """The person whom a form names: by number, or by the full id that was typed."""
    typed = request.POST.get("number", "").strip()
    if not typed:
        return request.POST.get("person", "")
    found = find_people(typed, place=None, limit=1, by=actor_of(request))
    require(found, NobodyWithThisId())
    return str(found[0].person_id)


@desk("match.review")
@require_POST
def match_undo(request: HttpRequest, row_id: int) -> HttpResponse:
    """Take one match back with what it told, also an automatic one."""
    queries.row_of(row_id)
    fallen = keyed(matching.undo_match, key_of(request, "match.undo"))(
        row_id, request.POST.get("reason", ""), by=actor_of(request)
    )
    messages.success(request, f"已撤销认定，收回 {fallen} 条情况。")
    return redirect("match_row", row_id)
