"""The 低保 rule in hand-written Polars, lazy and streamed: ``polars_dibao.py REGISTRY OUT``."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
from shared import FITS, FITS_NOT, REVIEW, asked, read_figures
from timing import timed

Figures = dict[str, Any]


def local_figures(f: Figures) -> pl.LazyFrame:
    """One row for each place, 城乡 and 评定类别."""
    rows = [
        (
            code,
            urban,
            tier,
            f["低保标准"][place][urban],
            f["低保计发方式"][place][urban] == 1,
            f["低保分档标准"][place][urban][tier - 1],
        )
        for (place, code), urban, tier in product(enumerate(f["places"]), (0, 1), (1, 2, 3, 4))
    ]
    names = ("地区", "城乡", "评定类别", "低保标准", "按分档", "低保分档标准")
    types = (pl.Categorical, pl.Int8, pl.Int8, pl.Int64, pl.Boolean, pl.Int64)
    return pl.LazyFrame(rows, dict(zip(names, types, strict=True)), orient="row")


def lives_together(age: pl.Expr, f: Figures) -> pl.Expr:
    """共同生活的家庭成员。"""
    relation, state = pl.col("与申请人关系"), pl.col("人员状态")
    away = state.is_in([1, 2, 3, 5]) | pl.col("已享受特困供养")
    if f["义务兵不计入"] == 1:
        away |= state == 4
    return (
        pl.when(relation <= 2)
        .then(True)
        .when(relation == 3)
        .then((age < 18) | (pl.col("在读层次") == 1) | pl.col("不能独立生活"))
        .otherwise(pl.col("共同居住月数") >= f["长期共同居住月数"])
    ) & ~away


def own_income(f: Figures) -> pl.Expr:
    """本人收入，分/核算期。"""
    wage = pl.col("工资性收入").cast(pl.Int64)
    cost = pl.when("工资为净额").then(0).otherwise(wage * f["就业成本比例"] // 10000)
    left_out = pl.col("优待抚恤奖励金").cast(pl.Int64) + pl.col("社会救助款物")
    if f["基础养老金不计入"] == 1:
        left_out += pl.col("基础养老金")
    transfers = (
        pl.col("转移性收入").cast(pl.Int64)
        + pl.col("赡养抚养扶养费")
        - left_out
        - pl.col("经常性转出")
    )
    return (
        (wage - cost).clip(0)
        + pl.col("经营净收入").clip(0)
        + pl.col("财产净收入")
        + transfers.clip(0)
    )


def supplement_share(age: pl.Expr, f: Figures) -> pl.Expr:
    """增发比例，一人多项的就高。"""
    grade, kind = pl.col("残疾等级"), pl.col("残疾类别")
    severe = grade.is_in([1, 2]) | ((grade == 3) & kind.is_in([5, 6]))
    cases = (
        (age >= f["老年人增发年龄"], f["老年人增发比例"]),
        (age < 18, f["未成年人增发比例"]),
        (severe, f["重度残疾增发比例"]),
        (pl.col("重特大疾病"), f["重病增发比例"]),
    )
    return pl.max_horizontal(
        pl.when(test).then(pl.lit(share, pl.Int64)).otherwise(0) for test, share in cases
    )


def property_finding(f: Figures) -> pl.Expr:
    """低保财产结论：各项中最重的。"""
    limit = pl.col("低保标准") * pl.col("家庭人口") * f["低保金融资产月数"]
    assets = (pl.col("金融资产").cast(pl.Int64) - pl.col("金融资产豁免额")).clip(0)
    financial = (
        pl.when(assets <= limit)
        .then(FITS)
        .when(assets - pl.col("金融资产待核额") <= limit)
        .then(REVIEW)
        .otherwise(FITS_NOT)
    )
    things = (
        (pl.col("住房套数") > f["住房套数上限"])
        | (pl.col("机动车数") > pl.col("机动车豁免数"))
        | (pl.col("经营企业数") > 0)
        | (pl.col("非居住房产数") > 0)
    )
    explained = pl.col("大额支出说明")
    spending = (
        pl.when((pl.col("大额支出") < f["大额支出限额"]) | (explained == 2))
        .then(FITS)
        .when(explained == 1)
        .then(REVIEW)
        .otherwise(FITS_NOT)
    )
    return pl.max_horizontal(financial, pl.when(things).then(FITS_NOT).otherwise(FITS), spending)


def rounded(amount: pl.Expr, manner: int) -> pl.Expr:
    """取整到元，按当地的方式。"""
    if manner == 1:
        return (amount + 50) // 100 * 100
    if manner == 2:
        return -(-amount // 100) * 100
    return amount // 100 * 100 if manner == 3 else amount


def members_of(persons: pl.LazyFrame, households: pl.LazyFrame, f: Figures) -> pl.LazyFrame:
    """Who counts, what they bring, what is added for them."""
    age = (f["day"] - pl.col("出生日期")) // 10000
    return (
        persons.filter(lives_together(age, f))
        .join(households.select("户号", "低保标准"), on="户号", how="left")
        .select(
            "户号",
            own_income(f).alias("本人收入"),
            pl.col("自付医疗费").cast(pl.Int64),
            (pl.col("低保标准") * supplement_share(age, f) // 10000).alias("本人增发"),
            (pl.col("有能力未就业") & (pl.col("连续拒绝工作次数") >= f["拒绝工作次数线"])).alias(
                "拒绝就业"
            ),
        )
    )


def with_base(households: pl.LazyFrame, members: pl.LazyFrame, f: Figures) -> pl.LazyFrame:
    """Each household with its members' sums, its income a head and its base amount."""
    sums = members.group_by("户号").agg(
        pl.len().cast(pl.Int64).alias("家庭人口"),
        pl.col("本人收入", "自付医疗费", "本人增发").sum(),
    )
    cost = pl.min_horizontal("自付医疗费", pl.col("本人收入") * f["刚性支出扣减上限"] // 10000)
    months = (pl.col("家庭人口") * f["收入核算月数"]).clip(1)
    short = (pl.col("低保标准") - pl.col("人均收入")).clip(0)
    return (
        households.join(sums, on="户号", how="left", maintain_order="left")
        .with_columns(pl.col("家庭人口", "本人收入", "自付医疗费", "本人增发").fill_null(0))
        .with_columns(((pl.col("本人收入") - cost).clip(0) // months).alias("人均收入"))
        .with_columns(
            (pl.when("按分档").then("低保分档标准").otherwise(short) * pl.col("家庭人口")).alias(
                "基本保障金"
            )
        )
    )


def answer(households: pl.LazyFrame, stopped: pl.LazyFrame, f: Figures) -> pl.LazyFrame:
    """Finding and amount of each household, in its order."""
    poor = (pl.col("家庭人口") > 0) & (pl.col("人均收入") < pl.col("低保标准"))
    amount = pl.col("基本保障金") + pl.col("本人增发") - pl.col("停发").fill_null(0)
    paid = rounded(amount.clip(0), f["低保金取整"]).clip(f["低保最低发放额"])
    return (
        households.join(stopped, on="户号", how="left", maintain_order="left")
        .with_columns(
            pl.when(poor).then(property_finding(f)).otherwise(FITS_NOT).cast(pl.Int8).alias("低保")
        )
        .select(
            "户号",
            "低保",
            pl.when(pl.col("低保") == FITS).then(paid).otherwise(0).alias("低保金额"),
        )
    )


def main() -> None:
    """Scan, compute, sink."""
    registry, out = asked()
    f = read_figures(registry)
    households = (
        pl.scan_parquet(registry / "households.parquet")
        .set_sorted("户号")
        .join(
            local_figures(f),
            on=["地区", "城乡", "评定类别"],
            how="left",
            maintain_order="left",
        )
    )
    members = members_of(
        pl.scan_parquet(registry / "persons.parquet").set_sorted("户号"), households, f
    )
    households = with_base(households, members, f)
    own_part = pl.col("基本保障金") // pl.col("家庭人口") + pl.col("本人增发")
    stopped = (
        members.filter("拒绝就业")
        .join(households.select("户号", "基本保障金", "家庭人口"), on="户号")
        .group_by("户号")
        .agg((own_part * f["拒绝就业停发比例"] // 10000).sum().alias("停发"))
    )
    answer(households, stopped, f).sink_parquet(out, compression="zstd")


if __name__ == "__main__":
    timed(main)
