"""Urgent relief (先行救助): help first, papers within their days, wherever the emergency is.

《关于进一步加强和改进临时救助工作的意见》: an emergency is helped where it happens, whatever the
户籍; the township gives a small amount at once and completes who, why, how much and the signatures
later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.applications import accept
from doudi.cases.approval import approval_stage
from doudi.cases.investigation import lay_over
from doudi.cases.law import determine_case, read_means
from doudi.cases.models import Case, CaseRecord
from doudi.cases.problems import BeyondFirstRelief, NoSuchForm
from doudi.cases.procedures import PROCEDURES
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.people import registry
from doudi.people.relations import HEAD

RELIEF = "先行救助"
FORMS = ("现金", "转账", "实物", "食宿")


@dataclass(frozen=True)
class Stranger:
    """Somebody in need who is not registered here: what is known of them at the moment."""

    name: str
    place: str  # the village or community where the emergency is
    id_number: str = ""
    sex: str = ""
    birth: date | None = None
    registered_place: str = ""
    phone: str = ""


@action("case.accept_urgent", needs="case.accept")
def accept_urgent(
    stranger: Stranger, reason: str, declared: Mapping[str, Any], *, by: Actor
) -> Case:
    """Accept an emergency of somebody not yet registered: person, household of one, and case."""
    today = clock.business_today()
    home = stranger.registered_place or stranger.place
    person = registry.register_person(
        registry.PersonFacts(
            name=stranger.name, id_number=stranger.id_number, sex=stranger.sex,
            birth=stranger.birth, registered_place=home, residence_place=stranger.place,
            urban=False, phone=stranger.phone,
        ),
        by=by,
    )  # fmt: skip
    household = registry.open_household(
        registry.HouseholdFacts(place=stranger.place, urban=False, since=today),
        (registry.MemberFacts(person.pk, HEAD),),
        by=by,
    )
    return accept(
        household.pk, person.pk, procedure="急难型临时救助", channel="主动发现", reason=reason,
        declared=declared, by=by,
    )  # fmt: skip


@action("case.relieve", needs="case.opinion")
def relieve(case_id: int, amount_fen: int, form: str, handed_to: str, *, by: Actor) -> CaseRecord:
    """Help at once, within the limit of small amounts; the days for the papers begin today."""
    case = stages.take(case_id, "case.relieve", by)
    allowed = "、".join(FORMS)
    require(form in FORMS, NoSuchForm(what="救助方式", form=form, allowed=allowed))
    said = stages.stated(handed_to, "领取人或者救助内容")
    limit = small_limit(case)
    told = BeyondFirstRelief(amount=Fen(amount_fen).yuan(), limit=Fen(limit).yuan())
    require(0 < amount_fen <= limit, told)
    given: CaseRecord = CaseRecord.objects.create(
        case=case, kind=RELIEF, content={"方式": form, "领取": said}, amount_fen=amount_fen,
        by_id=by.user_id, at=clock.business_now(),
    )  # fmt: skip
    note = f"{form} {Fen(amount_fen).yuan()} 元，{said}"
    stages.move(case, "case.relieve", by, to="待补手续", note=note)
    return given


def small_limit(case: Case) -> int:
    """What may be given at once at this case's place today, in fen."""
    trace = determine_case(case, clock.business_today()).trace
    return next(int(step.value or 0) for step in trace if step.name == "小金额救助上限")


def given_first(case: Case) -> int:
    """What was given before the papers, in fen; 0 where nothing was."""
    rows = CaseRecord.objects.filter(case=case, kind=RELIEF)
    return int(rows.values_list("amount_fen", flat=True).first() or 0)


@action("case.verify", needs="case.investigate")
def verify(case_id: int, finding: str, checked: Mapping[str, Any], *, by: Actor) -> Case:
    """Verify by papers and by what departments know; where amounts decide, on to who may approve.

    ``checked`` is what ``law.read_means`` reads and stands above everything else known.
    """
    case = stages.take(case_id, "case.verify", by)
    said = stages.stated(finding, "查验情况")
    lay_over(case, read_means(checked))
    way = PROCEDURES[case.procedure].way(case.stage, "case.verify")
    assert way is not None, "take has found it"
    to = way.leads_to[0]
    if len(way.leads_to) > 1:
        to = approval_stage(case, determine_case(case, clock.business_today()))
    stages.move(case, "case.verify", by, to=to, note=said)
    return case
