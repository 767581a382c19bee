"""One pass (一次申请、分类认定): a household in, every programme for every member out.

Persons found destitute (特困) are taken out of the household first, as the law orders, and the rest
is asked again; the two answers are never mixed. What was excluded by what is said in so many words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from doudi.kernel.money import Fen
from doudi.rules.api import determine
from doudi.rules.book import rulebook
from doudi.rules.determination import Determination, Outcome
from doudi.rules.facts import HouseholdFacts, PersonFacts
from doudi.rules.schema import Fact
from doudi.rules.tables import Overlay

TAKEN_OUT = "本次认定特困"
_CHOICE = "选择儿童福利保障"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One programme that another excludes for a holder ('' is the household), and why."""

    programme: str
    holder: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Referral:
    """One special assistance to be handed to a department; `sure` is False where it decides."""

    help: str
    to: str
    holder: str
    sure: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the law says about one household; amounts in fen.

    `awards` are due, `reviews` must be looked into (需复核), `blocked` lack facts or figures,
    `refused` are not due. `destitute` are those taken out of the household as 特困 in this pass.
    """

    determination: Determination
    destitute: tuple[str, ...]
    awards: tuple[Outcome, ...]
    reviews: tuple[Outcome, ...]
    blocked: tuple[Outcome, ...]
    refused: tuple[Outcome, ...]
    referrals: tuple[Referral, ...]
    exclusions: tuple[Exclusion, ...]

    def monthly(self) -> Fen:
        """All monthly amounts of the household and its members together."""
        return Fen(sum(outcome.monthly for outcome in self.awards if outcome.per == "月"))

    def as_json(self) -> dict[str, Any]:
        """The answer as plain values, without the trace (that is in the determination)."""
        supposed = {"hypothetical": True} if self.determination.hypothetical else {}
        return {
            **supposed,
            "on": self.determination.on.isoformat(),
            "place": self.determination.place,
            "rules_version": self.determination.rules_version,
            "destitute": list(self.destitute),
            "monthly_fen": int(self.monthly()),
            "awards": [outcome.as_json() for outcome in self.awards],
            "reviews": [outcome.as_json() for outcome in self.reviews],
            "blocked": [outcome.as_json() for outcome in self.blocked],
            "refused": [outcome.as_json() for outcome in self.refused],
            "referrals": [_plain(referral) for referral in self.referrals],
            "exclusions": [_plain(exclusion) for exclusion in self.exclusions],
        }


def assess(
    household: HouseholdFacts,
    on: date,
    place: str,
    *,
    overlay: Overlay | None = None,
    supposing: Mapping[tuple[str, str], Fact] | None = None,
) -> Assessment:
    """Every programme for every member, with exclusions and referrals; raises as `determine`."""
    found = determine(household, on, place, overlay=overlay, supposing=supposing)
    destitute = _newly_destitute(found)
    if destitute:
        rest = _without(household, destitute)
        found = determine(rest, on, place, overlay=overlay, supposing=supposing)
    departments = {programme.code: programme.to for programme in rulebook().programmes}
    own = [outcome for outcome in found.outcomes if not departments[outcome.programme]]
    by_result = {
        result: tuple(outcome for outcome in own if outcome.result == result)
        for result in ("符合", "需复核", "缺资料", "不符合")
    }
    return Assessment(
        determination=found,
        destitute=destitute,
        awards=by_result["符合"],
        reviews=by_result["需复核"],
        blocked=by_result["缺资料"],
        refused=by_result["不符合"],
        referrals=_referrals(found, departments),
        exclusions=_exclusions(found),
    )


def _newly_destitute(found: Determination) -> tuple[str, ...]:
    kept = {step.holder for step in found.trace if step.name == "按特困供养" and step.value}
    return tuple(
        outcome.holder
        for outcome in found.outcomes
        if outcome.programme == "特困" and outcome.result == "符合" and outcome.holder not in kept
    )


def _without(household: HouseholdFacts, destitute: tuple[str, ...]) -> HouseholdFacts:
    return replace(
        household,
        members=tuple(
            PersonFacts(member.reference, {**member.values, TAKEN_OUT: True})
            if member.reference in destitute
            else member
            for member in household.members
        ),
    )


def _referrals(found: Determination, departments: Mapping[str, str]) -> tuple[Referral, ...]:
    return tuple(
        Referral(
            outcome.programme.removeprefix("转介·"),
            departments[outcome.programme],
            outcome.holder,
            outcome.result == "符合",
            outcome.reasons,
        )
        for outcome in found.outcomes
        if departments[outcome.programme] and outcome.result in ("符合", "需复核")
    )


# What excludes what, by the value of a name in the trace: name, its values, programmes, by, why.
_EXCLUDED_BY: tuple[tuple[str, tuple[int, ...], tuple[str, ...], str, str], ...] = (
    ("按特困供养", (1,), ("单人户",), "特困", "特困人员不再计入低保家庭，也不按单人户"),
    (
        "按特困供养",
        (1,),
        ("困难残疾人生活补贴", "重度残疾人护理补贴"),
        "特困",
        "特困人员不享受残疾人两项补贴",
    ),
    ("按特困供养", (1,), ("孤儿",), "特困", "已按特困人员供养，不另发孤儿基本生活费"),
    (
        "领工伤护理费",
        (1,),
        ("困难残疾人生活补贴", "重度残疾人护理补贴"),
        "工伤保险生活护理费",
        "领取工伤保险生活护理费的不享受残疾人两项补贴",
    ),
    ("儿童身份", (1, 2), ("困难残疾人生活补贴",), "孤儿", "领取孤儿基本生活费的不享受生活补贴"),
    (
        "全额事实无人抚养补贴",
        (1,),
        ("困难残疾人生活补贴",),
        "事实无人抚养儿童",
        "全额领取事实无人抚养儿童补贴的不享受生活补贴",
    ),
    (_CHOICE, (1,), ("特困",), "儿童福利", "选择儿童福利保障的不再认定特困"),
    (
        "低保户",
        (0,),
        ("低保边缘", "刚性支出困难", "低保渐退"),
        "低保",
        "已符合低保条件，不另认定",
    ),
    ("边缘户", (0,), ("刚性支出困难",), "低保边缘", "已认定低保边缘家庭，不另认定"),
    ("困难层次", (1, 2), ("一次性临时救助金",), "低保或特困", "已纳入低保或特困"),
)


def _exclusions(found: Determination) -> tuple[Exclusion, ...]:
    """Only what would be of interest: exclusions of persons whom the programme concerns at all."""
    values = {(step.name, step.holder): step.value for step in found.trace}
    refused = {
        (outcome.programme, outcome.holder)
        for outcome in found.outcomes
        if outcome.result == "不符合"
    }
    told: list[Exclusion] = []
    for name, those, programmes, by, why in _EXCLUDED_BY:
        for (each, holder), value in values.items():
            if each != name or value is None or value not in those:
                continue
            told += [
                Exclusion(programme, holder, by, why)
                for programme in programmes
                if (programme, holder) in refused and _concerns(programme, holder, values)
            ]
    return tuple(told)


def _concerns(programme: str, holder: str, values: Mapping[tuple[str, str], int | None]) -> bool:
    """Whether the programme would be thought of for this holder."""
    asks = {
        "困难残疾人生活补贴": "持证残疾人",
        "重度残疾人护理补贴": "护理补贴等级",
        "孤儿": "儿童身份",
        "特困": "儿童身份",
        "一次性临时救助金": "一次性申请",
        "低保渐退": "渐退阶段",
    }
    name = asks.get(programme)
    return name is None or bool(values.get((name, holder)))


def _plain(record: Referral | Exclusion) -> dict[str, Any]:
    names = type(record).__dataclass_fields__
    plain = {name: getattr(record, name) for name in names}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()
    }
