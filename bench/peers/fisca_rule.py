# ruff: noqa: N801, N805 -- the engines want classes named by the concept, and formulas of (entity, period, parameters)
"""The 低保 rule as Variables with formulas, for OpenFisca-core and for its fork PolicyEngine-core.

Written as their users write: one class a concept, `parameters(period)`, county figures looked up by
fancy indexing, sums over members by `household.sum`. One thing their users seldom do is needed to
be exact: `value_type = int` is int32 in both (and `float` is float32), so that a yearly wage in fen
times a share in ten-thousandths runs over without a word. `Fen` makes amounts int64 by setting
`dtype` after construction; sums go through float64, which is exact below 2^53.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

try:
    from openfisca_core.entities import build_entity
    from openfisca_core.model_api import MONTH, Enum, Variable, max_, min_, not_, select, where
    from openfisca_core.parameters import ParameterNode
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
except ImportError:
    from policyengine_core.entities import build_entity
    from policyengine_core.model_api import MONTH, Enum, Variable, max_, min_, not_, select, where
    from policyengine_core.parameters import ParameterNode
    from policyengine_core.taxbenefitsystems import TaxBenefitSystem

from shared import FITS, FITS_NOT, REVIEW

Person = build_entity(key="person", plural="persons", label="人", is_person=True)
Household = build_entity(
    key="household",
    plural="households",
    label="户",
    roles=[{"key": "member", "plural": "members", "label": "成员"}],
)


class 城乡选项(Enum):
    城市 = "城市"
    农村 = "农村"


class 评定类别选项(Enum):
    一类 = "一类"
    二类 = "二类"
    三类 = "三类"
    四类 = "四类"


class Fen(Variable):
    """An amount, in whole fen, exact."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.dtype = np.int64


class Code(Variable):
    """A small whole number."""


class Truth(Variable):
    """Yes or no."""


RULES: list[type[Variable]] = []


def of(entity: Any) -> Callable[[type[Variable]], type[Variable]]:
    """Complete a variable as the engine wants it: the attributes stand in the class itself."""

    def complete(variable: type[Variable]) -> type[Variable]:
        variable.value_type = bool if issubclass(variable, Truth) else int
        variable.entity = entity
        variable.label = variable.__name__
        variable.definition_period = MONTH
        RULES.append(variable)
        return variable

    return complete


INPUTS = (
    (Person, Fen, (
        "工资性收入", "经营净收入", "财产净收入", "转移性收入", "赡养抚养扶养费", "优待抚恤奖励金",
        "社会救助款物", "基础养老金", "经常性转出", "自付医疗费",
    )),
    (Person, Code, (
        "与申请人关系", "出生日期", "人员状态", "在读层次", "共同居住月数", "残疾等级", "残疾类别",
        "连续拒绝工作次数",
    )),
    (Person, Truth, ("已享受特困供养", "不能独立生活", "重特大疾病", "有能力未就业", "工资为净额")),
    (Household, Fen, ("金融资产", "金融资产豁免额", "金融资产待核额", "大额支出")),
    (Household, Code, (
        "住房套数", "机动车数", "机动车豁免数", "经营企业数", "非居住房产数", "大额支出说明",
    )),
)  # fmt: skip
for _entity, _kind, _names in INPUTS:
    for _name in _names:
        of(_entity)(type(_name, (_kind,), {}))


@of(Person)
class 年龄(Code):
    def formula(person, period, parameters):
        return (parameters(period).核算日 - person("出生日期", period)) // 10000


@of(Person)
class 不计入家庭(Truth):
    def formula(person, period, parameters):
        state = person("人员状态", period)
        away = (state == 1) + (state == 2) + (state == 3) + (state == 5)
        soldier = (state == 4) * (parameters(period).义务兵不计入 == 1)
        return away + soldier + person("已享受特困供养", period)


@of(Person)
class 共同生活(Truth):
    def formula(person, period, parameters):
        relation = person("与申请人关系", period)
        dependent = (
            (person("年龄", period) < 18)
            + (person("在读层次", period) == 1)
            + person("不能独立生活", period)
        )
        lodging = person("共同居住月数", period) >= parameters(period).长期共同居住月数
        counts = select(
            [(relation == 1) + (relation == 2), relation == 3], [True, dependent], default=lodging
        )
        return counts * not_(person("不计入家庭", period))


