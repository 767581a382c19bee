"""R30: the family asked for help again and again."""

from __future__ import annotations

from datetime import timedelta

from doudi.watch.indicators.declaring import DO, Indicator
from doudi.watch.indicators.looking import hit, holds, words_of
from doudi.watch.indicators.needing import Has, today
from doudi.watch.views import Day, Hit, HouseholdView, PersonView


def fires(person: PersonView, household: HouseholdView, day: Day) -> list[Hit]:
    """Twice within 30 days by hotline or letter, and none of it done."""
    within = timedelta(days=int(day["R30.days"]))
    waiting = sorted(
        (
            fact
            for fact in person.of("appeal")
            if fact.valid_since <= day.on
            and not holds(words_of(fact, "status", ""), day["R30.done_words"])
        ),
        key=lambda fact: (fact.valid_since, fact.key),
    )
    least = int(day["R30.times"])
    for last in range(len(waiting) - 1, least - 2, -1):
        asked = [
            f for f in waiting[: last + 1] if waiting[last].valid_since - f.valid_since < within
        ]
        if len(asked) >= least and day.news_since < waiting[last].valid_since:
            sentence = (
                f"{asked[0].valid_since} 至 {asked[-1].valid_since} 求助 {len(asked)} 次，没有办结"
            )
            first = asked[0]
            cause = f"求助:{first.key or first.valid_since}"
            return [hit(waiting[last], sentence, cause, len(asked), least)]
    return []


INDICATOR = Indicator(
    code="R30",
    label="求助多次未办",
    direction=DO,
    article="关于改革完善社会救助制度的意见：主动发现；国办发〔2023〕39号",
    triggers=("appeal",),
    fires=fires,
    parameters=("R30.days", "R30.times", "R30.done_words"),
    needs=(
        Has(("appeal",), until=today, times=lambda day: int(day["R30.times"]))
        & Has(("appeal",), since=lambda day: day.news_since, until=today)
    ),
)
