"""What is known about a household when the law is asked, under the schema's Chinese names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from doudi.rules.dialect import Level
from doudi.rules.errors import FactRefused
from doudi.rules.schema import MOST_MEMBERS, MOST_OBLIGORS, Fact, inputs


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person; a name left out takes its default, a value of `None` is unknown."""

    reference: str
    values: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObligorFacts:
    """Someone outside the household who owes support by law to the members named in `of`."""

    reference: str
    of: tuple[str, ...]
    values: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household and everyone registered with it, whether or not they count as members."""

    values: Mapping[str, Fact]
    members: tuple[PersonFacts, ...]
    obligors: tuple[ObligorFacts, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Plain values, names sorted, members in order of reference."""
        plain: dict[str, object] = {
            "values": _plain(self.values),
            "members": [
                {"reference": member.reference, "values": _plain(member.values)}
                for member in sorted(self.members, key=lambda member: member.reference)
            ],
        }
        if self.obligors:
            plain["obligors"] = [
                {
                    "reference": obligor.reference,
                    "of": sorted(obligor.of),
                    "values": _plain(obligor.values),
                }
                for obligor in sorted(self.obligors, key=lambda obligor: obligor.reference)
            ]
        return plain

    @staticmethod
    def from_json(stored: Mapping[str, object]) -> HouseholdFacts:
        """The household that `as_json` wrote."""
        values, members = stored["values"], stored["members"]
        obligors = stored.get("obligors", [])
        assert isinstance(values, dict)
        assert isinstance(members, list)
        assert isinstance(obligors, list)
        return HouseholdFacts(
            values,
            tuple(PersonFacts(entry["reference"], entry["values"]) for entry in members),
            tuple(
                ObligorFacts(entry["reference"], tuple(entry["of"]), entry["values"])
                for entry in obligors
            ),
        )


def _plain(values: Mapping[str, Fact]) -> dict[str, Fact]:
    plain: dict[str, Fact] = {}
    for name in sorted(values):
        value = values[name]
        plain[name] = int(value) if type(value) not in (bool, str, type(None)) else value  # type: ignore[arg-type]
    return plain


def check_names(facts: HouseholdFacts) -> None:
    """Refuse unknown names, names at the wrong level and too many people; raises `FactRefused`."""
    _check(facts.values, Level.HOUSEHOLD)
    for member in facts.members:
        _check(member.values, Level.PERSON)
    references = [member.reference for member in facts.members]
    _check_once(references, "成员")
    _check_count(len(references), MOST_MEMBERS, "成员", "一户")
    if not facts.obligors:
        return
    _check_once([*references, *(obligor.reference for obligor in facts.obligors)], "义务人")
    for obligor in facts.obligors:
        _check(obligor.values, Level.OBLIGOR)
        if not obligor.of or (stray := [name for name in obligor.of if name not in references]):
            who = "、".join(stray) if obligor.of else "（空）"
            raise FactRefused(name=f"义务人 {obligor.reference}", why=f"没有成员“{who}”")
    if len(facts.obligors) > MOST_OBLIGORS:
        for name in references:
            count = sum(name in obligor.of for obligor in facts.obligors)
            _check_count(count, MOST_OBLIGORS, "义务人", f"成员“{name}”")


def _check_once(references: list[str], what: str) -> None:
    if len(set(references)) != len(references):
        twice = next(name for name in references if references.count(name) > 1)
        raise FactRefused(name=what, why=f"“{twice}”出现了两次")


def _check_count(count: int, most: int, what: str, whose: str) -> None:
    if count > most:
        raise FactRefused(name=what, why=f"{whose}最多填 {most} 人，填了 {count} 人")


def _check(values: Mapping[str, Fact], level: Level) -> None:
    known = inputs()
    for name in values:
        fact = known.get(name)
        if fact is None:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"，是不是“{near[0]}”" if near else ""
            raise FactRefused(name=name, why=f"没有这项资料{hint}")
        if fact.level is not level:
            raise FactRefused(
                name=name, why=f"这是{fact.level.value}的资料，不能填在{level.value}上"
            )
