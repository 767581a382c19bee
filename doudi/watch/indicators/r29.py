"""R29: one person is helped twice for the same."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, words_of
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Two schemes that exclude each other on one person, or the same one in two places."""
    schemes = day["R29.schemes"]
    mine = [fact for fact in person.standing("benefit", day.on) if fact.key in schemes]
    if not mine:
        return []
    first, hits = min(mine, key=lambda fact: (fact.valid_since, fact.id)), []
    for fact in mine:
        if fact.key != first.key:
            sentence = (
                f"同时享受{first.key}（{first.valid_since} 起）"
                f"和{fact.key}（{fact.valid_since} 起）"
            )
            hits.append(hit(fact, sentence, f"重复:{first.key}+{fact.key}:{fact.valid_since}"))
    for fact in person.standing("benefit.elsewhere", day.on):
        if fact.key.split(":")[0] in schemes:
            sentence = (
                f"本地享受{first.key}，{words_of(fact, 'place', '外地')}自 {fact.valid_since} "
                f"起也享受{fact.key.split(':')[0]}"
            )
            hits.append(hit(fact, sentence, f"异地:{fact.key}:{fact.valid_since}"))
    return hits


def _excludes_others(key: str, day: Day) -> bool:
    return key in day["R29.schemes"]


INDICATOR = Indicator(
    code="R29",
    label="重复享受或异地重复",
    direction=OUT,
    article="社会救助暂行办法 第十八条；最低生活保障审核确认办法 第三十一条",
    triggers=("benefit", "benefit.elsewhere"),
    fires=fires,
    parameters=("R29.schemes",),
    standing=True,
    awaits="跨省市享受比对结果（民政部门）；本地重复不需要",
    needs=(
        Has(("benefit",), stands=today, key=_excludes_others)
        & (
            Has(("benefit",), stands=today, key=_excludes_others, times=lambda day: 2)
            | Has(("benefit.elsewhere",), stands=today)
        )
    ),
)
