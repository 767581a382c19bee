"""A screening of files: what is news, what is refused; order and cutting change nothing."""

import random
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from doudi.kernel.dates import Month
from doudi.watch.screening import Round, month_by_month, screen
from doudi.watch.screening.layout import LibraryRefused
from tests.watch.screening.library import ROUND, found, stay, write_facts, write_library

DIBAO = {"人号": 1, "种类": "benefit", "键": "低保", "金额": 40_000, "起": date(2021, 1, 1)}
REGISTERED = {"人号": 3, "种类": "unemployment", "键": "登记", "起": date(2022, 5, 9)}


def screened(folder: Path, out: Path, **options: Any) -> list[tuple]:
    screen(folder, out, (ROUND,), **options)
    return found(out).select("人号", "风险点", "方向", "理由").rows()


def test_a_large_stay_is_a_hit_with_its_figures_and_an_alert_with_its_sum(tmp_path):
    library = write_library(tmp_path / "库", (1, 2), {"2022-05": [stay(1, 11_000)]})
    assert screened(library, tmp_path / "out") == [
        (1, "R02", "纳入", "2022-05-17 出院，个人自付 11,000.00 元，超过 10,000 元")
    ]
    hit = found(tmp_path / "out").row(0, named=True)
    assert (hit["数值"], hit["界限"], hit["权重"]) == (1_100_000, 1_000_000, 30)
    alert = found(tmp_path / "out", "alerts").row(0, named=True)
    assert (alert["户号"], alert["分数"], alert["颜色"]) == (1, 30, "蓝")
    assert alert["算式"] == "R02 大额住院自付（其他居民） 30"


def test_a_month_told_again_makes_nothing_new(tmp_path):
    told = [stay(1, 11_000)]
    library = write_library(tmp_path / "库", (1,), {"2022-04": told, "2022-05": told})
    assert screened(library, tmp_path / "out") == [], "known in April, it is no news in May"
    rounds = month_by_month(Month(2022, 4), Month(2022, 6))
    (library / "facts" / "2022-04.parquet").rename(library / "facts" / "2022-06.parquet")
    screen(library, tmp_path / "out", rounds)
    assert found(tmp_path / "out")["月份"].to_list() == ["2022-05"]


def test_a_correction_and_a_statement_taken_back_hold_from_their_month_on(tmp_path):
    files = {
        "2022-05": [stay(1, 11_000), stay(2, 12_000, key="J2"), stay(3, 13_000, key="J3")],
        "2022-06": [{**stay(2, 0, key="J2"), "撤回": True}, stay(3, 9_000, key="J3")],
    }
    library = write_library(tmp_path / "库", (1, 1, 1), files)
    screen(library, tmp_path / "may", (ROUND,))
    assert set(found(tmp_path / "may")["人号"]) == {1, 2, 3}
    screen(library, tmp_path / "june", (Round(Month(2022, 5), Month(2022, 6), date(2022, 7, 1)),))
    assert set(found(tmp_path / "june")["人号"]) == {1}, "J2 is gone, J3 is too small"


def test_no_order_of_rows_or_files_and_no_cutting_changes_anything(tmp_path):
    rows = [DIBAO, REGISTERED, *(stay(person, 6_000 + person, key="J") for person in range(1, 90))]
    plain = write_library(tmp_path / "一", (3,) * 30, {"2022-05": rows})
    expected = screened(plain, tmp_path / "a")
    assert expected
    random.Random(5).shuffle(rows)
    mixed = write_library(
        tmp_path / "二", (3,) * 30, {"2022-05 乙": rows[:40], "2022-05 甲": rows[40:]}
    )
    assert screened(mixed, tmp_path / "b") == expected
    assert screened(mixed, tmp_path / "c", at_once=4) == expected


def test_parts_are_screened_each_by_itself_in_processes_of_their_own(tmp_path):
    for name in ("甲县", "乙县"):
        write_library(tmp_path / "库" / name, (1,), {"2022-05": [stay(1, 11_000)]})
    screen(tmp_path / "库", tmp_path / "out", (ROUND,), processes=2)
    assert found(tmp_path / "out").height == 2
    names = sorted(path.name for path in (tmp_path / "out" / "hits.parquet").iterdir())
    assert names == ["乙县-00000.parquet", "甲县-00000.parquet"]