@of(Household)
class 家庭人口(Code):
    def formula(household, period):
        return household.sum(household.members("共同生活", period))


@of(Person)
class 就业成本(Fen):
    def formula(person, period, parameters):
        cost = person("工资性收入", period) * parameters(period).就业成本比例 // 10000
        return where(person("工资为净额", period), 0, cost)


@of(Person)
class 不计入收入(Fen):
    def formula(person, period, parameters):
        pension = person("基础养老金", period) * (parameters(period).基础养老金不计入 == 1)
        return person("优待抚恤奖励金", period) + person("社会救助款物", period) + pension


@of(Person)
class 转移净收入(Fen):
    def formula(person, period):
        received = person("转移性收入", period) + person("赡养抚养扶养费", period)
        return max_(received - person("不计入收入", period) - person("经常性转出", period), 0)


@of(Person)
class 本人收入(Fen):
    def formula(person, period):
        return (
            max_(person("工资性收入", period) - person("就业成本", period), 0)
            + max_(person("经营净收入", period), 0)
            + person("财产净收入", period)
            + person("转移净收入", period)
        )


@of(Person)
class 计入家庭的收入(Fen):
    def formula(person, period):
        return person("本人收入", period) * person("共同生活", period)


@of(Person)
class 计入家庭的刚性支出(Fen):
    def formula(person, period):
        return person("自付医疗费", period) * person("共同生活", period)


@of(Household)
class 家庭总收入(Fen):
    def formula(household, period):
        return household.sum(household.members("计入家庭的收入", period))


