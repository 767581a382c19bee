"""How much of the truth the month's alerts found, by indicator; thresholds know nothing of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from demo.county.model import DIBAO, LIVING_SUBSIDY, NURSING_SUBSIDY, TEKUN
from demo.loading import COUNTY_PLACE, local_id_of
from doudi.base.access import scope
from doudi.cli.table import table
from doudi.watch.queries import AlertHit

if TYPE_CHECKING:
    from demo.county import County, HouseholdSeed

# By which indicator a story of trouble, or of a payment to be questioned, ought to be found.
EXPECTED = MappingProxyType(
    {
        "大病自付应纳低保": ("R02",),
        "监测户大病自付应纳低保": ("R01",),
        "边缘户大病自付": ("R01",),
        "低保户大病自付": ("R01",),
        "新办重残应纳低保": ("R09",),
        "新办重残收入超标": ("R09",),
        "边缘户新办重残": ("R09",),
        "低保户新办重残": ("R09",),
        "新识别防返贫应纳低保": ("R21",),
        "主要劳动力失业": ("R11",),
        "主要劳动力死亡": ("R19",),
        "困难家庭新大学生": ("R14",),
        "在保人员死亡": ("R26",),
        "在保人员死亡并火化": ("R26",),
        "火化未注销户口": ("R26",),
        "在保家庭新增机动车": ("R27",),
        "在保家庭新办企业": ("R27",),
        "在保人员新领职工养老金": ("R28",),
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """One indicator: of how many stories it found how many, and of its hits how many were right.

    ``clean`` counts stories of which every row came without a mistake. A hit (one for each
    household) is right where the truth has trouble of its direction, wrong where the truth says
    that all is well; of the others the made-up county does not know.
    """

    code: str
    stories: int
    found: int
    clean: int
    clean_found: int
    right: int
    wrong: int
    unknown: int

    @property
    def recall(self) -> float | None:
        """Share of the stories that were found."""
        return self.found / self.stories if self.stories else None

    @property
    def precision(self) -> float | None:
        """Share of the hits that were right, of those about which the truth says anything."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def found(county: County) -> list[Found]:
    """Every indicator that ought to have found something or has, and all together as ``""``."""
    hits = _hits()
    dirty = {row.story for row in county.rows if row.story is not None and row.dirt}
    stories: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for story in county.truth:
        for code in EXPECTED.get(story.kind, ()):
            stories[code].append((story.household_id, story.local_id not in dirty))
    verdicts = _verdicts(county, hits)
    rows = []
    for code in sorted({*stories, *hits}):
        by_this = set(hits.get(code, ()))
        rows.append(_found(code, stories.get(code, []), by_this, verdicts[code]))
    everyone = {household for households in hits.values() for household in households}
    told = [each for code in sorted(stories) for each in stories[code]]
    rows.append(_found("", told, everyone, sum(verdicts.values(), Counter())))
    return rows


def _found(
    code: str, stories: list[tuple[int, bool]], hit: set[int], verdicts: Counter[str]
) -> Found:
    return Found(
        code=code,
        stories=len(stories),
        found=sum(1 for household, _ in stories if household in hit),
        clean=sum(1 for _, clean in stories if clean),
        clean_found=sum(1 for household, clean in stories if clean and household in hit),
        right=verdicts["right"],
        wrong=verdicts["wrong"],
        unknown=verdicts["unknown"],
    )


def _hits() -> dict[str, dict[int, str]]:
    """By indicator the households that it hit, and in which direction."""
    told: dict[str, dict[int, str]] = defaultdict(dict)
    with scope(COUNTY_PLACE):
        rows = AlertHit.objects.filter(withdrawn=False).values_list(
            "indicator", "alert__household__number", "alert__direction"
        )
        for code, number, direction in rows:
            told[code][local_id_of(number)] = direction
    return told


def _verdicts(county: County, hits: dict[str, dict[int, str]]) -> dict[str, Counter[str]]:
    """What the truth says of the hits of each indicator."""
    stories = {story.household_id: story for story in county.truth}
    schemes: dict[int, set[str]] = defaultdict(set)
    for award in county.awards:
        schemes[award.household_id].add(award.programme)
    found = {}
    for code, households in hits.items():
        counted: Counter[str] = Counter()
        for number, direction in households.items():
            story = stories.get(number)
            if story is not None and story.direction != "none" and code in EXPECTED[story.kind]:
                counted["right"] += 1
            elif story is not None and story.direction == "none":
                counted["wrong"] += 1
            else:
                counted[_of_seeds(county, county.household(number), direction, code, schemes)] += 1
        found[code] = counted
    return found


def _of_seeds(
    county: County,
    household: HouseholdSeed,
    direction: str,
    code: str,
    schemes: dict[int, set[str]],
) -> str:
    """Whether a family without a story for this is really in trouble, by what it was made of."""
    aids = schemes[household.local_id]
    if code == "R10":
        disabled = [p for p in household.members if p in county.disabilities]
        severe = [p for p in disabled if county.disabilities[p].level <= 2]
        lacking = (severe and NURSING_SUBSIDY not in aids) or (
            disabled and DIBAO in aids and LIVING_SUBSIDY not in aids
        )
        return "right" if lacking else "wrong"
    if direction != "纳入":
        return "unknown"
    if {DIBAO, TEKUN} & aids:
        return "unknown"  # helped already; whether a little more is due nobody has made up
    poor = county.per_head_fen(household, gross=True) < household.standard_fen
    return "right" if poor and county.is_clean(household) else "wrong"


def lines(rows: Iterable[Found]) -> Iterator[str]:
    """A short table for the terminal."""
    head = (
        "风险点", "应发现", "已发现", "召回率", "来文无误的召回率", "命中户", "属实", "不属实",
        "未定", "精确率",
    )  # fmt: skip
    told = [
        (
            row.code or "合计", f"{row.stories:,}", f"{row.found:,}", _share(row.recall),
            _share(row.clean_found / row.clean if row.clean else None),
            f"{row.right + row.wrong + row.unknown:,}", f"{row.right:,}", f"{row.wrong:,}",
            f"{row.unknown:,}", _share(row.precision),
        )
        for row in rows
    ]  # fmt: skip
    return table(head, told)


def _share(part: float | None) -> str:
    return "—" if part is None else f"{part * 100:.1f}%"
