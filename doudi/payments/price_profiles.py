"""What the rules give a person by what the person is known as; pure.

The law asks about households with all their means. On a roster a person is known by identities that
others have determined already, so each kind of person is put to the rules once, as the plainest
household that has these identities, and the answer holds for all of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doudi.kernel.dates import Month
from doudi.payments.problems_price import PriceUnknown
from doudi.rules import (
    Determination,
    HouseholdFacts,
    ObligorFacts,
    Overlay,
    PersonFacts,
    determine,
)

PROGRAMME = "价格临时补贴"
_PERSON = "p"

# As awards name their schemes, and as benefits of other departments are keyed.
IDENTITIES: Mapping[str, Mapping[str, Any]] = {
    "低保": {},
    "特困": {"已享受特困供养": True},
    "低保边缘": {},
    "优抚对象": {"优抚对象": True},
    "失业保险金": {"领失业保险金": True},
    "失业补助金": {"领失业补助金": True},
    "孤儿": {},
    "事实无人抚养儿童": {},
    "艾滋病病毒感染儿童": {"病毒感染": True},
}
_CHILDREN = ("孤儿", "事实无人抚养儿童", "艾滋病病毒感染儿童")
# How both parents are: 死亡 both for an orphan, one of them 重病 for a child nobody brings up.
_PARENTS = {"孤儿": ("死亡", "死亡"), "事实无人抚养儿童": ("死亡", "重病")}
_CHILD_AGE, _ADULT_AGE = 8, 40


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules said of a kind of person in a month: amount in fen, rise in 万分比."""

    fen: int
    started: bool
    by_cpi: bool
    by_food: bool
    rise: int
    workdays: int
    rules_version: str
    trace: Mapping[str, Any]


def facts_of(identities: str, urban: bool, month: Month) -> HouseholdFacts:
    """The plainest household in which somebody has these identities."""
    names = identities.split()
    unknown = [name for name in names if name not in IDENTITIES]
    assert not unknown, f"{unknown} are no identities of a roster"
    child = next((name for name in names if name in _CHILDREN), "")
    born = month.year - (_CHILD_AGE if child else _ADULT_AGE)
    person: dict[str, Any] = {"出生日期": f"{born}-01-01", "与申请人关系": "本人"}
    for name in names:
        person.update(IDENTITIES[name])
    layer = "低保" if "低保" in names else "低保边缘" if "低保边缘" in names else "都不是"
    obligors = tuple(
        ObligorFacts(
            f"parent{at}",
            (_PERSON,),
            {"义务人关系": "父母", "义务人情形": state, "义务人出生日期": f"{born - 30}-01-01"},
        )
        for at, state in enumerate(_PARENTS.get(child, ()))
    )
    return HouseholdFacts(
        {"城乡": "城市" if urban else "农村", "已认定类别": layer},
        (PersonFacts(_PERSON, person),),
        obligors,
    )


def judge(identities: str, urban: bool, month: Month, place: str, overlay: Overlay) -> Judged:
    """Ask the law of the month of the index; raises ``PriceUnknown`` where a figure is lacking."""
    found = determine(
        facts_of(identities, urban, month),
        month.first_day,
        place,
        overlay=overlay,
        programmes=(PROGRAMME,),
    )
    outcome = found.outcome(PROGRAMME, _PERSON)
    assert outcome is not None, f"the rules know no {PROGRAMME} in {month}"
    if outcome.result not in ("符合", "不符合"):
        raise PriceUnknown(month=month, missing="；".join(want.text for want in outcome.missing))
    values = {step.name: step.value for step in found.trace}
    return Judged(
        fen=int(outcome.monthly),
        started=bool(values["价格联动启动"]),
        by_cpi=bool(values["居民消费价格启动"]),
        by_food=bool(values["食品价格启动"]),
        rise=_whole(values.get("价格补贴涨幅")),
        workdays=_whole(values.get("价格补贴时限")),
        rules_version=found.rules_version,
        trace=_kept(found, outcome.reasons),
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _kept(found: Determination, reasons: tuple[str, ...]) -> Mapping[str, Any]:
    """The steps about prices, as they were shown: enough to tell a family why."""
    shown = {
        step.name: [step.shown, step.document]
        for step in found.trace
        if "价格" in step.name or step.name in ("低保标准", "城市低保标准")
    }
    return {"reasons": list(reasons), "steps": shown}
