"""M13: kin of an official receive aid and nobody wrote it down."""

from __future__ import annotations

from doudi.watch.indicators.declaring import OUT, Indicator
from doudi.watch.indicators.looking import hit, words_of
from doudi.watch.indicators.needing import Has, OfKinds, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Members of K01–K03 known as kin of who decides or works in the village."""
    if not household.is_of(person.id, "K01", "K03"):
        return []
    return [
        hit(fact, f"与{words_of(fact, 'official', '经办人员或村干部')}系{fact.code or '近亲属'}，"
                  "享受救助没有备案，应补备案并入户",
            f"近亲:{fact.key or fact.code}")
        for fact in person.news("kin_of_official", day)
        if fact.stands(day.on) and not (fact.detail or {}).get("filed")
    ]  # fmt: skip


INDICATOR = Indicator(
    code="M13",
    label="近亲属享受未备案",
    direction=OUT,
    article="最低生活保障审核确认办法 第二十条",
    triggers=("kin_of_official",),
    fires=fires,
    awaits="近亲属备案与亲属关系比对（民政、公安户籍）",
    needs=(OfKinds("K01", "K03") & Has(("kin_of_official",), news=True, stands=today)),
)
