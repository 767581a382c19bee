"""The 低保 rule in plain NumPy, as an analyst would write it: ``numpy_dibao.py REGISTRY OUT``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from shared import FITS, FITS_NOT, REVIEW, Arrays, asked, read_arrays, read_figures, write_answer
from timing import timed

Figures = dict[str, Any]
Column = npt.NDArray[Any]


def lives_together(p: Arrays, age: Column, f: Figures) -> Column:
    """共同生活的家庭成员。"""
    state, relation = p["人员状态"], p["与申请人关系"]
    away = np.isin(state, (1, 2, 3, 5)) | p["已享受特困供养"]
    if f["义务兵不计入"] == 1:
        away |= state == 4
    child = (age < 18) | (p["在读层次"] == 1) | p["不能独立生活"]
    long = p["共同居住月数"] >= f["长期共同居住月数"]
    counts = np.where(relation <= 2, True, np.where(relation == 3, child, long))
    return counts & ~away


def own_income(p: Arrays, f: Figures) -> Column:
    """本人收入，分/核算期。"""
    wage = p["工资性收入"].astype(np.int64)
    cost = np.where(p["工资为净额"], 0, wage * f["就业成本比例"] // 10000)
    left_out = p["优待抚恤奖励金"].astype(np.int64) + p["社会救助款物"]
    if f["基础养老金不计入"] == 1:
        left_out += p["基础养老金"]
    transfers = p["转移性收入"].astype(np.int64) + p["赡养抚养扶养费"] - left_out - p["经常性转出"]
    return (
        np.maximum(wage - cost, 0)
        + np.maximum(p["经营净收入"], 0)
        + p["财产净收入"]
        + np.maximum(transfers, 0)
    )


def supplement_share(p: Arrays, age: Column, together: Column, f: Figures) -> Column:
    """增发比例，一人多项的就高。"""
    grade, kind = p["残疾等级"], p["残疾类别"]
    severe = (grade == 1) | (grade == 2) | ((grade == 3) & ((kind == 5) | (kind == 6)))
    share = np.maximum.reduce(
        [
            np.where(age >= f["老年人增发年龄"], f["老年人增发比例"], 0),
            np.where(age < 18, f["未成年人增发比例"], 0),
            np.where(severe, f["重度残疾增发比例"], 0),
            np.where(p["重特大疾病"], f["重病增发比例"], 0),
        ]
    )
    return np.where(together, share, 0)


def property_finding(h: Arrays, standard: Column, members: Column, f: Figures) -> Column:
    """低保财产结论：各项中最重的。"""
    assets = np.maximum(h["金融资产"].astype(np.int64) - h["金融资产豁免额"], 0)
    limit = standard * members * f["低保金融资产月数"]
    financial = np.where(
        assets <= limit, FITS, np.where(assets - h["金融资产待核额"] <= limit, REVIEW, FITS_NOT)
    )
    things = (
        (h["住房套数"] > f["住房套数上限"])
        | (h["机动车数"] > h["机动车豁免数"])
        | (h["经营企业数"] > 0)
        | (h["非居住房产数"] > 0)
    )
    explained = h["大额支出说明"]
    spending = np.where(
        (h["大额支出"] < f["大额支出限额"]) | (explained == 2),
        FITS,
        np.where(explained == 1, REVIEW, FITS_NOT),
    )
    return np.maximum.reduce([financial, np.where(things, FITS_NOT, FITS), spending])


def rounded(amount: Column, manner: int) -> Column:
    """取整到元，按当地的方式。"""
    if manner == 1:
        return (amount + 50) // 100 * 100
    if manner == 2:
        return -(-amount // 100) * 100
    return amount // 100 * 100 if manner == 3 else amount


def main() -> None:
    """Read, compute, write."""
    registry, out = asked()
    f = read_figures(registry)
    h, p = read_arrays(registry, f["places"])

    starts = np.searchsorted(p["户号"], h["户号"])
    of = np.searchsorted(h["户号"], p["户号"])
    place, urban, tier = h["地区"], h["城乡"], h["评定类别"]
    standard = np.array(f["低保标准"])[place, urban]

    age = (f["day"] - p["出生日期"]) // 10000
    together = lives_together(p, age, f)
    members = np.add.reduceat(together, starts, dtype=np.int64)

    income = np.add.reduceat(np.where(together, own_income(p, f), 0), starts)
    costs = np.add.reduceat(np.where(together, p["自付医疗费"], 0).astype(np.int64), starts)
    income -= np.minimum(costs, income * f["刚性支出扣减上限"] // 10000)
    each = np.maximum(income, 0) // np.maximum(members * f["收入核算月数"], 1)

    poor = (members > 0) & (each < standard)
    finding = np.where(poor, property_finding(h, standard, members, f), FITS_NOT)

    tiered = np.array(f["低保计发方式"])[place, urban] == 1
    tier_amount = np.array(f["低保分档标准"])[place, urban, tier - 1]
    base = np.where(tiered, tier_amount, np.maximum(standard - each, 0)) * members

    share = supplement_share(p, age, together, f)
    supplement = standard[of] * share // 10000
    refused = together & p["有能力未就业"] & (p["连续拒绝工作次数"] >= f["拒绝工作次数线"])
    own_part = (base // np.maximum(members, 1))[of] + supplement
    stopped = np.where(refused, own_part * f["拒绝就业停发比例"] // 10000, 0)
    amount = base + np.add.reduceat(supplement, starts) - np.add.reduceat(stopped, starts)
    paid = np.maximum(rounded(np.maximum(amount, 0), f["低保金取整"]), f["低保最低发放额"])
    write_answer(out, h["户号"], finding, np.where(finding == FITS, paid, 0))


if __name__ == "__main__":
    timed(main)