@of(Household)
class 刚性支出扣减(Fen):
    def formula(household, period, parameters):
        costs = household.sum(household.members("计入家庭的刚性支出", period))
        limit = parameters(period).刚性支出扣减上限
        return min_(costs, household("家庭总收入", period) * limit // 10000)


@of(Household)
class 人均收入(Fen):
    def formula(household, period, parameters):
        income = household("家庭总收入", period) - household("刚性支出扣减", period)
        heads = household("家庭人口", period) * parameters(period).收入核算月数
        return max_(income, 0) // max_(heads, 1)


@of(Household)
class 低保标准(Fen):
    def formula(household, period, parameters):
        place, urban = household("地区", period), household("城乡", period)
        return parameters(period).低保标准[place][urban]


@of(Household)
class 收入低于低保标准(Truth):
    def formula(household, period):
        below = household("人均收入", period) < household("低保标准", period)
        return (household("家庭人口", period) > 0) * below


@of(Household)
class 低保金融资产结论(Code):
    def formula(household, period, parameters):
        months = parameters(period).低保金融资产月数
        limit = household("低保标准", period) * household("家庭人口", period) * months
        assets = max_(household("金融资产", period) - household("金融资产豁免额", period), 0)
        certain = assets - household("金融资产待核额", period)
        return select([assets <= limit, certain <= limit], [FITS, REVIEW], default=FITS_NOT)


@of(Household)
class 实物财产结论(Code):
    def formula(household, period, parameters):
        has_more = (
            (household("住房套数", period) > parameters(period).住房套数上限)
            + (household("机动车数", period) > household("机动车豁免数", period))
            + (household("经营企业数", period) > 0)
            + (household("非居住房产数", period) > 0)
        )
        return where(has_more, FITS_NOT, FITS)


@of(Household)
class 大额支出结论(Code):
    def formula(household, period, parameters):
        explained = household("大额支出说明", period)
        small = household("大额支出", period) < parameters(period).大额支出限额
        return select([small + (explained == 2), explained == 1], [FITS, REVIEW], default=FITS_NOT)


@of(Household)
class 低保户(Code):
    def formula(household, period):
        finding = max_(
            household("低保金融资产结论", period),
            max_(household("实物财产结论", period), household("大额支出结论", period)),
        )
        return where(household("收入低于低保标准", period), finding, FITS_NOT)


@of(Household)
class 基本保障金(Fen):
    def formula(household, period, parameters):
        place, urban = household("地区", period), household("城乡", period)
        p = parameters(period)
        by_tier = p.低保计发方式[place][urban] == 1
        tier = p.低保分档标准[place][urban][household("评定类别", period)]
        short = max_(household("低保标准", period) - household("人均收入", period), 0)
        return where(by_tier, tier, short) * household("家庭人口", period)


@of(Person)
class 重残(Truth):
    def formula(person, period):
        grade, kind = person("残疾等级", period), person("残疾类别", period)
        third = (grade == 3) * ((kind == 5) + (kind == 6))
        return (grade == 1) + (grade == 2) + third


@of(Person)
class 增发比例(Code):
    def formula(person, period, parameters):
        p, age = parameters(period), person("年龄", period)
        share = max_(
            max_((age >= p.老年人增发年龄) * p.老年人增发比例, (age < 18) * p.未成年人增发比例),
            max_(
                person("重残", period) * p.重度残疾增发比例,
                person("重特大疾病", period) * p.重病增发比例,
            ),
        )
        return share * person("共同生活", period)


@of(Person)
class 本人增发(Fen):
    def formula(person, period):
        return person.household("低保标准", period) * person("增发比例", period) // 10000


@of(Person)
class 拒绝就业(Truth):
    def formula(person, period, parameters):
        often = person("连续拒绝工作次数", period) >= parameters(period).拒绝工作次数线
        return person("有能力未就业", period) * often


@of(Household)
class 每人基本份额(Fen):
    def formula(household, period):
        return household("基本保障金", period) // max_(household("家庭人口", period), 1)


@of(Person)
class 本人停发额(Fen):
    def formula(person, period, parameters):
        own_part = person.household("每人基本份额", period) + person("本人增发", period)
        stopped = own_part * parameters(period).拒绝就业停发比例 // 10000
        return stopped * person("共同生活", period) * person("拒绝就业", period)


@of(Household)
class 低保金(Fen):
    def formula(household, period, parameters):
        p = parameters(period)
        supplement = household.sum(household.members("本人增发", period))
        stopped = household.sum(household.members("本人停发额", period))
        whole = household("基本保障金", period) + supplement - stopped
        paid = max_(rounded(max_(whole, 0), p.低保金取整), p.低保最低发放额)
        return where(household("低保户", period) == FITS, paid, 0)


def rounded(amount: Any, manner: int) -> Any:
    """取整到元，按当地的方式。"""
    if manner == 1:
        return (amount + 50) // 100 * 100
    if manner == 2:
        return -(-amount // 100) * 100
    return amount // 100 * 100 if manner == 3 else amount


_SINCE = "2022-01-01"


def system_of(f: dict[str, Any]) -> TaxBenefitSystem:
    """The rule with its parameters, ready to simulate."""
    places = Enum("地区选项", {f"P{code}": code for code in f["places"]})
    system = TaxBenefitSystem([Person, Household])
    system.parameters = ParameterNode("", data=_parameters(f))
    for name, options in (("地区", places), ("城乡", 城乡选项), ("评定类别", 评定类别选项)):
        choice = {
            "label": name,
            "value_type": Enum,
            "possible_values": options,
            "default_value": next(iter(options)),
            "entity": Household,
            "definition_period": MONTH,
        }
        system.add_variable(type(name, (Variable,), choice))
    for variable in RULES:
        system.add_variable(variable)
    return system


def _parameters(f: dict[str, Any]) -> dict[str, Any]:
    """The tree that a folder of YAML files would give."""
    urban, tiers = list(城乡选项.__members__), list(评定类别选项.__members__)

    def dated(value: int) -> dict[str, Any]:
        return {"values": {_SINCE: {"value": value}}}

    tree = {name: dated(value) for name, value in f.items() if isinstance(value, int)}
    tree["核算日"] = dated(f["day"])
    for name in ("低保标准", "低保计发方式"):
        tree[name] = {
            f"P{code}": {word: dated(f[name][at][row]) for row, word in enumerate(urban)}
            for at, code in enumerate(f["places"])
        }
    tree["低保分档标准"] = {
        f"P{code}": {
            word: {tier: dated(f["低保分档标准"][at][row][n]) for n, tier in enumerate(tiers)}
            for row, word in enumerate(urban)
        }
        for at, code in enumerate(f["places"])
    }
    return tree
