"""The 低保 rule in hand-written SQL for DuckDB: ``duckdb_dibao.py REGISTRY OUT``."""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
from timing import timed

RULE = """
copy (
  with household as (
    select h.*, l.低保标准, l.按分档, l.低保分档标准
    from read_parquet('{registry}/households.parquet') h
    join local_figures l using (地区, 城乡, 评定类别)
  ),
  person as (
    select *, ({day} - 出生日期) // 10000 as 年龄
    from read_parquet('{registry}/persons.parquet')
  ),
  member as (
    select
      户号,
      greatest(
        工资性收入::bigint
          - case when 工资为净额 then 0 else 工资性收入::bigint * {就业成本比例} // 10000 end, 0)
        + greatest(经营净收入, 0)
        + 财产净收入
        + greatest(
            转移性收入::bigint + 赡养抚养扶养费 - 优待抚恤奖励金 - 社会救助款物
              - case when {基础养老金不计入} = 1 then 基础养老金 else 0 end
              - 经常性转出, 0)
        as 本人收入,
      自付医疗费,
      低保标准 * greatest(
        case when 年龄 >= {老年人增发年龄} then {老年人增发比例} else 0 end,
        case when 年龄 < 18 then {未成年人增发比例} else 0 end,
        case when 残疾等级 in (1, 2) or 残疾等级 = 3 and 残疾类别 in (5, 6)
          then {重度残疾增发比例} else 0 end,
        case when 重特大疾病 then {重病增发比例} else 0 end
      ) // 10000 as 本人增发,
      有能力未就业 and 连续拒绝工作次数 >= {拒绝工作次数线} as 拒绝就业
    from person join household using (户号)
    where not (人员状态 in (1, 2, 3, 5) or 已享受特困供养 or 人员状态 = 4 and {义务兵不计入} = 1)
      and case
        when 与申请人关系 in (1, 2) then true
        when 与申请人关系 = 3 then 年龄 < 18 or 在读层次 = 1 or 不能独立生活
        else 共同居住月数 >= {长期共同居住月数}
      end
  ),
  sums as (
    select 户号, count(*) as 家庭人口, sum(本人收入)::bigint as 收入,
      sum(自付医疗费)::bigint as 医疗费, sum(本人增发)::bigint as 增发
    from member group by 户号
  ),
  counted as (
    select household.*, coalesce(家庭人口, 0) as 家庭人口, coalesce(增发, 0) as 增发,
      coalesce(
        greatest(收入 - least(医疗费, 收入 * {刚性支出扣减上限} // 10000), 0)
          // (家庭人口 * {收入核算月数}), 0) as 人均收入
    from household left join sums using (户号)
  ),
  based as (
    select *,
      case when 按分档 then 低保分档标准 else greatest(低保标准 - 人均收入, 0) end * 家庭人口
        as 基本保障金,
      greatest(金融资产::bigint - 金融资产豁免额, 0) as 计入金融资产,
      低保标准 * 家庭人口 * {低保金融资产月数} as 限额
    from counted
  ),
  stopped as (
    select 户号,
      sum((基本保障金 // 家庭人口 + 本人增发) * {拒绝就业停发比例} // 10000)::bigint as 停发
    from member join based using (户号) where 拒绝就业 group by 户号
  ),
  found as (
    select *,
      case when 家庭人口 > 0 and 人均收入 < 低保标准 then greatest(
        case when 计入金融资产 <= 限额 then 0
          when 计入金融资产 - 金融资产待核额 <= 限额 then 1 else 2 end,
        case when 住房套数 > {住房套数上限} or 机动车数 > 机动车豁免数
          or 经营企业数 > 0 or 非居住房产数 > 0 then 2 else 0 end,
        case when 大额支出 < {大额支出限额} or 大额支出说明 = 2 then 0
          when 大额支出说明 = 1 then 1 else 2 end
      ) else 2 end as 结论,
      greatest(基本保障金 + 增发 - coalesce(停发, 0), 0) as 应发
    from based left join stopped using (户号)
  )
  select 户号, 结论::tinyint as 低保,
    case when 结论 = 0 then greatest(
      case {低保金取整}
        when 1 then (应发 + 50) // 100 * 100
        when 2 then (应发 + 99) // 100 * 100
        when 3 then 应发 // 100 * 100
        else 应发
      end, {低保最低发放额}) else 0 end::bigint as 低保金额
  from found order by 户号
) to '{out}' (format parquet, compression zstd)
"""


def main() -> None:
    """Load the table of local figures, run the one statement."""
    registry, out = Path(sys.argv[1]), Path(sys.argv[2])
    f: dict[str, Any] = json.loads((registry / "figures.json").read_text(encoding="utf-8"))
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
    database = duckdb.connect()
    database.execute(
        "create table local_figures (地区 varchar, 城乡 tinyint, 评定类别 tinyint,"
        " 低保标准 bigint, 按分档 boolean, 低保分档标准 bigint)"
    )
    database.execute("insert into local_figures values " + ", ".join(str(row) for row in rows))
    database.execute(RULE.format(registry=registry, out=out, **f))


if __name__ == "__main__":
    timed(main)
