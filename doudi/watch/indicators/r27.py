"""R27: a family that receives aid has a new vehicle or company."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView, yuan


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _vehicle_known(fact: FactView, person: PersonView) -> bool:
    """Whether the same vehicle was known before; lists name it by different keys."""
    return any(
        other.id != fact.id
        and (
            (other.key == fact.key and other.valid_since < fact.valid_since)
            or (
                not other.fresh and (other.code, other.valid_since) == (fact.code, fact.valid_since)
            )
        )
        for other in person.of("vehicle")
    )


def _vehicles(person: PersonView, day: Day) -> list[Hit]:
    hits = []
    for fact in person.news("vehicle", day):
        exempt = _holds(fact.code, day["R27.exempt_vehicles"])
        if exempt or not fact.stands(day.on) or _vehicle_known(fact, person):
            continue
        price = f"，购置价 {yuan(fact.amount_fen)}" if fact.amount_fen else ""
        sentence = f"{fact.valid_since} 新登记{fact.code}{price}，不属于豁免车辆"
        hits.append(
            Hit(
                fact.amount_fen or 0, 0, sentence,
                f"车:{fact.key}", fact.id, fact.source, fact.valid_since,
            )
        )  # fmt: skip
    return hits


def _enterprises(person: PersonView, day: Day) -> list[Hit]:
    hits = []
    for fact in person.news("enterprise", day):
        told = fact.detail or {}
        exempt = _holds(f"{told.get('type', '')} {fact.code}", day["R27.exempt_entities"])
        ended = _holds(str(told.get("status", "")), day["R27.ended_words"])
        known = any(
            other.key == fact.key and other.id != fact.id and other.valid_since < fact.valid_since
            for other in person.of("enterprise")
        )
        if exempt or ended or known or not fact.stands(day.on):
            continue
        hits.append(
            Hit(
                0, 0,
                f"{fact.valid_since} 新任{told.get('type') or '企业'}{fact.code}"
                f"，登记状态：{told.get('status') or '未填'}",
                f"企:{fact.key}", fact.id, fact.source, fact.valid_since,
            )
        )  # fmt: skip
    return hits


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K04; motorcycles, tricycles, disabled people's vehicles and stalls do not."""
    if not household.is_of(person.id, "K01", "K04"):
        return []
    return _vehicles(person, day) + _enterprises(person, day)


INDICATOR = Indicator(
    code="R27",
    label="在保家庭新增车辆或企业",
    direction=OUT,
    article="最低生活保障审核确认办法 第十四条、第三十一条",
    triggers=("vehicle", "enterprise"),
    fires=fires,
    parameters=("R27.exempt_vehicles", "R27.exempt_entities", "R27.ended_words"),
    needs=(OfKinds("K01", "K04") & Has(("vehicle", "enterprise"), news=True, stands=today)),
)
