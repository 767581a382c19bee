"""A law made up for the tests: every construct of the dialect, with negative numbers and gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from doudi.rules import HouseholdFacts, ObligorFacts, PersonFacts
from doudi.rules.batch.frame import Column, Figures, Frame
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
    舍到元,
    规则,
    进到元,
)  # fmt: skip
from doudi.rules.evaluate import compute
from doudi.rules.missing import Missing
from doudi.rules.schema import Input
from doudi.rules.tables import ParameterTable

ON, PLACE = date(2022, 6, 1), "620521"


@规则(户, 依据="例", 单位="分")
def 向下除(甲):
    """除法和余数都向下取整。"""
    return 甲 // 7 * 1000 + 甲 % 7 - (-甲) // 13 + (-甲) % 13


@规则(户, 依据="例", 单位="分")
def 各种取整(甲, 乙, 份数, 方式):
    """每一种取整，正负都有。"""
    return (
        比例(甲, 乙) + 均分(甲, 份数) * 3 + 四舍五入到分(乙, 份数) * 5 + 四舍五入到元(甲) * 7
        + 进到元(甲) * 11 + 舍到元(乙) * 13 + 取整(甲, 方式) * 17
    )  # fmt: skip


@规则(户, 依据="例", 单位="分")
def 取整前未知(甲, 方式, 丙):
    """不取整的未知数只是带着，用到才算未知。"""
    数 = 取整(丙, 方式)
    return 数 if 甲 > 0 else 5


@规则(户, 依据="例", 单位="分")
def 带着未知(甲, 乙, 丙):
    """中间量未知而没有用到，不要紧。"""
    中间 = 丙
    选择 = 中间 if 甲 > 乙 else 乙
    return 选择 if 乙 % 2 == 0 else 甲


@规则(户, 依据="例", 单位="分")
def 并且的值(甲, 乙, 丙):
    """并且、或者的值是定下来的那一项的值。"""
    先 = 甲 and 乙 and 丙
    后 = 甲 or 丙
    return 先 or 后 or 乙


@规则(户, 依据="例")
def 是否的值(甲, 丙):
    """数也可以当是否用。"""
    return 甲 % 3 and (丙 or 甲 > 100)


@规则(户, 依据="例", 单位="分")
def 连着比(甲, 乙, 丙):
    """连着的比较，只算到定下来为止。"""
    if -50 < 甲 <= 乙 < 丙:
        return 1
    if 甲 not in (0, 1, -1, 7) and not 甲 == 乙 != 3:
        return 2 if 乙 in (1, 2, 3) or 甲 < -200 else 3
    return max(甲, 乙, -甲) - min(乙, 甲, 9)


@规则(户, 依据="例", 单位="分")
def 全家(数, 对, 重, 有):
    """合计、人数、最重、任一。"""
    return 合计(数) * 100 + 人数(对) * 10 + 最重(重) if 任一(有) else -人数(对)


@规则(户, 依据="例", 单位="分")
def 只带最重(重, 甲):
    """只有一个人时，未知的最重只是带着。"""
    最 = 最重(重)
    return 最 if 甲 > 0 else 8


@规则(户, 依据="例")
def 有人(有):
    """一个已知的是就够了。"""
    return 任一(有)


@规则(人, 依据="例", 单位="分")
def 数(丁, 甲, 欠):
    """本人的数，加上各义务人的。"""
    return 丁 - 甲 + 合计(欠) if 丁 != 3 else 甲


@规则(人, 依据="例")
def 对(丁, 戊):
    """戊 没有定时看 丁。"""
    return 戊 if 丁 > 0 else 丁 < -5


@规则(人, 依据="例", 单位="结论")
def 重(丁, 欠):
    """可以是负数。"""
    return 最重(欠) - 丁 if 人数(欠) > 1 else -丁


@规则(人, 依据="例")
def 有(对, 数):
    """本人的另两个值。"""
    return 对 or 数 == 0


@规则(人, 依据="例", 单位="分")
def 份额(数, 全家, 人头):
    """全家算完再回到每个人。"""
    return 全家 // 5 - 数 if 人头 > 1 else 数


@规则(户, 依据="例", 单位="人")
def 人头(丁):
    """直接数资料。"""
    return 人数(丁) + 最重(丁)


@规则(户, 依据="例", 单位="分")
def 总份额(份额):
    """再合计一次。"""
    return 合计(份额)


@规则(义务人, 依据="例", 单位="分")
def 欠(己, 甲):
    """义务人的数，用到家庭的。"""
    return 己 * 2 if 甲 > -100 else 己 - 甲


RULES = tuple(value for value in globals().values() if isinstance(value, Rule))
LEVELS = {"甲": 户, "乙": 户, "丙": 户, "份数": 户, "方式": 户, "丁": 人, "戊": 人, "己": 义务人}
RANGES = {"份数": (1, 9), "方式": (0, 3), "戊": (0, 1), "丁": (-7, 9), "己": (-20, 20)}


def _fact(name: str) -> Input:
    low, high = RANGES.get(name, (-1000, 1000))
    unit = "是否" if name == "戊" else "分"
    return Input(name, LEVELS[name], unit, name, low, high, {}, None, "例")


def little_plan(rules: tuple[Rule, ...] = RULES) -> Plan:
    """The made-up law, every rule a programme of its own."""
    programmes = [Programme(rule.name, rule.name, None, rule.level, ()) for rule in rules]
    schema = {name: _fact(name) for name in LEVELS}
    return Rulebook(rules, programmes, schema, ParameterTable({})).plan(ON)


def made_up(seed: int, count: int, gaps: float) -> list[HouseholdFacts]:
    """Households with numbers of both signs; `gaps` is the share of what is unknown."""
    chance = np.random.default_rng(seed)

    def values(level: Level) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for name in (name for name, own in LEVELS.items() if own is level):
            low, high = RANGES.get(name, (-1000, 1000))
            if name not in RANGES and chance.random() < 0.5:
                low, high = -9, 9
            told[name] = int(chance.integers(low, high + 1))
            if chance.random() < gaps:
                told[name] = None
        return told

    made = []
    for _ in range(count):
        names = [f"{at}" for at in range(chance.choice([0, 1, 1, 2, 3, 5]))]
        owing = range(chance.choice([0, 1, 3]) if names else 0)
        persons = tuple(PersonFacts(name, values(人)) for name in names)
        obligors = tuple(
            ObligorFacts(f"义{at}", _some(names, chance), values(义务人)) for at in owing
        )
        made.append(HouseholdFacts(values(户), persons, obligors))
    return made


def _some(names: list[str], chance: np.random.Generator) -> tuple[str, ...]:
    some = tuple(name for name in names if chance.random() < 0.6)
    return some or (names[0],)


def frame_of(program: Program, families: list[HouseholdFacts]) -> Frame:
    """The households in columns."""
    persons = [each.values for family in families for each in family.members]
    obligors = [each.values for family in families for each in family.obligors]
    told = {户: [family.values for family in families], 人: persons, 义务人: obligors}
    columns = {}
    for slot in program.facts:
        node = program.nodes[slot]
        values: list[Any] = [each[node.name] for each in told[node.level]]
        known = np.array([each is not None for each in values], np.bool_)
        numbers = np.array([1 if each is None else each for each in values], np.int16)
        columns[slot] = Column(numbers, None if known.all() else known)
    first = _starts([len(family.obligors) for family in families])
    owed = [
        [int(start) + at for at, each in enumerate(family.obligors) if one.reference in each.of]
        for family, start in zip(families, first[:-1], strict=True)
        for one in family.members
    ]
    return Frame(
        households=len(families),
        persons=_starts([len(family.members) for family in families]),
        obligors=first,
        owed=_starts([len(each) for each in owed]),
        owing=np.array([at for each in owed for at in each], np.int64),
        places=np.zeros(len(families), np.int32),
        columns=columns,
    )


def _starts(counts: list[int]) -> Any:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


NO_FIGURES = Figures(20220601, {})


def scalar(plan: Plan, families: list[HouseholdFacts]) -> dict[str, list[int | None]]:
    """What the scalar engine says, by name; None where unknown."""
    found: dict[str, list[int | None]] = {node.name: [] for node in plan.nodes}
    tables = ParameterTable({})
    for family in families:
        values = compute(plan, family, ON, PLACE, tables).values
        for slot, node in enumerate(plan.nodes):
            own = values[slot] if isinstance(values[slot], list) else [values[slot]]
            found[node.name] += [None if type(each) is Missing else int(each) for each in own]
    return found


def program_of_little_law(rules: tuple[Rule, ...] = RULES) -> tuple[Plan, Program]:
    """The plan and its small form."""
    plan = little_plan(rules)
    return plan, program_of(plan)
