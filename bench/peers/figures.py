"""Every parameter that the 低保 rule reads on the bench's day, as plain numbers for the peers.

Peers take their figures from this file, so that no figure stands in two places: money in fen,
shares in parts of ten thousand. 城市 is 0, 农村 is 1; 评定类别 counts from 1.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from datetime import date

from doudi.rules.book import rulebook
from doudi.rules.tables import Overlay, ParameterTable, ParameterValue

DAY = date(2022, 6, 1)
FILE = "figures.json"

# Supplements are a county's own choice and nought by default: without them a sixth of the rule
# would add up zeros. The province below lies over the shipped figures, for every engine alike.
SUPPLEMENTS = {
    "老年人增发比例": 2000,
    "未成年人增发比例": 1000,
    "重度残疾增发比例": 3000,
    "重病增发比例": 2500,
}
PROVINCE = "620000"

# The 87 counties and districts of Gansu (嘉峪关 as one). Some have a standard of their own, the
# others take the province's: the look-up goes over a real table.
PLACES = tuple(
    f"62{city}{county:02d}"
    for city, counties in (
        ("01", (2, 3, 4, 5, 11, 21, 22, 23)),
        ("02", (1,)),
        ("03", (2, 21)),
        ("04", (2, 3, 21, 22, 23)),
        ("05", (2, 3, 21, 22, 23, 24, 25)),
        ("06", (2, 21, 22, 23)),
        ("07", (2, 21, 22, 23, 24, 25)),
        ("08", (2, 21, 22, 23, 25, 26, 81)),
        ("09", (2, 21, 22, 23, 24, 81, 82)),
        ("10", (2, 21, 22, 23, 24, 25, 26, 27)),
        ("11", (2, 21, 22, 23, 24, 25, 26)),
        ("12", (2, 21, 22, 23, 24, 25, 26, 27, 28)),
        ("29", (1, 21, 22, 23, 24, 25, 26, 27)),
        ("30", (1, 21, 22, 23, 24, 25, 26, 27)),
    )
    for county in counties
)

_SCALARS = (
    "义务兵不计入", "长期共同居住月数", "就业成本比例", "收入核算月数", "基础养老金不计入",
    "刚性支出扣减上限", "低保金融资产月数", "住房套数上限", "大额支出限额", "老年人增发年龄",
    *SUPPLEMENTS, "拒绝工作次数线", "拒绝就业停发比例", "低保最低发放额", "低保金取整",
)  # fmt: skip


def overlay() -> Overlay:
    """The province's supplements, as a bureau would enter them."""
    return Overlay(
        tuple(
            ParameterValue(name, PROVINCE, date(2022, 1, 1), share, "测速用的假设", "默认")
            for name, share in SUPPLEMENTS.items()
        )
    )


@functools.cache
def figures_text() -> str:
    """Every figure, looked up in the rule book, as JSON."""
    tables = rulebook().tables.with_overlay(overlay())
    told = {
        "day": DAY.year * 10000 + DAY.month * 100 + DAY.day,
        "places": list(PLACES),
        **{name: _same_everywhere(tables, name) for name in _SCALARS},
        "低保标准": [[_of(tables, "低保标准", (c,), place) for c in (0, 1)] for place in PLACES],
        "低保计发方式": [
            [_of(tables, "低保计发方式", (c,), place) for c in (0, 1)] for place in PLACES
        ],
        # Where amounts are by difference there are no tiers, and nobody reads the zeros.
        "低保分档标准": [
            [[_of(tables, "低保分档标准", (c, tier), place, 0) for tier in (1, 2, 3, 4)]
             for c in (0, 1)]
            for place in PLACES
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def _same_everywhere(tables: ParameterTable, name: str) -> int:
    numbers = {_of(tables, name, (), place) for place in PLACES}
    assert len(numbers) == 1, f"{name} differs between counties: the peers take it as one number"
    return numbers.pop()


def _of(
    tables: ParameterTable,
    name: str,
    keys: Sequence[int],
    place: str,
    otherwise: int | None = None,
) -> int:
    found = tables.find(name, tuple(keys), place, DAY)
    if isinstance(found, ParameterValue):
        return found.number
    assert otherwise is not None, f"no {name} for {keys} at {place}"
    return otherwise
