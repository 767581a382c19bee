"""What is known about a household when the law is asked, under the schema's Chinese names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from doudi.rules.dialect import Level
from doudi.rules.errors import FactRefused
from doudi.rules.schema import Fact, inputs


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person; a name left out takes its default, a value of `None` is unknown."""

    reference: str
    values: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household and everyone registered with it, whether or not they count as members."""

    values: Mapping[str, Fact]
    members: tuple[PersonFacts, ...]

    def as_json(self) -> dict[str, object]:
        """Plain values, names sorted, members in order of reference."""
        return {
            "values": _plain(self.values),
            "members": [
                {"reference": member.reference, "values": _plain(member.values)}
                for member in sorted(self.members, key=lambda member: member.reference)
            ],
        }

    @staticmethod
    def from_json(stored: Mapping[str, object]) -> HouseholdFacts:
        """The household that `as_json` wrote."""
        values, members = stored["values"], stored["members"]
        assert isinstance(values, dict)
        assert isinstance(members, list)
        return HouseholdFacts(
            values, tuple(PersonFacts(entry["reference"], entry["values"]) for entry in members)
        )


def _plain(values: Mapping[str, Fact]) -> dict[str, Fact]:
    plain: dict[str, Fact] = {}
    for name in sorted(values):
        value = values[name]
        plain[name] = int(value) if type(value) not in (bool, str, type(None)) else value  # type: ignore[arg-type]
    return plain


def check_names(facts: HouseholdFacts) -> None:
    """Refuse names that the schema does not know, at the right level; raises `FactRefused`."""
    _check(facts.values, Level.HOUSEHOLD)
    for member in facts.members:
        _check(member.values, Level.PERSON)
    references = [member.reference for member in facts.members]
    if len(set(references)) != len(references):
        twice = next(name for name in references if references.count(name) > 1)
        raise FactRefused(name="成员", why=f"“{twice}”出现了两次")


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
