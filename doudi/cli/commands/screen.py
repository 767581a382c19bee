"""``doudi screen``: all indicators over a county or a province of Parquet files, no database."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doudi.kernel.problems import Problem

if TYPE_CHECKING:
    from doudi.watch.screening import Round

HELP = "成批筛查：用全部风险点筛一个监测库（Parquet），写出命中、每户分数和颜色，不用数据库"
EXAMPLE = "doudi screen 监测库 --period 2022-05 --on 2022-06-06 --out 筛查结果"


class MonthsBackwards(Problem):
    code = "screen.months_backwards"
    say = "--since {since} 晚于 --period {period}。"
    next = "--since 写开始的月份，--period 写最后的月份。"
    fields = ("since", "period")


class NothingAsked(Problem):
    code = "screen.nothing_asked"
    say = "没有说结果放在哪里，也没有说要看谁。"
    next = "成批筛查写 --out 文件夹；只看一个人写 --explain 人号。"


class PersonNotFound(Problem):
    code = "screen.person_not_found"
    say = "监测库里没有人号 {person}。"
    next = "请核对 persons.parquet 的“人号”一列。"
    fields = ("person",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("library", type=Path, metavar="监测库", help="写法见 docs/screen.md")
    parser.add_argument(
        "--period", metavar="月份", help="这个月起得知的算新情况；不写时取最后一个文件的月份"
    )
    parser.add_argument(
        "--since", metavar="月份", help="从这个月起逐月筛到 --period，每月看当月得知的"
    )
    parser.add_argument("--on", metavar="日期", help="按哪一天看；不写时取下月第一天")
    parser.add_argument("--out", type=Path, metavar="文件夹", help="结果放在哪里")
    parser.add_argument("--explain", metavar="人号", help="说明这个人的每个风险点为什么命中或没有")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, metavar="N",
        help="几片同时筛；不写时等于处理器个数",
    )  # fmt: skip


def run(told: argparse.Namespace) -> int:
    """0 all screened; 4 screened, but some values could not be used."""
    from doudi.watch.screening import screen

    rounds = _rounds(told)
    if told.explain is not None:
        return _explain(told, rounds)
    if told.out is None:
        raise NothingAsked()
    done = screen(told.library, told.out, rounds, processes=max(1, told.processes))
    faults = done.faults.sentences()
    answer: dict[str, Any] = {
        "rounds": [f"{each.period}" for each in rounds], "persons": done.persons,
        "households": done.households, "facts": done.facts, "asked": done.asked,
        "hits": done.hits, "alerts": done.alerts, **_counted(told.out), "faults": faults,
    }  # fmt: skip
    if told.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _say(answer, told.out)
    return 4 if faults else 0


def _rounds(told: argparse.Namespace) -> tuple[Round, ...]:
    """When to look; raises ``DateUnreadable``, ``MonthsBackwards``."""
    from doudi.cli.commands.decide import day
    from doudi.kernel.dates import Month
    from doudi.watch.screening import Round, month_by_month
    from doudi.watch.screening.layout import open_library

    latest = max(part.latest for part in open_library(told.library))
    period = Month.parse(told.period) if told.period else latest
    if told.since:
        first = Month.parse(told.since)
        if first > period:
            raise MonthsBackwards(since=first, period=period)
        return month_by_month(first, period)
    on = day(told.on) if told.on else (max(latest, period) + 1).first_day
    return (Round(period, max(latest, period), on),)


def _counted(out: Path) -> dict[str, list[dict[str, Any]]]:
    """Hits by indicator and alerts by colour."""
    import polars as pl

    from doudi.watch.screening.results import ALERTS, HITS

    if not any((out / HITS).iterdir()):
        return {"indicators": [], "colours": []}
    hits = pl.scan_parquet(out / HITS / "*.parquet").group_by("风险点", "名称", "方向")
    alerts = pl.scan_parquet(out / ALERTS / "*.parquet").filter("新增").group_by("颜色")
    people = pl.col("人号").n_unique().alias("人")
    by_indicator = hits.agg(pl.len().alias("命中"), people).sort("风险点", "方向")
    by_colour = dict(alerts.agg(pl.len()).collect().iter_rows())
    return {
        "indicators": by_indicator.collect().to_dicts(),
        "colours": [
            {"颜色": colour, "预警": by_colour[colour]}
            for colour in ("红", "橙", "黄", "蓝")
            if colour in by_colour
        ],
    }


def _say(answer: dict[str, Any], out: Path) -> None:
    from doudi.cli.table import table

    months = f"{answer['rounds'][0]} 至 {answer['rounds'][-1]} 逐月"
    period = months if len(answer["rounds"]) > 1 else answer["rounds"][0]
    print(
        f"筛查 {period}：{answer['households']:,} 户 {answer['persons']:,} 人、"
        f"{answer['facts']:,} 条事实；逐户细看 {answer['asked']:,} 次。\n"
    )
    rows: list[Sequence[str]] = [
        (row["风险点"], row["名称"], row["方向"], f"{row['命中']:,}", f"{row['人']:,}")
        for row in answer["indicators"]
    ]
    print("\n".join(table(("风险点", "名称", "方向", "命中", "人"), rows)))
    colours = "、".join(f"{row['颜色']} {row['预警']:,}" for row in answer["colours"])
    print(f"\n预警 {answer['alerts']:,} 条：{colours or '没有'}。结果在 {out}。")
    if answer["faults"]:
        print("\n不能用的值：")
        print("\n".join(f"  {fault}" for fault in answer["faults"]))


def _explain(told: argparse.Namespace, rounds: tuple[Round, ...]) -> int:
    from doudi.cli.table import table
    from doudi.watch.screening.explaining import explain

    found = explain(told.library, told.explain, rounds)
    if found is None:
        raise PersonNotFound(person=told.explain)
    if told.json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
        return 0
    print(f"人号 {found.person}，户号 {found.household}，地区 {found.place}。")
    for month in found.months:
        print(f"\n{month.period}（按 {month.on} 看），人群：{'、'.join(month.kinds) or '不在库'}")
        lines = [(each.code, each.label, each.said) for each in month.indicators]
        print("\n".join(table(("风险点", "名称", "结果"), lines)))
        for alert in month.alerts:
            print(f"本户{alert.direction}预警：{alert.points} 分，{alert.colour}。{alert.summed}")
        if not month.alerts:
            print("本户没有新的预警（不足最低分、没有新情况或此前已计）。")
    return 0
