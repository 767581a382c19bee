"""R16: a child who must go to school seems not to."""

from __future__ import annotations

from doudi.watch.indicators.declaring import RISK, Indicator
from doudi.watch.indicators.looking import hit, holds, words_of
from doudi.watch.indicators.needing import Aged, Has
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView

ROLL = "学籍"


def absent(fact: FactView, day: Day) -> bool:
    """Whether the roll says that the pupil is not at school."""
    return holds(words_of(fact, "status", ""), day["R16.absent_words"])


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Of the age of compulsory schooling; when it changed is not told, so it is new today."""
    least, most = day["R16.school_age"]
    if not least <= person.age(day.on) < most or person.died_on is not None:
        return []
    return [
        hit(fact, f"学籍状态为“{words_of(fact, 'status', '')}”"
                  f"（{words_of(fact, 'school', '学校未填')}），{person.age(day.on)} 岁，"
                  "属义务教育阶段，应劝返并问清原因",
            f"学籍:{words_of(fact, 'status', '')}:{fact.valid_since}", person.age(day.on), most,
            on=day.on)
        for fact in person.of("schooling")
        if fact.fresh and fact.key == ROLL and absent(fact, day)
    ]  # fmt: skip


INDICATOR = Indicator(
    code="R16",
    label="义务教育疑似辍学",
    direction=RISK,
    article="义务教育法 第十一条、第十三条",
    triggers=("schooling",),
    fires=fires,
    parameters=("R16.school_age", "R16.absent_words"),
    reads=("death", "cremation"),
    needs=(
        Aged(lambda day: day["R16.school_age"])
        & Has(
            ("schooling",),
            fresh=True,
            key=lambda key, day: key == ROLL,
            words=lambda day: day["R16.absent_words"],
        )
    ),
)