@pytest.mark.parametrize("seed", range(6))
def test_a_further_bad_fact_never_lowers_a_score(tmp_path, seed):
    rng = random.Random(seed)
    known = [DIBAO, REGISTERED, stay(rng.randint(1, 3), 11_000, key="J0")]
    more = [
        stay(rng.randint(1, 3), rng.randint(11_000, 20_000), key="J9"),
        {"人号": 2, "种类": "disability", "键": "证", "代码": "42", "起": date(2022, 5, 9)},
        {"人号": 3, "种类": "illness.major", "代码": "C34", "起": date(2022, 5, 9)},
    ]
    before = write_library(tmp_path / "前", (3,), {"2022-05": known})
    after = write_library(tmp_path / "后", (3,), {"2022-05": [*known, rng.choice(more)]})
    sums = []
    for folder in (before, after):
        screen(folder, tmp_path / "out", (ROUND,))
        alerts = found(tmp_path / "out", "alerts").group_by("方向").agg(pl.col("分数").sum())
        sums.append(dict(alerts.iter_rows()))
    assert all(sums[1].get(direction, 0) >= points for direction, points in sums[0].items())
    assert sum(sums[1].values()) > sum(sums[0].values())


def test_a_countys_own_threshold_holds_from_its_day_on(tmp_path):
    library = write_library(tmp_path / "库", (1,), {"2022-05": [stay(1, 9_000)]})
    assert screened(library, tmp_path / "out") == []
    moved = {"参数": ["R02.self_pay_over"], "地区": ["620521000000"], "值": [850_000]}
    for since, hits in ((date(2022, 6, 6), 1), (date(2022, 6, 7), 0)):
        pl.DataFrame({**moved, "起": [since]}).write_parquet(library / "thresholds.parquet")
        assert len(screened(library, tmp_path / "out")) == hits
    moved["参数"] = ["R02.nothing"]
    pl.DataFrame({**moved, "起": [date(2022, 6, 6)]}).write_parquet(library / "thresholds.parquet")
    with pytest.raises(LibraryRefused, match=r"不认识的参数“R02\.nothing”"):
        screened(library, tmp_path / "out")


def test_what_cannot_be_used_is_told_and_the_rest_is_screened(tmp_path):
    rows = [
        stay(1, 11_000),
        {**stay(1, 11_000), "种类": "medical.selfpay"},
        stay(99, 11_000),
        {"人号": 1, "种类": "illness.major", "明细": "[1]", "起": date(2022, 5, 9)},
    ]
    library = write_library(tmp_path / "库", (1,), {"2022-05": rows})
    done = screen(library, tmp_path / "out", (ROUND,))
    assert done.hits == 2
    said = "\n".join(done.faults.sentences())
    assert "不认识的种类“medical.selfpay”" in said
    assert "有 1 个值不能用，按未知处理，例如 库里没有这个人" in said
    assert "不是 JSON 对象" in said


@pytest.mark.parametrize(
    ("name", "columns", "why"),
    [
        ("2022-13", {"人号": [1]}, "文件名应以得知的月份开头"),
        ("2022-05", {"人号": [1], "种类": ["x"]}, "没有“起”一列"),
        (
            "2022-05",
            {"人号": [1], "种类": ["x"], "起": [date(2022, 5, 1)], "金额元": [1]},
            "有不认识的列“金额元”，是不是“金额”",
        ),
        ("2022-05", {"人号": [1], "种类": ["x"], "起": ["2022-05-01"]}, "“起”是 String，应是日期"),
        (
            "2022-05",
            {"人号": [1], "种类": ["x"], "起": [date(2022, 5, 1)], "金额": [1.5]},
            "“金额”是 Float64，应是整数",
        ),
    ],
)
def test_files_of_another_form_are_refused_with_the_file_and_the_column(
    tmp_path, name, columns, why
):
    library = write_library(tmp_path / "库", (1,), {})
    pl.DataFrame(columns).write_parquet(library / "facts" / f"{name}.parquet")
    with pytest.raises(LibraryRefused, match=why):
        screen(library, tmp_path / "out", (ROUND,))


def test_a_folder_that_is_no_library_is_refused(tmp_path):
    with pytest.raises(LibraryRefused, match="没有这个文件夹"):
        screen(tmp_path / "无", tmp_path / "out", (ROUND,))
    with pytest.raises(LibraryRefused, match=r"没有 households\.parquet"):
        screen(tmp_path, tmp_path / "out", (ROUND,))
    library = write_library(tmp_path / "库", (1, 1), {"2022-05": []})
    twice = pl.DataFrame({"户号": [1, 1], "地区": ["620521"] * 2, "城镇": [True] * 2})
    twice.write_parquet(library / "households.parquet")
    write_facts(library / "facts" / "2022-05.parquet", [stay(1, 1)])
    with pytest.raises(LibraryRefused, match="有的户号是空的或者写了两次"):
        screen(library, tmp_path / "out", (ROUND,))
