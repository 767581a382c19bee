"""Visits: who went, when, where, what was found; a source of facts for all who come after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.people import chain, facts
from doudi.people.facts import FactValue
from doudi.people.models import Household, Person, Visit, VisitPhoto
from doudi.people.problems import TooFewVisitors, VisitInFuture

INVESTIGATION = "入户调查"
_VISITORS_OF_INVESTIGATION = 2


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What a visit says; ``place`` is the household's unless given.

    ``facts`` are about ``person_id`` or, without one, about the head.
    """

    purpose: str  # 预警核查 入户调查 定期探访
    manner: str  # 入户 电话 视频
    visited_at: datetime
    visitors: tuple[str, ...]
    findings: str
    subject: str = ""
    person_id: int | None = None
    place: str = ""
    longitude_latitude: str = ""
    family_signed: bool = False
    visitors_signed: bool = False
    photo_ids: tuple[int, ...] = ()
    facts: tuple[FactValue, ...] = ()


@action("visit.record", needs="visit.record")
def record_visit(household_id: int, visit: VisitFacts, *, by: Actor) -> Visit:
    """Record a visit, its photos, the facts it learned and its event on the aid chain."""
    visitors = tuple(dict.fromkeys(name.strip() for name in visit.visitors if name.strip()))
    needed = _VISITORS_OF_INVESTIGATION if visit.purpose == INVESTIGATION else 1
    require(len(visitors) >= needed, TooFewVisitors(count=len(visitors)))
    require(visit.visited_at <= clock.business_now(), VisitInFuture())
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    if visit.person_id is not None:
        one_or_not_there(Person.objects.all(), pk=visit.person_id)
    row = Visit.objects.create(
        household_id=household.pk,
        person_id=visit.person_id,
        place=visit.place or household.place,
        purpose=visit.purpose,
        subject=visit.subject,
        manner=visit.manner,
        visited_at=visit.visited_at,
        visitors=list(visitors),
        longitude_latitude=visit.longitude_latitude,
        findings=visit.findings,
        family_signed=visit.family_signed,
        visitors_signed=visit.visitors_signed,
        recorded_by_id=by.user_id,
    )
    VisitPhoto.objects.bulk_create(
        VisitPhoto(visit_id=row.pk, file_id=file_id) for file_id in visit.photo_ids
    )
    about = visit.person_id or household.head_id
    if visit.facts:
        assert about is not None, "facts of a visit are about somebody"
        facts.put(about, visit.facts, f"visit:{row.pk}")
    chain.append(
        household.pk,
        "走访",
        f"{visit.purpose}（{visit.manner}）：{'、'.join(visitors)}",
        person_id=visit.person_id,
        detail={"visit": row.pk},
        subject=visit.subject,
        at=visit.visited_at,
    )
    return row
