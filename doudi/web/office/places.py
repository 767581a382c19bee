"""The divisions of the country: looked up by name, pinyin initials or code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from doudi.places import queries
from doudi.web.desk import signed_in

LONGEST = 40
MOST = 50
LEVELS = {1: "省", 2: "市", 3: "县", 4: "乡", 5: "村"}


@signed_in
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Search the divisions; without a question the ones below the post's own place."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:LONGEST]
    if text:
        found = queries.search(text, limit=MOST)
    else:
        found = queries.children(actor.place)[:MOST] if actor else []
    return render(
        request,
        "desk/places.html",
        {
            "text": text,
            "found": [(one, LEVELS[one.level], queries.full_name(one.code)) for one in found],
            "most": MOST,
        },
    )
