"""``doudi diff``: month against month, without a database; a late file is not "nobody"."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doudi.kernel.problems import Problem

if TYPE_CHECKING:
    from doudi.exchange.linking.changes import Changes

HELP = "两个月的同一种来文相比：新增、减少、变更（哪些列）、键重复和键空白"
EXAMPLE = "doudi diff 五月.csv 六月.csv --key 身份证号 --out 变化.csv"
MOST_GONE = 0.5  # a month that loses more rows than this is rather cut off than true


class ThisMonthMissing(Problem):
    code = "diff.this_month_missing"
    say = "本月文件“{name}”没有到。迟到不等于没有人，上月的记录不能算作减少。"
    next = "请催来文单位；若本月确实一个人都没有，请对方送来只有表头的文件。"
    fields = ("name",)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, metavar="上月", help="CSV 或 Parquet")
    parser.add_argument("after", type=Path, metavar="本月", help="CSV 或 Parquet")
    parser.add_argument(
        "--key", action="append", required=True, metavar="列名",
        help="凭哪一列认出同一行；可以写几次，或用逗号隔开",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="文件", help="有变化的行写到这里")


def run(told: argparse.Namespace) -> int:
    """0 compared; 4 compared, but something needs a person's eye."""
    from doudi.exchange.linking.changes import as_table, compare
    from doudi.exchange.linking.tables import column, read_table, write_table

    before = read_table(told.before)
    if not told.after.is_file():
        raise ThisMonthMissing(name=told.after.name)
    after = read_table(told.after)
    wanted = [word.strip() for each in told.key for word in each.replace("，", ",").split(",")]
    keys = [column(before, word, told.before) for word in wanted if word]
    for key in keys:
        column(after, key, told.after)
    changes = compare(before, after, keys)
    if told.out:
        write_table(as_table(changes, before, after), told.out)
    answer = _answer(changes, before.height, after.height)
    if told.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _say(answer, told.out)
    return 4 if answer["warnings"] else 0


def _answer(changes: Changes, before: int, after: int) -> dict[str, Any]:
    return {
        "before": before,
        "after": after,
        "new": len(changes.new),
        "gone": len(changes.gone),
        "changed": len(changes.changed[0]),
        "same": changes.same,
        "changed_columns": dict(changes.by_column.most_common()),
        "twice": [len(rows) for rows in changes.twice],
        "repeated": list(changes.repeated),
        "blank": [len(rows) for rows in changes.blank],
        "columns_gone": changes.columns_gone,
        "columns_new": changes.columns_new,
        "warnings": _warnings(changes, before, after),
    }


def _warnings(changes: Changes, before: int, after: int) -> list[str]:
    said = []
    if before and not after:
        said.append("本月文件只有表头。请向来文单位确认是确实没有人，而不是导出失败。")
    elif before and len(changes.gone) > before * MOST_GONE:
        said.append(f"减少了 {len(changes.gone):,} 行，超过一半；请先确认文件是否完整。")
    for word, rows in (("键重复且内容不同", changes.twice), ("键空白", changes.blank)):
        if len(rows[0]) or len(rows[1]):
            said.append(
                f"{word}：上月 {len(rows[0]):,} 行、本月 {len(rows[1]):,} 行，没有参加比较。"
            )
    if any(changes.repeated):
        old, new = changes.repeated
        said.append(f"整行重复：上月 {old:,} 行、本月 {new:,} 行，各只算一次。")
    if changes.columns_gone:
        said.append(f"本月少了列：{'、'.join(changes.columns_gone)}。")
    return said


def _say(answer: dict[str, Any], out: Path | None) -> None:
    from doudi.cli.table import table

    print(f"上月 {answer['before']:,} 行，本月 {answer['after']:,} 行。\n")
    counted = [("新增", "new"), ("减少", "gone"), ("变更", "changed"), ("未变", "same")]
    print("\n".join(table(("变化", "行数"), [(w, f"{answer[name]:,}") for w, name in counted])))
    if answer["changed_columns"]:
        rows = [(name, f"{many:,}") for name, many in answer["changed_columns"].items()]
        print("\n" + "\n".join(table(("变更的列", "行数"), rows)))
    if answer["columns_new"]:
        print(f"\n本月多了列：{'、'.join(answer['columns_new'])}。")
    for warning in answer["warnings"]:
        print(f"\n请留意：{warning}")
    if out:
        print(f"\n有变化的行在 {out}。")
