"""What others may read of the register: who, since when, why; how many where, on any day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from doudi.kernel import clock
from doudi.kernel.divisions import place_range
from doudi.watch.kinds import Kind, dictionary
from doudi.watch.models_register import Listing, Suspension
from doudi.watch.states import DEAD_INDEED, SUSPENDED

# Digits of a place code that name a county, a township, a village.
COUNTY, TOWNSHIP, VILLAGE = 6, 9, 12


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """One place of the register: people and households once each, and people by kind."""

    place: str
    people: int
    households: int
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind over a stretch of days: who came in and who went out, as the register noted it."""

    kind: str
    came: int
    went: int


def classes() -> dict[str, tuple[Kind, ...]]:
    """The classes (大类) of the dictionary in its order, each with its kinds."""
    groups = dict.fromkeys(kind.group for kind in dictionary())
    return {name: tuple(k for k in dictionary() if k.group == name) for name in groups}


def _on(place: str, on: date | None) -> QuerySet[Listing]:
    day = on or clock.business_today()
    rows: QuerySet[Listing] = Listing.objects.filter(
        Q(before=None) | Q(before__gt=day), since__lte=day
    )
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    return rows


def listings(place: str = "", *, kind: str = "", on: date | None = None) -> QuerySet[Listing]:
    """Who is in the register on a day (today), with the person and the household."""
    rows = _on(place, on).select_related("person", "household")
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("place", "household_id", "person_id", "kind")


def listings_of(person_id: int) -> QuerySet[Listing]:
    """Everything that the register ever said of one person, the earliest first."""
    return Listing.objects.filter(person_id=person_id).order_by("since", "kind", "id")


def register_counts(
    place: str = "", *, level: int = TOWNSHIP, on: date | None = None
) -> list[PlaceCount]:
    """The register by county, township or village on a day, in two statements.

    Somebody of several kinds counts once among the people.
    """
    rows = _on(place, on).annotate(part=Left("place", level))
    kinds: dict[str, dict[str, int]] = {}
    for part, kind, people in (
        rows.values_list("part", "kind").annotate(Count("person", distinct=True)).order_by()
    ):
        kinds.setdefault(part, {})[kind] = people
    whole = rows.values_list("part").annotate(
        Count("person", distinct=True), Count("household", distinct=True)
    )
    return [
        PlaceCount(part.ljust(12, "0"), people, households, dict(sorted(kinds[part].items())))
        for part, people, households in whole.order_by("part")
    ]


def by_class(count: PlaceCount) -> list[int]:
    """Listings of a place by class, in the dictionary's order; a person may be of several kinds."""
    return [sum(count.by_kind.get(k.code, 0) for k in kinds) for kinds in classes().values()]


def register_flow(since: date, before: date, *, place: str = "") -> list[Flow]:
    """What the register noted from ``since`` until ``before`` (not included), by kind."""
    rows: QuerySet[Listing] = Listing.objects.all()
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    came = Count("id", filter=Q(noted_on__gte=since, noted_on__lt=before))
    went = Count("id", filter=Q(end_noted_on__gte=since, end_noted_on__lt=before))
    told = rows.values_list("kind").annotate(came=came, went=went).order_by("kind")
    return [Flow(*row) for row in told if row[1] or row[2]]


def why_ended(since: date, before: date, *, place: str = "") -> list[tuple[str, str, int]]:
    """Kind, reason and number of what the register noted as ended in these days; one statement."""
    rows: QuerySet[Listing] = Listing.objects.filter(
        end_noted_on__gte=since, end_noted_on__lt=before
    )
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    told = rows.values_list("kind", "why_ended").annotate(count=Count("id"))
    return list(told.order_by("kind", "why_ended"))


def suspensions(place: str = "", *, open_only: bool = True) -> QuerySet[Suspension]:
    """Shares that wait for a check of a death, the nearest deadline first."""
    rows: QuerySet[Suspension] = Suspension.objects.select_related("person", "household")
    if open_only:
        rows = rows.filter(state=SUSPENDED)
    if place:
        low, high = place_range(place)
        rows = rows.filter(place__gte=low, place__lt=high)
    return rows.order_by("check_due", "id")


def withheld_shares(place: str, scheme: str) -> dict[int, int]:
    """Fen a month that are not to be paid for now, by household; one statement.

    Shares under check, and of members who are dead indeed until their award is changed.
    """
    low, high = place_range(place)
    rows = Suspension.objects.filter(
        scheme=scheme, state__in=(SUSPENDED, DEAD_INDEED), place__gte=low, place__lt=high
    )
    found: dict[int, int] = {}
    for household_id, fen in rows.values_list("household_id", "share_fen"):
        found[household_id] = found.get(household_id, 0) + fen
    return found
