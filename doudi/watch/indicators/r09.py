"""R09: somebody was newly certified as disabled, or the level became graver."""

from __future__ import annotations

from doudi.watch.indicators.declaring import IN, Indicator
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView

_TYPES = dict(zip("1234567", ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), strict=True))
_LEVELS = dict(zip("1234", "一二三四", strict=True))


def level(code: str) -> int:
    """The level in a certificate's code, 1 the gravest; 9 where the code does not say."""
    return int(code[1]) if code[1:2] in _LEVELS else 9


def level_of(fact: FactView) -> int:
    """The level of a certificate."""
    return level(fact.code)


def shown(fact: FactView) -> str:
    """The certificate as people say it: 肢体二级."""
    return f"{_TYPES.get(fact.code[:1], '')}{_LEVELS.get(fact.code[1:2], '')}级"


def _before(fact: FactView, person: PersonView) -> list[int]:
    """Levels that were known for a time before this certificate."""
    return [
        level_of(other)
        for other in person.of("disability")
        if other.id != fact.id
        and (
            other.valid_since < fact.valid_since
            or (other.valid_since == fact.valid_since and not other.fresh)
        )
    ]


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Anybody; levels that count as severe weigh more."""
    hits = []
    for fact in person.news("disability", day):
        grade, before = level_of(fact), _before(fact, person)
        if not fact.stands(day.on) or (before and grade >= min(before)):
            continue
        severe = grade in day["R09.severe_levels"]
        said = (
            "新办残疾证" if not before else f"残疾等级由{_LEVELS.get(str(min(before)), '')}级加重"
        )
        hits.append(
            Hit(
                grade, max(day["R09.severe_levels"]),
                f"{fact.valid_since} {said}，{shown(fact)}{'（重度）' if severe else ''}",
                f"{fact.code}:{fact.valid_since}", fact.id, fact.source, fact.valid_since,
                weight=int(day["R09.weight_severe"]) if severe else None,
            )
        )  # fmt: skip
    return hits


INDICATOR = Indicator(
    code="R09",
    label="新办残疾证或等级加重",
    direction=IN,
    article="甘肃省低收入人口动态监测和常态化救助帮扶实施方案（2021）；国办发〔2023〕39号",
    triggers=("disability",),
    fires=fires,
    parameters=("R09.severe_levels", "R09.weight_severe"),
    needs=Has(("disability",), news=True, stands=today),
)
