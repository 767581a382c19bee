"""What a household holds already, told to the rules where its means are not gone into again.

Who applies for 两项补贴, for a child or (holding 低保 or 特困) for 支出型临时救助 is not asked
about means a second time: the finding that stands is what the rules are told.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from doudi.cases.declaration import Procedure
from doudi.cases.models import Case, CaseRecord
from doudi.people.facts import FactSeen, facts_of

BASIC = ("低保", "特困")
_LAYERS = ("低保", "低保边缘", "刚性支出困难")
MINUTES = "会议纪要"


class Standing(NamedTuple):
    """Values of the household and of each member, by reference; what holds where nobody says."""

    household: dict[str, Any]
    members: dict[str, dict[str, Any]]
    unless_said: dict[str, Any]


def standing_of(case: Case, procedure: Procedure, on: date, members: list[int]) -> Standing:
    """What the rules are told of what stands; two queries where anything is to be told."""
    household: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {}
    unless_said: dict[str, Any] = {}
    if procedure.once:
        household |= _minutes(case)
        unless_said["需救助人数"] = max(len(case.subjects), 1)
    if not procedure.check_items or procedure.spares_check:
        held = benefits_of(members, on)
        layer = layer_of(held)
        if layer in _LAYERS or not procedure.check_items:
            household["已认定类别"] = layer
        if layer == "低保" and procedure.child:
            share = _share(held)
            own = {str(child): {"已领低保金": share} for child in case.subjects}
    if "困难残疾人生活补贴" in procedure.programmes:
        told = {"两项补贴递交日期": case.applied_on.isoformat()}
        own = {str(one): {**own.get(str(one), {}), **told} for one in case.subjects}
    return Standing(household, own, unless_said)


def benefits_of(person_ids: list[int], on: date) -> dict[int, list[FactSeen]]:
    """What each of these people holds on a day; one query."""
    return facts_of(person_ids, on=on, kinds=["benefit"])


def layer_of(held: dict[int, list[FactSeen]]) -> str:
    """The highest finding that stands for the household, or 都不是."""
    keys = {fact.key for facts in held.values() for fact in facts}
    return next((layer for layer in _LAYERS if layer in keys), "都不是")


def spared(person_ids: list[int], on: date) -> bool:
    """Whether the family holds 低保 or 特困 and need not have its means gone into again."""
    keys = {fact.key for facts in benefits_of(person_ids, on).values() for fact in facts}
    return bool(keys & set(BASIC))


def _share(held: dict[int, list[FactSeen]]) -> int:
    """One person's part of the household's 低保, in fen a month."""
    for facts in held.values():
        for fact in facts:
            if fact.key == "低保" and fact.amount_fen is not None:
                people = int((fact.detail or {}).get("people") or 1)
                return fact.amount_fen // people
    return 0


def _minutes(case: Case) -> dict[str, Any]:
    if case.pk is None:
        return {}
    rows = CaseRecord.objects.filter(case=case, kind=MINUTES).order_by("-id")
    agreed = rows.values_list("amount_fen", flat=True).first()
    return {"一事一议额": agreed} if agreed else {}
