"""A small law made of corners: what is carried or used unknown, empty, negative, off the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from doudi.rules import HouseholdFacts, ObligorFacts, ParameterValue, PersonFacts
from doudi.rules.batch.frame import Figures, figures_of
from doudi.rules.batch.program import Program, program_of
from doudi.rules.book import Plan, Rulebook
from doudi.rules.dialect import (
    Level,
    Programme,
    Rule,
    义务人,
    人,
    人数,
    任一,
    取整,
    合计,
    四舍五入到元,
    四舍五入到分,
    均分,
    户,
    最重,
    比例,
    规则,
    进到元,
)  # fmt: skip
from doudi.rules.schema import Input
from doudi.rules.tables import Parameter, ParameterTable

from .comparing import Columns, scalar_of

ON, PLACE = date(2020, 1, 1), "620521"
NUMBERS = (None, -3, 0, 1, 2, 3, 149)


@规则(户, 依据="角", 单位="项")
def 搬运(甲, 乙):
    """未知的中间量没有用到，不妨碍回答。"""
    搁置 = 甲
    return 乙 if 乙 == 1 else 搁置 if 乙 == 2 else 7


@规则(户, 依据="角", 单位="项")
def 先算后弃(甲, 乙):
    """算过未知的，整条规则未知，虽然结果没有用到。"""
    算过 = 甲 + 1
    return 乙 if 乙 > 1 else 算过


@规则(户, 依据="角", 单位="项")
def 取整不动(甲, 乙):
    """取整方式是不取整的，金额原样带过。"""
    带过 = 取整(甲, 乙)
    return 5 if 乙 == 0 else 带过


@规则(户, 依据="角", 单位="项")
def 且的值(甲, 乙):
    """且的值是定下结果的那一项的值，最后一项原样带过。"""
    return 甲 and 乙


@规则(户, 依据="角", 单位="项")
def 或的值(甲, 乙, 丁):
    """或的值，三项。"""
    return 甲 or 乙 == 2 or 丁


@规则(户, 依据="角")
def 是否的且(甲, 乙, 丁):
    """前一项是否，后一项也是否，再一项可能未知。"""
    return 甲 > 0 and 乙 > 0 and 丁


@规则(户, 依据="角", 单位="项")
def 向下取整(甲, 乙):
    """负数的商和余数都向下。"""
    return 甲 // 2 * 1000 + 乙 % 100 * 10 + 四舍五入到元(甲) + 进到元(乙) - 比例(甲, 3333)


@规则(户, 依据="角", 单位="项")
def 不走的除法(甲, 乙):
    """份数不足一的不去除。"""
    if 乙 >= 1:
        return 均分(甲, 乙) + 四舍五入到分(甲, 乙)
    return 甲 if -5 < 乙 <= 0 else 9


@规则(户, 依据="角", 单位="项")
def 查表(档, 甲):
    """没有这一档的，金额未知；不查的不妨碍。"""
    return 档 if 甲 == 1 else max(档, 甲, 0)


@规则(人, 依据="角", 单位="项")
def 本人(丙, 甲):
    """本人的数加家庭的数；不看家庭的不问。"""
    return 均分(丙 + 甲, 丙) if 丙 > 0 else 丙


@规则(户, 依据="角", 单位="项")
def 重(丙, 乙):
    """只有一人的，未知的原样带过。"""
    最 = 最重(丙)
    return 1 if 乙 == 1 else 最


@规则(户, 依据="角", 单位="项")
def 总(本人):
    """有一人未知的，合计未知。"""
    return 合计(本人)


@规则(户, 依据="角")
def 有(丙):
    """有一人是就是。"""
    return 任一(丙)


@规则(户, 依据="角", 单位="项")
def 数(丙, 乙):
    """不数的不问。"""
    return 人数(丙) if 乙 in (0, 1) else -乙


@规则(义务人, 依据="角", 单位="项")
def 负(己, 甲):
    """义务人的数，用到家庭的数。"""
    return 甲 - 2 if not 己 else 己 * 2 + 甲


@规则(人, 依据="角", 单位="项")
def 所负(负, 己, 丙):
    """本人的义务人的合计、人数、最重、任一。"""
    return 合计(负) + 人数(己) * 10 + 最重(己) * 100 + 任一(己) * 1000 if 丙 else 0


@规则(户, 依据="角", 单位="项")
def 全部(搬运, 先算后弃, 取整不动, 且的值, 或的值, 是否的且, 向下取整, 不走的除法, 查表,
         总, 重, 有, 数, 所负, 甲):  # fmt: skip
    """把各条连起来，才都会算。"""
    if 甲 == 99:
        return 搬运 + 先算后弃 + 取整不动 + 且的值 + 或的值 + 是否的且 + 向下取整 + 不走的除法
    return 查表 + 总 + 重 + 有 + 数 + 合计(所负)


def _input(name: str, level: Level, low: int, high: int, default: int | None = None) -> Input:
    return Input(name, level, "项", name, low, high, {}, default, "")


@dataclass(frozen=True)
class Law:
    """The corners as a plan, a program and its figures."""

    plan: Plan
    program: Program
    tables: ParameterTable

    @property
    def figures(self) -> Figures:
        """The figures at the one place."""
        return figures_of(self.program, self.tables, [PLACE], ON)

    def scalar(self, households: Iterable[HouseholdFacts]) -> Columns:
        """What the scalar engine says of every name."""
        asked = ((each, PLACE) for each in households)
        return scalar_of(self.plan, self.program, asked, ON, self.tables)


def the_law() -> Law:
    """The rules above, in force."""
    schema = {
        each.name: each
        for each in (
            _input("甲", 户, -999, 999),
            _input("乙", 户, -999, 999, 0),
            _input("丁", 户, -999, 999),
            _input("评定类别", 户, -9, 9, 1),
            _input("丙", 人, -999, 999),
            _input("己", 义务人, -999, 999, 2),
        )
    }
    rows = {
        (key,): {"000000": (ParameterValue("档", "000000", ON, number, "文件", "默认",
                                           number=number),)}
        for key, number in ((1, 40), (3, 2))
    }  # fmt: skip
    tiers = Parameter("档", "项", "档", "角", ("评定类别",), 0, 999, {}, rows)
    tables = ParameterTable({"档": tiers})
    rules = [each for each in globals().values() if isinstance(each, Rule)]
    book = Rulebook(rules, [Programme("角", "全部", None, 户, ())], schema, tables)
    plan = book.plan(ON)
    return Law(plan, program_of(plan), tables)


def every_household() -> list[HouseholdFacts]:
    """Every combination of what the two numbers, and up to two persons, may be."""
    families: list[tuple[int | None, ...]] = [()]
    for count in (1, 2):
        families += list(product((None, -3, 0, 2), repeat=count))
    found = []
    for one, other, more in product(NUMBERS, NUMBERS, (None, 0, 1)):
        for at, family in enumerate(families):
            members = tuple(PersonFacts(f"{n}", {"丙": each}) for n, each in enumerate(family))
            tier = (None, 0, 1, 2, 3, 9)[(at + len(found)) % 6]
            values = {"甲": one, "乙": other, "丁": more, "评定类别": tier}
            found.append(HouseholdFacts(values, members, _obligors(at + len(found), members)))
    return found


def _obligors(at: int, members: tuple[PersonFacts, ...]) -> tuple[ObligorFacts, ...]:
    names = [member.reference for member in members]
    if not names or at % 3 == 0:
        return ()
    told: list[dict[str, Any]] = [{"己": None}, {}, {"己": 0}, {"己": 1}, {"己": -3}]
    first = ObligorFacts("义0", tuple(names), told[at % 5])
    second = ObligorFacts("义1", (names[-1],), told[at // 5 % 5])
    return (first,) if at % 3 == 1 else (first, second)
