"""``doudi normalise-ids``: a column of ids made comparable; what cannot be used is reported."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from doudi.exchange.linking.proposing import Proposal

HELP = "规整一列身份证号：全角、空格、小写x、15位升18位、残疾人证号；错一位的只提建议，不改原文"
EXAMPLE = "doudi normalise-ids 来文.csv --column 身份证号 --out 规整后.csv"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="文件", help="CSV 或 Parquet")
    parser.add_argument("--column", required=True, metavar="列名", help="哪一列是身份证号")
    parser.add_argument("--out", required=True, type=Path, metavar="文件", help="CSV 或 Parquet")
    parser.add_argument(
        "--registry", type=Path, metavar="登记册",
        help="用它核对错一位的号码（Parquet 或 CSV）；不写时只凭文件中的出生日期",
    )  # fmt: skip


def run(told: argparse.Namespace) -> int:
    """0 every id usable; 4 some are not, they are in the file with what is wrong."""
    from doudi.cli.table import table
    from doudi.exchange.linking.tables import column, read_table, write_table

    frame = read_table(told.file)
    name = column(frame, told.column, told.file)
    made, counts, proposals = _normalised(frame, name, told)
    write_table(made, told.out)
    usable = _usable(counts)
    if told.json:
        answer = {"rows": frame.height, "usable": usable, "outcomes": counts,
                  "proposals": len(proposals)}  # fmt: skip
        print(json.dumps(answer, ensure_ascii=False))
        return 0 if usable == frame.height else 4
    print(f"读了 {frame.height:,} 行，{usable:,} 行的号码可用，{len(proposals):,} 行有修正建议。\n")
    print("\n".join(table(("结果", "行数"), [(word, f"{n:,}") for word, n in counts.items()])))
    print(f"\n结果在 {told.out}，原来的列一字未改；建议须经人核对证件后才能采用。")
    return 0 if usable == frame.height else 4


def _usable(counts: dict[str, int]) -> int:
    from doudi.exchange.linking.ids import OUTCOMES, USABLE

    return sum(counts.get(word, 0) for word in OUTCOMES[: USABLE + 1])


def _normalised(
    frame: pl.DataFrame, name: str, told: argparse.Namespace
) -> tuple[pl.DataFrame, dict[str, int], list[Proposal]]:
    """The table with what was made of each id in further columns."""
    import polars as pl

    from doudi.exchange.linking.ids import ADVICE, OUTCOMES
    from doudi.exchange.linking.people import find_columns, people_of
    from doudi.exchange.linking.proposing import by_birth, by_registry
    from doudi.exchange.linking.tables import fresh, read_table
    from doudi.kernel import clock

    today = clock.business_today()
    file = people_of(
        frame, find_columns(frame, told.file, {"证号": name}), today, birth_from_id=False
    )
    proposals = by_birth(file, today)
    if told.registry:
        known = read_table(told.registry)
        found = find_columns(known, told.registry)
        registry = people_of(known, found, today, birth_from_id=True)
        # What the registry confirms goes before what the date of birth alone does.
        best = {each.row: each for each in (*proposals, *by_registry(file, registry, today))}
        proposals = list(best.values())
    number, evidence = [""] * frame.height, [""] * frame.height
    for each in proposals:
        number[each.row], evidence[each.row] = each.number, each.evidence
    words = [ADVICE.get(at, "") for at in range(len(OUTCOMES))]
    outcome = pl.Series(file.ids.outcome)
    further = {
        "规整": file.ids.number,
        "结果": pl.Series(OUTCOMES).gather(outcome),
        "说明": pl.Series(words).gather(outcome),
        "建议": pl.Series(number, dtype=pl.String),
        "建议依据": pl.Series(evidence, dtype=pl.String),
    }
    columns = [
        series.alias(fresh(frame.columns, f"{name}_{word}")) for word, series in further.items()
    ]
    return frame.with_columns(columns), file.ids.counts(), proposals
