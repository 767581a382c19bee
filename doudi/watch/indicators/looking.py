"""What several indicators look at in the same way: months of income, members who could work."""

from __future__ import annotations

from datetime import date

from doudi.kernel.dates import Month
from doudi.watch.views import Day, FactView, Hit, HouseholdView, PersonView

EARNED = ("income.wage", "income.business")
INCOMES = (*EARNED, "income.property", "income.transfer", "pension")


def hit(
    fact: FactView,
    sentence: str,
    cause: str,
    value: int = 0,
    threshold: int = 0,
    *,
    on: date | None = None,
) -> Hit:
    """A hit that rests on this fact; it happened when the fact began unless ``on`` says else."""
    return Hit(
        value, threshold, sentence, cause, fact.id, fact.source, on or fact.valid_since
    )  # fmt: skip


def holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether the text has one of the words."""
    return any(word in text for word in words)


def words_of(fact: FactView, name: str, otherwise: str) -> str:
    """A word of the fact's detail, or what is said where it has none."""
    return str((fact.detail or {}).get(name) or otherwise)


def total(household: HouseholdView, kinds: tuple[str, ...], on: date) -> int:
    """What the members of today had on the day by these kinds of facts, in the unit of these."""
    return sum(
        fact.amount_fen or 0
        for person in household.present
        for kind in kinds
        for fact in person.standing(kind, on)
    )


def by_month(
    household: HouseholdView, kinds: tuple[str, ...], last: Month, count: int
) -> list[int]:
    """The same on the first of each of ``count`` months, ``last`` being the latest."""
    return [total(household, kinds, (last + -back).first_day) for back in range(count - 1, -1, -1)]


def could_work(person: PersonView, day: Day) -> bool:
    """Of working age, not severely disabled, not at school, alive."""
    least, most = day["R19.labour_age"]
    severe = any(
        fact.code[1:2] in {str(level) for level in day["R09.severe_levels"]}
        for fact in person.standing("disability", day.on)
    )
    at_school = person.standing("schooling", day.on) or person.standing("enrolment", day.on)
    alive = person.died_on is None
    return alive and least <= person.age(day.on) < most and not severe and not at_school


COULD_WORK_READS = ("disability", "schooling", "enrolment", "death", "cremation")
