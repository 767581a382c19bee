"""The auditor's pages: what was done, by whom, and whether the record is sealed outside."""

from __future__ import annotations

import json

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from doudi.base import sealing
from doudi.base.access import one_or_not_there
from doudi.base.models import AuditEntry, Seal
from doudi.base.roles import role_of
from doudi.web.desk import desk, page_of

KINDS = {"A": "操作", "R": "查阅"}


def _told(entry: AuditEntry) -> dict[str, object]:
    detail = json.loads(entry.detail or "{}")
    role = detail.get("role", "")
    return {
        "entry": entry,
        "kind": KINDS.get(entry.kind, entry.kind),
        "who": detail.get("who", ""),
        "role": role_of(role).label if role else "",
        "facts": detail.get("facts", {}),
        "why": detail.get("why", ""),
    }


@desk("audit.read")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Actions and reads, newest first; filter by name or user number."""
    rows = AuditEntry.objects.filter(kind__in=KINDS).order_by("-id")
    wanted = request.GET.get("q", "").strip()
    if wanted:
        rows = rows.filter(name__startswith=wanted)
    page = page_of(request, rows)
    return render(
        request,
        "desk/audit.html",
        {
            "page": page,
            "rows": [_told(entry) for entry in page.object_list],
            "wanted": wanted,
            "last": sealing.last_receipt(),
            "fresh": sealing.is_fresh(),
            "seals": Seal.objects.count(),
            "unsealed": _unsealed(),
        },
    )


@desk("audit.read")
@require_safe
def audit_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One action with the statements that it made."""
    entry = one_or_not_there(AuditEntry.objects.filter(kind__in=KINDS), pk=entry_id)
    parts = AuditEntry.objects.filter(action_id=entry.pk).exclude(pk=entry.pk).order_by("id")
    return render(request, "desk/audit_entry.html", {"told": _told(entry), "parts": parts})


def _unsealed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from base_unsealed")
        return int(cursor.fetchone()[0])
