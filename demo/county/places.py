"""The real townships and villages of 清水县, and the places its people go to for work."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from demo.county.model import COUNTY_CODE

DIVISIONS = Path(__file__).parents[2] / "doudi" / "places" / "data" / "divisions_2023.tsv.xz"
# Where people from the county work: the city next door, the capitals, the coast, Xinjiang.
AWAY_COUNTIES = {
    "620502": "甘肃省天水市秦州区",
    "620503": "甘肃省天水市麦积区",
    "620102": "甘肃省兰州市城关区",
    "610113": "陕西省西安市雁塔区",
    "650102": "新疆乌鲁木齐市天山区",
    "320583": "江苏省昆山市",
    "330782": "浙江省义乌市",
    "440306": "广东省深圳市宝安区",
    "350582": "福建省晋江市",
    "110114": "北京市昌平区",
}
COUNTY_SEAT = "620521100"


@dataclass(slots=True, frozen=True)
class Village:
    """A village or community of the county."""

    code: str
    name: str
    town: str
    urban: bool

    @property
    def short(self) -> str:
        """The name without its 村民委员会 or 居民委员会."""
        for ending, said in (("村民委员会", "村"), ("居民委员会", "社区")):
            if self.name.endswith(ending):
                return self.name.removesuffix(ending) + said
        return self.name


@dataclass(slots=True, frozen=True)
class Places:
    """Everything the generator needs to know about places."""

    villages: tuple[Village, ...]
    towns: dict[str, str]
    away: tuple[tuple[str, str], ...]  # (12-digit code of a village elsewhere, words for it)


@cache
def read_places() -> Places:
    """Read the county and the destinations of its migrants from the national list."""
    towns: dict[str, str] = {}
    villages: list[Village] = []
    away: dict[str, list[tuple[str, str]]] = {county: [] for county in AWAY_COUNTIES}
    with lzma.open(DIVISIONS, "rt", encoding="utf-8") as lines:
        for line in lines:
            county = line[:6]
            if county == COUNTY_CODE:
                code, level, name = line.rstrip("\n").split("\t")
                if level == "4":
                    towns[code[:9]] = name
                elif level == "5":
                    # Committees of the county seat are the town; elsewhere they were villages
                    # yesterday and their people still hold land.
                    urban = code[:9] == COUNTY_SEAT and code[9] in "01"
                    villages.append(Village(code, name, towns[code[:9]], urban))
            elif county in away and len(away[county]) < 40:
                code, level, name = line.rstrip("\n").split("\t")
                if level == "5":
                    away[county].append((code, AWAY_COUNTIES[county] + name))
    return Places(tuple(villages), towns, tuple(place for each in away.values() for place in each))
