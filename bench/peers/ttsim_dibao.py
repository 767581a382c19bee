"""The 低保 rule in ttsim, the engine of GETTSIM: ``ttsim_dibao.py REGISTRY OUT``.

Scalar functions whose arguments name what they need; ttsim turns them into array functions. All
columns are of persons: what belongs to the household stands on each of its members (`_hh`).
Units are declared dimensionless and not verified, which only spares time when the rule is built.
ttsim keeps the integers it is given: in int32 a wage in fen times a share in ten-thousandths runs
over without a word, so amounts go in as int64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import ttsim
from shared import Arrays, asked, read_arrays, read_figures, write_answer
from timing import timed
from ttsim import tt

Column = npt.NDArray[Any]
NUMBER = tt.TTSIMUnit.DIMENSIONLESS
Table = tt.ConsecutiveIntLookupTableParamValue
ENVIRONMENT: dict[str, Any] = {}


def rule(function: Any) -> Any:
    """A policy function of this environment."""
    ENVIRONMENT[function.__name__] = tt.policy_function(unit=NUMBER, verify_units=False)(function)
    return function


def summed(function: Any) -> Any:
    """A sum over the household."""
    ENVIRONMENT[function.__name__] = tt.agg_by_group_function(
        agg_type=tt.AggType.SUM, unit=NUMBER, verify_units=False
    )(function)
    return function


@rule
def 年龄(核算日: int, 出生日期: int) -> int:
    return (核算日 - 出生日期) // 10000


@rule
def 不计入家庭(人员状态: int, 已享受特困供养: bool, 义务兵不计入: int) -> bool:
    return (
        人员状态 == 1
        or 人员状态 == 2
        or 人员状态 == 3
        or 人员状态 == 5
        or 已享受特困供养
        or (人员状态 == 4 and 义务兵不计入 == 1)
    )


@rule
def 共同生活(
    不计入家庭: bool,
    与申请人关系: int,
    年龄: int,
    在读层次: int,
    不能独立生活: bool,
    共同居住月数: int,
    长期共同居住月数: int,
) -> bool:
    if 不计入家庭:
        out = False
    elif 与申请人关系 <= 2:
        out = True
    elif 与申请人关系 == 3:
        out = 年龄 < 18 or 在读层次 == 1 or 不能独立生活
    else:
        out = 共同居住月数 >= 长期共同居住月数
    return out


@summed
def 家庭人口_hh(共同生活: bool, hh_id: int) -> int:
    pass


@rule
def 就业成本(工资性收入: int, 工资为净额: bool, 就业成本比例: int) -> int:
    return 0 if 工资为净额 else 工资性收入 * 就业成本比例 // 10000


@rule
def 不计入收入(
    优待抚恤奖励金: int, 社会救助款物: int, 基础养老金: int, 基础养老金不计入: int
) -> int:
    养老金 = 基础养老金 if 基础养老金不计入 == 1 else 0
    return 优待抚恤奖励金 + 社会救助款物 + 养老金


@rule
def 转移净收入(转移性收入: int, 赡养抚养扶养费: int, 不计入收入: int, 经常性转出: int) -> int:
    return max(转移性收入 + 赡养抚养扶养费 - 不计入收入 - 经常性转出, 0)


@rule
def 计入家庭的收入(
    共同生活: bool,
    工资性收入: int,
    就业成本: int,
    经营净收入: int,
    财产净收入: int,
    转移净收入: int,
) -> int:
    本人收入 = max(工资性收入 - 就业成本, 0) + max(经营净收入, 0) + 财产净收入 + 转移净收入
    return 本人收入 if 共同生活 else 0


@rule
def 计入家庭的刚性支出(共同生活: bool, 自付医疗费: int) -> int:
    return 自付医疗费 if 共同生活 else 0


@summed
def 家庭总收入_hh(计入家庭的收入: int, hh_id: int) -> int:
    pass


@summed
def 刚性支出_hh(计入家庭的刚性支出: int, hh_id: int) -> int:
    pass


@rule
def 人均收入_hh(
    家庭总收入_hh: int, 刚性支出_hh: int, 家庭人口_hh: int, 刚性支出扣减上限: int, 收入核算月数: int
) -> int:
    扣减 = min(刚性支出_hh, 家庭总收入_hh * 刚性支出扣减上限 // 10000)
    return max(家庭总收入_hh - 扣减, 0) // max(家庭人口_hh * 收入核算月数, 1)


@rule
def 低保标准_hh(低保标准: Table, 地区_hh: int, 城乡_hh: int) -> int:
    return 低保标准.look_up(地区_hh, 城乡_hh)


@rule
def 低保金融资产结论_hh(
    金融资产_hh: int,
    金融资产豁免额_hh: int,
    金融资产待核额_hh: int,
    低保标准_hh: int,
    家庭人口_hh: int,
    低保金融资产月数: int,
) -> int:
    限额 = 低保标准_hh * 家庭人口_hh * 低保金融资产月数
    计入 = max(金融资产_hh - 金融资产豁免额_hh, 0)
    if 计入 <= 限额:
        out = 0
    elif 计入 - 金融资产待核额_hh <= 限额:
        out = 1
    else:
        out = 2
    return out


@rule
def 实物财产结论_hh(
    住房套数_hh: int,
    机动车数_hh: int,
    机动车豁免数_hh: int,
    经营企业数_hh: int,
    非居住房产数_hh: int,
    住房套数上限: int,
) -> int:
    if (
        住房套数_hh > 住房套数上限
        or 机动车数_hh > 机动车豁免数_hh
        or 经营企业数_hh > 0
        or 非居住房产数_hh > 0
    ):
        out = 2
    else:
        out = 0
    return out


@rule
def 大额支出结论_hh(大额支出_hh: int, 大额支出说明_hh: int, 大额支出限额: int) -> int:
    if 大额支出_hh < 大额支出限额 or 大额支出说明_hh == 2:
        out = 0
    elif 大额支出说明_hh == 1:
        out = 1
    else:
        out = 2
    return out


@rule
def 低保户_hh(
    家庭人口_hh: int,
    人均收入_hh: int,
    低保标准_hh: int,
    低保金融资产结论_hh: int,
    实物财产结论_hh: int,
    大额支出结论_hh: int,
) -> int:
    财产结论 = max(max(低保金融资产结论_hh, 实物财产结论_hh), 大额支出结论_hh)
    return 财产结论 if 家庭人口_hh > 0 and 人均收入_hh < 低保标准_hh else 2


@rule
def 基本保障金_hh(
    低保标准_hh: int,
    人均收入_hh: int,
    家庭人口_hh: int,
    低保计发方式: Table,
    低保分档标准: Table,
    地区_hh: int,
    城乡_hh: int,
    评定类别_hh: int,
) -> int:
    if 低保计发方式.look_up(地区_hh, 城乡_hh) == 1:
        每人 = 低保分档标准.look_up(地区_hh, 城乡_hh, 评定类别_hh)
    else:
        每人 = max(低保标准_hh - 人均收入_hh, 0)
    return 每人 * 家庭人口_hh


@rule
def 本人增发(
    共同生活: bool,
    年龄: int,
    残疾等级: int,
    残疾类别: int,
    重特大疾病: bool,
    老年人增发年龄: int,
    老年人增发比例: int,
    未成年人增发比例: int,
    重度残疾增发比例: int,
    重病增发比例: int,
    低保标准_hh: int,
) -> int:
    老年 = 老年人增发比例 if 年龄 >= 老年人增发年龄 else 0
    未成年 = 未成年人增发比例 if 年龄 < 18 else 0
    三级 = 残疾等级 == 3 and (残疾类别 == 5 or 残疾类别 == 6)
    重残 = 重度残疾增发比例 if 残疾等级 == 1 or 残疾等级 == 2 or 三级 else 0
    重病 = 重病增发比例 if 重特大疾病 else 0
    比例 = max(max(老年, 未成年), max(重残, 重病)) if 共同生活 else 0
    return 低保标准_hh * 比例 // 10000


@rule
def 本人停发额(
    共同生活: bool,
    有能力未就业: bool,
    连续拒绝工作次数: int,
    拒绝工作次数线: int,
    拒绝就业停发比例: int,
    基本保障金_hh: int,
    家庭人口_hh: int,
    本人增发: int,
) -> int:
    份额 = 基本保障金_hh // max(家庭人口_hh, 1) + 本人增发
    拒绝 = 共同生活 and 有能力未就业 and 连续拒绝工作次数 >= 拒绝工作次数线
    return 份额 * 拒绝就业停发比例 // 10000 if 拒绝 else 0


@summed
def 分类增发_hh(本人增发: int, hh_id: int) -> int:
    pass


@summed
def 拒绝就业停发_hh(本人停发额: int, hh_id: int) -> int:
    pass


@rule
def 取整前_hh(基本保障金_hh: int, 分类增发_hh: int, 拒绝就业停发_hh: int) -> int:
    return max(基本保障金_hh + 分类增发_hh - 拒绝就业停发_hh, 0)


@rule
def 低保金_hh(取整前_hh: int, 低保户_hh: int, 低保金取整: int, 低保最低发放额: int) -> int:
    if 低保金取整 == 1:
        金额 = (取整前_hh + 50) // 100 * 100
    elif 低保金取整 == 2:
        金额 = (取整前_hh + 99) // 100 * 100
    elif 低保金取整 == 3:
        金额 = 取整前_hh // 100 * 100
    else:
        金额 = 取整前_hh
    return max(金额, 低保最低发放额) if 低保户_hh == 0 else 0


def policy_environment(f: dict[str, Any], columns: Arrays) -> dict[str, Any]:
    """Functions, parameters and inputs by name."""
    environment = dict(ENVIRONMENT)
    for name, value in f.items():
        if isinstance(value, int):
            environment[name] = tt.ScalarParam(value=value, unit=NUMBER)
    environment["核算日"] = environment.pop("day")
    for name, value in (("year", 2022), ("month", 6), ("day", 1)):
        environment[f"policy_{name}"] = tt.ScalarParam(value=value, unit=NUMBER)
    for name in ("低保标准", "低保计发方式", "低保分档标准"):
        table = tt.get_consecutive_int_lookup_table_param_value(_nested(f[name]), np)
        environment[name] = tt.ConsecutiveIntLookupTableParam(
            value=table, input_unit=NUMBER, output_unit=NUMBER
        )
    for name, column in columns.items():
        environment[name] = tt.PolicyInput(
            leaf_name=name,
            data_type=bool if column.dtype == np.bool_ else int,
            start_date=tt.column_objects_param_function.DEFAULT_START_DATE,
            end_date=tt.column_objects_param_function.DEFAULT_END_DATE,
            description="",
            unit=NUMBER,
        )
    return environment


def _nested(rows: Any) -> Any:
    return {at: _nested(row) for at, row in enumerate(rows)} if isinstance(rows, list) else rows


def _wide(values: Column) -> Column:
    return values.astype(np.int64) if values.dtype == np.int32 else values


def main() -> None:
    """Spread households over their members, compute, take one line a household."""
    registry, out = asked()
    f = read_figures(registry)
    households, persons = read_arrays(registry, f["places"])
    households["评定类别"] = households["评定类别"] - 1
    numbers, owners = households.pop("户号"), persons.pop("户号")
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    sizes = np.diff(first, append=len(owners))
    columns = {
        "p_id": np.arange(len(owners)),
        "hh_id": owners,
        **{name: _wide(values) for name, values in persons.items()},
        **{f"{name}_hh": np.repeat(_wide(values), sizes) for name, values in households.items()},
    }
    results = ttsim.main(
        main_target=ttsim.MainTarget.raw_results.columns_with_original_p_ids,
        policy_date_str="2022-06-01",
        input_data=ttsim.InputData.qname(columns),
        tt_targets=ttsim.TTTargets(qname=["低保户_hh", "低保金_hh"]),
        policy_environment=policy_environment(f, columns),
        unit_system=tt.UnitSystem(currencies={"CNY": tt.Currency(statutory_from="1949-10-01")}),
        backend="numpy",
    )
    write_answer(out, numbers, results["低保户_hh"][first], results["低保金_hh"][first])


if __name__ == "__main__":
    timed(main)
