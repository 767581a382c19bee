"""How often each indicator is right, measured by what visits found and what cases decided."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from doudi.kernel.divisions import place_range
from doudi.watch.indicators import INDICATORS
from doudi.watch.models import Verdict
from doudi.watch.score import COLOURS

_WHOLE = 10_000
# 1.96, the two-sided 95 % point of the normal distribution.
_Z = Fraction(196, 100)
_TRUE = ("属实", "部分属实")
COLOUR, TOWNSHIP = "等级", "乡镇"


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % Wilson interval, in ten-thousandths; None where nothing was judged."""

    of: int
    count: int
    point: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Precision:
    """One indicator: how many verdicts, how many found true, how many led to aid."""

    indicator: str
    label: str
    true: Share
    helped: Share


def wilson(count: int, of: int) -> Share:
    """The share with its interval; exact arithmetic, outward rounding to a ten-thousandth."""
    if of == 0:
        return Share(0, 0, None, None, None)
    share, z2 = Fraction(count, of), _Z * _Z
    middle = share + z2 / (2 * of)
    inside = share * (1 - share) / of + z2 / (4 * of * of)
    # The root is taken of a scaled whole number, floored and raised by one: never too narrow.
    scale = 10**24
    root = Fraction(isqrt(int(inside * scale)) + 1, 10**12)
    low = (middle - _Z * root) / (1 + z2 / of)
    high = (middle + _Z * root) / (1 + z2 / of)
    return Share(
        of, count, round(share * _WHOLE),
        max(0, (low * _WHOLE).__floor__()), min(_WHOLE, (high * _WHOLE).__ceil__()),
    )  # fmt: skip


def _verdicts(place: str, period: str, colour: str) -> QuerySet[Verdict]:
    rows: QuerySet[Verdict] = Verdict.objects.all()
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    if period:
        rows = rows.filter(period=period)
    if colour:
        rows = rows.filter(colour=colour)
    return rows


def precision_by(
    what: str, place: str = "", period: str = "", colour: str = ""
) -> list[tuple[str, Share, Share]]:
    """Alerts judged by ``COLOUR`` or ``TOWNSHIP``: found true, led to aid; in one statement.

    An alert counts once, however many indicators had fired in it.
    """
    rows = _verdicts(place, period, colour)
    if what == TOWNSHIP:
        rows = rows.annotate(part=Left("place", 9))
    key = "part" if what == TOWNSHIP else "colour"
    told = rows.values_list(key).annotate(
        of=Count("alert_id", distinct=True),
        true=Count("alert_id", distinct=True, filter=Q(verdict__in=_TRUE)),
        helped=Count("alert_id", distinct=True, filter=Q(helped=True)),
    )
    found = {word: (of, true, helped) for word, of, true, helped in told.order_by(key)}
    order = [c for c in COLOURS if c in found] if what == COLOUR else sorted(found)
    return [
        (word.ljust(12, "0") if what == TOWNSHIP else word,
         wilson(found[word][1], found[word][0]), wilson(found[word][2], found[word][0]))
        for word in order
    ]  # fmt: skip


def precision(place: str = "", period: str = "", colour: str = "") -> list[Precision]:
    """Every indicator that was judged, in order of code, in one statement."""
    rows = _verdicts(place, period, colour)
    told = rows.values_list("indicator").annotate(
        of=Count("id"),
        true=Count("id", filter=Q(verdict__in=_TRUE)),
        helped=Count("id", filter=Q(helped=True)),
    )
    return [
        Precision(code, INDICATORS[code].label, wilson(true, of), wilson(helped, of))
        for code, of, true, helped in told.order_by("indicator")
    ]
