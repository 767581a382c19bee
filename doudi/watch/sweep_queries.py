"""What others may read of sweeps: progress, leakage by both definitions, timeliness, lists."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Left

from doudi.kernel.problems import NotThere, require
from doudi.watch import _sweep_sql as sql
from doudi.watch.models import Sweep, SweepPart, SweepPerson
from doudi.watch.sweep_dictionary import dictionary
from doudi.watch.sweeps import covering

_WHOLE = 10_000
TOWNSHIP, VILLAGE = 9, 12


@dataclass(frozen=True, slots=True)
class SweepTotals:
    """Figures of one place; an empty code stands for places too small to be told."""

    place: str
    population: int
    uncovered: int
    settled: int
    missed: int
    leads: int

    @property
    def left(self) -> int:
        """How many of the uncovered have no outcome yet."""
        return self.uncovered - self.settled

    @property
    def leakage(self) -> int | None:
        """漏保率: verified due and not covered, of the whole population; in ten-thousandths."""
        return _share(self.missed, self.population)

    @property
    def hit_rate(self) -> int | None:
        """未享命中率: the same, of those without aid."""
        return _share(self.missed, self.uncovered)

    @property
    def coverage(self) -> int | None:
        """覆盖率: those with aid at the start, of the whole population."""
        return _share(self.population - self.uncovered, self.population)

    @property
    def progress(self) -> int | None:
        """How many of the uncovered have an outcome."""
        return _share(self.settled, self.uncovered)


def _share(part: int, whole: int) -> int | None:
    return round(part * _WHOLE / whole) if whole else None


@dataclass(frozen=True, slots=True)
class SweepHeader:
    """A campaign as anybody of its places sees it."""

    id: int
    name: str
    since: date
    until: date
    ended_at: datetime | None
    population: int
    uncovered: int
    settled: int

    @property
    def progress(self) -> int | None:
        """Share of the uncovered with an outcome, in ten-thousandths."""
        return _share(self.settled, self.uncovered)


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Median days from start to outcome and from outcome to aid; how many in time, how many aided.

    None where there is nothing yet.
    """

    days_to_outcome: int | None
    in_time: int
    aided: int
    days_to_aid: int | None


def sweeps() -> list[SweepHeader]:
    """Campaigns with a village in the range, the latest first, in two statements."""
    settled = dict(
        SweepPerson.objects.exclude(reason="").values_list("sweep_id").annotate(Count("id"))
    )
    rows = SweepPart.objects.values_list("sweep_id").annotate(
        name=Max("name"), since=Min("since"), until=Max("until"), ended=Max("ended_at"),
        population=Sum("population"), uncovered=Sum("uncovered"),
    )  # fmt: skip
    found: list[Any] = list(rows.order_by("-sweep_id"))
    return [SweepHeader(*(*row, settled.get(row[0], 0))) for row in found]


def sweep_header(sweep_id: int) -> SweepHeader:
    """One campaign; ``NotThere`` where none of its villages is in the range."""
    found = [one for one in sweeps() if one.id == sweep_id]
    require(found, NotThere())
    return found[0]


def sweep_of(sweep_id: int) -> Sweep | None:
    """The county's own row with definition and conclusion; None for townships and villages."""
    row: Sweep | None = (
        Sweep.objects.select_related("started_by", "ended_by").filter(pk=sweep_id).first()
    )
    return row


def sweep_totals(sweep_id: int, level: int = TOWNSHIP) -> list[SweepTotals]:
    """Figures by township or village, in order of place; one statement."""
    missed = dictionary().missed
    rows = (
        SweepPerson.objects.filter(sweep_id=sweep_id)
        .annotate(part_of=Left("place", level))
        .values_list("part_of")
        .annotate(
            population=Count("id"),
            uncovered=Count("id", filter=Q(covered_by="")),
            settled=Count("id", filter=~Q(reason="")),
            missed=Count("id", filter=Q(reason__in=missed)),
            leads=Count("id", filter=~Q(outcome_subject="")),
        )
        .order_by("part_of")
    )
    return [SweepTotals(row[0].ljust(12, "0"), *row[1:]) for row in rows]


