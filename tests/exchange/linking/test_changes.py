"""Month against month: every row is new, gone, changed, same, or reported."""

import json
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.cli.main import main
from doudi.exchange.linking.changes import CHANGED, GONE, NEW, as_table, compare

ROWS = st.lists(
    st.tuples(st.sampled_from(["", "甲", "乙", "丙", "丁", "戊"]), st.sampled_from("123")),
    max_size=9,
)


def _frame(rows):
    keys, amounts = zip(*rows, strict=True) if rows else ((), ())
    return pl.DataFrame({"号": keys, "金额": amounts}, schema={"号": pl.String, "金额": pl.String})


@settings(max_examples=300, deadline=None)
@given(ROWS, ROWS)
def test_any_two_months_agree_with_a_slow_and_plain_comparison(before, after):
    changes = compare(_frame(before), _frame(after), ["号"])
    told = [{}, {}]
    for side, rows in enumerate((before, after)):
        for key, amount in rows:
            if key:
                told[side].setdefault(key, set()).add(amount)
    several = {key for side in told for key, said in side.items() if len(said) > 1}
    old, new = ({k: v for k, v in side.items() if k not in several} for side in told)
    assert {after[at][0] for at in changes.new} == set(new) - set(old)
    assert {before[at][0] for at in changes.gone} == set(old) - set(new)
    both = set(old) & set(new)
    assert {before[at][0] for at in changes.changed[0]} == {k for k in both if old[k] != new[k]}
    assert changes.same == sum(old[key] == new[key] for key in both)
    for side, rows in enumerate((before, after)):
        assert len(changes.blank[side]) == sum(not key for key, _ in rows)
        assert len(changes.twice[side]) + changes.repeated[side] >= len(rows) - len(set(rows)) - (
            len(changes.blank[side])
        )


def test_no_row_is_lost_and_none_counted_twice_among_many():
    before = pl.DataFrame({"号": [f"{k:05}" for k in range(20_000)], "金额": ["1"] * 20_000})
    after = before[500:].sample(fraction=1, shuffle=True, seed=3)
    after = after.with_columns(
        pl.when(pl.col("号").str.ends_with("77")).then(pl.lit("2")).otherwise("金额").alias("金额")
    )
    after = pl.concat([after, pl.DataFrame({"号": ["x1", "x2"], "金额": ["1", "1"]})])
    changes = compare(before, after, ["号"])
    assert (len(changes.new), len(changes.gone), len(changes.changed[0])) == (2, 500, 195)
    assert changes.same == 19_500 - 195
    assert changes.by_column == Counter({"金额": 195})
    table = as_table(changes, before, after)
    assert Counter(table["变化"]) == {NEW: 2, GONE: 500, CHANGED: 390}


def test_leading_zeros_count_and_width_does_not():
    before = _frame([("007", "1"), ("６２０X", "1")])
    after = _frame([("7", "1"), ("620x", "1")])
    changes = compare(before, after, ["号"])
    assert (len(changes.new), len(changes.gone), len(changes.changed[0])) == (1, 1, 1)


@pytest.fixture
def months(tmp_path):
    _frame([("甲", "1"), ("乙", "1"), ("丙", "1")]).write_csv(tmp_path / "五月.csv")
    _frame([("甲", "1"), ("乙", "2"), ("丁", "1"), ("", "9")]).write_parquet(
        tmp_path / "六月.parquet"
    )
    return tmp_path


def test_the_command_says_what_changed_in_which_column(months, capsys):
    command = ["diff", str(months / "五月.csv"), str(months / "六月.parquet"), "--key", "号"]
    out = months / "变化.csv"
    assert main([*command, "--out", str(out), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert [told[name] for name in ("new", "gone", "changed", "same")] == [1, 1, 1, 1]
    assert told["changed_columns"] == {"金额": 1}
    assert told["warnings"] == ["键空白：上月 0 行、本月 1 行，没有参加比较。"]
    table = pl.read_csv(out, infer_schema=False)
    assert table.filter(pl.col("变化") == "变更")["变化的列"].to_list() == ["金额", "金额"]
    assert main(command) == 4
    assert "新增" in capsys.readouterr().out


def test_a_file_that_did_not_come_is_late_and_not_nobody(months, capsys):
    assert main(["diff", str(months / "五月.csv"), str(months / "七月.csv"), "--key", "号"]) == 2
    assert "迟到不等于没有人" in capsys.readouterr().err


def test_a_file_with_a_header_only_says_all_are_gone_and_asks_back(months, capsys):
    (months / "七月.csv").write_text("号,金额\n", encoding="utf-8")
    assert main(["diff", str(months / "五月.csv"), str(months / "七月.csv"), "--key", "号"]) == 4
    assert "只有表头" in capsys.readouterr().out
