"""What an indicator (风险点) is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doudi.watch.indicators.needing import Need
from doudi.watch.views import Day, Hit, HouseholdView, PersonView

IN, DO, OUT, RISK = "纳入", "落实", "退出", "安全"
DIRECTIONS = (IN, DO, OUT, RISK)


@dataclass(frozen=True)
class Indicator:
    """One risk: who is looked at, by which facts, and the pure function that says whether it fires.

    ``triggers`` are the kinds of facts without which it cannot fire; ``reads`` further kinds that
    it looks at. ``standing`` indicators may fire without news, by the passing of time; what they
    say goes on and does not fade, unless it is an ``event`` that was only known beforehand.
    ``awaits`` names the list that no format reads yet; kinds of facts that only it would tell are
    not in the dictionary of facts (``people.kinds``) before. ``needs`` is what must hold before it
    can fire, so that a screening passes over the many (docs/screen.md); without it everybody with
    a trigger is asked.
    """

    code: str
    label: str
    direction: str
    article: str
    triggers: tuple[str, ...]
    fires: Callable[[PersonView, HouseholdView, Day], list[Hit]]
    parameters: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    standing: bool = False
    event: bool = False
    awaits: str = ""
    needs: Need | None = None

    @property
    def fades(self) -> bool:
        """Whether a hit loses weight as time passes."""
        return not self.standing or self.event

    def weight(self, day: Day, hit: Hit) -> int:
        """The hit's own weight, else the indicator's."""
        return int(day[f"{self.code}.weight"]) if hit.weight is None else hit.weight
