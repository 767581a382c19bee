"""Whom a sweep looks at and what may be found: a dictionary in YAML, not code."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

FILE = Path(__file__).with_name("sweep.yaml")
# A county's own list replaces ours without a release: this name in the folder DOUDI_VAR.
OWN = "sweep.yaml"


class SweepDictionaryRefused(ValueError):
    """The dictionary of sweeps cannot be used; it names the entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class Population:
    """One group of people: by a fact of theirs, or by living alone from an age on."""

    code: str
    label: str
    fact: str = ""
    of_code: str = ""
    levels: str = ""
    alone_from: str = ""
    whole_household: bool = False
    awaits: str = ""

    def as_plain(self) -> dict[str, Any]:
        """As it is kept with the campaign."""
        return {
            "code": self.code,
            "label": self.label,
            "fact": self.fact,
            "of_code": self.of_code,
            "levels": self.levels,
            "alone_from": self.alone_from,
            "whole": self.whole_household,
            "awaits": self.awaits,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """What the check of one person may find."""

    code: str
    label: str
    missed: bool = False
    by_record: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class SweepDictionary:
    """Both lists in the order of the file."""

    populations: Mapping[str, Population]
    reasons: Mapping[str, Reason]

    @property
    def missed(self) -> tuple[str, ...]:
        """The codes that say: due, and not covered."""
        return tuple(one.code for one in self.reasons.values() if one.missed)


_POPULATION = {"label", "fact", "code", "levels", "alone_from", "spread", "awaits"}
_REASON = {"label", "missed", "by_record", "leads"}


def _known(code: str, told: object, fields: set[str]) -> Mapping[str, Any]:
    if not isinstance(told, Mapping) or not told.get("label"):
        raise SweepDictionaryRefused(f"{code}: 应写明 label")
    if unknown := sorted(set(told) - fields):
        raise SweepDictionaryRefused(f"{code}: 不认识 {'、'.join(map(str, unknown))}")
    return told


def _population(code: str, told: object) -> Population:
    if not re.fullmatch(r"S[0-9]{2}", str(code)):
        raise SweepDictionaryRefused(f"{code}: 人群代码应是 S 加两位数字")
    entry = _known(code, told, _POPULATION)
    ways = [name for name in ("fact", "alone_from", "awaits") if entry.get(name)]
    if len(ways) != 1:
        raise SweepDictionaryRefused(f"{code}: fact、alone_from、awaits 应恰好写一个")
    if entry.get("spread", "人") not in ("户", "人"):
        raise SweepDictionaryRefused(f"{code}: spread 应是户或人，写的是 {entry['spread']!r}")
    return Population(
        code=code,
        label=str(entry["label"]),
        fact=str(entry.get("fact", "")),
        of_code=str(entry.get("code", "")),
        levels=str(entry.get("levels", "")),
        alone_from=str(entry.get("alone_from", "")),
        whole_household=entry.get("spread") == "户",
        awaits=str(entry.get("awaits", "")),
    )


def _reason(code: str, told: object) -> Reason:
    if not re.fullmatch(r"[A-Z][A-Z_]{1,19}", str(code)):
        raise SweepDictionaryRefused(f"{code}: 原因码应是大写字母和下划线，不超过 20 个")
    entry = _known(code, told, _REASON)
    flags = {name: bool(entry.get(name, False)) for name in ("missed", "by_record", "leads")}
    return Reason(code, str(entry["label"]), **flags)


def read(text: str) -> SweepDictionary:
    """The lists of a file; raises ``SweepDictionaryRefused``."""
    told = yaml.safe_load(text)
    if not isinstance(told, Mapping) or set(told) != {"populations", "reasons"}:
        raise SweepDictionaryRefused("应有 populations 和 reasons 两部分")
    populations = {code: _population(code, one) for code, one in told["populations"].items()}
    reasons = {code: _reason(code, one) for code, one in told["reasons"].items()}
    if not any(one.missed for one in reasons.values()):
        raise SweepDictionaryRefused("reasons: 至少一个原因应是 missed，否则没有漏保率")
    return SweepDictionary(MappingProxyType(populations), MappingProxyType(reasons))


@functools.cache
def dictionary() -> SweepDictionary:
    """Read once: the county's own file where there is one."""
    own = Path(os.environ.get("DOUDI_VAR") or FILE.parents[2] / "var") / OWN
    return read((own if own.is_file() else FILE).read_text(encoding="utf-8"))
