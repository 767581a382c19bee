"""An emergency of somebody not yet registered: one page, then the case (先行救助)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from doudi.base.actions import keyed
from doudi.cases import urgent
from doudi.kernel.money import Fen
from doudi.kernel.problems import Problem, require
from doudi.places.queries import children
from doudi.web.desk import actor_of, desk, key_of

DEGREES = ("较轻", "较重", "重大")


class StrangerUnknown(Problem):
    """Of a person without an id number, name, sex and birth must be told."""

    code = "urgent.stranger_unknown"
    status = 400
    say = "没有证件号码的，须填写姓名、性别和出生日期；地点须从本乡镇的村（社区）中选择。"
    next = "请补填后再受理；不知道准确出生日期的，先填大概的，补手续时更正。"
    fields = ()


@desk("case.accept")
@require_http_methods(["GET", "POST"])
def urgent_new(request: HttpRequest) -> HttpResponse:
    """Accept where the emergency happens, whatever the 户籍: person, household and case at once."""
    actor = actor_of(request)
    villages = [(place.code, place.name) for place in children(actor.place)]
    if request.method == "POST":
        made = keyed(urgent.accept_urgent, key_of(request, "case.accept_urgent"))(
            _stranger(request, {code for code, _ in villages}),
            request.POST.get("reason", ""),
            _declared(request),
            by=actor,
        )
        messages.success(request, f"已受理，案件号 {made.number}；请分管领导先行救助。")
        return redirect("case", made.pk)
    told = {"villages": villages, "degrees": DEGREES}
    return render(request, "desk/urgent_new.html", told)


def _stranger(request: HttpRequest, villages: set[str]) -> urgent.Stranger:
    def said(name: str) -> str:
        return request.POST.get(name, "").strip()

    try:
        birth = date.fromisoformat(said("birth")) if said("birth") else None
    except ValueError as error:
        raise StrangerUnknown() from error
    known = said("id_number") or (said("sex") in ("男", "女") and birth)
    require(said("name") and known and said("place") in villages, StrangerUnknown())
    return urgent.Stranger(
        name=said("name"), place=said("place"), id_number=said("id_number"), sex=said("sex"),
        birth=birth, phone=said("phone"),
    )  # fmt: skip


def _declared(request: HttpRequest) -> dict[str, Any]:
    degree = request.POST.get("degree", "")
    told: dict[str, Any] = {"急难程度": degree} if degree in DEGREES else {}
    amount = request.POST.get("amount", "").strip()
    if amount:
        told["实际需要额"] = int(Fen.from_yuan(amount))
    told["户籍或居住在本地"] = request.POST.get("local") == "1"
    return told
