"""Gaps and overlaps of a household's aid chain: what it may be due and does not have, what clashes.

Computed, never stored: the rules are asked about every programme for every member on what is known
today, and the answer is laid beside what each holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from doudi.cases.law import overlay_in_force
from doudi.cases.procedures import PROCEDURES
from doudi.cases.standing import benefits_of, layer_of
from doudi.kernel import clock
from doudi.people.means import household_means
from doudi.rules import Assessment, HouseholdFacts, Outcome, assess

SURE, MAYBE, CLASH = "应享未享", "可能漏", "互相排斥"
# A fact that is asked of the person when they apply: not having it does not hide the gap.
_ASKED_LATER = frozenset({"长期照护月数", "护理补贴标准", "生活补贴标准"})
# Held by one person these exclude each other (领域 README 第 1 项；特困人员认定办法).
_CLASHES: tuple[tuple[str, str], ...] = (
    ("低保", "特困"), ("特困", "困难残疾人生活补贴"), ("特困", "重度残疾人护理补贴"),
    ("孤儿", "困难残疾人生活补贴"), ("孤儿", "事实无人抚养儿童"), ("特困", "孤儿"),
    ("低保", "低保边缘"), ("低保", "刚性支出困难"), ("低保边缘", "刚性支出困难"),
)  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """One gap or overlap: whose, what kind, about which programme, and why in words."""

    person_id: int | None
    kind: str
    programme: str
    why: str

    @property
    def procedure(self) -> str:
        """By which procedure it is applied for; "" for an overlap."""
        if self.kind == CLASH:
            return ""
        found = (p.name for p in PROCEDURES.values() if self.programme in p.programmes)
        return next(found, "")


def gaps_of(household_id: int, place: str) -> list[Gap]:
    """Everything between what a household holds and what the rules say, most certain first."""
    today = clock.business_today()
    facts = household_means(household_id, today)
    members = [int(member.reference) for member in facts.members]
    held = {one: {fact.key for fact in told} for one, told in benefits_of(members, today).items()}
    found = _clashes(held)
    if members:
        known = _standing(facts, members, today)
        assessed = assess(known, today, place, overlay=overlay_in_force())
        found += _gaps(assessed, held)
    order = {CLASH: 0, SURE: 1, MAYBE: 2}
    return sorted(found, key=lambda gap: (order[gap.kind], gap.person_id or 0, gap.programme))


def _standing(facts: HouseholdFacts, members: list[int], on: date) -> HouseholdFacts:
    layer = layer_of(benefits_of(members, on))
    if layer == "都不是":
        return facts
    return HouseholdFacts({**facts.values, "已认定类别": layer}, facts.members, facts.obligors)


def _gaps(assessed: Assessment, held: dict[int, set[str]]) -> list[Gap]:
    everything = {key for keys in held.values() for key in keys}
    found = []
    for kind, outcomes in ((SURE, assessed.awards), (MAYBE, assessed.blocked)):
        for told in outcomes:
            if _applied_for(told) and not _has(told, held, everything) and _worth(kind, told):
                holder = int(told.holder) if told.holder else None
                found.append(Gap(holder, kind, told.programme, _why(kind, told)))
    return found


def _applied_for(told: Outcome) -> bool:
    return told.per == "月" and any(told.programme in p.programmes for p in PROCEDURES.values())


def _has(told: Outcome, held: dict[int, set[str]], everything: set[str]) -> bool:
    scheme = "低保" if told.programme == "单人户" else told.programme
    if told.holder:
        return scheme in held.get(int(told.holder), set())
    return scheme in everything


def _worth(kind: str, told: Outcome) -> bool:
    """Whether only such things are unknown as are asked when somebody applies."""
    return kind == SURE or {want.name for want in told.missing} <= _ASKED_LATER


def _why(kind: str, told: Outcome) -> str:
    wanted = [want.text for want in told.missing]
    reasons = "；".join(reason for reason in told.reasons if reason not in wanted)
    asked = "、".join(dict.fromkeys(want.name for want in told.missing))
    return f"{reasons}（还须核实：{asked}）" if kind == MAYBE else reasons


def _clashes(held: dict[int, set[str]]) -> list[Gap]:
    return [
        Gap(one, CLASH, f"{a}、{b}", f"同时享受{a}和{b}，按规定不能同时享受")
        for one, keys in held.items()
        for a, b in _CLASHES
        if {a, b} <= keys
    ]
