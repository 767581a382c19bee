"""What becomes of the hits of a household: which alert is raised, which grows. Pure, no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from doudi.watch.indicators import INDICATORS, Fired, evaluate
from doudi.watch.score import Counted, Score, graver, score
from doudi.watch.views import Day, Hit, HouseholdView, PersonView

DEATH = "R26"
RED = "红"
CAUSE_LENGTH = 64
Cause = tuple[int, str, str]  # person, indicator, cause


@dataclass(slots=True)
class OpenAlert:
    """An alert that is not closed, with the hits that it has."""

    id: int
    direction: str
    kinds: list[str]
    colour: str
    raised_on: date
    hits: list[Counted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoundHit:
    """A hit that is not on record yet."""

    person: PersonView
    indicator: str
    weight: int
    hit: Hit

    @property
    def counted(self) -> Counted:
        """As the score sees it."""
        return counted(
            self.person.id, self.indicator, self.hit.cause, self.weight, self.hit.happened_on
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One alert to be raised (``open_id`` None) or to grow by these hits."""

    household: HouseholdView
    direction: str
    open_id: int | None
    kinds: tuple[str, ...]
    score: Score
    colour: str
    hits: tuple[FoundHit, ...]

    @property
    def death(self) -> bool:
        """Whether a payment to somebody dead is among the new hits."""
        return any(found.indicator == DEATH for found in self.hits)

    @property
    def heaviest(self) -> FoundHit:
        """The hit that names the person of the alert."""
        return max(self.hits, key=lambda found: (found.weight, -found.person.id))


def counted(person_id: int, code: str, cause: str, weight: int, happened_on: date) -> Counted:
    """A hit on record as the score sees it."""
    indicator = INDICATORS[code]
    return Counted(
        person_id, code, indicator.label, cause, weight, happened_on, fades=indicator.fades
    )


def changes(
    household: HouseholdView,
    day: Day,
    known: set[Cause],
    alerts: dict[str, OpenAlert],
    fired: Iterable[Fired] | None = None,
) -> list[Change]:
    """What the household's facts ask for beyond what is on record, by direction.

    ``fired`` is everything that fires, in the order of ``evaluate``, where somebody knows it
    already.
    """
    by_direction: dict[str, dict[Cause, FoundHit]] = {}
    for person, indicator, told in evaluate(household, day) if fired is None else fired:
        # Cut to the width of the column before it is compared, else it would fire every time.
        hit = told._replace(cause=told.cause[:CAUSE_LENGTH])
        cause = (person.id, indicator.code, hit.cause)
        if cause in known:
            continue
        found = FoundHit(person, indicator.code, indicator.weight(day, hit), hit)
        direction = hit.direction or indicator.direction
        by_direction.setdefault(direction, {}).setdefault(cause, found)
    wanted = (
        _change(household, day, direction, tuple(hits.values()), alerts.get(direction))
        for direction, hits in sorted(by_direction.items())
    )
    return [change for change in wanted if change.colour]


def _change(
    household: HouseholdView,
    day: Day,
    direction: str,
    hits: tuple[FoundHit, ...],
    found: OpenAlert | None,
) -> Change:
    """Score all hits of the alert together; an open alert never becomes milder by itself."""
    of_people = {kind for hit in hits for kind in household.kinds_of(hit.person.id)}
    kinds = tuple(sorted(of_people | set(found.kinds if found else ())))
    counted_hits = [*(found.hits if found else ()), *(hit.counted for hit in hits)]
    summed = score(kinds, counted_hits, day)
    colour = graver(summed.colour, found.colour if found else "")
    if any(hit.indicator == DEATH for hit in counted_hits):
        colour = RED
    return Change(household, direction, found.id if found else None, kinds, summed, colour, hits)


def summary(hits: Iterable[FoundHit]) -> str:
    """The reasons in a few words, for titles."""
    labels = dict.fromkeys(INDICATORS[hit.indicator].label for hit in hits)
    return "、".join(labels)