def together(rows: list[SweepTotals], place: str = "") -> SweepTotals:
    """The sum of some rows."""
    names = [one.name for one in fields(SweepTotals)][1:]
    return SweepTotals(place, *(sum(getattr(row, name) for row in rows) for name in names))


def may_be_told(rows: list[SweepTotals], fewest: int) -> list[SweepTotals]:
    """The rows as they may be published: small places joined until they are many enough.

    Small is a place of which any figure from 1 up to ``fewest`` (not included) would be shown: a
    total of one tells a family. Where the joined ones are still too few, nothing is told of them.
    """
    small = [row for row in rows if _is_small(row, fewest)]
    shown = sorted((row for row in rows if row not in small), key=lambda row: row.population)
    # The difference to the sum of all would tell what was left out: the next smallest joins.
    while small and shown and _is_small(together(small), fewest):
        small.append(shown.pop(0))
    kept = sorted(shown, key=lambda row: row.place)
    joined = together(small)
    return [*kept, joined] if small and not _is_small(joined, fewest) else kept


def _is_small(row: SweepTotals, fewest: int) -> bool:
    told = (row.population, row.uncovered, row.missed)
    return any(0 < figure < fewest for figure in told)


def reasons_of(sweep_id: int) -> list[tuple[str, str, int]]:
    """Code, words and people of each outcome, in the dictionary's order; one statement."""
    counted = dict(
        SweepPerson.objects.filter(sweep_id=sweep_id)
        .exclude(reason="")
        .values_list("reason")
        .annotate(Count("id"))
    )
    known = dictionary().reasons
    order = [*known, *sorted(set(counted) - set(known))]
    return [
        (code, known[code].label if code in known else code, counted[code])
        for code in order
        if code in counted
    ]


def timeliness(sweep_id: int, on: date) -> Timeliness:
    """How quickly outcomes came, and aid after them; two statements."""
    told: dict[str, Any] = {
        "sweep": sweep_id,
        "missed": list(dictionary().missed),
        "covering": covering(on),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.DAYS_TO_OUTCOME, told)
        days, in_time = cursor.fetchone()
        cursor.execute(sql.DAYS_TO_AID, told)
        aided, to_aid = cursor.fetchone()
    return Timeliness(days, in_time, aided, to_aid)


def parts_of(sweep_id: int) -> QuerySet[SweepPart]:
    """The villages of a campaign with who goes there and how many are left, by place."""
    open_ones = Count("people", filter=Q(people__covered_by="", people__reason=""))
    rows: QuerySet[SweepPart] = SweepPart.objects.filter(sweep_id=sweep_id)
    return rows.select_related("assigned_to").annotate(left=open_ones).order_by("place")


def parts() -> QuerySet[SweepPart]:
    """All villages of campaigns in the range."""
    rows: QuerySet[SweepPart] = SweepPart.objects.select_related("assigned_to")
    return rows


def people_of_part(part_id: int) -> QuerySet[SweepPerson]:
    """Those of a village without aid: the open ones first, households together."""
    rows: QuerySet[SweepPerson] = SweepPerson.objects.filter(part_id=part_id, covered_by="")
    open_first = F("settled_on").asc(nulls_first=True)
    return rows.select_related("person", "household").order_by(
        open_first, "household_id", "person_id"
    )


def people() -> QuerySet[SweepPerson]:
    """Everybody of campaigns in the range, with person and household."""
    rows: QuerySet[SweepPerson] = SweepPerson.objects.select_related(
        "person", "household", "part", "visit", "settled_by"
    )
    return rows


def grounds_words(codes: list[str]) -> str:
    """Why somebody is looked at, in words."""
    known = dictionary().populations
    return "、".join(known[code].label if code in known else code for code in codes)
