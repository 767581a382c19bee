"""How often indicators are right, and what another threshold would have given."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from doudi.base.actions import keyed
from doudi.kernel import clock
from doudi.kernel.dates import parse_date
from doudi.places.queries import children
from doudi.watch import precision as measuring
from doudi.watch import thresholds as moving
from doudi.watch.indicators import INDICATORS
from doudi.watch.parameters import parameters, told_on
from doudi.watch.score import COLOURS
from doudi.web.desk import actor_of, desk, key_of, page_of


@desk("alert.read")
@require_safe
def precision(request: HttpRequest) -> HttpResponse:
    """Hit rate of each indicator, colour and township with its interval; few verdicts say so."""
    actor = actor_of(request)
    townships = children(actor.place) if actor.place.endswith("000000") else []
    asked = {name: request.GET.get(name, "") for name in ("place", "colour")}
    place = asked["place"] if asked["place"] in {one.code for one in townships} else actor.place
    colour = asked["colour"] if asked["colour"] in COLOURS else ""
    context = {
        "fewest": int(told_on(clock.business_today())["precision.fewest"]),
        "indicators": measuring.precision(place, colour=colour),
        "colours": measuring.precision_by(measuring.COLOUR, place),
        "places": measuring.precision_by(measuring.TOWNSHIP, actor.place, colour=colour),
        "townships": townships,
        "all_colours": COLOURS,
        "chosen": {"place": asked["place"], "colour": colour},
    }
    return render(request, "desk/precision.html", context)


@desk("threshold.read")
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    """Choose an indicator and a figure; see both sides of the last months; read the history."""
    actor = actor_of(request)
    code = request.GET.get("indicator", "")
    indicator = INDICATORS.get(code)
    context: dict[str, Any] = {
        "indicators": [one for one in INDICATORS.values() if not one.awaits],
        "indicator": indicator,
        "page": page_of(request, moving.changes_of(actor.place)),
        "today": clock.business_today(),
    }
    for row in context["page"].object_list:
        figure = parameters()[row.name]
        row.label = figure.label
        row.shown = (moving.shown_value(figure, row.before), moving.shown_value(figure, row.value))
    if indicator is not None:
        told = moving.told_at(actor.place, clock.business_today())
        context["figures"] = [
            (one, moving.shown_value(one, told[one.name]), one.on(clock.business_today()))
            for one in moving.movable(indicator)
        ]
        context["name"] = request.GET.get("name", "")
        context["value"] = request.GET.get("value", "")
    if indicator is not None and context["value"]:
        wanted = moving.moved(actor.place, code, context["name"], context["value"])
        context |= _tried(actor.place, wanted)
    return render(request, "desk/thresholds.html", context)


def _tried(place: str, wanted: moving.Moved) -> dict[str, Any]:
    trial = moving.trial(place, wanted)
    figure = wanted.parameter
    months = zip(trial.months, trial.heard, trial.now.by_month, trial.then.by_month, strict=True)
    return {
        "trial": trial,
        "figure": figure,
        "sides": (
            ("现在", moving.shown_value(figure, wanted.now), trial.now),
            ("改为", moving.shown_value(figure, wanted.then), trial.then),
        ),
        "months": list(months),
    }


@desk("threshold.set")
@require_POST
def threshold_set(request: HttpRequest) -> HttpResponse:
    """Set a county's figure from a day on."""
    told, actor = request.POST, actor_of(request)
    row = keyed(moving.set_threshold, key_of(request, "threshold.set"))(
        actor.place,
        told.get("indicator", ""),
        told.get("name", ""),
        told.get("value", ""),
        parse_date(told.get("since", "")),
        told.get("why", ""),
        by=actor,
    )
    messages.success(request, f"已保存，自 {row.since} 起用。")
    return redirect(f"{reverse('thresholds')}?{urlencode({'indicator': told['indicator']})}")
