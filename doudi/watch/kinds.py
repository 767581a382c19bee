"""Who belongs to which of the monitored kinds (5 大类 13 种): a dictionary in YAML, not code."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from doudi.watch.views import FactView, HouseholdView

FILE = Path(__file__).with_name("kinds.yaml")
# A county's own list replaces ours without a release: this name in the folder DOUDI_VAR.
OWN = "kinds.yaml"


class DictionaryRefused(ValueError):
    """The dictionary of kinds cannot be used; it names the kind and what is wrong."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the fact that shows it, and whether it holds for the household or the person."""

    code: str
    group: str
    label: str
    fact: str
    key: str = ""
    of_code: str = ""
    urban: bool | None = None
    whole_household: bool = False
    verified: bool = False

    def shown_by(self, fact: FactView, urban: bool, on: date) -> bool:
        """Whether this fact puts somebody of a town (or village) into the kind on the day."""
        if self.verified and fact.fresh:
            return False
        return (
            fact.stands(on)
            and (not self.key or fact.key == self.key)
            and (not self.of_code or fact.code == self.of_code)
            and (self.urban is None or self.urban == urban)
        )


_NEEDED = ("group", "label", "fact", "spread")
_KNOWN = {*_NEEDED, "key", "code", "urban", "verified"}


def _kind(code: str, told: Mapping[str, object]) -> Kind:
    if not isinstance(told, Mapping) or not re.fullmatch(r"K[0-9]{2}", str(code)):
        raise DictionaryRefused(f"{code}: 代码应是 K 加两位数字，后面写 group、label、fact、spread")
    if unknown := sorted(set(told) - _KNOWN):
        raise DictionaryRefused(f"{code}: 不认识 {'、'.join(map(str, unknown))}")
    if missing := [name for name in _NEEDED if not told.get(name)]:
        raise DictionaryRefused(f"{code}: 缺少 {'、'.join(missing)}")
    if told["spread"] not in ("户", "人"):
        raise DictionaryRefused(f"{code}: spread 应是户或人，写的是 {told['spread']!r}")
    urban = told.get("urban")
    return Kind(
        code=code,
        group=str(told["group"]),
        label=str(told["label"]),
        fact=str(told["fact"]),
        key=str(told.get("key", "")),
        of_code=str(told.get("code", "")),
        urban=urban if isinstance(urban, bool) else None,
        whole_household=told["spread"] == "户",
        verified=bool(told.get("verified", False)),
    )


def read(text: str) -> tuple[Kind, ...]:
    """The kinds of a file in order of code; raises ``DictionaryRefused``."""
    told = yaml.safe_load(text)
    if not isinstance(told, Mapping) or not told:
        raise DictionaryRefused("人群清单是空的")
    return tuple(_kind(code, told[code]) for code in sorted(told))


@functools.cache
def dictionary() -> tuple[Kind, ...]:
    """All kinds in order of code, read once: the county's own list where there is one."""
    own = Path(os.environ.get("DOUDI_VAR") or FILE.parents[2] / "var") / OWN
    return read((own if own.is_file() else FILE).read_text(encoding="utf-8"))


def facts_needed() -> frozenset[str]:
    """Kinds of facts that the dictionary asks for."""
    return frozenset(kind.fact for kind in dictionary())


@functools.cache
def _by_fact() -> dict[str, tuple[Kind, ...]]:
    return {
        fact: tuple(kind for kind in dictionary() if kind.fact == fact) for fact in facts_needed()
    }


def tag(household: HouseholdView, on: date) -> None:
    """Write on the household which kinds its members belong to on the day."""
    of_all: set[str] = set()
    of_one: dict[int, set[str]] = {}
    wanted = _by_fact()
    for person in household.members:
        mine: set[str] = set()
        of_one[person.id] = mine
        for fact_kind in wanted.keys() & person.facts.keys():
            for kind in wanted[fact_kind]:
                if any(kind.shown_by(f, household.urban, on) for f in person.facts[fact_kind]):
                    (of_all if kind.whole_household else mine).add(kind.code)
    household.kinds = {
        person_id: tuple(sorted(of_all | mine)) for person_id, mine in of_one.items()
    }
